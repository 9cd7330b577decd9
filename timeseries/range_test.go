package timeseries

import (
	"math"
	"slices"
	"testing"

	"arbor/store"
)

// TestRangeInParts reads what lies in more chunks than are listed at once, of two devices, with a chunk and a tail that reach over all of them,
// whole, in part, and only its beginning.
func TestRangeInParts(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id, o := ID{3}, oracle{}
	put := func(device uint64, xs ...Sample) {
		g.update(t, func(tx *store.Tx) error {
			chunk, err := EncodeChunk(xs)
			if err == nil {
				_, err = g.b.PutChunk(tx, id, device, chunk)
			}
			return err
		})
		for _, x := range xs {
			o[device] = append(o[device], held{Sample: x})
		}
	}
	const n = 1300
	for i := range int64(n) {
		put(1+uint64(i%2), Sample{i * 10, float64(i)}, Sample{i*10 + 5, 1}, Sample{i*10 + 12, 2})
	}
	put(1, Sample{3, 7}, Sample{5000, 8}, Sample{9*n + 3, 9})
	late := []Sample{{4, 1}, {6000, 2}, {10 * n, 3}}
	g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, 2, late) })
	for _, x := range late {
		o[2] = append(o[2], held{Sample: x})
	}
	want := o.view()
	within := func(from, to int64) []Sample {
		return slices.DeleteFunc(slices.Clone(want), func(x Sample) bool { return x.T < from || x.T >= to })
	}
	for _, span := range [][2]int64{{math.MinInt64, math.MaxInt64}, {5115, 5125}, {1, 6000}, {6001, 13 * n}, {7, 7}, {9, 2}} {
		if got := g.samples(t, id, span[0], span[1]); !sameSamples(got, within(span[0], span[1])) {
			t.Errorf("[%d,%d) has %d samples, want %d", span[0], span[1], len(got), len(within(span[0], span[1])))
		}
	}
	err := g.db.View(func(s *store.Snapshot) error {
		i := 0
		for x, err := range g.b.Range(s, Series{ID: id}, 0, math.MaxInt64) {
			if err != nil || x != want[i] {
				t.Fatalf("sample %d is %v, want %v: %v", i, x, want[i], err)
			}
			if i++; i == 1500 {
				break
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
