package timeseries

import (
	"cmp"
	"math"
	"slices"
)

// piece is a chunk, a tail or the values of marks, as a query meets it.
type piece struct {
	entry
	place
	stream stream
	stamp  uint64   // of the values of marks, which are above all samples
	cols   *columns // what a reader sees of it, once loaded
	kept   *kept    // where cols are the cache's
	spread bool     // it was looked into sample by sample
	lone   bool     // no other of a query shares its time
	parts  []bucketPart
	hidden []interval // by marks, where they hide a part of it
}

// tailSeq ranks a tail after every chunk of its stream.
const tailSeq = math.MaxUint64

// above reports whether p's sample hides o's of the same time.
func (p *piece) above(o *piece) bool {
	switch {
	case p.stamp != o.stamp:
		return p.stamp > o.stamp
	case p.stream.device != o.stream.device:
		return p.stream.device > o.stream.device
	}
	return p.seq > o.seq
}

func compareSeq(a, b *piece) int { return cmp.Compare(a.seq, b.seq) }

// sortPieces orders them by their first times.
func sortPieces(pieces []*piece) {
	byStart := func(a, b *piece) int { return cmp.Compare(a.t0, b.t0) }
	if !slices.IsSortedFunc(pieces, byStart) {
		slices.SortFunc(pieces, byStart)
	}
}
