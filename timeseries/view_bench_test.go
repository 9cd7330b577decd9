package timeseries

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"arbor/store"
)

// fillTurns has devices write n samples each, in turn: one at each second and a little later for each device, in chunks that go to the store in the order of their times.
func (g *rig) fillTurns(t testing.TB, id ID, devices uint64, n int) {
	for i := 0; i < n; {
		g.update(t, func(tx *store.Tx) error {
			for k := 0; k < 16 && i < n; k++ {
				size := min(MaxChunk, n-i)
				for d := range devices {
					xs := make([]Sample, size)
					for j := range xs {
						xs[j] = Sample{int64(i+j)*1e9 + int64(d)*4e8, float64((i+j)*(i+j)%1000) / 10}
					}
					chunk, err := EncodeChunk(xs)
					if err != nil {
						return err
					}
					if _, err := g.b.PutChunk(tx, id, d+1, chunk); err != nil {
						return err
					}
				}
				i += size
			}
			return nil
		})
	}
}

// settled waits until no view is being made.
func (b *Book) settled() {
	for making := true; making; runtime.Gosched() {
		b.views.mu.Lock()
		making = b.views.making
		b.views.mu.Unlock()
	}
}

// BenchmarkInTurn draws 2 million samples in 400 columns: those of one device, and those that two have written in turn, for the first time, the next
// time, and after each device has written one more.
func BenchmarkInTurn(b *testing.B) {
	const n = 1 << 20
	for _, devices := range []uint64{1, 2} {
		g := newRig(b)
		defer g.db.Close()
		series := Series{ID: ID{byte(devices)}}
		g.fillTurns(b, series.ID, devices, 2*n/int(devices))
		edges := evenEdges(0, 2*n/int64(devices)*1e9+1e12, 400)
		draw := func() time.Duration {
			began := time.Now()
			g.view(b, func(r *store.Snapshot) error { _, err := g.b.Buckets(r, series, edges); return err })
			return time.Since(began)
		}
		appended := func() time.Duration {
			at := 2*n/int64(devices)*1e9 + time.Now().UnixNano()%1e12
			for d := range devices {
				g.update(b, func(tx *store.Tx) error { return g.b.Append(tx, series.ID, d+1, []Sample{{at + int64(d), 1}}) })
			}
			return draw()
		}
		anew := func() time.Duration {
			g.b.settled() // and g.b.views is nobody's
			clear(g.b.views.all)
			g.b.cache.clear()
			return draw()
		}
		for _, x := range []struct {
			name string
			draw func() time.Duration
		}{
			{"first, no view is made", func() time.Duration {
				g.b.views.many = 1 << 30
				defer func() { g.b.views.many = manyShared }()
				return anew()
			}},
			{"first", anew},
			{"next", func() time.Duration { g.b.settled(); return draw() }},
			{"next, decoding", func() time.Duration { g.b.settled(); g.b.cache.clear(); return draw() }},
			{"after an append", appended},
		} {
			b.Run(fmt.Sprintf("%d devices, %s", devices, x.name), func(b *testing.B) {
				var took []time.Duration
				for b.Loop() {
					took = append(took, x.draw())
				}
				slices.Sort(took)
				b.ReportMetric(median(took), "median-ms")
			})
		}
		g.b.settled()
		if v := g.b.views.all[series]; v != nil {
			began := time.Now()
			anew()
			g.b.settled()
			b.Logf("a view of %d leaves takes %d bytes; the first query and the view take %v", len(v.leaves), v.size, time.Since(began))
		}
	}
}

// BenchmarkTwins draws a million samples in 400 columns that two devices have imported from one file, without a view and with nothing in the cache.
func BenchmarkTwins(b *testing.B) {
	g := newRig(b)
	defer g.db.Close()
	const n = 1 << 20
	for d := range uint64(2) {
		g.fillSteady(b, ID{3}, d+1, n)
	}
	g.b.views.many = 1 << 30
	edges := evenEdges(0, n*1e9, 400)
	for b.Loop() {
		g.b.cache.clear()
		g.buckets(b, ID{3}, edges)
	}
}
