package tui

import (
	"strings"
	"testing"

	"arbor/model"
	"arbor/model/field"
)

// The key for the next state goes through the person's own too, and the row names it.
func TestOwnStates(t *testing.T) {
	set, _ := field.New(nil, []field.State{{Name: "review", Class: "doing"}, {Name: "someday", Class: "waiting"}})
	tree := newTree(t)
	plant(t, tree, "paint the walls")
	d := start(t, tree, 80, 10, func(o *Options) { o.Fields = set })
	var seen []string
	for range 8 {
		d.press("s")
		_ = tree.View(func(v *model.View) error {
			c, _, _ := v.FirstChild(model.Root)
			n, err := v.Node(c.ID)
			seen = append(seen, n.StateName())
			return err
		})
		if last := seen[len(seen)-1]; last == "review" && !strings.Contains(d.m.View(), "state:review") {
			t.Error("the row does not name the state")
		}
	}
	if got := strings.Join(seen, " "); got != "todo doing waiting review someday cancelled none todo" {
		t.Errorf("got %s", got)
	}
}

// Editing a line leaves alone what the line does not show.
func TestEditKeepsTheRest(t *testing.T) {
	tree := newTree(t)
	plant(t, tree, "water the plants prio:6")
	var id model.ID
	_, err := tree.Do("fields", func(e *model.Edit) error {
		c, _, err := e.FirstChild(model.Root)
		id = c.ID
		if err == nil {
			err = e.SetField(id, "rec.from", "2026-03-04")
		}
		if err == nil {
			err = e.SetField(id, "cost", "much")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	set, _ := field.New([]field.Def{{Key: "cost", Kind: field.Number}}, nil)
	d := start(t, tree, 80, 10, func(o *Options) { o.Fields = set })
	d.press("i<home>now <enter><esc>")
	_ = tree.View(func(v *model.View) error {
		n, err := v.Node(id)
		if err != nil || n.Text != "now water the plants" || len(n.Fields) != 3 {
			t.Errorf("%v %+v", err, n)
		}
		return err
	})
}
