package model

import (
	"cmp"
	"slices"
)

// keyed is a node in an order: the key that it has there, and its place before.
type keyed struct {
	key uint64
	i   int32
}

func (a keyed) compare(b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.i, b.i)) }

// radixLeast is of how many nodes a sort by digits is faster than one by comparing.
const radixLeast = 1 << 15

// sortKeyed puts nodes into the order of their keys, and those of equal keys into that of their places. Many it sorts by digits of 16 bits, the lowest
// first, without those that all have in common: of equal keys those that stand before others have to have the lower place.
func sortKeyed(all []keyed) {
	if len(all) < radixLeast {
		slices.SortFunc(all, keyed.compare)
		return
	}
	var differ uint64
	for _, p := range all {
		differ |= p.key ^ all[0].key
	}
	from, to := all, make([]keyed, len(all))
	counts := make([]int32, 1<<16)
	for shift := 0; shift < 64; shift += 16 {
		if uint16(differ>>shift) == 0 {
			continue
		}
		clear(counts)
		for _, p := range from {
			counts[uint16(p.key>>shift)]++
		}
		at := int32(0)
		for d, n := range counts {
			counts[d], at = at, at+n
		}
		for _, p := range from {
			d := uint16(p.key >> shift)
			to[counts[d]] = p
			counts[d]++
		}
		from, to = to, from
	}
	if &from[0] != &all[0] {
		copy(all, from)
	}
}
