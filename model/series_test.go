package model

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"arbor/store"
	"arbor/timeseries"

	"pgregory.net/rapid"
)

// bring brings what one device knows of all logs to another, whose state is folded again; it returns how many entries that changed.
func bring(t *rapid.T, from, to *Tree) int {
	err := from.db.View(func(s *store.Snapshot) error {
		return to.db.Update(func(tx *store.Tx) error {
			own, err := readSelf(&to.ks, tx)
			if err != nil {
				return err
			}
			for e, err := range s.Scan(from.ks.log, store.Range{}) {
				if err != nil {
					return err
				}
				have, err := tx.Get(to.ks.log, e.Key)
				if bytes.HasPrefix(e.Key, own.device[:]) || err == nil && len(have) >= len(e.Value) {
					continue // of which it has more
				}
				if err := tx.Put(to.ks.log, e.Key, e.Value); err != nil {
					return err
				}
			}
			return bringChunks(s, from, tx, to)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	n, err := Refold(t.Context(), to.db)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// bringChunks brings the objects that logs name by their hash.
func bringChunks(s *store.Snapshot, from *Tree, tx *store.Tx, to *Tree) error {
	a, err := from.db.Keyspace("timeseries.chunk")
	if err != nil {
		return err
	}
	b, err := to.db.Keyspace("timeseries.chunk")
	if err != nil {
		return err
	}
	for e, err := range s.Scan(a, store.Range{}) {
		if err == nil {
			err = tx.Put(b, e.Key, e.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// picture is what a tree shows of a series, by every policy and by its own.
func picture(t *rapid.T, tree *Tree, id ID) string {
	var out bytes.Buffer
	err := tree.View(func(v *View) error {
		n, err := v.Node(id)
		if err != nil {
			return err
		}
		own := n.Source()
		for _, p := range []timeseries.Policy{own.Merge, timeseries.Last, timeseries.All, timeseries.Sum, timeseries.Max, timeseries.Min} {
			fmt.Fprintf(&out, "\n%v", p)
			for s, err := range tree.ks.book.Range(v.Reader(), timeseries.Series{ID: own.ID, Merge: p}, math.MinInt64, math.MaxInt64) {
				if err != nil {
					return err
				}
				fmt.Fprintf(&out, " %d=%v", s.T, s.V)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// seriesStep does something at random to a series on one device.
func seriesStep(t *rapid.T, tree *Tree, id ID) {
	at, v := rapid.Int64Range(0, 6).Draw(t, "at"), float64(rapid.IntRange(0, 99).Draw(t, "v"))
	var err error
	switch rapid.IntRange(0, 8).Draw(t, "step") {
	case 0, 1, 2:
		_, err = tree.Do("log", func(e *Edit) error {
			return e.Log(id, timeseries.Sample{T: at, V: v}, timeseries.Sample{T: at + rapid.Int64Range(0, 1).Draw(t, "next"), V: v + 1})
		})
		if err == nil {
			seen(t, tree, id, at, v)
		}
	case 3:
		chunk, e := timeseries.EncodeChunk([]timeseries.Sample{{T: at, V: v}, {T: at, V: v + 1}, {T: at + 2, V: v}})
		if e != nil {
			t.Fatal(e)
		}
		_, err = tree.Do("put", func(e *Edit) error { return e.PutChunk(id, chunk) })
	case 4:
		_, err = tree.Do("correct", func(e *Edit) error { return e.Correct(id, timeseries.Sample{T: at, V: v}) })
		if err == nil {
			seen(t, tree, id, at, v)
		}
	case 5:
		to := at + rapid.Int64Range(1, 5).Draw(t, "to")
		_, err = tree.Do("remove", func(e *Edit) error { return e.RemoveSamples(id, at, to) })
		if got := samplesOf(t, tree, id, at, to); err == nil && len(got) > 0 {
			t.Fatalf("removed, and there: %v", got)
		}
	case 6:
		if _, err = tree.Undo(ThisDevice); errors.Is(err, ErrNothing) || errors.Is(err, ErrChanged) {
			err = nil
		}
	case 8:
		_, err = tree.Do("tidy", func(e *Edit) error {
			x := tidying{KeepRule{Step: "10min"}, timeseries.Series{ID: timeseries.ID(id)}, timeseries.Calendar{Zone: time.UTC}, DailyMean, e.batch.device.stream(), false}
			return x.tidy(e, id, at, at+rapid.Int64Range(1, 5).Draw(t, "to"))
		})
	case 7:
		if _, err = tree.Redo(ThisDevice); errors.Is(err, ErrNothing) || errors.Is(err, ErrChanged) {
			err = nil
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func samplesOf(t *rapid.T, tree *Tree, id ID, from, to int64) (out []timeseries.Sample) {
	err := tree.View(func(v *View) error {
		for s, err := range tree.ks.book.Range(v.Reader(), timeseries.Series{ID: timeseries.ID(id)}, from, to) {
			if err != nil {
				return err
			}
			out = append(out, s)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// seen: what was just written shows, whatever other devices have said; a second sample of the same action may lie above it.
func seen(t *rapid.T, tree *Tree, id ID, at int64, v float64) {
	if got := samplesOf(t, tree, id, at, at+1); len(got) != 1 || got[0].V != v && got[0].V != v+1 {
		t.Fatalf("%v was written at %d, and %v is seen", v, at, got)
	}
}

// TestSeriesOnManyDevices: devices log, import, correct, remove, undo and do again without knowing of each other, their clocks apart; in whatever
// order and how often their logs are exchanged, all of them show the same in the end, and hearing it again changes nothing.
func TestSeriesOnManyDevices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var trees []*Tree
		n := rapid.IntRange(2, 4).Draw(t, "devices")
		for i := range n {
			db, err := store.Open("", store.Options{Memory: true})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			clock := clockTime.Add(time.Duration(rapid.IntRange(-40, 40).Draw(t, "ahead")) * time.Minute)
			tree, err := Open(db, Options{Machine: fmt.Sprint("m", i), Location: time.UTC, Now: func() time.Time {
				clock = clock.Add(time.Second)
				return clock
			}})
			if err != nil {
				t.Fatal(err)
			}
			trees = append(trees, tree)
		}
		id, err := trees[0].SeriesNode("weight")
		if err != nil {
			t.Fatal(err)
		}
		for _, tree := range trees[1:] {
			bring(t, trees[0], tree)
		}
		for range rapid.IntRange(1, 14).Draw(t, "steps") {
			one := rapid.SampledFrom(trees).Draw(t, "on")
			if rapid.IntRange(0, 4).Draw(t, "hear") == 0 {
				if other := rapid.SampledFrom(trees).Draw(t, "of"); other != one {
					bring(t, other, one)
				}
				continue
			}
			seriesStep(t, one, id)
		}
		for range n { // until each has heard of all, by whatever way
			for _, from := range rapid.Permutation(trees).Draw(t, "order") {
				for _, to := range trees {
					if from != to {
						bring(t, from, to)
					}
				}
			}
		}
		want := picture(t, trees[0], id)
		for i, tree := range trees {
			if got := picture(t, tree, id); got != want {
				t.Fatalf("device %d shows%s\nand device 0%s", i, got, want)
			}
			if changed := bring(t, trees[(i+1)%n], tree); changed != 0 {
				t.Fatalf("hearing all again changed %d entries on device %d", changed, i)
			}
			if err := tree.Verify(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestLogAbove: what is logged in a time that was deleted, or at which a greater device has a sample, is seen, and goes when it is undone.
func TestLogAbove(t *testing.T) {
	tree := open(t)
	id, err := tree.SeriesNode("weight")
	if err != nil {
		t.Fatal(err)
	}
	values := func() (out []float64) {
		t.Helper()
		view(t, tree, func(v *View) error {
			for s, err := range tree.ks.book.Range(v.Reader(), timeseries.Series{ID: timeseries.ID(id), Merge: timeseries.All}, math.MinInt64, math.MaxInt64) {
				if err != nil {
					return err
				}
				out = append(out, s.V)
			}
			return nil
		})
		return out
	}
	step := func(fn func(*Edit) error, want ...float64) {
		t.Helper()
		do(t, tree, fn)
		if got := values(); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	step(func(e *Edit) error { return e.Log(id, timeseries.Sample{T: 1, V: 10}, timeseries.Sample{T: 2, V: 20}) }, 10, 20)
	step(func(e *Edit) error { return e.RemoveSamples(id, 0, 100) })
	step(func(e *Edit) error { return e.Log(id, timeseries.Sample{T: 2, V: 21}) }, 21)
	step(func(e *Edit) error { return e.Log(id, timeseries.Sample{T: 2, V: 22}) }, 21, 22)
	step(func(e *Edit) error { return e.Correct(id, timeseries.Sample{T: 2, V: 23}) }, 23)
	for _, want := range [][]float64{{21, 22}, {21}, {}, {10, 20}} {
		if _, err := tree.Undo(ThisSession); err != nil {
			t.Fatal(err)
		}
		if got := values(); !slices.Equal(got, want) {
			t.Errorf("undone: %v, want %v", got, want)
		}
	}
	mustVerify(t, tree)
}

// TestRedoHidesNothingNew: what another session logged after a removal was undone does not vanish when that is done again.
func TestRedoHidesNothingNew(t *testing.T) {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	a, b := openOn(t, db, "a"), openOn(t, db, "b")
	id, err := a.SeriesNode("weight")
	if err != nil {
		t.Fatal(err)
	}
	do(t, a, func(e *Edit) error { return e.Log(id, timeseries.Sample{T: 5, V: 1}) })
	do(t, a, func(e *Edit) error { return e.RemoveSamples(id, 0, 10) })
	for _, step := range []func(Scope) (Receipt, error){a.Undo, a.Undo, a.Redo, a.Redo, a.Undo} { // also of the sample itself
		if _, err := step(ThisSession); err != nil {
			t.Fatal(err)
		}
	}
	do(t, b, func(e *Edit) error { return e.Log(id, timeseries.Sample{T: 20, V: 2}) })
	if _, err := a.Redo(ThisSession); err != nil {
		t.Fatalf("what was logged elsewhere keeps the removal from being done again: %v", err)
	}
	if n := countSamples(t, a, id); n != 1 {
		t.Fatalf("%d samples after redo, want that of the other time", n)
	}
	if _, err := a.Undo(ThisSession); err != nil {
		t.Fatal(err)
	}
	do(t, b, func(e *Edit) error { return e.Log(id, timeseries.Sample{T: 6, V: 3}) })
	if _, err := a.Redo(ThisSession); !errors.Is(err, ErrChanged) {
		t.Errorf("redo gives %v", err)
	}
	if n := countSamples(t, a, id); n != 3 {
		t.Errorf("%d samples, want all 3", n)
	}
	mustVerify(t, a)
}
