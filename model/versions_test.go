package model

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"arbor/store"
	"arbor/timeseries"

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
			checkHappened(rt, h.tree, id, all[id])
		}
		checkSince(rt, h.tree, all)
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
			if !slices.Contains([]string{"under", "arrows", "interval", "sample", "samples"}, c.What) { // it stays where it stands, ends of arrows may be gone, and what happened did
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

// checkHappened: the changes of all versions of a node together say which intervals and samples it has.
func checkHappened(rt *rapid.T, tree *Tree, id ID, all []Version) {
	if len(all) == 0 {
		return
	}
	var got, want []string
	for _, c := range Differ(&Version{}, &all[len(all)-1]) {
		if c.What == "interval" || c.What == "sample" {
			got = append(got, c.After)
		}
	}
	if err := tree.View(func(v *View) error {
		for e, err := range v.Events(id, Interval) {
			if err != nil {
				return err
			}
			want = append(want, e.words())
		}
		for s, err := range tree.ks.book.Range(v.Reader(), timeseries.Series{ID: timeseries.ID(id)}, math.MinInt64, math.MaxInt64) {
			if err != nil {
				return err
			}
			want = append(want, fmt.Sprintf("%s %v", time.Unix(0, s.T).UTC().Format(time.RFC3339Nano), s.V))
		}
		return nil
	}); err != nil {
		rt.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		rt.Fatalf("to node %s happened %q, its history says %q", id, want, got)
	}
}

// checkSince: what has changed since any time is, of each node that is there, its last version, if that is of then or later, and the last before.
func checkSince(rt *rapid.T, tree *Tree, all map[ID][]Version) {
	var times []time.Time
	for _, versions := range all {
		for _, ver := range versions {
			times = append(times, ver.At)
		}
	}
	if len(times) == 0 {
		return
	}
	slices.SortFunc(times, time.Time.Compare)
	at := rapid.SampledFrom(times).Draw(rt, "since")
	want := map[ID][2]string{}
	for id, versions := range all {
		before := ""
		for _, ver := range versions {
			if ver.At.Before(at) {
				before = ver.Name
			}
		}
		if n := len(versions); n > 0 && versions[n-1].Name != before {
			want[id] = [2]string{before, versions[n-1].Name}
		}
	}
	got := map[ID][2]string{}
	if err := tree.View(func(v *View) error {
		found, err := v.Since(at, nil)
		for _, b := range found {
			if _, known := all[b.ID]; known { // the others came before and are gone
				got[b.ID] = [2]string{b.Before.Name, b.After.Name}
			}
		}
		return err
	}); err != nil {
		rt.Fatal(err)
	}
	if !maps.Equal(got, want) {
		rt.Fatalf("changed since %v: %v, want %v", at, got, want)
	}
}

// TestVersionNames: the versions of two other devices whose ids begin alike have different names, as long as that takes and no longer.
func TestVersionNames(t *testing.T) {
	tree := open(t)
	id := addLine(t, tree, Root, "x")
	devices := []device{{0xab, 0xcd, 0xef, 1}, {0xab, 0xcd, 0xef, 2}}
	if err := tree.db.Update(func(tx *store.Tx) error {
		me, err := readSelf(&tree.ks, tx)
		if err != nil {
			return err
		}
		for e, err := range tx.Scan(tree.ks.log, store.Prefix(me.device[:])) {
			if err != nil {
				return err
			}
			for _, d := range devices {
				if err := tx.Put(tree.ks.log, append(slices.Clone(d[:]), e.Key[len(d):]...), e.Value); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := tree.View(func(v *View) error {
		names, err := v.versionNames()
		if err != nil {
			return err
		}
		for i, want := range []string{"abcdef01-1", "abcdef02-1"} {
			if got := names.of(&batch{device: devices[i], seq: 1}); got != want {
				t.Errorf("a version of device %d is called %s, want %s", i, got, want)
			}
		}
		_, err = v.VersionOf(id, "1")
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
