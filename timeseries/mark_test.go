package timeseries

import (
	"errors"
	"math"
	"testing"

	"arbor/store"
)

func (g *rig) mark(t testing.TB, id ID, m Mark) {
	t.Helper()
	g.update(t, func(tx *store.Tx) error { _, err := g.b.PutMark(tx, id, m); return err })
}

// TestMarksAreLocal: what is corrected and deleted costs where it is, and nowhere else.
func TestMarksAreLocal(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{3}
	const n, sec = 200 * MaxChunk, int64(1e9)
	g.fillSteady(t, id, 1, n)
	whole := []int64{math.MinInt64, math.MaxInt64}
	g.mark(t, id, Mark{From: 5 * sec, To: 5*sec + 1, Stamp: 7, Device: 1, Hides: true, Has: true, V: 1e6})
	if got := g.chunksRead(t, id, whole); got != 1 {
		t.Errorf("with one sample corrected the span decodes %d chunks", got)
	}
	g.mark(t, id, Mark{From: 50*MaxChunk*sec + 1, To: 150 * MaxChunk * sec, Stamp: 8, Device: 1, Hides: true})
	if got := g.chunksRead(t, id, whole); got > 3 {
		t.Errorf("with half of it deleted the span decodes %d chunks", got)
	}
	b := g.buckets(t, id, whole)[0]
	if want := int64(n - 100*MaxChunk + 1); b.N != want || b.Max != 1e6 {
		t.Errorf("it has %d samples up to %v, want %d", b.N, b.Max, want)
	}
}

// TestCorrection: what was corrected stays corrected whoever has the greatest id, and a later word is above an earlier one.
func TestCorrection(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{1}
	for _, d := range []uint64{9, 2} {
		g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, d, []Sample{{5, float64(d)}, {6, 1}}) })
	}
	fix := func(stamp uint64, v float64) Mark {
		return Mark{From: 5, To: 6, Stamp: stamp, Device: 2, Hides: true, Has: true, V: v}
	}
	seen := func(p Policy, want ...float64) {
		t.Helper()
		got := g.read(t, Series{id, p}, 5, 6)
		for i, x := range got {
			if i >= len(want) || x.V != want[i] {
				t.Errorf("%v: seen %v, want %v", p, got, want)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%v: seen %v, want %v", p, got, want)
		}
	}
	seen(Last, 9)
	seen(Sum, 11)
	g.mark(t, id, fix(20, 4))
	for p := Last; p < policies; p++ {
		seen(p, 4)
	}
	g.mark(t, id, fix(10, 3)) // comes in later, but was said before
	seen(Last, 4)
	g.mark(t, id, Mark{From: 0, To: 100, Stamp: 30, Device: 1, Hides: true})
	seen(Last)
	if beneath := g.beneath(t, id, 2, 5); !beneath {
		t.Error("what is written where all was deleted is to lie above that")
	}
	g.mark(t, id, Mark{From: 5, To: 6, Stamp: 31, Device: 2, Has: true, V: 8})
	g.mark(t, id, Mark{From: 5, To: 6, Stamp: 32, Device: 9, Has: true, V: 8})
	seen(Last, 8)
	seen(All, 8, 8)
	seen(Sum, 16)
}

func (g *rig) beneath(t testing.TB, id ID, device uint64, at int64) (beneath bool) {
	t.Helper()
	err := g.db.View(func(s *store.Snapshot) (err error) {
		beneath, err = g.b.Beneath(s, Series{ID: id}, device, at)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return beneath
}

func TestBeneath(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{1}
	chunk, err := EncodeChunk([]Sample{{3, 1}, {7, 1}})
	if err != nil {
		t.Fatal(err)
	}
	g.update(t, func(tx *store.Tx) error {
		if _, err := g.b.PutChunk(tx, id, 5, chunk); err != nil {
			return err
		}
		return g.b.Append(tx, id, 5, []Sample{{5, 1}})
	})
	for _, c := range []struct {
		device uint64
		at     int64
		want   bool
	}{{4, 5, true}, {4, 3, true}, {4, 7, true}, {4, 4, false}, {5, 5, false}, {6, 3, false}} {
		if got := g.beneath(t, id, c.device, c.at); got != c.want {
			t.Errorf("device %d at %d: beneath %v", c.device, c.at, got)
		}
	}
}

func TestBadMarks(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	for _, m := range []Mark{{}, {From: 1, To: 2}, {From: 2, To: 2, Hides: true}, {From: 1, To: 5, Has: true}, {From: 5, To: 1, Hides: true}} {
		err := g.db.Update(func(tx *store.Tx) error { _, err := g.b.PutMark(tx, ID{}, m); return err })
		if !errors.Is(err, ErrMark) {
			t.Errorf("%+v gives %v", m, err)
		}
	}
}

func FuzzMark(f *testing.F) {
	for _, m := range []Mark{{From: -3, To: 9, Stamp: 1 << 60, Device: 4, N: 2, Hides: true}, {From: 1, To: 2, Has: true, V: -1.5}} {
		f.Add(m.key(ID{1}), m.value())
	}
	f.Fuzz(func(t *testing.T, k, v []byte) {
		m, err := decodeMark(k, v)
		if err != nil {
			return
		}
		again, err := decodeMark(m.key(ID(k[:8])), m.value())
		if err != nil || math.Float64bits(again.V) != math.Float64bits(m.V) {
			t.Fatalf("%+v becomes %+v, %v", m, again, err)
		}
		if again.V = m.V; m.V == m.V && again != m {
			t.Fatalf("%+v becomes %+v", m, again)
		}
	})
}
