package timeseries

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"arbor/store"
)

// big is a series of a sample a second with jitter and one decimal, as a sensor gives them, in a store in memory. It is made when first asked for.
type big struct {
	*rig
	n        int
	from, to int64
	once     sync.Once
	made     time.Duration
}

var bigs = map[int]*big{10e6: {n: 10e6}, 100e6: {n: 100e6}}

var bigID = Series{ID: ID{1}}

// bigSeries returns the series of n samples; 100 million are made if ARBOR_SOAK is set alone.
func bigSeries(b *testing.B, n int) *big {
	if n > 10e6 && os.Getenv("ARBOR_SOAK") == "" {
		b.Skip("ARBOR_SOAK=1 makes it")
	}
	g := bigs[n]
	g.once.Do(func() {
		g.rig = newRig(b)
		began := time.Now()
		g.fillSensor(b, g.rig)
		g.made = time.Since(began)
	})
	return g
}

// fillSensor writes the series.
func (g *big) fillSensor(b testing.TB, to *rig) {
	rng := rand.New(rand.NewPCG(1, 2))
	xs := make([]Sample, MaxChunk)
	t, v := int64(1.6e18), 200
	for i := 0; i < g.n; {
		to.update(b, func(tx *store.Tx) error {
			for k := 0; k < 64 && i < g.n; k++ {
				xs = xs[:min(MaxChunk, g.n-i)]
				for j := range xs {
					xs[j] = Sample{t + rng.Int64N(10)*1e6, float64(v) / 10}
					t += 1e9
					v = min(max(v+rng.IntN(7)-3, -400), 1200)
				}
				i += len(xs)
				chunk, err := EncodeChunk(xs)
				if err != nil {
					return err
				}
				if _, err := to.b.PutChunk(tx, bigID.ID, 1, chunk); err != nil {
					return err
				}
			}
			return nil
		})
	}
	g.from, g.to = 1.6e18, t
}

func (g *rig) view(b testing.TB, read func(r *store.Snapshot) error) {
	if err := g.db.View(read); err != nil {
		b.Fatal(err)
	}
}

func median(took []time.Duration) float64 {
	slices.Sort(took)
	return float64(took[len(took)/2]) / 1e6
}

// latencies reports the median, the 99th percentile and the longest of what took so long.
func latencies(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	for _, x := range []struct {
		name string
		at   float64
	}{{"p50-ms", 0.5}, {"p99-ms", 0.99}, {"max-ms", 1}} {
		b.ReportMetric(float64(took[int(x.at*float64(len(took)-1))])/1e6, x.name)
	}
}

func eachSize(b *testing.B, run func(b *testing.B, g *big)) {
	for _, n := range []int{10e6, 100e6} {
		b.Run(fmt.Sprintf("%dM", n/1e6), func(b *testing.B) { run(b, bigSeries(b, n)) })
	}
}

// BenchmarkOverview draws all of the series in 400 columns: the first picture and the exact one, its chunks decoded anew each time.
func BenchmarkOverview(b *testing.B) {
	eachSize(b, func(b *testing.B, g *big) {
		edges := evenEdges(g.from, g.to, 400)
		b.Run("first", func(b *testing.B) {
			for b.Loop() {
				g.view(b, func(r *store.Snapshot) error { _, _, err := g.b.Approx(r, bigID, edges); return err })
			}
		})
		b.Run("exact", func(b *testing.B) {
			for b.Loop() {
				g.b.cache.clear()
				g.view(b, func(r *store.Snapshot) error { _, err := g.b.Buckets(r, bigID, edges); return err })
			}
		})
		b.Run("cached", func(b *testing.B) {
			for b.Loop() {
				g.view(b, func(r *store.Snapshot) error { _, err := g.b.Buckets(r, bigID, edges); return err })
			}
		})
	})
}

// BenchmarkZoom draws random windows, of each size from all down to a hundred-thousandth, in 400 columns.
func BenchmarkZoom(b *testing.B) {
	eachSize(b, func(b *testing.B, g *big) {
		rng := rand.New(rand.NewPCG(3, 4))
		var took []time.Duration
		for b.Loop() {
			span := float64(g.to - g.from)
			for range rng.IntN(6) {
				span /= 10
			}
			from := g.from + rng.Int64N(g.to-g.from-int64(span)+1)
			edges := evenEdges(from, from+max(int64(span), 400), 400)
			began := time.Now()
			g.view(b, func(r *store.Snapshot) error { _, err := g.b.Buckets(r, bigID, edges); return err })
			took = append(took, time.Since(began))
		}
		latencies(b, took)
	})
}

// BenchmarkAggregate sums the series up in 1,000 buckets, its chunks decoded anew each time.
func BenchmarkAggregate(b *testing.B) {
	g := bigSeries(b, 10e6)
	edges := evenEdges(g.from, g.to, 1000)
	for b.Loop() {
		g.b.cache.clear()
		g.view(b, func(r *store.Snapshot) error { _, err := g.b.Buckets(r, bigID, edges); return err })
	}
}

// BenchmarkLatePoint writes one sample at a time, each long before the end of the series, in transactions of their own.
func BenchmarkLatePoint(b *testing.B) {
	g := bigSeries(b, 10e6)
	rng := rand.New(rand.NewPCG(5, 6))
	var took []time.Duration
	for b.Loop() {
		x := []Sample{{g.from + rng.Int64N(g.to-g.from), 21}}
		began := time.Now()
		g.update(b, func(tx *store.Tx) error { return g.b.Append(tx, bigID.ID, 1, x) })
		took = append(took, time.Since(began))
	}
	latencies(b, took)
}

func BenchmarkSummarize(b *testing.B) {
	t, v := make([]int64, MaxChunk), make([]float64, MaxChunk)
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range v {
		t[i], v[i] = int64(i), float64(rng.IntN(100))/10
	}
	for b.Loop() {
		summarize(t, v)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/MaxChunk, "ns/sample")
}

// BenchmarkQuantiles takes the median and the 99th percentile of random spans of all sizes.
func BenchmarkQuantiles(b *testing.B) {
	eachSize(b, func(b *testing.B, g *big) {
		rng := rand.New(rand.NewPCG(3, 4))
		var took []time.Duration
		for b.Loop() {
			span := (g.to - g.from) / (1 + rng.Int64N(20))
			from := g.from + rng.Int64N(g.to-g.from-span+1)
			began := time.Now()
			g.view(b, func(r *store.Snapshot) error {
				_, _, err := g.b.Quantiles(r, bigID, from, from+span, []float64{0.5, 0.99})
				return err
			})
			took = append(took, time.Since(began))
		}
		latencies(b, took)
	})
}

// BenchmarkPutChunk writes chunks in order, 64 in a transaction; the time is that for a sample.
func BenchmarkPutChunk(b *testing.B) {
	for b.Loop() {
		g := &big{n: 1e6, rig: newRig(b)}
		g.fillSensor(b, g.rig)
		g.db.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/sample")
}

// BenchmarkOverviewLate draws 10 million samples of which 3,000 came late, at random, in 400 columns.
func BenchmarkOverviewLate(b *testing.B) {
	g := &big{n: 10e6, rig: newRig(b)}
	g.fillSensor(b, g.rig)
	rng := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		x := []Sample{{g.from + rng.Int64N(g.to-g.from), 21}}
		g.update(b, func(tx *store.Tx) error { return g.b.Append(tx, bigID.ID, 1, x) })
	}
	edges := evenEdges(g.from, g.to, 400)
	for b.Loop() {
		g.b.cache.clear()
		g.view(b, func(r *store.Snapshot) error { _, err := g.b.Buckets(r, bigID, edges); return err })
	}
}
