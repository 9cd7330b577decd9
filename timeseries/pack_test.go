package timeseries

import (
	"math"
	"math/rand/v2"
	"testing"

	"arbor/store"

	"pgregory.net/rapid"
)

// TestPackerKeepsTheLast packs samples in orders that files have and compares what a reader sees with the last sample of each time.
func TestPackerKeepsTheLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 4000).Draw(t, "n")
		order := rapid.SampledFrom([]string{"rising", "falling", "shuffled", "mostly"}).Draw(t, "order")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var xs []Sample
		o := oracle{}
		for i := range n {
			at := int64(i) / 2 // each time twice
			switch {
			case order == "falling":
				at = int64(n-i) / 2
			case order == "shuffled", order == "mostly" && rng.IntN(20) == 0:
				at = rng.Int64N(int64(n))
			}
			x := Sample{at, float64(rng.IntN(1000))}
			xs, o[1] = append(xs, x), append(o[1], held{Sample: x})
		}
		g := newRig(t)
		defer g.db.Close()
		chunks := 0
		p := NewPacker(func(chunk []byte) error {
			chunks++
			return g.db.Update(func(tx *store.Tx) error { _, err := g.b.PutChunk(tx, ID{}, 1, chunk); return err })
		})
		for _, x := range xs {
			if err := p.Add(x); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		if chunks > n/MaxChunk+2 {
			t.Fatalf("%d samples make %d chunks", n, chunks)
		}
		if got, want := g.samples(t, ID{}, math.MinInt64, math.MaxInt64), o.view(); !sameSamples(got, want) {
			t.Fatalf("%d samples are seen, want %d", len(got), len(want))
		}
	})
}
