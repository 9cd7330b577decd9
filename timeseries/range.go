package timeseries

import (
	"iter"
	"slices"

	"arbor/store"
)

// fewPieces are fetched together by a reading of samples.
const fewPieces = 16

// Range yields the samples of a series with times in [from, to) in the order of time; under All those of one time in the order of devices
// and of writing, else there is one for each time. It holds a few chunks at once and the entries of some hundred, however many there are.
func (b *Book) Range(r store.Reader, series Series, from, to int64) iter.Seq2[Sample, error] {
	return b.rangeOf(r, series.Merge, from, to, func() (*scene, error) { return b.scene(r, series, from, to) })
}

// Own yields what one device has written to a series, of each time what it wrote last, and what was corrected and removed of that: what others have
// written hides none of it.
func (b *Book) Own(r store.Reader, series ID, device uint64, from, to int64) iter.Seq2[Sample, error] {
	return b.rangeOf(r, Last, from, to, func() (*scene, error) {
		sc, err := b.scene(r, Series{ID: series}, from, to)
		if err != nil {
			return nil, err
		}
		return sc.of(device), nil
	})
}

// rangeOf yields the samples of a scene.
func (b *Book) rangeOf(r store.Reader, policy Policy, from, to int64, look func() (*scene, error)) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		if from >= to {
			return
		}
		sc, err := look()
		var cuts []int64
		if err == nil {
			cuts, err = b.cuts(r, sc, from, to)
		}
		for i := 1; err == nil && i < len(cuts); i++ {
			var pieces []*piece
			if pieces, err = b.pieces(r, sc, cuts[i-1], cuts[i]); err != nil {
				break
			}
			more := true
			err = b.merge(r, policy, pieces, fewPieces, func(t []int64, v []float64) bool {
				for k := countBelow(t, cuts[i-1]); k < len(t) && more && t[k] < cuts[i]; k++ {
					more = yield(Sample{t[k], v[k]}, nil)
				}
				return more && t[len(t)-1] < cuts[i]
			})
			if !more {
				return
			}
		}
		if err != nil {
			yield(Sample{}, err)
		}
	}
}

// cutBlocks is how many blocks of level 1 are read at a time.
const cutBlocks = 16

// cuts divides [from, to) into parts of so many blocks of a stream.
func (b *Book) cuts(r store.Reader, sc *scene, from, to int64) ([]int64, error) {
	var cuts []int64
	err := b.walk(r, sc.sources, from, to, func(n *node) (bool, error) {
		if n.level == 2 && n.number%cutBlocks == cutBlocks-1 && n.t0 > from {
			cuts = append(cuts, n.t0)
		}
		return n.level > 2, nil
	})
	cuts = append(cuts, from, to)
	slices.Sort(cuts)
	return slices.Compact(cuts), err
}
