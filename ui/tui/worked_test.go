package tui

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"arbor/model"
)

// TestWorkedPictures compares the list of the time worked with the files in testdata: over midnight, with a text, running, a pomodoro.
func TestWorkedPictures(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, diary)
	if _, err := tree.Do("work", func(e *model.Edit) error {
		ids := map[string]model.ID{}
		for top, err := range e.Children(model.Root) {
			if err != nil {
				return err
			}
			for c, err := range e.Children(top.ID) {
				if err != nil {
					return err
				}
				n, err := e.Node(c.ID)
				if err != nil {
					return err
				}
				ids[n.Text] = n.ID
			}
		}
		for i, w := range []struct {
			text     string
			from, to time.Duration
			note     string
		}{
			{"Write the report", -3 * time.Hour, -105 * time.Minute, ""},
			{"Tax return", -13 * time.Hour, -11 * time.Hour, "with the adviser"},
			{"Paint the walls", -51 * time.Hour, -50 * time.Hour, model.Pomodoro{Work: 25 * time.Minute, Rest: 5 * time.Minute}.Mark("")},
			{"Paint the walls", -9 * 24 * time.Hour, -9*24*time.Hour + 90*time.Minute, ""},
		} {
			ev := model.Event{Node: ids[w.text], Kind: model.Interval, ID: model.EventID{byte(i + 1)}, From: noon.Add(w.from), To: noon.Add(w.to), Text: w.note}
			if err := e.SetInterval(ev); err != nil {
				return err
			}
		}
		_, err := e.Start(ids["Call the bank"], noon.Add(-20*time.Minute), "", false)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, size := range []struct{ w, h int }{{20, 5}, {40, 12}, {80, 24}, {200, 50}} {
		d := start(t, tree, size.w, size.h)
		d.press("I")
		compare(t, "time-"+strconv.Itoa(size.w), d.picture())
		d.press("{j<enter>")
		if view, text := focused(t, d); view != "outline" || text != "Paint the walls" {
			t.Errorf("nine days ago there is %q in the %s", text, view)
		}
	}
	d := start(t, tree, 80, 24)
	d.press("IB")
	if pic := d.picture(); strings.Contains(pic, "so far") || !strings.Contains(pic, "11:40–12:00") {
		t.Errorf("it was stopped, but the list is\n%s", pic)
	}
}
