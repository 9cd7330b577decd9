package tui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/store"
)

// What was typed is not lost where the change cannot be made.
func TestRefusedTextStays(t *testing.T) {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	full := errors.New("no space left on the disk")
	guard := &model.Guard{Ask: func(string, []model.Happening) error { return full }}
	tree, err := model.Open(db, model.Options{Session: "test", Now: func() time.Time { return noon }, Location: time.UTC, Machine: "test", Guard: guard})
	if err != nil {
		t.Fatal(err)
	}
	d := start(t, tree, 80, 24)
	seen := func(text string) bool { return strings.Contains(d.m.draw().Plain(), text) }
	for _, step := range []struct{ keys, text string }{{"<esc> a", "a thought"}, {"<enter>", "a line"}} {
		guard.Ask = func(string, []model.Happening) error { return full }
		for _, key := range strings.Fields(step.keys) {
			d.press(key)
		}
		d.press(step.text)
		d.press("<enter>")
		d.settle()
		if !seen(step.text) || !seen(full.Error()) {
			t.Fatalf("after it was refused:\n%s", d.m.draw().Plain())
		}
		guard.Ask = nil
		d.press("<enter>")
		d.press("<esc>")
		d.settle()
		if seen(full.Error()) {
			t.Fatalf("after it was allowed:\n%s", d.m.draw().Plain())
		}
	}
	var texts []string
	if err := tree.View(func(v *model.View) error {
		for _, top := range []model.ID{model.Root, model.Inbox} {
			for c, err := range v.Children(top) {
				if err != nil {
					return err
				}
				n, err := v.Node(c.ID)
				if err != nil {
					return err
				}
				texts = append(texts, n.Text)
			}
		}
		return nil
	}); err != nil || !strings.Contains(strings.Join(texts, "|"), "a thought") || !strings.Contains(strings.Join(texts, "|"), "a line") {
		t.Fatalf("%q %v", texts, err)
	}
}
