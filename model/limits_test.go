package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Siblings at one place, and siblings between which there is no more room, get new orders when something is put between them.
func TestCrowdedSiblings(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "a\nb\nc\nd\n")
	view(t, tree, func(v *View) error {
		n, err := v.Node(ids["b"])
		if err != nil {
			return err
		}
		for _, text := range []string{"a", "c", "d"} { // as two devices may make them
			do(t, tree, func(e *Edit) error { return e.do(op{kind: opMove, node: ids[text], parent: Root, order: n.Order}) })
		}
		return nil
	})
	same := strings.Fields(outline(t, tree, Root))
	do(t, tree, func(e *Edit) error {
		_, err := e.Create(Root, After(ids[same[1]]), "new")
		return err
	})
	wantOutline(t, tree, Root, strings.Join(slices.Insert(same, 2, "new"), "\n")+"\n")

	var last, before ID
	do(t, tree, func(e *Edit) (err error) {
		last, before = ids["a"], ID{}
		for i := range 400 { // each between the two made last: the worst there is
			at := After(last)
			if i%2 == 0 && before != (ID{}) {
				at = Before(last)
			}
			before = last
			if last, err = e.Create(Root, at, fmt.Sprint(i)); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, tree, func(v *View) error {
		for c, err := range v.Children(Root) {
			if err != nil {
				return err
			}
			if len(c.Order) > longOrder {
				t.Errorf("an order of %d bytes", len(c.Order))
			}
		}
		return nil
	})
	if n := countBelow(t, tree, Root); n != 405 {
		t.Errorf("%d nodes, want 405", n)
	}
	mustVerify(t, tree)
}

func TestLimits(t *testing.T) {
	tree := open(t)
	id := plant(t, tree, "a\n")["a"]
	long := strings.Repeat("x", MaxNote+1)
	for name, fn := range map[string]func(*Edit) error{
		"text":   func(e *Edit) error { return e.SetText(id, long) },
		"splice": func(e *Edit) error { return e.Splice(id, 0, 0, long) },
		"note":   func(e *Edit) error { return e.SetNote(id, long) },
		"field":  func(e *Edit) error { return e.SetField(id, "k", long) },
		"label":  func(e *Edit) error { return e.AddArrow(id, id, long) },
		"batch":  func(e *Edit) error { return errors.Join(e.SetNote(id, long[:MaxNote]), e.SetText(id, long[:MaxText])) },
	} {
		if _, err := tree.Do(name, fn); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "a b", "a\tb", long, "\xff"} {
		if _, err := tree.Do("tag", func(e *Edit) error { return e.AddTag(id, name) }); !errors.Is(err, ErrName) {
			t.Errorf("tag %.20q: %v", name, err)
		}
	}
	for i := range 3 { // the greatest note, again and again
		do(t, tree, func(e *Edit) error { return e.SetNote(id, strings.Repeat(string(rune('a'+i)), MaxNote)) })
	}
	for range 3 {
		if _, err := tree.Undo(ThisSession); err != nil {
			t.Fatal(err)
		}
	}
	missing := Named("nowhere")
	if _, err := tree.Do("x", func(e *Edit) error { return e.SetText(missing, "x") }); !errors.Is(err, ErrNoNode) {
		t.Errorf("a node that is not there: %v", err)
	}
	mustVerify(t, tree)
}
