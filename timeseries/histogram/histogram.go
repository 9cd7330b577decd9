package histogram

import (
	"iter"
	"math"
	"sync/atomic"
)

// fractionBits is how many bits of the fraction tell buckets apart.
const fractionBits = 6

// RelativeError bounds how far a percentile is from the number it stands for, as a part of that number.
const RelativeError = 1.0 / (2 << fractionBits)

// The counters lie in three steps, so that an empty histogram is small: groups of 32 exponents, the exponents, 64 counters each. The
// first half of the groups is for positive numbers. Steps are made on first use and never change place.
const (
	pageLen  = 1 << fractionBits
	groupLen = 32
	groups   = 2 * 2048 / groupLen
)

type (
	page  [pageLen]atomic.Uint64
	group [groupLen]atomic.Pointer[page]
)

// Histogram counts numbers. The zero value is empty and ready.
type Histogram struct {
	zero, nan atomic.Uint64
	groups    [groups]atomic.Pointer[group]
}

// Bucket is a part of the range with the count of the numbers in it. Low and High have one sign and Low is the one nearer to minus
// infinity; both are within the bucket.
type Bucket struct {
	Low, High float64
	Count     uint64
}

// Add counts v once.
func (h *Histogram) Add(v float64) {
	switch {
	case v == 0:
		h.zero.Add(1)
	case v != v:
		h.nan.Add(1)
	default:
		h.counter(number(v)).Add(1)
	}
}

// Remove takes back one Add of v.
func (h *Histogram) Remove(v float64) {
	switch {
	case v == 0:
		h.zero.Add(^uint64(0))
	case v != v:
		h.nan.Add(^uint64(0))
	default:
		h.counter(number(v)).Add(^uint64(0))
	}
}

// number returns the bucket of v: with the sign as the highest of 18 bits.
func number(v float64) uint32 { return uint32(math.Float64bits(v) >> (52 - fractionBits)) }

// numbers is how many buckets there are.
const numbers = 2 * 2048 * pageLen

// counter returns the counter of bucket i, making the steps to it.
func (h *Histogram) counter(i uint32) *atomic.Uint64 {
	slot := &h.groups[i/(groupLen*pageLen)]
	g := slot.Load()
	if g == nil {
		slot.CompareAndSwap(nil, new(group))
		g = slot.Load()
	}
	p := g[i/pageLen%groupLen].Load()
	if p == nil {
		g[i/pageLen%groupLen].CompareAndSwap(nil, new(page))
		p = g[i/pageLen%groupLen].Load()
	}
	return &p[i%pageLen]
}

// Merge adds the counts of o.
func (h *Histogram) Merge(o *Histogram) {
	h.zero.Add(o.zero.Load())
	h.nan.Add(o.nan.Load())
	for i, n := range o.counts() {
		if i != zeroBucket {
			h.counter(i).Add(n)
		}
	}
}

// NaNs returns how many NaNs were added.
func (h *Histogram) NaNs() uint64 { return h.nan.Load() }

// Count returns how many numbers were added, NaNs apart.
func (h *Histogram) Count() uint64 {
	total := uint64(0)
	for _, n := range h.counts() {
		total += n
	}
	return total
}

// zeroBucket stands for the zero counter in counts.
const zeroBucket = numbers

// counts yields the buckets in use with their counts, from minus infinity up.
func (h *Histogram) counts() iter.Seq2[uint32, uint64] {
	return func(yield func(uint32, uint64) bool) {
		for i := h.below(numbers); i != 0; i = h.below(i) {
			if !yield(i, h.counter(i).Load()) {
				return
			}
		}
		if n := h.zero.Load(); n > 0 && !yield(zeroBucket, n) {
			return
		}
		for i := h.from(0); i < numbers/2; i = h.from(i + 1) {
			if !yield(i, h.counter(i).Load()) {
				return
			}
		}
	}
}

// from returns the first bucket in use at or above i, numbers if there is none.
func (h *Histogram) from(i uint32) uint32 {
	for i < numbers {
		g := h.groups[i/(groupLen*pageLen)].Load()
		if g == nil {
			i = (i/(groupLen*pageLen) + 1) * (groupLen * pageLen)
			continue
		}
		p := g[i/pageLen%groupLen].Load()
		if p == nil {
			i = (i/pageLen + 1) * pageLen
			continue
		}
		if p[i%pageLen].Load() > 0 {
			return i
		}
		i++
	}
	return numbers
}

// below returns the last bucket in use below i that is of a negative number, 0 if there is none.
func (h *Histogram) below(i uint32) uint32 {
	for i > numbers/2 {
		k := i - 1
		g := h.groups[k/(groupLen*pageLen)].Load()
		if g == nil {
			i = k / (groupLen * pageLen) * (groupLen * pageLen)
			continue
		}
		p := g[k/pageLen%groupLen].Load()
		if p == nil {
			i = k / pageLen * pageLen
			continue
		}
		if p[k%pageLen].Load() > 0 {
			return k
		}
		i = k
	}
	return 0
}

// bounds returns the least and the greatest number of bucket i.
func bounds(i uint32) (low, high float64) {
	if i == zeroBucket {
		return 0, 0
	}
	first := uint64(i) << (52 - fractionBits)
	near, far := math.Float64frombits(first), math.Float64frombits(first|(1<<(52-fractionBits)-1))
	if math.IsInf(near, 0) {
		far = near
	}
	if near < 0 {
		return far, near
	}
	return near, far
}

// Buckets yields the buckets in use from minus infinity up.
func (h *Histogram) Buckets() iter.Seq[Bucket] {
	return func(yield func(Bucket) bool) {
		for i, n := range h.counts() {
			low, high := bounds(i)
			if !yield(Bucket{low, high, n}) {
				return
			}
		}
	}
}

// Quantile returns, to within RelativeError, the least number that at least the part q of all numbers does not exceed: 0.5 gives the
// median, 0.99 the 99th percentile. It returns NaN for an empty histogram.
func (h *Histogram) Quantile(q float64) float64 {
	rank := uint64(math.Ceil(q * float64(h.Count())))
	seen, value := uint64(0), math.NaN()
	for b := range h.Buckets() {
		seen += b.Count
		value = b.Low + (b.High-b.Low)/2
		if math.IsInf(b.Low, 0) {
			value = b.Low
		}
		if seen >= max(rank, 1) {
			break
		}
	}
	return value
}
