package timeseries

import (
	"math"
	"slices"
	"testing"

	"arbor/store"

	"pgregory.net/rapid"
)

// rig is a book in memory with shorthands for tests.
type rig struct {
	db *store.DB
	b  *Book
}

func newRig(t interface{ Fatal(...any) }) *rig {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(db)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{db, b}
}

func (g *rig) update(t interface{ Fatal(...any) }, fn func(tx *store.Tx) error) {
	if err := g.db.Update(fn); err != nil {
		t.Fatal(err)
	}
}

func (g *rig) samples(t interface{ Fatal(...any) }, id ID, from, to int64) []Sample {
	return g.read(t, Series{ID: id}, from, to)
}

func (g *rig) read(t interface{ Fatal(...any) }, series Series, from, to int64) []Sample {
	var out []Sample
	err := g.db.View(func(s *store.Snapshot) error {
		for x, err := range g.b.Range(s, series, from, to) {
			if err != nil {
				return err
			}
			out = append(out, x)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (g *rig) buckets(t interface{ Fatal(...any) }, id ID, edges []int64) []Bucket {
	return g.bucketsOf(t, Series{ID: id}, edges)
}

func (g *rig) bucketsOf(t interface{ Fatal(...any) }, series Series, edges []int64) []Bucket {
	var out []Bucket
	err := g.db.View(func(s *store.Snapshot) (err error) {
		out, err = g.b.Buckets(s, series, edges)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameSamples(a, b []Sample) bool {
	return slices.EqualFunc(a, b, func(x, y Sample) bool {
		return x.T == y.T && math.Float64bits(x.V) == math.Float64bits(y.V)
	})
}

func TestAppendAndRange(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{1}
	var want []Sample
	for i := range 5000 {
		want = append(want, Sample{int64(i) * 60e9, float64(i%97) / 10})
	}
	for part := range slices.Chunk(want, 700) {
		g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, 7, part) })
	}
	if got := g.samples(t, id, math.MinInt64, math.MaxInt64); !sameSamples(got, want) {
		t.Fatalf("%d samples come back, %d went in", len(got), len(want))
	}
	if got := g.samples(t, id, 60e9*1000, 60e9*3000); !sameSamples(got, want[1000:3000]) {
		t.Fatalf("%d samples in the range, want 2000", len(got))
	}
	if got := g.samples(t, ID{2}, math.MinInt64, math.MaxInt64); got != nil {
		t.Fatalf("another series has %d samples", len(got))
	}
}

func TestLastWrittenWins(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{1}
	one := func(dev uint64, x Sample) {
		g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, dev, []Sample{x}) })
	}
	seen := func(want float64) {
		t.Helper()
		if got := g.samples(t, id, 5, 6); len(got) != 1 || got[0].V != want {
			t.Fatalf("seen %v, want %v", got, want)
		}
		if b := g.buckets(t, id, []int64{0, 100}); b[0].N != 1 || b[0].Sum != want {
			t.Fatalf("bucket %+v, want one sample of %v", b[0], want)
		}
	}
	one(1, Sample{5, 10})
	one(1, Sample{5, 11})
	seen(11)
	chunk, err := EncodeChunk([]Sample{{5, 12}})
	if err != nil {
		t.Fatal(err)
	}
	g.update(t, func(tx *store.Tx) error { _, err := g.b.PutChunk(tx, id, 1, chunk); return err })
	seen(12) // a chunk put later than the tail was written
	one(1, Sample{5, 13})
	seen(13)
	one(0, Sample{5, 14}) // a lesser device never hides a greater one
	seen(13)
	one(2, Sample{5, 15})
	seen(15)
	remove := func(dev uint64, x Sample, want bool) {
		t.Helper()
		g.update(t, func(tx *store.Tx) error {
			got, err := g.b.Remove(tx, id, dev, x)
			if got != want {
				t.Errorf("removing %v from device %d gives %v", x, dev, got)
			}
			return err
		})
	}
	remove(2, Sample{5, 15}, true)
	seen(13)
	remove(2, Sample{5, 15}, false)
	remove(1, Sample{5, 13}, true)
	seen(12)
	remove(1, Sample{5, 10}, true) // hidden in a sealed chunk
	seen(12)
	remove(1, Sample{5, 12}, true)
	seen(11)
	g.update(t, func(tx *store.Tx) error { return g.b.Restore(tx, id, 1, Sample{5, 12}) })
	seen(12)
	g.update(t, func(tx *store.Tx) error {
		ok, err := g.b.DropChunk(tx, id, 1, HashChunk(chunk))
		if !ok {
			t.Error("the chunk is not there to be dropped")
		}
		return err
	})
	seen(11)
}

// held is a sample as the oracle keeps it.
type held struct {
	Sample
	chunk Hash // zero if not of an imported chunk
	dead  bool
}

// oracle is the plain account of what streams hold, in the order of writing.
type oracle map[uint64][]held

// view returns what a reader sees.
func (o oracle) view() []Sample {
	byTime := map[int64]Sample{}
	var devices []uint64
	for d := range o {
		devices = append(devices, d)
	}
	slices.Sort(devices)
	for _, d := range devices {
		for _, h := range o[d] {
			if !h.dead {
				byTime[h.T] = h.Sample
			}
		}
	}
	var out []Sample
	for _, s := range byTime {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Sample) int {
		if a.T < b.T {
			return -1
		}
		return 1
	})
	return out
}

func (o oracle) remove(d uint64, x Sample) bool {
	for i, h := range slices.Backward(o[d]) {
		if !h.dead && h.Sample == x {
			o[d][i].dead = true
			return true
		}
	}
	return false
}

// naive returns the bucket of samples by the definitions.
func naive(samples []Sample, from, to int64) Summary {
	var s Summary
	for _, x := range samples {
		if x.T < from || x.T >= to || x.V != x.V {
			continue
		}
		if s.N == 0 {
			s.T0, s.First, s.Min, s.Max = x.T, x.V, x.V, x.V
		}
		s.N++
		s.T1, s.Last, s.Sum = x.T, x.V, s.Sum+x.V
		s.Min, s.Max = min(s.Min, x.V), max(s.Max, x.V)
	}
	s.Mean = s.Sum / float64(s.N)
	for _, x := range samples {
		if x.T >= from && x.T < to && x.V == x.V {
			s.M2 += (x.V - s.Mean) * (x.V - s.Mean)
		}
	}
	return s
}

func near(a, b, scale float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(scale)) }

func sameSummary(a, b Summary) bool {
	if a.N != b.N {
		return false
	}
	return a.N == 0 || a.T0 == b.T0 && a.T1 == b.T1 && a.First == b.First && a.Last == b.Last && a.Min == b.Min && a.Max == b.Max &&
		near(a.Sum, b.Sum, float64(a.N)*1000) && near(a.Mean, b.Mean, 1000) && near(a.M2, b.M2, a.M2)
}

// TestBookAgainstOracle writes, imports, drops, removes and restores at random and compares every kind of reading with the plain account.
func TestBookAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newRig(t)
		defer g.db.Close()
		id, o := ID{9}, oracle{}
		span := rapid.SampledFrom([]int64{20, 3000, 1e6}).Draw(t, "span")
		clock := int64(0)
		device := rapid.Uint64Range(1, 3)
		gen := func(t *rapid.T, n int) []Sample {
			var out []Sample
			late := rapid.IntRange(0, 3).Draw(t, "late")
			for i := range n {
				clock += rapid.Int64Range(0, 3).Draw(t, "dt")
				at := clock
				if late > 0 && i%4 < late {
					at = rapid.Int64Range(-span, span).Draw(t, "at")
				}
				v := float64(rapid.IntRange(-5, 900).Draw(t, "v")) / 10
				if rapid.IntRange(0, 30).Draw(t, "odd") == 0 {
					v = math.NaN()
				}
				out = append(out, Sample{at, v})
			}
			return out
		}
		put := map[Hash]bool{}
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				d, xs := device.Draw(t, "device"), gen(t, rapid.SampledFrom([]int{1, 2, 40, 300}).Draw(t, "n"))
				g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, d, xs) })
				for _, x := range xs {
					o[d] = append(o[d], held{Sample: x})
				}
			},
			"bulk": func(t *rapid.T) { // enough to seal a tail, in order
				d, n := device.Draw(t, "device"), rapid.IntRange(500, 1500).Draw(t, "n")
				var xs []Sample
				for i := range n {
					clock++
					xs = append(xs, Sample{clock, float64(i % 100)})
				}
				g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, d, xs) })
				for _, x := range xs {
					o[d] = append(o[d], held{Sample: x})
				}
			},
			"put": func(t *rapid.T) {
				d, xs := device.Draw(t, "device"), gen(t, rapid.IntRange(1, 60).Draw(t, "n"))
				slices.SortStableFunc(xs, func(a, b Sample) int { return int(a.T - b.T) })
				chunk, err := EncodeChunk(xs)
				if err != nil {
					t.Fatal(err)
				}
				h := HashChunk(chunk)
				if put[h] {
					t.Skip("the same chunk")
				}
				put[h] = true
				for range 2 { // the second time changes nothing
					g.update(t, func(tx *store.Tx) error { _, err := g.b.PutChunk(tx, id, d, chunk); return err })
				}
				for _, x := range xs {
					o[d] = append(o[d], held{Sample: x, chunk: h})
				}
			},
			"drop": func(t *rapid.T) {
				d := device.Draw(t, "device")
				i := slices.IndexFunc(o[d], func(h held) bool { return h.chunk != Hash{} })
				if i < 0 {
					t.Skip("nothing to drop")
				}
				h := o[d][i].chunk
				g.update(t, func(tx *store.Tx) error {
					ok, err := g.b.DropChunk(tx, id, d, h)
					if !ok {
						t.Fatal("not there")
					}
					return err
				})
				o[d] = slices.DeleteFunc(o[d], func(x held) bool { return x.chunk == h })
			},
			"remove": func(t *rapid.T) {
				d := device.Draw(t, "device")
				if len(o[d]) == 0 {
					t.Skip("empty")
				}
				x := rapid.SampledFrom(o[d]).Draw(t, "which").Sample
				if x.V != x.V {
					t.Skip("equality of NaN")
				}
				want := o.remove(d, x)
				g.update(t, func(tx *store.Tx) error {
					got, err := g.b.Remove(tx, id, d, x)
					if got != want {
						t.Fatalf("remove %v gives %v, want %v", x, got, want)
					}
					return err
				})
			},
			"take and put back": func(t *rapid.T) { // undo of a removal shows what was there
				d := device.Draw(t, "device")
				i := len(o[d]) - 1
				if i < 0 || o[d][i].dead || o[d][i].V != o[d][i].V {
					t.Skip("nothing")
				}
				x := o[d][i].Sample
				g.update(t, func(tx *store.Tx) error {
					if ok, err := g.b.Remove(tx, id, d, x); !ok || err != nil {
						t.Fatal("remove", ok, err)
					}
					return g.b.Restore(tx, id, d, x)
				})
			},
			"": func(t *rapid.T) { compare(t, g, id, o.view(), span+clock) },
		})
	})
}

func compare(t *rapid.T, g *rig, id ID, want []Sample, span int64) {
	if got := g.samples(t, id, math.MinInt64, math.MaxInt64); !sameSamples(got, want) {
		t.Fatalf("range gives %d samples, want %d\n%v\n%v", len(got), len(want), got, want)
	}
	edges := rapid.SliceOfNDistinct(rapid.Int64Range(-span-2, span+2), 2, 12, rapid.ID[int64]).Draw(t, "edges")
	slices.Sort(edges)
	for i, b := range g.buckets(t, id, edges) {
		if w := naive(want, edges[i], edges[i+1]); !sameSummary(b.Summary, w) {
			t.Fatalf("bucket %d is\n%+v, want\n%+v", i, b.Summary, w)
		}
	}
	from, to := edges[0], edges[len(edges)-1]
	i, j := 0, 0
	for i < len(want) && want[i].T < from {
		i++
	}
	for j < len(want) && want[j].T < to {
		j++
	}
	if got := g.samples(t, id, from, to); !sameSamples(got, want[i:j]) {
		t.Fatalf("range [%d,%d) gives %v, want %v", from, to, got, want[i:j])
	}
}
