package model

import (
	"errors"
	"slices"
	"testing"

	"arbor/store"

	"pgregory.net/rapid"
)

// TestVersions: after any history the last version of each node is what it is now, the changes lead from one to the next, and any version
// can be had back, by one step of undo.
func TestVersions(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		db, err := store.Open("", store.Options{Memory: true})
		if err != nil {
			rt.Fatal(err)
		}
		defer db.Close()
		h := &history{t: rt, tb: t, db: db, plain: newPlain(), at: clockTime}
		h.reopen()
		_, times := readPlain(t, h.tree)
		h.past = []moment{{h.plain.clone(), times}}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			switch rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0:
				h.travel(false)
			case 1:
				h.travel(true)
			default:
				h.step()
			}
		}
		all := map[ID][]Version{}
		for id := range h.plain.nodes {
			all[id] = versionsOf(rt, h.tree, id)
			checkLast(rt, h.tree, id, all[id])
		}
		id, ok := h.pick("node", func(id ID) bool { return !builtin(id) && len(all[id]) > 0 })
		if !ok {
			return
		}
		want := rapid.SampledFrom(all[id]).Draw(rt, "version")
		r, err := h.tree.Do("return", func(e *Edit) error { return e.Return(id, &want) })
		if err != nil {
			rt.Fatal(err)
		}
		now := versionsOf(rt, h.tree, id)
		last := now[len(now)-1]
		for _, c := range Differ(&want, &last) {
			if c.What != "under" && c.What != "arrows" { // it stays where it stands, and ends of arrows may be gone
				rt.Fatalf("after the return to %s %s is %q, want %q", want.Name, c.What, c.After, c.Before)
			}
		}
		if r.Seq != 0 {
			if _, err := h.tree.Undo(ThisSession); err != nil {
				rt.Fatal(err)
			}
			h.check(false)
		}
	})
}

func versionsOf(rt *rapid.T, tree *Tree, id ID) (all []Version) {
	if err := tree.View(func(v *View) error {
		for ver, err := range v.History(id) {
			if err != nil {
				return err
			}
			all = append(all, ver)
		}
		if len(all) > 0 {
			i := len(all) / 2
			ver, err := v.VersionOf(id, all[i].Name)
			if err != nil || ver.At != all[i].At || !slices.Equal(ver.Changes, all[i].Changes) {
				rt.Fatalf("version %s of %s: %v", all[i].Name, id, err)
			}
		}
		if _, err := v.VersionOf(id, "999999"); !errors.Is(err, ErrNoVersion) {
			rt.Fatalf("a version that is not there: %v", err)
		}
		return nil
	}); err != nil {
		rt.Fatal(err)
	}
	return all
}

func checkLast(rt *rapid.T, tree *Tree, id ID, all []Version) {
	if len(all) == 0 {
		return
	}
	last := all[len(all)-1]
	if err := tree.View(func(v *View) error {
		n, err := v.Node(id)
		if err != nil {
			return err
		}
		note, err := v.Note(id)
		if err != nil {
			return err
		}
		if diff := Differ(&last, &Version{Node: n, Note: note}); len(diff) > 0 {
			rt.Fatalf("the last version of %s differs from what it is: %q", id, diff)
		}
		ver, ok, err := v.VersionAt(id, last.At)
		if !ok || ver.Name != last.Name {
			rt.Fatalf("the version of %s at %v is %s", id, last.At, ver.Name)
		}
		return err
	}); err != nil {
		rt.Fatal(err)
	}
}
