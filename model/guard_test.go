package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/store"

	"pgregory.net/rapid"
)

// watched opens a tree with a guard, and another on the same store without one.
func watched(t testing.TB, g *Guard) (guarded, free *Tree) {
	t.Helper()
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	free = openOn(t, db, "free")
	opt := free.opt
	opt.Session, opt.Guard = "guarded", g
	if guarded, err = Open(db, opt); err != nil {
		t.Fatal(err)
	}
	return guarded, free
}

// said puts happenings into words: the kind, and the text before and after.
func said(all []Happening) string {
	var b strings.Builder
	for _, h := range all {
		was := "-"
		if h.Before != nil {
			was = h.Before.Text
		}
		fmt.Fprintf(&b, "%v %s>%s\n", h.Kind, was, h.After.Text)
	}
	return b.String()
}

func TestGuardSeesWhatHappens(t *testing.T) {
	var asked, told []Happening
	tree, _ := watched(t, &Guard{
		Ask:  func(_ string, all []Happening) error { asked = all; return nil },
		Tell: func(_ string, all []Happening) { told = all },
	})
	var a, b ID
	for _, step := range []struct {
		name string
		fn   func(*Edit) error
		want string
	}{
		{"add", func(e *Edit) (err error) {
			if a, err = e.Create(Root, Last, "a"); err == nil {
				b, err = e.Create(a, Last, "b")
			}
			return err
		}, "add ->a\nadd ->b\n"},
		{"change", func(e *Edit) error { return e.SetText(a, "A") }, "change a>A\n"},
		{"same", func(e *Edit) error { return e.SetText(a, "A") }, ""},
		{"note", func(e *Edit) error { return e.SetNote(b, "to remember") }, "change b>b\n"},
		{"start", func(e *Edit) error { _, err := e.Start(b, time.Unix(1000, 0), "", false); return err }, "start b>b\n"},
		{"done", func(e *Edit) error { return e.SetState(b, Done) }, "done b>b\n"},
		{"repeating", func(e *Edit) error {
			return errors.Join(e.SetField(a, "rec", "weekly"), e.SetDue(a, Date{T: time.Unix(1e9, 0).UTC().Truncate(24 * time.Hour), AllDay: true}))
		}, "change A>A\n"},
		{"occurrence", func(e *Edit) error { _, err := e.Finish(a, Done, time.Unix(1e9, 0)); return err }, ""},
		{"remove", func(e *Edit) error { return e.Trash(a) }, "remove A>A\n"},
	} {
		asked, told = nil, nil
		if _, err := tree.Do(step.name, step.fn); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if step.name == "occurrence" { // b goes with it, to be done again
			if len(asked) == 0 || asked[0].Kind != Completes || asked[0].After.State == Done {
				t.Fatalf("occurrence: %s", said(asked))
			}
			continue
		}
		if got := said(asked); got != step.want || said(told) != step.want {
			t.Fatalf("%s: asked\n%stold\n%swant\n%s", step.name, got, said(told), step.want)
		}
		if step.name == "note" && (!asked[0].Noted || asked[0].Note != "to remember") {
			t.Fatalf("note: %+v", asked[0])
		}
	}
	mustVerify(t, tree)
}

// What the guard was asked about is what is made, down to the ids; and to be asked changes nothing.
func TestGuardIsAskedAboutWhatIsMade(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var asked, told []Happening
		refuse := false
		refused := errors.New("no")
		g := &Guard{
			Ask: func(_ string, all []Happening) error {
				asked = slices.Clone(all)
				if refuse {
					return refused
				}
				return nil
			},
			Tell: func(_ string, all []Happening) { told = slices.Clone(all) },
		}
		tree, _ := watched(t, g)
		ids := []ID{Root}
		for range rapid.IntRange(1, 12).Draw(rt, "actions") {
			refuse = rapid.IntRange(0, 3).Draw(rt, "refused") == 0
			asked, told = nil, nil
			before := dump(t, tree)
			var made []ID
			n := rapid.IntRange(1, 4).Draw(rt, "nodes")
			at := rapid.SampledFrom(ids).Draw(rt, "at")
			_, err := tree.Do("act", func(e *Edit) error {
				made = nil
				for i := range n {
					id, err := e.Create(at, Last, fmt.Sprint("node ", i))
					if err != nil {
						return err
					}
					made = append(made, id)
				}
				if at != Root {
					return e.SetField(at, "prio", fmt.Sprint(n))
				}
				return nil
			})
			if refuse {
				if !errors.Is(err, refused) || dump(t, tree) != before || told != nil {
					t.Fatalf("refused: %v; told %v", err, told)
				}
				continue
			}
			if err != nil || !alike(asked, told) {
				t.Fatalf("%v: asked about\n%s, made\n%s", err, said(asked), said(told))
			}
			ids = append(ids, made...)
			for _, id := range made {
				if !slices.ContainsFunc(asked, func(h Happening) bool { return h.After.ID == id }) {
					t.Fatalf("%s was made, the guard was asked about\n%s", id, said(asked))
				}
			}
		}
		mustVerify(t, tree)
	})
}

// dump is all that is in the store, but for the marks of a replica.
func dump(t testing.TB, tree *Tree) string {
	t.Helper()
	var b strings.Builder
	err := tree.View(func(v *View) error {
		for _, ks := range []store.Keyspace{tree.ks.nodes, tree.ks.places, tree.ks.terms, tree.ks.log, tree.ks.meta} {
			for kv, err := range v.r.Scan(ks, store.Range{}) {
				if err != nil {
					return err
				}
				fmt.Fprintf(&b, "%x=%x\n", kv.Key, kv.Value)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Who changes the node meanwhile has the guard asked again; for ever is too long.
func TestGuardIsAskedAgainWhereOthersCome(t *testing.T) {
	var free *Tree
	var id ID
	meddle, asked := 1, 0
	g := &Guard{Ask: func(_ string, all []Happening) error {
		if asked++; meddle > 0 && id != (ID{}) {
			meddle--
			if _, err := free.Do("meddle", func(e *Edit) error { return e.SetText(id, fmt.Sprint("meddled ", meddle)) }); err != nil {
				return err
			}
		}
		return nil
	}}
	tree, other := watched(t, g)
	free = other
	id = plant(t, tree, "one\n")["one"]
	asked = 0
	tag := func(e *Edit) error { return e.AddTag(id, "x") }
	if _, err := tree.Do("tag", tag); err != nil || asked != 2 {
		t.Fatalf("asked %d times: %v", asked, err)
	}
	meddle, asked = 1000, 0
	_, err := tree.Do("untag", func(e *Edit) error { return e.RemoveTag(id, "x") })
	if !errors.Is(err, ErrChanged) || asked != maxGuarded {
		t.Fatalf("asked %d times: %v", asked, err)
	}
	meddle = 0
	if _, err := tree.Undo(ThisSession); err != nil { // nobody is asked
		t.Fatal(err)
	}
	mustVerify(t, tree)
}

// What the guard adds is part of the action.
func TestGuardAdds(t *testing.T) {
	g := &Guard{Then: func(e *Edit, all []Happening) error {
		for _, h := range all {
			switch {
			case h.After.Text == "bad":
				return errors.New("not this one")
			case h.Kind == Completes:
				if _, err := e.Create(Root, Last, "file "+h.After.Text); err != nil {
					return err
				}
			}
		}
		return nil
	}}
	var asked string
	g.Ask = func(_ string, all []Happening) error { asked = said(all); return nil }
	tree, _ := watched(t, g)
	id := plant(t, tree, "bill\n")["bill"]
	do(t, tree, func(e *Edit) error { return e.SetState(id, Done) })
	if want := "done bill>bill\nadd ->file bill\n"; asked != want {
		t.Fatalf("asked about\n%swant\n%s", asked, want)
	}
	wantOutline(t, tree, Root, "bill\nfile bill\n")
	if _, err := tree.Undo(ThisSession); err != nil {
		t.Fatal(err)
	}
	wantOutline(t, tree, Root, "bill\n")
	if _, err := tree.Do("bad", func(e *Edit) error { return e.SetText(id, "bad") }); err == nil || err.Error() != "not this one" {
		t.Fatal(err)
	}
	wantOutline(t, tree, Root, "bill\n")
	mustVerify(t, tree)
}

// A refused import leaves nothing, whichever part is refused; one that passes is told of once, when all of it is there.
func TestGuardOfImports(t *testing.T) {
	var seen, told, refuseAt int
	refused := errors.New("no")
	g := &Guard{
		Ask: func(_ string, all []Happening) error {
			seen += len(all)
			if refuseAt > 0 && seen >= refuseAt {
				return refused
			}
			return nil
		},
		Tell: func(_ string, all []Happening) { told = len(all) },
	}
	tree, free := watched(t, g)
	const nodes, text = 3000, 100
	bring := func() error {
		_, err := tree.Import("bring", func(im *Importer) error {
			top, err := im.Create(Root, "top", 0, nil)
			for i := range nodes - 1 {
				if err == nil {
					_, err = im.Create(top, fmt.Sprintf("%0*d", text, i), 0, nil)
				}
			}
			return err
		})
		return err
	}
	for _, refuseAt = range []int{1, nodes / 2, nodes} {
		seen = 0
		if err := bring(); !errors.Is(err, refused) {
			t.Fatalf("refused at %d: %v", refuseAt, err)
		}
		wantOutline(t, free, Root, "")
	}
	refuseAt, seen = 0, 0
	if err := bring(); err != nil || seen != nodes || told != nodes {
		t.Fatalf("asked about %d nodes, told of %d, want %d: %v", seen, told, nodes, err)
	}

	// Changes of many nodes that were there show part by part: all of them pass, or none is made.
	var ids []ID
	if err := free.View(func(v *View) error {
		for c, err := range v.Children(Root) {
			if err != nil {
				return err
			}
			for d, err := range v.Children(c.ID) {
				if err != nil {
					return err
				}
				ids = append(ids, d.ID)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	change := func() error {
		_, err := tree.Import("change", func(im *Importer) error {
			for _, id := range ids {
				im.Change(256, func(e *Edit) error { return e.AddTag(id, "seen") })
			}
			return nil
		})
		return err
	}
	tagged := func() (n int) {
		if err := free.View(func(v *View) error {
			for _, id := range ids {
				n1, err := v.Node(id)
				if err != nil {
					return err
				}
				if n1.HasTag("seen") {
					n++
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	seen, refuseAt = 0, len(ids)
	if err := change(); !errors.Is(err, refused) || tagged() != 0 {
		t.Fatalf("%d of %d nodes changed: %v", tagged(), len(ids), err)
	}
	seen, refuseAt = 0, 0
	if err := change(); err != nil || tagged() != len(ids) || seen != len(ids) || told != len(ids) {
		t.Fatalf("%d of %d nodes changed, asked about %d, told of %d: %v", tagged(), len(ids), seen, told, err)
	}
	mustVerify(t, tree)
}
