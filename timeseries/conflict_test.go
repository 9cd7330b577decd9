package timeseries

import (
	"math"
	"slices"
	"testing"

	"arbor/store"

	"pgregory.net/rapid"
)

// conflicts returns those of a series.
func (g *rig) conflicts(t interface{ Fatal(...any) }, id ID, from, to int64) (out []Conflict) {
	err := g.db.View(func(s *store.Snapshot) error {
		out = nil
		for c, err := range g.b.Conflicts(s, id, from, to) {
			if err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// checkConflicts holds Conflicts to the definition: the times for which devices, each read alone, have different values; the first is the one that is
// seen, and each of the others the one that would be without those before it.
func checkConflicts(t *rapid.T, g *rig, id ID, flat []written) {
	at := map[int64][]written{}
	for _, w := range flat {
		at[w.T] = append(at[w.T], w)
	}
	got := map[int64]Conflict{}
	last := int64(math.MinInt64)
	for _, c := range g.conflicts(t, id, math.MinInt64, math.MaxInt64) {
		if got[c.T] = c; c.T < last {
			t.Fatalf("a conflict of %d comes behind one of %d", c.T, last)
		}
		last = c.T
	}
	for at, all := range at {
		var want []float64
		differ := false
		for len(all) > 0 {
			v := mergeNaive(Last, all)[0].V // sorts them, the one seen last
			differ = differ || len(want) > 0 && v != want[0] && (v == v || want[0] == want[0])
			want = append(want, v)
			top := all[len(all)-1].device
			all = slices.DeleteFunc(slices.Clone(all), func(w written) bool { return w.device == top })
		}
		c, found := got[at]
		if found != differ {
			t.Fatalf("that %v is a conflict at %d is %v, want %v", want, at, found, differ)
		}
		same := func(x Said, v float64) bool { return math.Float64bits(x.V) == math.Float64bits(v) }
		if delete(got, at); found && !slices.EqualFunc(c.Values, want, same) {
			t.Fatalf("the conflict at %d is of %v, want %v", at, c.Values, want)
		}
	}
	if len(got) > 0 {
		t.Fatalf("%v are of times that have no samples", got)
	}
}

func TestConflicts(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{4}
	for d, xs := range map[uint64][]Sample{1: {{1, 5}, {2, 5}, {3, 5}, {4, 5}, {9, 5}}, 2: {{2, 5}, {3, 6}, {4, 6}}, 3: {{3, 7}, {9, 7}}} {
		g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, d, xs) })
	}
	g.mark(t, id, Mark{From: 4, To: 5, Stamp: 1, Device: 1, Hides: true, Has: true, V: 8}) // which settles it
	same := func(a, b Conflict) bool { return a.T == b.T && slices.Equal(a.Values, b.Values) }
	three := Conflict{3, []Said{{3, 7}, {2, 6}, {1, 5}}}
	if got := g.conflicts(t, id, 0, 9); !slices.EqualFunc(got, []Conflict{three}, same) {
		t.Errorf("conflicts are %v", got)
	}
	g.mark(t, id, Mark{From: 3, To: 4, Stamp: 2, Device: 1, Has: true, V: 9}) // which is seen
	three.Values = []Said{{1, 9}, {3, 7}, {2, 6}}
	if got := g.conflicts(t, id, math.MinInt64, math.MaxInt64); !slices.EqualFunc(got, []Conflict{three, {9, []Said{{3, 7}, {1, 5}}}}, same) {
		t.Errorf("conflicts are %v", got)
	}
}
