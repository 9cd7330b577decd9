package histogram

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

func of(v ...float64) *Histogram {
	h := &Histogram{}
	for _, x := range v {
		h.Add(x)
	}
	return h
}

// exact is the quantile by the definition.
func exact(sorted []float64, q float64) float64 {
	return sorted[max(int(math.Ceil(q*float64(len(sorted)))), 1)-1]
}

var quantiles = []float64{0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.9999, 1}

func TestQuantileError(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, draw := range map[string]func() float64{
		"lognormal": func() float64 { return math.Exp(rng.NormFloat64() * 3) },
		"normal":    func() float64 { return rng.NormFloat64() * 1e5 },
		"tiny":      func() float64 { return rng.Float64() * 1e-300 },
		"wide":      func() float64 { return math.Exp((rng.Float64()*2 - 1) * 700) },
		"few":       func() float64 { return float64(rng.IntN(5) - 2) },
	} {
		t.Run(name, func(t *testing.T) {
			var h Histogram
			v := make([]float64, 50000)
			for i := range v {
				v[i] = draw()
				h.Add(v[i])
			}
			slices.Sort(v)
			for _, q := range quantiles {
				want, got := exact(v, q), h.Quantile(q)
				if math.Abs(got-want) > RelativeError*math.Abs(want)*(1+1e-12) {
					t.Errorf("quantile %v is %v, exactly %v", q, got, want)
				}
			}
		})
	}
}

func TestQuantileErrorProperty(t *testing.T) {
	normal := rapid.Float64().Filter(func(v float64) bool { return v == 0 || math.Abs(v) >= 0x1p-1022 })
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.OneOf(normal, rapid.SampledFrom([]float64{math.Inf(1), math.Inf(-1)})), 1, 50).Draw(t, "v")
		h := of(v...)
		slices.Sort(v)
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		want, got := exact(v, q), h.Quantile(q)
		if got != want && !(math.Abs(got-want) <= RelativeError*math.Abs(want)*(1+1e-12)) {
			t.Fatalf("quantile %v of %v is %v, exactly %v", q, v, got, want)
		}
	})
}

func TestOddNumbers(t *testing.T) {
	h := of(math.NaN(), 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, -5e-324, math.MaxFloat64)
	if h.NaNs() != 2 || h.Count() != 7 {
		t.Fatalf("%d NaNs and %d numbers", h.NaNs(), h.Count())
	}
	if got := h.Quantile(0); got != math.Inf(-1) {
		t.Errorf("the least is %v", got)
	}
	if got := h.Quantile(1); got != math.Inf(1) {
		t.Errorf("the greatest is %v", got)
	}
	if got := h.Quantile(0.5); got != 0 {
		t.Errorf("the median is %v", got)
	}
	if got := of().Quantile(0.5); got == got {
		t.Errorf("the median of nothing is %v", got)
	}
}

func same(a, b *Histogram) bool {
	return a.NaNs() == b.NaNs() && slices.Equal(slices.Collect(a.Buckets()), slices.Collect(b.Buckets()))
}

func TestMergeIsCountingInOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		odd := rapid.SampledFrom([]float64{0, math.NaN(), math.Inf(1), math.Inf(-1), 1, -1})
		numbers := rapid.SliceOf(rapid.OneOf(rapid.Float64(), odd))
		x, y := numbers.Draw(t, "x"), numbers.Draw(t, "y")
		h := of(x...)
		h.Merge(of(y...))
		if !same(h, of(append(x, y...)...)) {
			t.Fatal("merged differs from counted in one")
		}
		b, err := h.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(b)
		if err != nil || !same(back, h) {
			t.Fatalf("comes back different: %v", err)
		}
	})
}

func TestBucketsRise(t *testing.T) {
	var h Histogram
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		v := math.Float64frombits(rng.Uint64())
		h.Add(v)
		if v == v {
			low, high := bounds(number(v))
			if !(low <= v && v <= high) {
				t.Fatalf("%v is not in its bucket [%v, %v]", v, low, high)
			}
		}
	}
	last := math.Inf(-1)
	for b := range h.Buckets() {
		if b.Low < last || b.High < b.Low {
			t.Fatalf("bucket [%v, %v] after %v", b.Low, b.High, last)
		}
		last = b.High
	}
}

func TestConcurrentAdds(t *testing.T) {
	var h Histogram
	const workers, each = 8, 20000
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 1))
			for range each {
				h.Add(math.Exp(rng.NormFloat64() * 20))
			}
		})
	}
	wg.Go(func() {
		for h.Count() < workers*each/2 {
			_ = h.Quantile(0.9)
		}
	})
	wg.Wait()
	if h.Count() != workers*each {
		t.Fatalf("%d counted of %d", h.Count(), workers*each)
	}
}

func TestCost(t *testing.T) {
	h := of(1, 2, 3)
	if n := testing.AllocsPerRun(100, func() { h.Add(2.5) }); n != 0 {
		t.Errorf("adding allocates %v times", n)
	}
	if n := unsafe.Sizeof(Histogram{}); n > 2048 {
		t.Errorf("an empty histogram takes %d bytes", n)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200000 { // the latencies of a store
		h.Add(1e4 * math.Exp(rng.NormFloat64()))
	}
	if b, _ := h.AppendBinary(nil); len(b) > 2000 {
		t.Errorf("encoded it takes %d bytes", len(b))
	}
}

func FuzzDecode(f *testing.F) {
	b, _ := of(1, -2, 0, math.Inf(1), math.NaN()).AppendBinary(nil)
	f.Add(b)
	f.Add([]byte{1, 0, 0, 0xff, 0xff, 0x0f, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := Decode(b)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		again, _ := h.AppendBinary(nil)
		back, err := Decode(again)
		if err != nil || !same(h, back) {
			t.Fatalf("comes back different: %v", err)
		}
		third, _ := back.AppendBinary(nil)
		if !bytes.Equal(again, third) {
			t.Fatal("encoding is not stable")
		}
		for b := range h.Buckets() {
			if b.Low != b.Low || b.High != b.High {
				t.Fatalf("a bucket of NaNs: %+v", b)
			}
		}
		_ = h.Quantile(0.5)
	})
}

func BenchmarkAdd(b *testing.B) {
	var h Histogram
	rng := rand.New(rand.NewPCG(1, 2))
	v := make([]float64, 4096)
	for i := range v {
		v[i] = math.Exp(rng.NormFloat64())
	}
	i := 0
	for b.Loop() {
		h.Add(v[i&4095])
		i++
	}
}

// TestRemove takes numbers back: what is left is as if they had never been counted.
func TestRemove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOf(rapid.Float64()).Draw(t, "v")
		v = append(v, 0, math.NaN(), math.Copysign(0, -1), math.Inf(-1))
		keep := rapid.IntRange(0, len(v)).Draw(t, "keep")
		h, want := of(v...), of(v[:keep]...)
		for _, x := range v[keep:] {
			h.Remove(x)
		}
		got, _ := h.AppendBinary(nil)
		exp, _ := want.AppendBinary(nil)
		if !bytes.Equal(got, exp) {
			t.Fatalf("%x is left, want %x", got, exp)
		}
	})
}

func TestAddAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOf(rapid.OneOf(rapid.Float64(), rapid.Float64Range(-100, 100), rapid.SampledFrom([]float64{0, math.NaN(), 1}))).Draw(t, "v")
		var h Histogram
		h.AddAll(v)
		got, _ := h.AppendBinary(nil)
		want, _ := of(v...).AppendBinary(nil)
		if !bytes.Equal(got, want) {
			t.Fatalf("%v are counted as %x, want %x", v, got, want)
		}
	})
}
