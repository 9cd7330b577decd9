package timeseries

import (
	"slices"
	"sort"

	"arbor/store"
)

// spreadLimit is the number of other pieces that a piece must overlap to be looked into sample by sample, so that one chunk of late
// samples from many years does not make every chunk of those years be decoded.
const spreadLimit = 4

// markShared finds the pieces whose summary alone does not say what a reader sees of them, because another piece may have samples within
// their time. pieces are in the order of their first times.
func (b *Book) markShared(r store.Reader, policy Policy, pieces []*piece) error {
	if policy == All { // each sample counts, whatever others have
		for _, p := range pieces {
			p.shared = p.again
		}
		return nil
	}
	if markOverlaps(pieces) == 0 {
		return nil
	}
	var starts, ends []int64
	for _, p := range pieces {
		starts, ends = append(starts, p.t0), append(ends, p.t1)
	}
	slices.Sort(ends)
	var spread, rest []*piece
	for _, p := range pieces {
		if p.shared && countBelow(starts, p.t1)-countBelow(ends, p.t0) > spreadLimit {
			spread = append(spread, p)
		} else {
			rest = append(rest, p)
		}
	}
	if len(spread) == 0 {
		return nil
	}
	markOverlaps(rest)
	for _, p := range spread {
		if err := b.load(r, policy, p); err != nil {
			return err
		}
		for _, t := range p.cols.t {
			// Of the pieces that share with no other one at most holds t. Those that do share are marked already.
			i := sort.Search(len(rest), func(i int) bool { return rest[i].t0 > t })
			if i > 0 && t <= rest[i-1].t1 {
				rest[i-1].shared = true
			}
		}
	}
	return nil
}

// markOverlaps sets shared for the pieces whose time meets that of another, and returns how many there are.
func markOverlaps(pieces []*piece) int {
	var last *piece // the one that ends last so far
	n := 0
	for _, p := range pieces {
		p.shared = false
		if last != nil && p.t0 <= last.t1 {
			p.shared, last.shared = true, true
		}
		if last == nil || p.t1 > last.t1 {
			last = p
		}
	}
	for _, p := range pieces {
		if p.shared {
			n++
		}
	}
	return n
}
