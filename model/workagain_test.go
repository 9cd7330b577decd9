package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// wantWorkers makes sure that what a sheet has of its workers is what counting all again gives, and leaves them with it for the next one.
func wantWorkers(v *View) error {
	s, err := v.Sheet()
	if err != nil {
		return err
	}
	if s.workers.Load() == nil {
		s.stood.Store(true)
		if _, err := (&View{t: v.t, r: v.r, sheet: s}).workers(); err != nil {
			return err
		}
	}
	got, want := s.workers.Load(), v.countWorkers(s)
	for slot := range s.Len() {
		a, b := got.lines[slot], want.line(slot)
		if got.blocking[slot] != want.blocking[slot] || got.below[slot] != want.below[slot] || !slices.Equal(a.tags, b.tags) || a.prio != b.prio || a.due != b.due || a.dueOf != b.dueOf {
			return fmt.Errorf("%s: %d wait for it, %d below, of its lineage %v; counted again %d, %d, %v", s.ID(slot), got.blocking[slot], got.below[slot], *a,
				want.blocking[slot], want.below[slot], *b)
		}
	}
	return nil
}

// What is known of who waits for whom is carried from one sheet to the next, whatever is edited, and only what is touched is counted again.
func TestWorkersAreCarried(t *testing.T) {
	tree := open(t)
	if _, err := tree.Import("notes", func(im *Importer) error { return prose(im, 300) }); err != nil {
		t.Fatal(err)
	}
	r, carried := rand.New(rand.NewPCG(5, 6)), 0
	for round := range 200 {
		var s *Sheet
		view(t, tree, func(v *View) (err error) {
			if s, err = v.Sheet(); err != nil {
				return err
			}
			if s.workers.Load() != nil {
				carried++
			}
			return wantWorkers(v)
		})
		some := func() ID {
			for {
				if id := s.ID(r.IntN(s.Len())); !builtin(id) {
					return id
				}
			}
		}
		do(t, tree, func(e *Edit) error {
			for range 1 + r.IntN(3) {
				if err := reworked(e, r, some(), some(), round); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if carried < 150 {
		t.Errorf("carried %d times of 200", carried)
	}
}

// reworked changes something of a node, that others may inherit or wait for.
func reworked(e *Edit, r *rand.Rand, id, other ID, round int) (err error) {
	switch r.IntN(12) {
	case 0:
		return e.Trash(id)
	case 1:
		n, err := e.need(id)
		if err == nil && n.Parent == Trash {
			err = e.Restore(id)
		}
		return err
	case 2:
		path, err := e.Path(other)
		if err == nil && !slices.Contains(path, id) {
			err = e.Move(id, other, First)
		}
		return err
	case 3:
		return e.AddTag(id, fmt.Sprint("t", round%5))
	case 4:
		return e.SetField(id, "prio", fmt.Sprint(round%7))
	case 5:
		return e.SetDue(id, Date{T: clockTime.AddDate(0, 0, round-100)})
	case 6, 7:
		return e.SetState(id, []State{None, Todo, Doing, Done}[round%4])
	case 8:
		return e.AddArrow(id, other, Depends)
	case 9, 10: // an arrow and a child may come before the node does, from another device
		ahead := Named(fmt.Sprint("ahead", round/20))
		n, err := e.node(ahead)
		switch {
		case err != nil:
			return err
		case n != nil:
			return e.AddArrow(other, ahead, Depends)
		case r.IntN(4) == 0:
			return e.do(op{kind: opCreate, node: Named(fmt.Sprint("child", round)), parent: ahead, order: []byte{byte(round)}, text: "child #task"})
		case r.IntN(4) > 0:
			return e.do(op{kind: opArrow, node: id, to: ahead, key: Depends, present: true})
		}
		return e.CreateID(ahead, other, Last, "came #task")
	}
	made, err := e.Create(id, First, "new #task")
	if err == nil && r.IntN(2) == 0 {
		_, err = e.Create(made, Last, "below")
	}
	return err
}
