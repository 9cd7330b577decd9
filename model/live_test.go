package model

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"arbor/model/query"

	"pgregory.net/rapid"
)

// What a kept answer says after any edits is what asking anew says.
func TestLiveAgainstAnew(t *testing.T) {
	atoms := []string{"milk", "+x", "-+x", "tag:x", "-tag:y", "state:done", "is:open", "is:leaf", "has:children", "depth<3", "depth:2", "is:ready", "is:blocked", "is:blocking",
		"has:depends", "has:link", "due:any", "is:task", "text~/l.?k/", "under:%s", "-under:%s", "under:trash", "is:inbox", "k:v", "has:note", "has:tag"}
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		ids := []ID{Root}
		for i := range 3 {
			ids = append(ids, Named(fmt.Sprint("first", i)))
		}
		if _, err := tree.Do("plant", func(e *Edit) error {
			for i, id := range ids[1:] {
				if err := e.CreateID(id, ids[i], Last, "milk"); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			rt.Fatal(err)
		}
		var asked []*query.Query
		for range rapid.IntRange(1, 3).Draw(rt, "queries") {
			text := ""
			for range rapid.IntRange(1, 2).Draw(rt, "atoms") {
				atom := rapid.SampledFrom(atoms).Draw(rt, "atom")
				if slices.Contains([]string{"under:%s", "-under:%s"}, atom) {
					atom = fmt.Sprintf(atom, rapid.SampledFrom(ids[1:]).Draw(rt, "top"))
				}
				text += atom + " "
			}
			if rapid.Bool().Draw(rt, "sorted") {
				text += "sort:-text,created limit:4"
			}
			q, err := query.Parse(text, clockTime)
			if err != nil {
				rt.Fatal(err)
			}
			asked = append(asked, q)
		}
		compareKept(rt, tree, asked)
		for i := range rapid.IntRange(1, 12).Draw(rt, "edits") {
			if err := editAtRandom(rt, tree, &ids, i); err != nil {
				rt.Fatal(err)
			}
			if rapid.IntRange(0, 3).Draw(rt, "look") > 0 {
				compareKept(rt, tree, asked)
			}
		}
		compareKept(rt, tree, asked)
	})
}

func editAtRandom(rt *rapid.T, tree *Tree, ids *[]ID, i int) error {
	id := rapid.SampledFrom((*ids)[1:]).Draw(rt, "node")
	to := rapid.SampledFrom(*ids).Draw(rt, "to")
	kind := rapid.IntRange(0, 11).Draw(rt, "edit")
	if kind == 11 {
		_, err := tree.Undo(ThisDevice)
		if errors.Is(err, ErrNothing) || errors.Is(err, ErrChanged) {
			err = nil
		}
		return err
	}
	made := Named(fmt.Sprint("made", i))
	_, err := tree.Do("edit", func(e *Edit) error {
		switch kind {
		case 0, 1:
			return e.CreateID(made, to, Last, rapid.SampledFrom([]string{"milk #x", "bread", "silk #k=v"}).Draw(rt, "text"))
		case 2:
			if under, err := e.Under(to, id); err != nil || under {
				return err
			}
			return e.Move(id, to, First)
		case 3:
			return e.Trash(id)
		case 4:
			return e.SetState(id, rapid.SampledFrom([]State{None, Todo, Done, Waiting}).Draw(rt, "state"))
		case 5:
			return e.AddTag(id, rapid.SampledFrom([]string{"x", "y", "task"}).Draw(rt, "tag"))
		case 6:
			return e.RemoveTag(id, "x")
		case 7:
			return e.SetText(id, rapid.SampledFrom([]string{"milk #x", "bread", "silk"}).Draw(rt, "text"))
		case 8:
			if to == Root || to == id {
				return nil
			}
			if n, err := e.Node(id); err != nil || len(n.Arrows) > 0 {
				return err
			}
			if path, err := e.dependPath(to, id); err != nil || path != nil {
				return err
			}
			return e.AddDepend(id, to)
		case 9:
			n, err := e.Node(id)
			if err != nil || len(n.Arrows) == 0 {
				return err
			}
			return e.RemoveArrow(id, n.Arrows[0].To)
		}
		return e.SetDue(id, Date{T: clockTime.Add(time.Hour)})
	})
	if kind < 2 && err == nil {
		*ids = append(*ids, made)
	}
	return err
}

// compareKept asks queries anew and from what is kept.
func compareKept(rt *rapid.T, tree *Tree, asked []*query.Query) {
	if err := tree.View(func(v *View) error {
		if _, err := v.Sheet(); err != nil {
			return err
		}
		for _, q := range asked {
			want, wantErr := v.selected(q) // what it looks below may be gone
			got, err := v.again(q)
			if errors.Is(wantErr, ErrNoNode) && errors.Is(err, ErrNoNode) {
				continue
			}
			if err := errors.Join(err, wantErr); err != nil {
				return err
			}
			if !slices.EqualFunc(got, want, func(a, b match) bool { return a.id == b.id }) {
				rt.Fatalf("%s: %v, want %v", q, got, want)
			}
		}
		return nil
	}); err != nil {
		rt.Fatal(err)
	}
}

// After a change of one node a kept query asks what it touches, however large the tree is.
func TestLiveAsksFew(t *testing.T) {
	tree := open(t)
	if _, err := tree.Import("notes", func(im *Importer) error { return prose(im, 3000) }); err != nil {
		t.Fatal(err)
	}
	var leaf ID
	view(t, tree, func(v *View) error {
		s, err := v.Sheet()
		for slot := range s.Len() {
			if s.children()[slot] == 0 && s.positions().parents[slot] >= 0 {
				leaf = s.Facts(slot).ID
			}
		}
		return err
	})
	for _, text := range []string{"is:open", "state:done tag:x", "is:ready", "depth<3 -is:leaf", `"ki" is:open`, "due:any sort:due limit:3"} {
		q, err := query.Parse(text, clockTime)
		if err != nil {
			t.Fatal(err)
		}
		ask := func() (asked int) {
			view(t, tree, func(v *View) error {
				if _, err := v.Sheet(); err != nil {
					return err
				}
				want, err := v.selected(q)
				if err != nil {
					return err
				}
				got, err := v.again(q)
				if !slices.EqualFunc(got, want, func(a, b match) bool { return a.id == b.id }) {
					t.Errorf("%s: %d nodes, want %d", text, len(got), len(want))
				}
				asked = tree.lives.all[len(tree.lives.all)-1].asked
				return err
			})
			return asked
		}
		if n := ask(); n < 3000 && !tree.lives.all[len(tree.lives.all)-1].wide {
			t.Errorf("%s: at first %d nodes were asked", text, n)
		}
		for i := range 3 {
			do(t, tree, func(e *Edit) error {
				if i == 0 {
					return e.SetState(leaf, Todo)
				}
				return e.SetDue(leaf, Date{T: clockTime.Add(time.Duration(i) * time.Hour)})
			})
			if n := ask(); n > 10 {
				t.Errorf("%s: %d nodes were asked for one that changed", text, n)
			}
		}
	}
}
