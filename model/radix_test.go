package model

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Many nodes are sorted by digits as few are by comparing, whatever their keys have in common.
func TestSortKeyed(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, mask := range []uint64{0, 1, 0xff, 0xffff0000, 0xffff00000000ffff, 1 << 63, ^uint64(0)} {
		for _, n := range []int{0, 1, 100, radixLeast, radixLeast + 1000} {
			all := make([]keyed, n)
			for i := range all {
				all[i] = keyed{r.Uint64() & mask, int32(i)}
			}
			want := slices.Clone(all)
			slices.SortFunc(want, keyed.compare)
			if sortKeyed(all); !slices.Equal(all, want) {
				t.Errorf("%d nodes with keys of the bits %x are not in order", n, mask)
			}
		}
	}
}
