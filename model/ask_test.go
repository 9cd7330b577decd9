package model

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"arbor/model/query"
	"arbor/store"
)

// sharing is two trees of one store: one that owns it and answers questions, and one of a client that asks.
func sharing(t *testing.T, opt Options) (owner, client *Tree) {
	t.Helper()
	dir := t.TempDir()
	var trees [2]*Tree
	for i, o := range []Options{{Weights: DefaultWeights()}, opt} {
		db, err := store.Open(dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		o.Session, o.Machine, o.Dir = fmt.Sprint(i), "m", dir
		if o.Location == nil {
			o.Location = time.UTC
		}
		o.Now = func() time.Time { return clockTime }
		if trees[i], err = Open(db, o); err != nil {
			t.Fatal(err)
		}
	}
	trees[0].Serve()
	return trees[0], trees[1]
}

// work fills a tree with tasks that stand in many ways.
func workload(r *rand.Rand, n int) func(*Edit) error {
	return func(e *Edit) error {
		ids := []ID{Root}
		for i := range n {
			id, err := e.Create(ids[r.IntN(len(ids))], Last, []string{"milk", "bread #x", "read #prio=3", "see [[milk]]"}[r.IntN(4)])
			if err != nil {
				return err
			}
			ids = append(ids, id)
			for err == nil && r.IntN(2) == 0 {
				switch r.IntN(6) {
				case 0:
					err = e.SetState(id, State(r.IntN(int(Cancelled)+1)))
				case 1:
					err = e.SetDue(id, Date{T: clockTime.AddDate(0, 0, r.IntN(60)-30).Truncate(24 * time.Hour), AllDay: true})
				case 2:
					err = e.AddTag(id, []string{"x", "next", "home"}[r.IntN(3)])
				case 3:
					err = e.SetField(id, "prio", fmt.Sprint(r.IntN(9)))
				case 4:
					err = e.AddArrow(id, ids[1+r.IntN(i+1)], Depends)
				case 5:
					err = e.SetWait(id, Date{T: clockTime.AddDate(0, 0, r.IntN(10)-5)})
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// TestAsk: a client that the owner answers finds what it finds by itself, also after changes by either, and asks rather than make a sheet.
func TestAskOwner(t *testing.T) {
	owner, client := sharing(t, Options{Weights: DefaultWeights()})
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 6 {
		tree := []*Tree{owner, client}[round%2]
		do(t, tree, workload(r, 40))
		if err := owner.warm(); round < 3 && err != nil { // afterwards it follows what it has
			t.Fatal(err)
		}
		for _, text := range []string{"", "milk", "+x", "tag:x", "is:ready sort:urgency", "due:any sort:-due limit:7", "due<fri", "is:open group:tag", "under:(+x) or mil", "not is:task", `"ad #"`} {
			q, err := query.Parse(text, clockTime)
			if err != nil {
				t.Fatal(err)
			}
			var want, got [2]any
			for i, v := range []*[2]any{&want, &got} {
				tree := []*Tree{owner, client}[i]
				err := tree.View(func(view *View) error {
					ids, err := view.Meant(q)
					if err != nil {
						return err
					}
					next, ready, err := view.Next(q, tree.opt.Weights, clockTime, 5)
					*v = [2]any{ids, fmt.Sprint(ready, next)}
					for n, err := range view.Select(q) {
						path, pathErr := view.Path(n.ID)
						short, shortErr := view.ShortID(n.ID)
						if err := errors.Join(err, pathErr, shortErr); err != nil {
							return err
						}
						v[1] = fmt.Sprint(v[1], n, path, short)
					}
					if i == 1 && (view.unanswered || view.sheet != nil) {
						t.Errorf("round %d, %q: the owner was not asked, or does not answer", round, text)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("round %d, %q: the client has %v, the owner %v", round, text, got, want)
			}
		}
	}
}

// TestAskInVain: with other settings than the owner's, or before the owner has the facts at hand, a client finds out by itself.
func TestAskInVain(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for name, opt := range map[string]Options{
		"cold": {}, "weights": {Weights: Weights{"due": -3}}, "states": {States: []string{"someday"}}, "zone": {Location: zone},
	} {
		owner, client := sharing(t, opt)
		do(t, owner, workload(rand.New(rand.NewPCG(3, 4)), 30))
		if name != "cold" {
			if err := owner.warm(); err != nil {
				t.Fatal(err)
			}
		}
		q, err := query.Parse("sort:urgency", clockTime.In(client.opt.Location))
		if err != nil {
			t.Fatal(err)
		}
		if err := client.View(func(v *View) error {
			ids, err := v.Meant(q)
			if !v.unanswered || len(ids) != 30 {
				t.Errorf("%s: %d nodes, unanswered: %v", name, len(ids), v.unanswered)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzAnswer: whatever a question is, it is answered, or not, and nothing else happens.
func FuzzAnswer(f *testing.F) {
	tree := open(f)
	do(f, tree, workload(rand.New(rand.NewPCG(5, 6)), 20))
	tree.Serve()
	if err := tree.warm(); err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{"", "milk", "due<fri sort:urgency limit:3", "(", "under:x"} {
		for kind := range byte(3) {
			b := appendBytes([]byte{questionVersion, kind}, text)
			b = append(b, make([]byte, 16)...)
			for _, mark := range []uint64{zoneMark(time.UTC), tree.settingsMark(tree.opt.Weights)} {
				b = append(b, byte(mark>>56), byte(mark>>48), byte(mark>>40), byte(mark>>32), byte(mark>>24), byte(mark>>16), byte(mark>>8), byte(mark))
			}
			f.Add(append(b, 3))
		}
	}
	f.Fuzz(func(t *testing.T, question []byte) {
		_ = tree.View(func(v *View) error {
			answer, ok, err := v.answer(slices.Clone(question))
			if ok && err != nil || !ok && len(answer) > 0 && err == nil {
				t.Errorf("answer %q, %v, %v", answer, ok, err)
			}
			return nil
		})
	})
}

// TestZoneMark: a zone is known by what it does, not by its name.
func TestZoneMark(t *testing.T) {
	marks := map[uint64]string{}
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := marks[zoneMark(loc)]; ok {
			t.Errorf("%s is taken for %s", name, other)
		}
		marks[zoneMark(loc)] = name
	}
	if zoneMark(time.FixedZone("elsewhere", 0)) != zoneMark(time.UTC) {
		t.Error("no change of clocks, no offset: that is UTC by another name")
	}
}
