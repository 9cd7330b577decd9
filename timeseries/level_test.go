package timeseries

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"arbor/store"

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
			for _, x := range src.runs {
				g.checkRun(t, r, src, x)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
}

func (g *rig) checkRun(t interface{ Fatalf(string, ...any) }, r *store.Snapshot, src *source, x runHead) {
	below := make([]entry, 0, x.n)
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
		}
		if len(found) != n {
			t.Fatalf("level %d of a run of %d has %d entries", level, x.n, len(found))
		}
		for i, e := range found {
			if level > 1 {
				if want := joined(below[i*fanOut : (i+1)*fanOut]); want.gone != e.gone || want.t0 != e.t0 || want.t1 != e.t1 ||
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
			again.summarize(c)
			if !identical(&again.sum, &e.sum) || !identical(&again.all, &e.all) || again.again != e.again {
				t.Fatalf("chunk %d of a run has\n%+v, want\n%+v", i, e, again)
			}
		}
		below = found
	}
	if live != x.live || live == 0 {
		t.Fatalf("a run tells of %d chunks, there are %d", x.live, live)
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

// TestLevelsAgainstOracle makes runs of three levels of chunks of a few samples each, in order and not, drops and removes, and compares with the
// plain account.
func TestLevelsAgainstOracle(t *testing.T) {
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
		t.Repeat(map[string]func(*rapid.T){
			"in order": func(t *rapid.T) {
				n, step, d := rapid.SampledFrom([]int{3, 40, 40, 200, 1100}).Draw(t, "n"), rapid.Int64Range(0, 3).Draw(t, "step"), device()
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
				clock++
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
			"": func(t *rapid.T) {
				if steps++; steps%4 == 0 {
					g.checkLevels(t, id)
				}
				compare(t, g, id, o.view(), clock+6)
			},
		})
	})
}
