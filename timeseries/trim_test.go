package timeseries

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"arbor/store"

	"pgregory.net/rapid"
)

// trim trims a stream, compares what comes of it with the plain account, and perhaps puts it back as a chunk, as undo does.
func (g *rig) trim(t *rapid.T, id ID, o oracle, put map[Hash]bool, device uint64, from, to int64) {
	var want []held
	for _, x := range o[device] {
		if !x.dead && from <= x.T && x.T < to {
			want = append(want, x)
		}
	}
	slices.SortStableFunc(want, func(a, b held) int { return cmp.Compare(a.T, b.T) })
	if len(want) > MaxChunk {
		end := want[MaxChunk].T
		want = want[:slices.IndexFunc(want, func(x held) bool { return x.T == end })]
		to = end
	}
	var got []Sample
	g.update(t, func(tx *store.Tx) (err error) {
		got, err = g.b.Trim(tx, id, device, from, to)
		return err
	})
	same := func(a held, b Sample) bool { return a.T == b.T && math.Float64bits(a.V) == math.Float64bits(b.V) }
	if !slices.EqualFunc(want, got, same) {
		t.Fatalf("trimmed [%d, %d) of device %d: %v, want %v", from, to, device, got, want)
	}
	o[device] = slices.DeleteFunc(o[device], func(x held) bool { return !x.dead && from <= x.T && x.T < to && len(want) > 0 })
	if len(got) == 0 || rapid.Bool().Draw(t, "for good") {
		return
	}
	chunk, err := EncodeChunk(got)
	if err != nil {
		t.Fatal(err)
	}
	h := HashChunk(chunk)
	if put[h] {
		return
	}
	put[h] = true
	g.update(t, func(tx *store.Tx) error {
		_, err := g.b.PutChunk(tx, id, device, chunk)
		return err
	})
	for _, x := range got {
		o[device] = append(o[device], held{Sample: x, chunk: h})
	}
}

// TestTrimBounds: no more than a chunk at a time, of whole times, and nothing of a time that has more.
func TestTrimBounds(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{1}
	var xs []Sample
	for i := range 3 * MaxChunk {
		xs = append(xs, Sample{int64(i / 2), float64(i)})
	}
	for part := range slices.Chunk(xs, MaxChunk/2) {
		g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, 1, part) })
	}
	for _, want := range []int{MaxChunk, MaxChunk, MaxChunk, 0} {
		g.update(t, func(tx *store.Tx) error {
			got, err := g.b.Trim(tx, id, 1, 0, math.MaxInt64)
			if len(got) != want {
				t.Errorf("trimmed %d, want %d", len(got), want)
			}
			return err
		})
	}
	g.checkLevels(t, id)
	for range 3 {
		g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, 1, make([]Sample, MaxChunk/2+1)) })
	}
	g.update(t, func(tx *store.Tx) error {
		got, err := g.b.Trim(tx, id, 1, 0, 1)
		if len(got) > 0 {
			t.Errorf("trimmed %d of one time", len(got))
		}
		return err
	})
}

// TestWritten: what a device wrote itself, without what marks hide and without what they say.
func TestWritten(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{1}
	g.update(t, func(tx *store.Tx) error {
		for _, x := range []struct {
			device  uint64
			samples []Sample
		}{{1, []Sample{{1, 1}, {2, 2}, {2, 3}, {4, 4}, {6, 6}}}, {2, []Sample{{2, 9}, {3, 9}}}} {
			if err := g.b.Append(tx, id, x.device, x.samples); err != nil {
				return err
			}
		}
		for _, m := range []Mark{{From: 4, To: 5, Stamp: 1, Device: 1, Hides: true, Has: true, V: 40}, {From: 5, To: 6, Stamp: 2, Device: 1, Has: true, V: 5}} {
			if _, err := g.b.PutMark(tx, id, m); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range []struct {
		merge Policy
		want  []Sample
	}{{Last, []Sample{{1, 1}, {2, 3}, {6, 6}}}, {Sum, []Sample{{1, 1}, {2, 3}, {6, 6}}}, {All, []Sample{{1, 1}, {2, 2}, {2, 3}, {6, 6}}}} {
		err := g.db.View(func(r *store.Snapshot) error {
			var got []Sample
			for x, err := range g.b.Written(r, Series{id, c.merge}, 1, math.MinInt64, math.MaxInt64) {
				if err != nil {
					return err
				}
				got = append(got, x)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v: %v, want %v", c.merge, got, c.want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
