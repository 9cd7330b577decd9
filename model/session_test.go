package model

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"arbor/store"

	"pgregory.net/rapid"
)

// two returns two sessions on one store.
func two(t testing.TB) (a, b *Tree) {
	t.Helper()
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return openOn(t, db, "a"), openOn(t, db, "b")
}

func setText(t testing.TB, tree *Tree, id ID, text string) {
	t.Helper()
	do(t, tree, func(e *Edit) error { return e.SetText(id, text) })
}

func TestEachSessionUndoesItsOwn(t *testing.T) {
	a, b := two(t)
	ids := plant(t, a, "one\n")
	plant(t, b, "two\n")
	setText(t, a, ids["one"], "one more")
	if r, err := b.Undo(ThisSession); err != nil || r.Label != "test" {
		t.Fatalf("%+v %v", r, err)
	}
	wantOutline(t, a, Root, "one more\n")
	if _, err := b.Undo(ThisDevice); err != nil { // whoever's was last
		t.Fatal(err)
	}
	wantOutline(t, a, Root, "one\n")
	if _, err := b.Undo(ThisSession); err != nil { // b has none left: the device's last
		t.Fatal(err)
	}
	wantOutline(t, a, Root, "")
	for _, want := range []string{"one\n", "one more\n", "one more\ntwo\n"} {
		if _, err := b.Redo(ThisSession); err != nil {
			t.Fatal(err)
		}
		wantOutline(t, a, Root, want)
	}
	mustVerify(t, a)
}

// A new action leaves nothing to redo, but for other sessions.
func TestRedoEndsWithANewActionOfItsScope(t *testing.T) {
	a, b := two(t)
	plant(t, a, "one\n")
	plant(t, b, "two\n")
	if _, err := a.Undo(ThisSession); err != nil {
		t.Fatal(err)
	}
	plant(t, b, "three\n")
	if _, err := b.Redo(ThisDevice); !errors.Is(err, ErrNothing) {
		t.Fatalf("redo on the device after an action on it: %v", err)
	}
	if _, err := a.Redo(ThisSession); err != nil {
		t.Fatal(err)
	}
	wantOutline(t, a, Root, "one\ntwo\nthree\n")
	if _, err := a.Undo(ThisSession); err != nil {
		t.Fatal(err)
	}
	plant(t, a, "four\n")
	if _, err := a.Redo(ThisSession); !errors.Is(err, ErrNothing) {
		t.Fatalf("redo in the session after an action in it: %v", err)
	}
}

// A text that another changed since keeps the other's change, or is left alone where the two cannot be told apart.
func TestUndoOfTextOthersChanged(t *testing.T) {
	for _, c := range []struct {
		name, base, mine, theirs, want string
	}{
		{"behind", "milk", "buy milk", "buy milk and bread", "milk and bread"},
		{"in front", "milk", "milk 2l", "2 x milk 2l", "2 x milk"},
		{"both ends", "milk", "buy milk now", "(buy milk now)", "(milk)"},
		{"theirs removes part of mine", "milk", "milk and bread", "milk bread", "milk"},
		{"theirs removes all", "milk", "milk and bread", "", "refused"},
		{"theirs inside mine", "milk", "milk and bread", "milk and brown bread", "refused"},
		{"theirs replaces mine", "milk", "oat milk", "soy milk", "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := two(t)
			id := plant(t, b, c.base+"\n")[c.base]
			setText(t, a, id, c.mine)
			setText(t, b, id, c.theirs)
			_, err := a.Undo(ThisSession)
			if c.want == "refused" {
				if !errors.Is(err, ErrChanged) {
					t.Fatalf("got %v and\n%s", err, outline(t, a, Root))
				}
				wantOutline(t, a, Root, c.theirs+"\n")
			} else {
				if err != nil {
					t.Fatal(err)
				}
				wantOutline(t, a, Root, c.want+"\n")
				if _, err := a.Redo(ThisSession); err != nil {
					t.Fatal(err)
				}
			}
			mustVerify(t, a)
		})
	}
}

// What others did since stays, and an undo that finds nothing to restore makes way for the one before it.
func TestUndoLeavesWhatOthersDid(t *testing.T) {
	a, b := two(t)
	ids := plant(t, b, "p\nq\nx\n")
	setText(t, a, ids["q"], "quite")
	do(t, a, func(e *Edit) error { return e.SetState(ids["x"], Doing) })
	do(t, b, func(e *Edit) error { return e.SetState(ids["x"], Done) })
	if _, err := a.Undo(ThisSession); !errors.Is(err, ErrChanged) {
		t.Fatalf("undo of a state another changed: %v", err)
	}
	if _, err := a.Undo(ThisSession); err != nil {
		t.Fatal(err)
	}
	wantOutline(t, a, Root, "p\nq\nx\n")

	do(t, a, func(e *Edit) error { return e.Move(ids["x"], ids["p"], Last) })
	do(t, b, func(e *Edit) error { return e.Move(ids["x"], ids["q"], Last) })
	if _, err := a.Undo(ThisSession); !errors.Is(err, ErrChanged) {
		t.Fatalf("undo of a move another moved on: %v", err)
	}
	wantOutline(t, a, Root, "p\nq\n\tx\n")

	made := plant(t, a, "made\n")["made"]
	do(t, b, func(e *Edit) error { return e.Move(ids["x"], made, Last) })
	if _, err := a.Undo(ThisSession); !errors.Is(err, ErrChanged) {
		t.Fatalf("undo of a creation that has another's children: %v", err)
	}
	wantOutline(t, a, Root, "p\nq\nmade\n\tx\n")
	mustVerify(t, a)
}

// The old parent was moved below the node, or its creation undone: the node stays where it can be seen.
func TestUndoOfAMoveToWhereItCannotBe(t *testing.T) {
	a, b := two(t)
	ids := plant(t, b, "p\n\tx\nq\n")
	do(t, a, func(e *Edit) error { return e.Move(ids["x"], ids["q"], Last) })
	do(t, b, func(e *Edit) error { return e.Move(ids["p"], ids["x"], Last) })
	if _, err := a.Undo(ThisSession); !errors.Is(err, ErrChanged) {
		t.Fatalf("undo into a cycle: %v", err)
	}
	wantOutline(t, a, Root, "q\n\tx\n\t\tp\n")

	home := plant(t, b, "home\n")["home"]
	do(t, a, func(e *Edit) error { return e.Move(ids["x"], home, Last) })
	do(t, a, func(e *Edit) error { return e.Move(ids["x"], ids["q"], Last) })
	if _, err := b.Undo(ThisSession); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Undo(ThisSession); !errors.Is(err, ErrChanged) {
		t.Fatalf("undo into a node that is not there any more: %v", err)
	}
	wantOutline(t, a, Root, "q\n\tx\n\t\tp\n")
	mustVerify(t, a)
}

// Two sessions do, undo and redo what they like: nothing panics, nothing gets lost, text stays text, and state is the fold of the log.
func TestSessionsAtRandom(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := two(t)
		trees := []*Tree{a, b}
		var ids []ID
		for range rapid.IntRange(5, 30).Draw(rt, "steps") {
			tree := rapid.SampledFrom(trees).Draw(rt, "session")
			node := func(label string) ID {
				if len(ids) == 0 {
					return Root
				}
				return rapid.SampledFrom(ids).Draw(rt, label)
			}
			var err error
			switch rapid.IntRange(0, 7).Draw(rt, "what") {
			case 0, 1:
				_, err = tree.Undo(Scope(rapid.IntRange(0, 1).Draw(rt, "scope")))
			case 2:
				_, err = tree.Redo(Scope(rapid.IntRange(0, 1).Draw(rt, "scope")))
			case 3, 4:
				id := Named(fmt.Sprint("n", len(ids)))
				_, err = tree.Do("create", func(e *Edit) error { return e.CreateID(id, node("parent"), Last, "node") })
				if err == nil {
					ids = append(ids, id)
				}
			case 5:
				_, err = tree.Do("move", func(e *Edit) error { return e.Move(node("node"), node("to"), First) })
			case 6:
				_, err = tree.Do("text", func(e *Edit) error { return e.SetText(node("node"), textGen.Draw(rt, "text")) })
			case 7:
				_, err = tree.Do("trash", func(e *Edit) error { return errors.Join(e.SetState(node("node"), Done), e.Trash(node("node"))) })
			}
			for _, fine := range []error{nil, ErrNothing, ErrChanged, ErrCycle, ErrBuiltin} {
				if errors.Is(err, fine) || err == fine {
					err = nil
				}
			}
			if err != nil {
				rt.Fatal(err)
			}
		}
		seen := strings.Count(outline(t, a, Root)+outline(t, a, Trash)+outline(t, a, Detached), "\n")
		if seen != len(ids) {
			rt.Fatalf("%d nodes hang somewhere, %d were made", seen, len(ids))
		}
		mustVerify(t, a)
	})
}

// A store that is opened in another place may be a copy: it goes on as another device, with clocks ahead of the first.
func TestACopyIsAnotherDevice(t *testing.T) {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	device := func() (d device) {
		t.Helper()
		err := db.View(func(s *store.Snapshot) error {
			ks, err := openSpaces(db)
			if err != nil {
				return err
			}
			me, err := readSelf(&ks, s)
			d = me.device
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	first := openOn(t, db, "")
	plant(t, first, "one\n")
	was := device()
	if openOn(t, db, ""); device() != was {
		t.Fatal("another device in the same place")
	}
	moved, err := Open(db, Options{Machine: "another", Now: first.opt.Now})
	if err != nil {
		t.Fatal(err)
	}
	if device() == was {
		t.Fatal("the same device on another machine")
	}
	plant(t, moved, "two\n")
	plant(t, first, "three\n") // the first process goes on with what the store says
	wantOutline(t, first, Root, "one\ntwo\nthree\n")
	err = first.View(func(v *View) error {
		logs := 0
		last := uint64(0)
		for e, err := range allLogs(&first.ks, v.r) {
			if err != nil {
				return err
			}
			if uint64(e.batch.stamp) <= last {
				t.Errorf("stamp %d after %d", e.batch.stamp, last)
			}
			last = uint64(e.batch.stamp)
			if logs++; logs == 2 && (len(e.batch.deps) != 1 || e.batch.deps[0] != (head{was, 1})) {
				t.Errorf("the new device follows %v", e.batch.deps)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	mustVerify(t, first)
}

// After a commit whose fate is not known the log tells.
func TestArrived(t *testing.T) {
	tree := open(t)
	var last *Edit
	r, err := tree.commit(intent{label: "x"}, func(e *Edit) error {
		last = e
		_, err := e.Create(Root, Last, "x")
		return err
	})
	if err != nil || r.Seq != 1 {
		t.Fatal(r, err)
	}
	if ok, err := tree.arrived(last); !ok || err != nil {
		t.Fatalf("arrived %v, %v", ok, err)
	}
	lost := *last
	lost.batch.seq++
	if ok, err := tree.arrived(&lost); ok || err != nil {
		t.Fatalf("a batch that is not in the log arrived: %v, %v", ok, err)
	}
	other := *last
	other.raw = append([]byte(nil), other.raw...)
	other.raw[len(other.raw)-1]++
	if ok, err := tree.arrived(&other); ok || err != nil {
		t.Fatalf("another batch of that number passed for it: %v, %v", ok, err)
	}
}
