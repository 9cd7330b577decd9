package codec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// shape is a made series like those that people keep. The limits are what each took when its mode was chosen, and a fiftieth.
type shape struct {
	name  string
	n     int
	limit float64 // bytes a sample at most
	make  func(rng *rand.Rand, n int) ([]int64, []float64)
}

var shapes = []shape{
	{"weight", 29 * 1024, 2.38, func(rng *rand.Rand, n int) ([]int64, []float64) { // once a day at about seven, one decimal
		t, v := make([]int64, n), make([]float64, n)
		w := 80.0
		for i := range t {
			t[i] = (int64(i)*86400 + 7*3600 + rng.Int64N(3600)) * 1e9
			w += rng.NormFloat64()*0.4 - (w-80)*0.02
			v[i] = math.Round(w*10) / 10
		}
		return t, v
	}},
	{"habit", 29 * 1024, 0.19, func(rng *rand.Rand, n int) ([]int64, []float64) { // yes or no each day
		t, v := make([]int64, n), make([]float64, n)
		for i := range t {
			t[i], v[i] = int64(i)*86400e9, float64(rng.IntN(2))
		}
		return t, v
	}},
	{"temp", 256 * 1024, 0.32, func(rng *rand.Rand, n int) ([]int64, []float64) { // each minute, slow, one decimal
		t, v := make([]int64, n), make([]float64, n)
		for i := range t {
			t[i] = int64(i) * 60e9
			v[i] = math.Round((20+5*math.Sin(float64(i)/229)+rng.NormFloat64()*0.03)*10) / 10
		}
		return t, v
	}},
	{"counter", 256 * 1024, 1.49, func(rng *rand.Rand, n int) ([]int64, []float64) { // every 15 s with jitter in ms
		t, v := make([]int64, n), make([]float64, n)
		c := 0.0
		for i := range t {
			t[i] = (int64(i)*15000 + rng.Int64N(7)) * 1e6
			c += float64(rng.IntN(100))
			v[i] = c
		}
		return t, v
	}},
	{"jitter", 256 * 1024, 1.08, func(rng *rand.Rand, n int) ([]int64, []float64) { // each minute, jitter in ms, one in 200 dropped
		t, v := make([]int64, n), make([]float64, n)
		k := int64(0)
		for i := range t {
			for k++; rng.IntN(200) == 0; {
				k++
			}
			t[i] = (k*60000 + rng.Int64N(17)) * 1e6
			v[i] = math.Round((20+5*math.Sin(float64(k)/229)+rng.NormFloat64()*0.05)*10) / 10
		}
		return t, v
	}},
	{"noisy", 64 * 1024, 6.30, func(rng *rand.Rand, n int) ([]int64, []float64) { // every bit of the mantissa
		t, v := make([]int64, n), make([]float64, n)
		for i := range t {
			t[i], v[i] = int64(i)*1e9, 20+5*math.Sin(float64(i)/5000)+rng.NormFloat64()*0.1
		}
		return t, v
	}},
	{"events", 256 * 1024, 4.78, func(rng *rand.Rand, n int) ([]int64, []float64) { // at random ms, three decimals
		t, v := make([]int64, n), make([]float64, n)
		at := int64(0)
		for i := range t {
			at += int64(rng.ExpFloat64()*60000) * 1e6
			t[i], v[i] = at, math.Round(rng.ExpFloat64()*50000)/1000
		}
		return t, v
	}},
	{"ticks", 256 * 1024, 1.66, func(rng *rand.Rand, n int) ([]int64, []float64) { // prices in cents, in bursts
		t, v := make([]int64, n), make([]float64, n)
		at, price := int64(0), int64(10000)
		for i := range t {
			if rng.IntN(10) == 0 {
				at += rng.Int64N(500) * 1e6
			} else {
				at += rng.Int64N(32) * 1e6
			}
			price += rng.Int64N(21) - 10
			t[i], v[i] = at, float64(price)/100
		}
		return t, v
	}},
	{"heart", 256 * 1024, 0.35, func(rng *rand.Rand, n int) ([]int64, []float64) { // beats a minute each second, with gaps
		t, v := make([]int64, n), make([]float64, n)
		at, rate := int64(0), 70.0
		for i := range t {
			if at++; rng.IntN(2000) == 0 {
				at += 10 + rng.Int64N(3600)
			}
			rate += rng.NormFloat64()*0.6 - (rate-70)*0.002
			t[i], v[i] = at*1e9, math.Round(rate)
		}
		return t, v
	}},
	{"arithmetic", 64 * 1024, 1.67, func(rng *rand.Rand, n int) ([]int64, []float64) { // three decimals that were summed and divided
		t, v := make([]int64, n), make([]float64, n)
		w := 40.0
		for i := range t {
			w += rng.NormFloat64() * 0.4
			a := math.Round(w*1000) / 1000
			t[i], v[i] = int64(i)*300e9, (a*3+0.3)/3-0.1
		}
		return t, v
	}},
	{"full", 64 * 1024, 7.1, func(rng *rand.Rand, n int) ([]int64, []float64) { // random mantissas
		t, v := make([]int64, n), make([]float64, n)
		for i := range t {
			t[i], v[i] = int64(i)*1e9, rng.Float64()
		}
		return t, v
	}},
}

// chunks packs the whole series.
func (s shape) chunks(tb testing.TB) (t []int64, v []float64, out [][]byte, size int) {
	t, v = s.make(rand.New(rand.NewPCG(7, 7)), s.n)
	for i := 0; i < s.n; i += MaxPoints {
		b, err := Append(nil, t[i:i+MaxPoints], v[i:i+MaxPoints])
		if err != nil {
			tb.Fatal(err)
		}
		out, size = append(out, b), size+len(b)
	}
	return t, v, out, size
}

func TestSizes(t *testing.T) {
	for _, s := range shapes {
		_, _, _, size := s.chunks(t)
		per := float64(size) / float64(s.n)
		t.Logf("%-8s %.3f bytes a sample", s.name, per)
		if per > s.limit {
			t.Errorf("%s takes %.3f bytes a sample, at most %.2f expected", s.name, per, s.limit)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			t, v, _, size := s.chunks(b)
			buf := make([]byte, 0, 1<<16)
			i := 0
			for b.Loop() {
				buf, _ = Append(buf[:0], t[i:i+MaxPoints], v[i:i+MaxPoints])
				i = (i + MaxPoints) % s.n
			}
			report(b, float64(size)/float64(s.n))
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			_, _, chunks, size := s.chunks(b)
			t, v := make([]int64, 0, MaxPoints), make([]float64, 0, MaxPoints)
			i := 0
			for b.Loop() {
				var err error
				if _, _, err = Decode(chunks[i], t, v); err != nil {
					b.Fatal(err)
				}
				i = (i + 1) % len(chunks)
			}
			report(b, float64(size)/float64(s.n))
		})
	}
}

func report(b *testing.B, perSample float64) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/MaxPoints, "ns/sample")
	b.ReportMetric(perSample, "B/sample")
	b.ReportMetric(0, "ns/op")
}

func ExampleAppend() {
	times, values := make([]int64, 1000), make([]float64, 1000)
	for i := range times {
		times[i], values[i] = int64(i)*60e9, 21.5
	}
	b, _ := Append(nil, times, values)
	fmt.Println(len(b), "bytes")
	// Output: 26 bytes
}
