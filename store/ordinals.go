package store

import (
	"errors"
	"math"
	"slices"
)

// ordinals is a set of segments: ranges [from, to) of numbers, ascending, with gaps between them. The last range is open: it reaches to the
// end of the log, however far that goes. A set is replaced, never changed.
type ordinals []ordinalRange

type ordinalRange struct{ from, to uint32 }

// openEnd is the upper bound of the last range.
const openEnd = math.MaxUint32

// allOrdinals is the segments of a log of which none was given back.
var allOrdinals = ordinals{{1, openEnd}}

var errOrdinals = errors.New("the ranges of the segments do not ascend")

// check proves what a set is said to be.
func (o ordinals) check() error {
	below := uint32(0)
	for _, r := range o {
		if r.from <= below || r.to <= r.from {
			return errOrdinals
		}
		below = r.to
	}
	if below != openEnd {
		return errOrdinals
	}
	return nil
}

// first returns the lowest number.
func (o ordinals) first() uint32 { return o[0].from }

// has tells whether ord is in the set.
func (o ordinals) has(ord uint32) bool {
	i, found := slices.BinarySearchFunc(o, ord, func(r ordinalRange, ord uint32) int { return int(int64(r.from) - int64(ord)) })
	return found || i > 0 && ord < o[i-1].to
}

// without returns the set less ord, which is in it.
func (o ordinals) without(ord uint32) ordinals {
	out := make(ordinals, 0, len(o)+1)
	for _, r := range o {
		if ord < r.from || ord >= r.to {
			out = append(out, r)
			continue
		}
		if r.from < ord {
			out = append(out, ordinalRange{r.from, ord})
		}
		if ord+1 < r.to {
			out = append(out, ordinalRange{ord + 1, r.to})
		}
	}
	return out
}
