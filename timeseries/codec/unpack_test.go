package codec

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Numbers of every width come back from between other bytes, however many they are.
func TestUnpack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for width := range 65 {
		for n := range 200 {
			want, got := make([]int64, n), make([]int64, n)
			x := make([]uint64, n)
			base := int64(r.Uint64())
			for i := range x {
				x[i] = r.Uint64() & (1<<width - 1)
				want[i] = base + int64(x[i])
			}
			p := pack(nil, x, width)
			if len(p) != (width*n+7)/8 {
				t.Fatalf("%d numbers of %d bits take %d bytes", n, width, len(p))
			}
			if unpack(p, got, width, base); !slices.Equal(got, want) {
				t.Fatalf("%d numbers of %d bits: %v, want %v", n, width, got, want)
			}
		}
	}
}
