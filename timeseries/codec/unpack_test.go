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

// What divides by multiplying tells what it divides, and gives quotients, as division does.
func TestExact(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		g := r.Uint64()>>r.IntN(64) | 1<<r.IntN(63)
		by, q := exactly(g), r.Uint64()>>r.IntN(64)
		for _, a := range []uint64{q, q * g, q*g + 1, 0, g, -g, 1 << 63} {
			if got, want := by.divides(a), a%g == 0; got != want {
				t.Fatalf("%d divides %d: %v", g, a, got)
			}
			if n := int64(a); int64(g) > 0 && n%int64(g) == 0 && by.quotient(n) != n/int64(g) {
				t.Fatalf("%d through %d is %d", n, g, by.quotient(n))
			}
		}
	}
}
