package codec

import (
	"bytes"
	"encoding/hex"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden chunks anew")

// goldens are columns of values that each mode is best for. The files beside them were made by this test with -update and are the bytes
// of the format; the values need only the operations that IEEE 754 rounds correctly, so that every machine makes the same.
var goldens = []struct {
	name string
	mode byte
	make func(i int) float64
}{
	{"decimal", modeDecimal, func(i int) float64 { return float64(i*i%97) / 10 }},
	{"exceptions", modeDecimal, func(i int) float64 {
		odd := []float64{math.Inf(1), math.Inf(-1), math.Copysign(0, -1), math.Float64frombits(0x7ff8dead0000beef), 5e-324}
		if i > 200 && i < 200+len(odd) {
			return odd[i-200]
		}
		return float64(i) / 4
	}},
	{"corrected", modeCorrected, func(i int) float64 {
		if i == 77 {
			return math.Float64frombits(0xfff0000000000001)
		}
		return math.Float64frombits(math.Float64bits(float64(75000000+i*i%1009)/1e6) + uint64(i%5) - 2)
	}},
	{"split", modeSplit, func(i int) float64 { return math.Float64frombits(0x3a04<<48 | mix(i)>>15) }},
	{"raw", modeRaw, func(i int) float64 { return math.Float64frombits(mix(i)) }},
}

// mix is the finalizer of splitmix64 (Steele, Lea, Flood 2014).
func mix(i int) uint64 {
	z := uint64(i+1) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func TestGolden(t *testing.T) {
	for _, g := range goldens {
		t.Run(g.name, func(t *testing.T) {
			times, values := make([]int64, 300), make([]float64, 300)
			for i := range times {
				times[i], values[i] = int64(i)*60e9+int64(i*7%13)*1e6, g.make(i)
			}
			b, err := Append(nil, times, values)
			if err != nil {
				t.Fatal(err)
			}
			if b[1] != g.mode {
				t.Errorf("mode %d, want %d", b[1], g.mode)
			}
			roundTrip(t, times, values)
			file := filepath.Join("testdata", g.name+".hex")
			if *update {
				text := ""
				for rest := b; len(rest) > 0; {
					n := min(40, len(rest))
					text += hex.EncodeToString(rest[:n]) + "\n"
					rest = rest[n:]
				}
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b, want) {
				t.Errorf("chunk is not that of %s", file)
			}
			gt, gv, err := Decode(want, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i := range values {
				if gt[i] != times[i] || math.Float64bits(gv[i]) != math.Float64bits(values[i]) {
					t.Fatalf("sample %d is %d %x", i, gt[i], math.Float64bits(gv[i]))
				}
			}
			body := b[:len(b)-checksumSize]
			for n := range body { // cut, with a right checksum
				if _, _, err := Decode(seal(body[:n]), nil, nil); err == nil {
					t.Fatalf("a body of %d bytes is taken for a chunk", n)
				}
			}
		})
	}
}
