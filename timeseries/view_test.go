package timeseries

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"arbor/store"

	"pgregory.net/rapid"
)

// small makes the views of a book from so few samples that they have all that large ones have.
func (b *Book) small(leaf, step int) {
	b.views.many, b.views.leaf, b.views.step = math.MaxInt, leaf, step
}

// viewed is a state of a series, what is in it, and a snapshot of it.
type viewed struct {
	*store.Snapshot
	flat  []written
	marks []Mark
}

// flat returns what is not removed.
func (o oracle) flat() (out []written) {
	for d, all := range o {
		for i, h := range all {
			if !h.dead {
				out = append(out, written{h.Sample, 0, d, i})
			}
		}
	}
	return out
}

// check holds the buckets of a state, by a book with views, to those of a book without and to the definition. It returns how many leaves were at hand.
func (g *rig) check(t *rapid.T, id ID, of viewed, p Policy, edges []int64) (leaves int) {
	series := Series{id, p}
	got, err := g.b.Buckets(of, series, edges)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := Open(g.db)
	if err != nil {
		t.Fatal(err)
	}
	fresh.views.many = math.MaxInt
	plain, err := fresh.Buckets(of, series, edges)
	if err != nil {
		t.Fatal(err)
	}
	want := mergeNaive(p, leave(of.flat, of.marks))
	for i, b := range got {
		w := naive(want, edges[i], edges[i+1])
		w.First, w.Last = ends(want, w)
		if b.From != edges[i] || b.To != edges[i+1] || !sameSummary(b.Summary, w) {
			t.Fatalf("%v: bucket %d is\n%+v, want\n%+v", p, i, b, w)
		}
		if !sameSummary(b.Summary, plain[i].Summary) {
			t.Fatalf("%v: bucket %d is\n%+v, without a view\n%+v", p, i, b, plain[i])
		}
	}
	sc, err := g.b.scene(of, series, edges[0], edges[len(edges)-1])
	if err != nil {
		t.Fatal(err)
	}
	if v, limit, err := g.b.viewFor(of, series, sc); err != nil {
		t.Fatal(err)
	} else if v != nil {
		valid, _ := v.before(limit)
		return len(valid)
	}
	return 0
}

// TestViewsAgainstOracle writes by several devices, in turn and late, imports, drops, removes and marks, makes views in steps at any time, and reads by all
// policies the present state and those of before.
func TestViewsAgainstOracle(t *testing.T) {
	used := map[Policy]int{}
	fewer(t, 35)
	rapid.Check(t, func(t *rapid.T) {
		g := newRig(t)
		defer g.db.Close()
		g.b.small(rapid.SampledFrom([]int{1, 3, 16}).Draw(t, "leaf"), rapid.SampledFrom([]int{2, 40, 1000}).Draw(t, "step"))
		if rapid.Bool().Draw(t, "little room") {
			g.b.views.most = 16 << 10
		}
		w := &viewWriter{g: g, id: ID{7}, o: oracle{}, put: map[Hash]bool{}}
		w.rng = rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		w.devices = rapid.IntRange(2, 4).Draw(t, "devices")
		var states []viewed
		defer func() {
			for _, s := range states {
				s.Release()
			}
		}()
		state := func() viewed {
			s, err := g.db.Snapshot()
			if err != nil {
				t.Fatal(err)
			}
			states = append(states, viewed{s, w.o.flat(), slices.Clone(w.marks)})
			return states[len(states)-1]
		}
		ops := w.ops()
		ops["make"] = func(t *rapid.T) {
			for p := range policies {
				w.steps(t, p, rapid.IntRange(0, 12).Draw(t, "steps"))
			}
		}
		w.inTurn(t, rapid.SampledFrom([]int{9, 90}).Draw(t, "n"), 2)
		for p := range policies { // so that each is put to the test
			w.steps(t, p, 3)
			used[p] += g.check(t, w.id, state(), p, []int64{math.MinInt64, w.clock / 2, math.MaxInt64})
		}
		ops[""] = func(t *rapid.T) {
			edges := []int64{math.MinInt64, w.rng.Int64N(w.clock+10) - 5, math.MaxInt64}
			for range rapid.IntRange(0, 9).Draw(t, "edges") {
				edges = append(edges, w.rng.Int64N(w.clock+10)-5)
			}
			slices.Sort(edges)
			if edges = slices.Compact(edges); w.rng.IntN(2) == 0 {
				edges = edges[1:]
			}
			for _, s := range []viewed{state(), states[w.rng.IntN(len(states))]} {
				p := Policy(w.rng.IntN(int(policies)))
				used[p] += g.check(t, w.id, s, p, edges)
			}
			if len(states) > 6 {
				states[1].Release()
				states = slices.Delete(states, 1, 2)
			}
		}
		t.Repeat(ops)
	})
	t.Log("leaves at hand, by policy", used)
	for p := range policies {
		if (used[p] > 0) != (p != All) {
			t.Errorf("of the views by %v %d leaves were used", p, used[p])
		}
	}
}

// TestViewsBesideWriting reads on several goroutines while views are made and the series is written to: each reading is that of its snapshot.
func TestViewsBesideWriting(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{7}
	g.b.small(16, 8)
	g.b.views.many = 0
	g.fillTurns(t, id, 3, 5000)
	var readers sync.WaitGroup
	done := make(chan struct{})
	for k := range 4 {
		readers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				series := Series{id, Policy((i + k) % int(policies))}
				edges := evenEdges(int64(i%7)*1e11, 6000*1e9, 20+i%3)
				err := g.db.View(func(s *store.Snapshot) error {
					got, err := g.b.Buckets(s, series, edges)
					if err != nil {
						return err
					}
					fresh, err := Open(g.db)
					if err != nil {
						return err
					}
					fresh.views.many = math.MaxInt
					want, err := fresh.Buckets(s, series, edges)
					for i := range want {
						if !sameSummary(got[i].Summary, want[i].Summary) {
							t.Errorf("%v: bucket %d is\n%+v, without a view\n%+v", series.Merge, i, got[i], want[i])
						}
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range int64(300) {
		d, x := 1+rng.Uint64N(3), Sample{rng.Int64N(5000) * 1e9, float64(i)}
		g.update(t, func(tx *store.Tx) error {
			if i%3 == 0 {
				_, err := g.b.Remove(tx, id, d, Sample{x.T + int64(d-1)*4e8, float64(x.T/1e9*(x.T/1e9)%1000) / 10})
				return err
			}
			xs := []Sample{{5000*1e9 + i*1e9, 1}}
			if i%3 == 1 {
				xs[0] = x
			}
			chunk, err := EncodeChunk(xs)
			if err == nil {
				_, err = g.b.PutChunk(tx, id, d, chunk)
			}
			return err
		})
	}
	close(done)
	readers.Wait()
}

// TestViewsSpareChunks has a second query of what two devices write in turn read about as many chunks as if one had written it, also after an append, and
// a view that has no room for all of a series end where it is full.
func TestViewsSpareChunks(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{7}
	g.fillTurns(t, id, 2, 100*MaxChunk)
	edges := evenEdges(0, 100*MaxChunk*1e9, 10)
	if got := g.chunksRead(t, id, edges); got < 200 {
		t.Fatalf("the first query reads %d chunks", got)
	}
	g.b.settled()
	if got := g.chunksRead(t, id, edges); got != 0 {
		t.Errorf("the next reads %d chunks", got)
	}
	for d := range uint64(2) {
		g.update(t, func(tx *store.Tx) error { return g.b.Append(tx, id, d+1, []Sample{{101 * MaxChunk * 1e9, 1}}) })
	}
	if got := g.chunksRead(t, id, edges); got != 0 {
		t.Errorf("after an append %d chunks are read", got)
	}
	full := g.b.views.all[Series{ID: id}]
	if full.end != math.MaxInt64 || full.size > 200*MaxChunk*4 {
		t.Errorf("the view ends at %d and takes %d bytes", full.end, full.size)
	}
	clear(g.b.views.all)
	g.b.views.most, g.b.views.step = full.size/2, 10
	g.chunksRead(t, id, edges)
	g.b.settled()
	v := g.b.views.all[Series{ID: id}]
	if v == nil || !v.full || v.size > full.size/2 || v.size < full.size/4 {
		t.Fatalf("half of the room holds %+v", v)
	}
	got := g.chunksRead(t, id, edges)
	if got > 120 {
		t.Errorf("with a view of half of it %d chunks are read", got)
	}
	if g.b.settled(); g.b.views.all[Series{ID: id}] != v {
		t.Error("a view that is full was made anew")
	}
}

// TestTwins has two devices import one file: by what each policy makes of the same twice, the first query reads no more than the chunks at edges.
func TestTwins(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{7}
	const n = 100 * MaxChunk
	g.update(t, func(tx *store.Tx) error { // from here on its chunks have other numbers than those of the other device
		chunk, err := EncodeChunk([]Sample{{n * 1e9, 1}, {n*1e9 + 5, 1}})
		if err == nil {
			_, err = g.b.PutChunk(tx, id, 2, chunk)
		}
		return err
	})
	g.fillSteady(t, id, 1, n)
	g.fillSteady(t, id, 2, n)
	for p := range policies {
		g.b.small(MaxChunk, 1) // without a view
		got := g.chunksReadOf(t, Series{id, p}, evenEdges(0, n*1e9, 10))
		if most := map[bool]int{true: 40, false: 200}[p != Sum]; got > most {
			t.Errorf("%v reads %d chunks", p, got)
		}
	}
	g.update(t, func(tx *store.Tx) error { _, err := g.b.Remove(tx, id, 1, Sample{5e9, 2.5}); return err })
	if b := g.bucketsOf(t, Series{ID: id}, []int64{0, n * 1e9}); b[0].N != n {
		t.Errorf("with a sample less in one of them there are %d, want %d", b[0].N, n)
	}
}
