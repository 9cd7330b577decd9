package codec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// roundTrip packs and unpacks and fails the test unless every bit comes back. It returns the size.
func roundTrip(t interface {
	Helper()
	Fatalf(string, ...any)
}, times []int64, values []float64) int {
	t.Helper()
	b, err := Append(nil, times, values)
	if err != nil {
		t.Fatalf("append: %v", err)
	}
	gt, gv, err := Decode(b, nil, nil)
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	if len(gt) != len(times) || len(gv) != len(values) {
		t.Fatalf("%d times and %d values, want %d", len(gt), len(gv), len(times))
	}
	for i := range times {
		if gt[i] != times[i] {
			t.Fatalf("time %d is %d, want %d", i, gt[i], times[i])
		}
		if math.Float64bits(gv[i]) != math.Float64bits(values[i]) {
			t.Fatalf("value %d is %x, want %x", i, math.Float64bits(gv[i]), math.Float64bits(values[i]))
		}
	}
	return len(b)
}

func TestRoundTripEdges(t *testing.T) {
	payload := math.Float64frombits(0x7ff8dead0000beef)
	signalling := math.Float64frombits(0xfff0000000000001)
	for name, c := range map[string]struct {
		t []int64
		v []float64
	}{
		"empty":          {nil, nil},
		"one":            {[]int64{-5}, []float64{0.1}},
		"time extremes":  {[]int64{math.MinInt64, math.MaxInt64, 0, math.MinInt64, -1}, []float64{1, 2, 3, 4, 5}},
		"one step":       {[]int64{math.MinInt64, math.MaxInt64}, []float64{0, 0}},
		"min twice":      {[]int64{math.MinInt64, 0, math.MinInt64}, []float64{0, 0, 0}},
		"exceptions":     {[]int64{1, 2, 3, 4, 5, 6, 7, 8}, []float64{1.5, payload, math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 5e-324, signalling, 2.5}},
		"only NaN":       {[]int64{1, 2}, []float64{payload, signalling}},
		"full precision": {[]int64{1, 2, 3}, []float64{math.Pi, math.E, math.Sqrt2}},
		"great":          {[]int64{1, 2, 3}, []float64{math.MaxFloat64, -math.MaxFloat64, 1 << 53}},
		"beyond 2^53":    {[]int64{1, 2, 3}, []float64{1<<53 - 1, 1<<53 + 2, -(1<<53 - 1)}},
		"small decimals": {[]int64{1, 2, 3}, []float64{1e-22, 3e-22, 123e-22}},
		"one outlier":    {[]int64{1, 2, 3, 4}, []float64{20.1, 20.2, math.Pi, 20.3}},
	} {
		t.Run(name, func(t *testing.T) { roundTrip(t, c.t, c.v) })
	}
}

// TestEveryLength packs columns of each length that each mode is best for: what is sampled of a column depends on its length.
func TestEveryLength(t *testing.T) {
	for _, g := range goldens {
		times, values := make([]int64, MaxPoints), make([]float64, MaxPoints)
		for i := range times {
			times[i], values[i] = int64(i)*60e9, g.make(i)
		}
		for n := range 300 {
			roundTrip(t, times[:n], values[:n])
		}
		for n := 300; n <= MaxPoints; n += 181 {
			roundTrip(t, times[:n], values[:n])
		}
	}
}

func TestTooMany(t *testing.T) {
	n := MaxPoints + 1
	if _, err := Append(nil, make([]int64, n), make([]float64, n)); !errors.Is(err, ErrTooMany) {
		t.Fatalf("got %v", err)
	}
	roundTrip(t, make([]int64, MaxPoints), make([]float64, MaxPoints))
}

// genTimes draws columns of every shape: steady, jittered, with gaps, random, with extremes.
func genTimes(t *rapid.T, n int) []int64 {
	v := make([]int64, n)
	step := rapid.SampledFrom([]int64{0, 1, 7, 1000, 1e9, 86400e9, 1 << 50}).Draw(t, "step")
	jitter := rapid.SampledFrom([]int64{0, 1, 100, 1e9}).Draw(t, "jitter")
	at := rapid.Int64().Draw(t, "first")
	odd := rapid.IntRange(0, 3).Draw(t, "odd")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	for i := range v {
		v[i] = at
		at += step
		if jitter > 0 {
			at += rng.Int64N(2*jitter+1) - jitter
		}
		if odd > 0 && rng.IntN(50) < odd {
			at = rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64})).Draw(t, "at")
		}
	}
	return v
}

func genValues(t *rapid.T, n int) []float64 {
	v := make([]float64, n)
	digits := rapid.IntRange(0, 20).Draw(t, "digits")
	odd := rapid.IntRange(0, 4).Draw(t, "odd")
	size := rapid.SampledFrom([]int64{2, 1000, 1e9, 1 << 53}).Draw(t, "size")
	ulps := rapid.SampledFrom([]int64{0, 1, 8, 1 << 40}).Draw(t, "ulps")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
	for i := range v {
		v[i] = float64(rng.Int64N(size)-size/3) / math.Pow(10, float64(digits))
		if ulps > 0 {
			v[i] = math.Float64frombits(math.Float64bits(v[i]) + uint64(rng.Int64N(2*ulps+1)-ulps))
		}
		if rng.IntN(20) < odd {
			v[i] = math.Float64frombits(rng.Uint64())
		}
	}
	return v
}

func TestRoundTripProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.IntRange(0, 5), rapid.IntRange(120, 140), rapid.IntRange(0, MaxPoints)).Draw(t, "n")
		roundTrip(t, genTimes(t, n), genValues(t, n))
	})
}

// seal puts a right checksum on body, so that tests reach what lies behind it.
func seal(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(bytes.Clone(body), crc32.Checksum(body, castagnoli))
}

func TestDamageIsFound(t *testing.T) {
	times, values := make([]int64, 300), make([]float64, 300)
	for i := range times {
		times[i], values[i] = int64(i)*1e9, float64(i%17)/10
	}
	b, err := Append(nil, times, values)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 0x10
		if _, _, err := Decode(bad, nil, nil); err == nil {
			t.Fatalf("a flipped bit in byte %d goes unseen", i)
		}
		if _, _, err := Decode(b[:i], nil, nil); err == nil {
			t.Fatalf("%d bytes of %d are taken for a chunk", i, len(b))
		}
	}
	later := bytes.Clone(b)
	later[0] = version + 1
	if _, _, err := Decode(later, nil, nil); !errors.Is(err, ErrVersion) {
		t.Fatalf("a later version gives %v", err)
	}
	for n := range b[:len(b)-checksumSize] { // cut, with a right checksum
		if _, _, err := Decode(seal(b[:n]), nil, nil); err == nil {
			t.Fatalf("a body of %d bytes is taken for a chunk", n)
		}
	}
	if _, _, err := Decode(seal(append(bytes.Clone(b[:len(b)-checksumSize]), 0)), nil, nil); !errors.Is(err, ErrMalformed) {
		t.Fatalf("a byte too many gives %v", err)
	}
}

func TestHostileCountAllocatesLittle(t *testing.T) {
	body := append([]byte{version, modeDecimal}, binary.AppendUvarint(nil, 1<<60)...)
	b := seal(body)
	if n := testing.AllocsPerRun(10, func() { _, _, _ = Decode(b, nil, nil) }); n > 10 {
		t.Fatalf("%v allocations", n)
	}
	if _, _, err := Decode(b, nil, nil); !errors.Is(err, ErrMalformed) {
		t.Fatalf("got %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	b, _ := Append(nil, []int64{1, 2, 3, 5, math.MaxInt64}, []float64{0.5, 1.5, 2.5, math.NaN(), 7})
	f.Add(b[:len(b)-checksumSize])
	b, _ = Append(nil, []int64{math.MinInt64, math.MaxInt64}, []float64{math.Pi, -1})
	f.Add(b[:len(b)-checksumSize])
	for _, g := range goldens {
		times, values := make([]int64, 150), make([]float64, 150)
		for i := range times {
			times[i], values[i] = int64(i)*1e9, g.make(i)
		}
		b, _ := Append(nil, times, values)
		f.Add(b[:len(b)-checksumSize])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		times, values, err := Decode(seal(body), nil, nil)
		if err != nil {
			return
		}
		if len(times) > MaxPoints || len(times) != len(values) {
			t.Fatalf("%d times, %d values", len(times), len(values))
		}
		roundTrip(t, times, values)
	})
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef"))
	f.Add(bytes.Repeat([]byte{0xff, 0, 0x80, 0x7f}, 40))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var times []int64
		var values []float64
		for ; len(raw) >= 16 && len(times) < MaxPoints; raw = raw[16:] {
			times = append(times, int64(binary.LittleEndian.Uint64(raw)))
			values = append(values, math.Float64frombits(binary.LittleEndian.Uint64(raw[8:])))
		}
		roundTrip(t, times, values)
	})
}
