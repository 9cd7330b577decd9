package timeseries

import (
	"bytes"
	"cmp"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"arbor/store"
	"arbor/timeseries/histogram"

	"pgregory.net/rapid"
)

// checkLevels makes every summary and sketch of a series from the samples in its chunks, and compares.
func (g *rig) checkLevels(t interface{ Fatalf(string, ...any) }, id ID) {
	err := g.db.View(func(r *store.Snapshot) error {
		sc, err := g.b.scene(r, Series{ID: id}, math.MinInt64, math.MaxInt64)
		if err != nil {
			return err
		}
		for i := range sc.sources {
			src := &sc.sources[i]
			keys := int(src.loose)
			if keys > 0 || len(src.runs) > 0 {
				keys++ // the directory
			}
			for _, x := range src.runs {
				keys += g.checkRun(t, r, src, x)
			}
			for e := range r.Scan(g.b.summaries, store.Prefix(src.key())) {
				if keys--; keys < 0 {
					t.Fatalf("key %x belongs to nothing", e.Key)
				}
			}
			if keys > 0 {
				t.Fatalf("%d keys are missing", keys)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// checkRun returns how many keys a run has.
func (g *rig) checkRun(t interface{ Fatalf(string, ...any) }, r *store.Snapshot, src *source, x runHead) (keys int) {
	below := make([]entry, 0, x.n)
	sketches := make([]histogram.Histogram, (x.n/fanOut+sketchBlocks-1)/sketchBlocks)
	live, last := uint32(0), int64(math.MinInt64)
	for level, n := 1, int(x.n); n > 0; level, n = level+1, n/fanOut {
		var found []entry
		for number := range (n + fanOut - 1) / fanOut {
			v, err := r.Get(g.b.summaries, src.blockKey(x.id, level, uint32(number)))
			if err != nil {
				t.Fatalf("block %d of level %d: %v", number, level, err)
			}
			_, entries, err := join(v)
			if err != nil {
				t.Fatalf("block %d of level %d: %v", number, level, err)
			}
			found = append(found, entries...)
			keys++
		}
		if len(found) != n {
			t.Fatalf("level %d of a run of %d has %d entries", level, x.n, len(found))
		}
		for i, e := range found {
			if level > 1 {
				if want := joined(below[i*fanOut : (i+1)*fanOut]); want.gone != e.gone || want.t0 != e.t0 || want.t1 != e.t1 || !e.gone && want.print != e.print ||
					!identical(&want.sum, &e.sum) || !identical(&want.all, &e.all) {
					t.Fatalf("entry %d of level %d is\n%+v, want\n%+v", i, level, e, want)
				}
				continue
			}
			if e.gone {
				continue
			}
			live++
			if e.t0 < last {
				t.Fatalf("chunk %d of a run begins at %d, the one before ends at %d", i, e.t0, last)
			}
			last = e.t1
			c, err := g.b.fetch(r, &piece{entry: e, stream: src.stream})
			if err != nil {
				t.Fatalf("%v", err)
			}
			again := e
			if again.summarize(c); i/fanOut < int(x.n)/fanOut {
				seen := columns{slices.Clone(c.t), slices.Clone(c.v)}
				e.seen(&seen, Last)
				sketches[i/fanOut/sketchBlocks].AddAll(seen.v)
			}
			if !identical(&again.sum, &e.sum) || !identical(&again.all, &e.all) || again.again != e.again {
				t.Fatalf("chunk %d of a run has\n%+v, want\n%+v", i, e, again)
			}
		}
		below = found
	}
	for i := range sketches {
		found, err := g.b.sketched(r, src.stream, x.id, uint32(i))
		if err != nil {
			t.Fatalf("%v", err)
		}
		have, _ := found.AppendBinary(nil)
		if want, _ := sketches[i].AppendBinary(nil); !bytes.Equal(have, want) {
			t.Fatalf("sketch %d is %x, want %x", i, have, want)
		}
	}
	if live != x.live || live == 0 {
		t.Fatalf("a run tells of %d chunks, there are %d", x.live, live)
	}
	return keys + len(sketches)
}

// markedView is what marks, each later than those before, leave of samples, and their values.
func markedView(samples []Sample, marks []Mark) []Sample {
	byTime := map[int64]float64{}
	for _, x := range samples {
		byTime[x.T] = x.V
	}
	for i, m := range marks {
		for t := range byTime {
			if m.Hides && m.From <= t && t < m.To {
				delete(byTime, t)
			}
		}
		later := func(o Mark) bool { return o.Hides && o.From <= m.From && m.From < o.To }
		if m.Has && !slices.ContainsFunc(marks[i+1:], later) {
			byTime[m.From] = m.V
		}
	}
	var out []Sample
	for t, v := range byTime {
		out = append(out, Sample{t, v})
	}
	slices.SortFunc(out, func(a, b Sample) int { return cmp.Compare(a.T, b.T) })
	return out
}

// checkQuantiles compares the quantiles of a random span with those by the definition, from sketches to within their bound.
func (g *rig) checkQuantiles(t *rapid.T, id ID, want []Sample, span int64) {
	edges := rapid.SliceOfNDistinct(rapid.Int64Range(-span, span), 2, 2, rapid.ID[int64]).Draw(t, "span")
	if rapid.IntRange(0, 2).Draw(t, "all") > 0 {
		edges = []int64{math.MinInt64, math.MaxInt64}
	}
	slices.Sort(edges)
	var v []float64
	for _, x := range want {
		if x.T >= edges[0] && x.T < edges[1] {
			v = append(v, x.V)
		}
	}
	slices.Sort(v)
	qs := []float64{0, 0.01, 0.5, 0.9, 1}
	for _, exact := range []int64{math.MaxInt64, 0} {
		err := g.db.View(func(r *store.Snapshot) error {
			got, bound, err := g.b.quantiles(r, Series{ID: id}, edges[0], edges[1], qs, exact)
			if err != nil || len(v) == 0 {
				return err
			}
			for i, q := range qs {
				want := v[max(int(math.Ceil(q*float64(len(v))))-1, 0)]
				if math.Abs(got[i]-want) > bound*math.Abs(want) || exact > 0 && bound > 0 {
					t.Fatalf("quantile %v of %d samples in %v is %v, want %v within %v", q, len(v), edges, got[i], want, bound)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// joined is what stands for entries one level up.
func joined(entries []entry) entry {
	var block []byte
	for i := range entries {
		block = entries[i].append(block)
	}
	above, _, err := join(block)
	if err != nil {
		panic(err)
	}
	return above
}

// fewer has rapid check n cases in place of a hundred, for what takes long; those on the command line and the long tests ask for more.
func fewer(t *testing.T, n int) {
	asked := testing.Short() || os.Getenv("ARBOR_SOAK") != ""
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if asked {
		return
	}
	checks := flag.Lookup("rapid.checks").Value
	was := checks.String()
	t.Cleanup(func() { _ = checks.Set(was) }) // it was there
	if err := checks.Set(strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
}

// TestLevelsAgainstOracle makes runs of three levels of chunks of a few samples each, in order and not, drops and removes, and compares with the
// plain account.
func TestLevelsAgainstOracle(t *testing.T) {
	fewer(t, 50)
	rapid.Check(t, func(t *rapid.T) {
		g := newRig(t)
		defer g.db.Close()
		id, o := ID{9}, oracle{}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		clock, put := int64(0), map[Hash]bool{}
		devices := rapid.IntRange(1, 3).Draw(t, "devices")
		device := func() uint64 { return 1 + uint64(rng.IntN(devices)) }
		chunk := func(tx *store.Tx, d uint64, at, step int64, n int) error {
			var xs []Sample
			for i := range n {
				if i > 0 {
					at += rng.Int64N(step + 1)
				}
				xs = append(xs, Sample{at, float64(rng.IntN(4000)-1000) / 10})
			}
			clock = max(clock, at)
			c, err := EncodeChunk(xs)
			if err != nil || put[HashChunk(c)] {
				return err
			}
			put[HashChunk(c)] = true
			for _, x := range xs {
				o[d] = append(o[d], held{Sample: x, chunk: HashChunk(c)})
			}
			_, err = g.b.PutChunk(tx, id, d, c)
			return err
		}
		steps := 0
		var marks []Mark
		t.Repeat(map[string]func(*rapid.T){
			"in order": func(t *rapid.T) {
				n, step, d := rapid.SampledFrom([]int{3, 10, 20, 40, 40, 70, 100, 100, 100, 200, 300, 1100}).Draw(t, "n"), rapid.Int64Range(0, 3).Draw(t, "step"), device()
				for n > 0 {
					g.update(t, func(tx *store.Tx) error {
						for ; n > 0; n-- {
							if err := chunk(tx, d, clock+rng.Int64N(step+1), step, 1+rng.IntN(3)); err != nil || tx.Size() > store.MaxTransaction/2 {
								return err
							}
						}
						return nil
					})
				}
			},
			"late": func(t *rapid.T) {
				n, d := rapid.IntRange(1, 80).Draw(t, "n"), device()
				wide := rapid.SampledFrom([]int64{0, 2, 5000}).Draw(t, "wide")
				g.update(t, func(tx *store.Tx) error {
					for range n {
						if err := chunk(tx, d, rng.Int64N(clock+10)-5, wide, 1+rng.IntN(4)); err != nil {
							return err
						}
					}
					return nil
				})
			},
			"tail": func(t *rapid.T) {
				d := device()
				xs := []Sample{{rng.Int64N(clock + 10), 1}, {clock + 1, 2}}
				clock = max(xs[0].T, xs[1].T)
				g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, d, xs) })
				for _, x := range xs {
					o[d] = append(o[d], held{Sample: x})
				}
			},
			"drop": func(t *rapid.T) {
				d := device()
				for range rapid.IntRange(1, 40).Draw(t, "n") {
					if len(o[d]) == 0 {
						t.Skip("empty")
					}
					h := o[d][rng.IntN(len(o[d]))].chunk
					if h == (Hash{}) {
						continue
					}
					g.update(t, func(tx *store.Tx) error { _, err := g.b.DropChunk(tx, id, d, h); return err })
					o[d] = slices.DeleteFunc(o[d], func(x held) bool { return x.chunk == h })
					delete(put, h)
				}
			},
			"drop all": func(t *rapid.T) {
				d := device()
				for len(o[d]) > 0 && o[d][0].chunk != (Hash{}) && len(o[d]) < 500 {
					h := o[d][0].chunk
					g.update(t, func(tx *store.Tx) error { _, err := g.b.DropChunk(tx, id, d, h); return err })
					o[d] = slices.DeleteFunc(o[d], func(x held) bool { return x.chunk == h })
					delete(put, h)
				}
			},
			"remove": func(t *rapid.T) {
				d := device()
				for range 10 {
					if len(o[d]) == 0 {
						t.Skip("empty")
					}
					x := o[d][rng.IntN(len(o[d]))].Sample
					want := o.remove(d, x)
					g.update(t, func(tx *store.Tx) error {
						if got, err := g.b.Remove(tx, id, d, x); got != want || err != nil {
							t.Fatalf("removing %v gives %v, %v; want %v", x, got, err, want)
						}
						return nil
					})
				}
			},
			"trim": func(t *rapid.T) {
				from := rng.Int64N(clock+10) - 5
				g.trim(t, id, o, put, device(), from, from+1+rng.Int64N(rapid.SampledFrom([]int64{3, 300, 20000}).Draw(t, "length")))
			},
			"mark": func(t *rapid.T) { // each is later than those before
				m := Mark{Stamp: uint64(len(marks) + 1), Device: 1, From: rng.Int64N(clock+10) - 5, Hides: rng.IntN(4) > 0}
				m.To = m.From + 1
				switch {
				case !m.Hides || rng.IntN(2) == 0:
					m.Has, m.V = true, float64(rng.IntN(100))
				default:
					m.To += rng.Int64N(rapid.SampledFrom([]int64{5, 2000}).Draw(t, "length"))
				}
				marks = append(marks, m)
				g.update(t, func(tx *store.Tx) error { _, err := g.b.PutMark(tx, id, m); return err })
			},
			"": func(t *rapid.T) {
				seen := markedView(o.view(), marks)
				compare(t, g, id, seen, clock+6)
				if steps++; steps%4 == 0 {
					g.checkLevels(t, id)
					g.checkQuantiles(t, id, seen, clock+6)
					g.checkApprox(t, id, seen, clock+6)
				}
			},
		})
	})
}

// checkApprox holds the first picture to what it may differ in: all is in it that the exact one has, and what is moved is moved by less than
// what lies across an edge at most.
func (g *rig) checkApprox(t *rapid.T, id ID, want []Sample, span int64) {
	n := rapid.IntRange(1, 40).Draw(t, "columns")
	edges := evenEdges(-6, -6+(span/int64(n)+1)*int64(n), n)
	var rough, exact []Bucket
	var ok bool
	err := g.db.View(func(r *store.Snapshot) (err error) {
		if rough, ok, err = g.b.Approx(r, Series{ID: id}, edges); err == nil {
			exact, err = g.b.Buckets(r, Series{ID: id}, edges)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return // chunks longer than buckets
	}
	var all, shown int64
	for i := range exact {
		all, shown = all+exact[i].N, shown+rough[i].N
		if exact[i].From != rough[i].From || exact[i].To != rough[i].To {
			t.Fatalf("bucket %d is [%d,%d)", i, rough[i].From, rough[i].To)
		}
	}
	if shown < all {
		t.Fatalf("%d samples of %d are shown", shown, all)
	}
}
