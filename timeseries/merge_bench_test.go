package timeseries

import (
	"math"
	"testing"

	"arbor/store"
)

// BenchmarkMerge reads what three devices have of the same times, by the policies that make one value of them, and by All.
func BenchmarkMerge(b *testing.B) {
	g := newRig(b)
	defer g.db.Close()
	const n = 1 << 18
	for d := range uint64(3) {
		g.fillSteady(b, ID{3}, d+1, n)
	}
	for p := Last; p < policies; p++ {
		b.Run(p.String(), func(b *testing.B) {
			for b.Loop() {
				g.readAll(b, Series{ID{3}, p})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(3*n), "ns/sample")
		})
	}
	for d := range uint64(3) { // in turn
		for part := range n / MaxChunk {
			var xs []Sample
			for i := range MaxChunk {
				xs = append(xs, Sample{int64(part*MaxChunk+i)*1e9 + int64(d), 1})
			}
			chunk, err := EncodeChunk(xs)
			if err != nil {
				b.Fatal(err)
			}
			g.update(b, func(tx *store.Tx) error { _, err := g.b.PutChunk(tx, ID{4}, d, chunk); return err })
		}
	}
	b.Run("in turn", func(b *testing.B) {
		for b.Loop() {
			if got := g.readAll(b, Series{ID: ID{4}}); got != 3*n {
				b.Fatal(got)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(3*n), "ns/sample")
	})
	edges := evenEdges(0, n*1e9, 400)
	for _, p := range []Policy{Last, All} {
		b.Run("400 buckets "+p.String(), func(b *testing.B) {
			for b.Loop() {
				g.bucketsOf(b, Series{ID{3}, p}, edges)
			}
		})
	}
}

// readAll reads a whole series, and returns how many samples it has.
func (g *rig) readAll(b *testing.B, series Series) (n int) {
	err := g.db.View(func(s *store.Snapshot) error {
		for _, err := range g.b.Range(s, series, math.MinInt64, math.MaxInt64) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkMarks counts a series of a million samples of which many were corrected, and a half deleted.
func BenchmarkMarks(b *testing.B) {
	g := newRig(b)
	defer g.db.Close()
	const n = 1 << 20
	g.fillSteady(b, ID{3}, 1, n)
	edges := evenEdges(0, n*1e9, 400)
	for _, marks := range []int{0, 1, 100, 10_000} {
		g.update(b, func(tx *store.Tx) error {
			for i := range marks {
				at := int64(i) * (n / int64(marks)) * 1e9
				if _, err := g.b.PutMark(tx, ID{3}, Mark{From: at, To: at + 1, Stamp: 1, Device: 1, Hides: true, Has: true, V: 1}); err != nil {
					return err
				}
			}
			return nil
		})
		b.Run(map[int]string{0: "none", 1: "one", 100: "hundred", 10_000: "ten thousand"}[marks], func(b *testing.B) {
			for b.Loop() {
				g.buckets(b, ID{3}, edges)
			}
		})
	}
	g.mark(b, ID{3}, Mark{From: n / 4 * 1e9, To: n / 4 * 3 * 1e9, Stamp: 2, Device: 1, Hides: true})
	b.Run("half deleted", func(b *testing.B) {
		for b.Loop() {
			g.buckets(b, ID{3}, edges)
		}
	})
}
