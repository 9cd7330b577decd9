package timeseries

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestEntryRoundTrip keeps entries of any values and of decimals, and reads them to the bit.
func TestEntryRoundTrip(t *testing.T) {
	odd := rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324, 1 << 53, -(1 << 53), 0.1})
	decimal := rapid.Custom(func(t *rapid.T) float64 {
		return float64(rapid.Int64Range(-1e7, 1e7).Draw(t, "n")) / powers[rapid.IntRange(0, len(powers)-1).Draw(t, "e")]
	})
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SampledFrom([]*rapid.Generator[float64]{rapid.Float64(), decimal, decimal, odd}).Draw(t, "kind")
		summary := func() (s Summary) {
			if s.N = rapid.Int64Range(0, MaxChunk).Draw(t, "count"); s.N == 0 {
				return s
			}
			s.T0, s.T1 = 3, 8
			for _, f := range []*float64{&s.First, &s.Last, &s.Min, &s.Max, &s.Sum, &s.Mean, &s.M2} {
				*f = value.Draw(t, "value")
			}
			if rapid.Bool().Draw(t, "near") {
				s.Mean = s.Sum / float64(s.N)
			}
			return s
		}
		e := entry{t0: -4, t1: 9, chunk: true, name: sealedName(5), seq: 5, sum: summary(), all: summary()}
		got, err := decodeEntry(e.append(nil))
		if err != nil || !identical(&got.sum, &e.sum) || !identical(&got.all, &e.all) {
			t.Fatalf("%+v becomes %+v: %v", e, got, err)
		}
	})
}
