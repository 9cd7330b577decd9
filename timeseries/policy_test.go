package timeseries

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"testing"

	"arbor/store"

	"pgregory.net/rapid"
)

// written is a sample with the place in which a device wrote it, the values of marks with their stamp.
type written struct {
	Sample
	stamp  uint64
	device uint64
	seq    int
}

// mergeNaive is the definition of the policies: what a reader sees of samples.
func mergeNaive(p Policy, all []written) []Sample {
	slices.SortFunc(all, func(a, b written) int {
		return cmp.Or(cmp.Compare(a.T, b.T), cmp.Compare(a.stamp, b.stamp), cmp.Compare(a.device, b.device), cmp.Compare(a.seq, b.seq))
	})
	var out []Sample
	for len(all) > 0 {
		n := 0
		for n < len(all) && all[n].T == all[0].T {
			n++
		}
		lastOf := map[uint64]float64{} // stamps are above all without
		for _, w := range all[:n] {
			lastOf[w.device] = w.V
			if p == All {
				out = append(out, w.Sample)
			}
		}
		at, top := all[0].T, all[n-1].V
		all = all[n:]
		if p == All {
			continue
		}
		v := math.NaN()
		if p == Last {
			v = top
		} else {
			for _, d := range slices.Backward(slices.Sorted(maps.Keys(lastOf))) {
				switch x := lastOf[d]; {
				case x != x:
				case v != v:
					v = x
				case p == Sum:
					v += x
				case p == Max:
					v = math.Max(v, x)
				case p == Min:
					v = math.Min(v, x)
				}
			}
		}
		out = append(out, Sample{at, v})
	}
	return out
}

// leave is the definition of marks: what they leave of samples, and the values that they add.
func leave(all []written, marks []Mark) (out []written) {
	hidden := func(t int64, by func(Mark) bool) bool {
		return slices.ContainsFunc(marks, func(m Mark) bool { return m.Hides && m.From <= t && t < m.To && by(m) })
	}
	for _, w := range all {
		if !hidden(w.T, func(Mark) bool { return true }) {
			out = append(out, w)
		}
	}
	for _, m := range marks {
		if m.Has && !hidden(m.From, func(o Mark) bool { return o.after(m) }) {
			out = append(out, written{Sample{m.From, m.V}, m.Stamp, m.Device, int(m.N)})
		}
	}
	return out
}

// delivery is one writing of a device: samples for its tail, a chunk, or a mark.
type delivery struct {
	device uint64
	xs     []Sample
	chunk  []byte
	mark   *Mark
}

func drawMark(t *rapid.T, devices uint64, span int64, n int) *Mark {
	m := Mark{Stamp: rapid.Uint64Range(1, 4).Draw(t, "stamp"), Device: rapid.Uint64Range(1, devices).Draw(t, "device"), N: uint16(n)}
	m.From = rapid.Int64Range(-1, span).Draw(t, "from")
	m.To = m.From + 1
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		m.Hides, m.To = true, m.From+rapid.Int64Range(1, span).Draw(t, "length")
	case 1:
		m.Hides, m.From, m.To = true, math.MinInt64, math.MaxInt64
	case 2:
		m.Hides, m.Has, m.V = true, true, float64(rapid.IntRange(100, 200).Draw(t, "v"))
	case 3:
		m.Has, m.V = true, float64(rapid.IntRange(100, 200).Draw(t, "v"))
	}
	return &m
}

func drawDeliveries(t *rapid.T, devices uint64, span int64) []delivery {
	var out []delivery
	seen := map[Hash]bool{}
	for range rapid.IntRange(1, 12).Draw(t, "deliveries") {
		d := delivery{device: rapid.Uint64Range(1, devices).Draw(t, "device")}
		if rapid.IntRange(0, 2).Draw(t, "is mark") == 0 {
			d.mark = drawMark(t, devices, span, len(out))
			out = append(out, d)
			continue
		}
		n := rapid.SampledFrom([]int{1, 1, 3, 30, 1100}).Draw(t, "n")
		at := rapid.Int64Range(0, span).Draw(t, "at")
		for range n {
			v := float64(rapid.IntRange(-5, 50).Draw(t, "v"))
			if rapid.IntRange(0, 20).Draw(t, "odd") == 0 {
				v = math.NaN()
			}
			d.xs = append(d.xs, Sample{at, v})
			if n > 30 {
				at += 3
			} else {
				at += rapid.Int64Range(0, 2).Draw(t, "step")
			}
		}
		if n <= MaxChunk && rapid.Bool().Draw(t, "whole") {
			chunk, err := EncodeChunk(d.xs)
			if err != nil {
				t.Fatal(err)
			}
			if h := HashChunk(chunk); !seen[h] {
				seen[h] = true
				d.chunk = chunk
			}
		}
		out = append(out, d)
	}
	return out
}

// deliver writes deliveries, those of one device in their order and the devices mixed at random; chunks and marks come again at random, too, and
// marks are taken back and set again.
func deliver(t *rapid.T, g *rig, id ID, all []delivery) {
	byDevice := map[uint64][]delivery{}
	for _, d := range all {
		byDevice[d.device] = append(byDevice[d.device], d)
	}
	for len(byDevice) > 0 {
		dev := rapid.SampledFrom(slices.Sorted(maps.Keys(byDevice))).Draw(t, "next")
		d := byDevice[dev][0]
		if byDevice[dev] = byDevice[dev][1:]; len(byDevice[dev]) == 0 {
			delete(byDevice, dev)
		}
		if d.mark != nil {
			for again := range 1 + rapid.IntRange(0, 1).Draw(t, "again") {
				g.update(t, func(tx *store.Tx) error {
					if rapid.Bool().Draw(t, "taken back") {
						if _, err := g.b.PutMark(tx, id, *d.mark); err != nil {
							return err
						}
						if was, err := g.b.DropMark(tx, id, *d.mark); !was || err != nil {
							t.Fatal("the mark is not there", err)
						}
						again = 0
					}
					fresh, err := g.b.PutMark(tx, id, *d.mark)
					if fresh != (again == 0) {
						t.Fatal("a mark is there, or is not", again)
					}
					return err
				})
			}
			continue
		}
		g.update(t, func(tx *store.Tx) error {
			if d.chunk == nil {
				return g.b.Append(tx, id, dev, d.xs)
			}
			_, err := g.b.PutChunk(tx, id, dev, d.chunk)
			return err
		})
		if d.chunk != nil && rapid.Bool().Draw(t, "again") {
			g.update(t, func(tx *store.Tx) error { _, err := g.b.PutChunk(tx, id, dev, d.chunk); return err })
		}
	}
}

// TestPolicies: whatever order the writings of many devices come in, and however often their chunks do, a reader sees what the definition says.
func TestPolicies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := rapid.SampledFrom([]int64{5, 60, 5000}).Draw(t, "span")
		all := drawDeliveries(t, rapid.SampledFrom([]uint64{1, 3, 9}).Draw(t, "devices"), span)
		var flat []written
		var marks []Mark
		for i, d := range all {
			if d.mark != nil {
				marks = append(marks, *d.mark)
			}
			for k, x := range d.xs {
				flat = append(flat, written{x, 0, d.device, i<<16 + k})
			}
		}
		flat = leave(flat, marks)
		edges := rapid.SliceOfNDistinct(rapid.Int64Range(-1, span+40), 2, 8, rapid.ID[int64]).Draw(t, "edges")
		slices.Sort(edges)
		for range 2 {
			g := newRig(t)
			deliver(t, g, ID{1}, all)
			for p := Last; p < policies; p++ {
				want := mergeNaive(p, flat)
				if got := g.read(t, Series{ID{1}, p}, math.MinInt64, math.MaxInt64); !sameSamples(got, want) {
					t.Fatalf("%v gives %v, want %v", p, got, want)
				}
				for i, b := range g.bucketsOf(t, Series{ID{1}, p}, edges) {
					w := naive(want, edges[i], edges[i+1])
					w.First, w.Last = ends(want, w)
					if !sameSummary(b.Summary, w) {
						t.Fatalf("%v: bucket %d is\n%+v, want\n%+v", p, i, b.Summary, w)
					}
				}
			}
			checkTotals(t, g, ID{1}, edges, flat)
			checkConflicts(t, g, ID{1}, flat)
			g.db.Close()
		}
	})
}

// checkTotals holds Own and Totals to the definition: of each device alone, the last value in the span.
func checkTotals(t *rapid.T, g *rig, id ID, edges []int64, flat []written) {
	var got []Total
	if err := g.db.View(func(s *store.Snapshot) (err error) { got, err = g.b.Totals(s, id, edges); return err }); err != nil {
		t.Fatal(err)
	}
	for device := range uint64(4) {
		own := mergeNaive(Last, slices.DeleteFunc(slices.Clone(flat), func(w written) bool { return w.device != device }))
		var have []Sample
		if err := g.db.View(func(s *store.Snapshot) error {
			for x, err := range g.b.Own(s, id, device, math.MinInt64, math.MaxInt64) {
				if err != nil {
					return err
				}
				have = append(have, x)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if !sameSamples(have, own) {
			t.Fatalf("device %d has %v, want %v", device, have, own)
		}
	}
	for i, x := range got {
		want := Total{From: edges[i], To: edges[i+1]}
		for device := range uint64(10) {
			own := mergeNaive(Last, slices.DeleteFunc(slices.Clone(flat), func(w written) bool { return w.device != device }))
			if s := naive(own, edges[i], edges[i+1]); s.N > 0 {
				want.Devices, want.Sum = want.Devices+1, want.Sum+s.Last
			}
		}
		if x != want {
			t.Fatalf("total %d is %+v, want %+v", i, x, want)
		}
	}
}

// ends returns the least value at the first time and the greatest at the last.
func ends(all []Sample, s Summary) (first, last float64) {
	first, last = math.Inf(1), math.Inf(-1)
	for _, x := range all {
		if x.V == x.V && x.T == s.T0 {
			first = min(first, x.V)
		}
		if x.V == x.V && x.T == s.T1 {
			last = max(last, x.V)
		}
	}
	return first, last
}

func TestAllIsAdditive(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{3}
	const n = 20 * MaxChunk
	g.fillSteady(t, id, 1, n)
	g.fillSteady(t, id, 2, n)
	whole := []int64{math.MinInt64, math.MaxInt64}
	if got := g.chunksReadOf(t, Series{id, All}, whole); got != 0 {
		t.Errorf("the span of two streams of the same times, of which all count, decodes %d chunks", got)
	}
	if b := g.bucketsOf(t, Series{id, All}, whole); b[0].N != 2*n {
		t.Errorf("it counts %d samples, want %d", b[0].N, 2*n)
	}
	if b := g.bucketsOf(t, Series{id, Last}, whole); b[0].N != n {
		t.Errorf("of each time one are %d samples, want %d", b[0].N, n)
	}
}

func TestParsePolicy(t *testing.T) {
	for p := Last; p < policies; p++ {
		if got, err := ParsePolicy(p.String()); got != p || err != nil {
			t.Errorf("%v is read as %v, %v", p, got, err)
		}
	}
	if _, err := ParsePolicy("first"); err == nil {
		t.Error("first is no policy")
	}
}
