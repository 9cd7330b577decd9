package timeseries

import (
	"math"
	"slices"
	"sort"

	"arbor/store"
)

// run is a piece being merged: its samples not yet given out.
type run struct {
	p *piece
	t []int64
	v []float64
}

// heap holds runs, the least by before first.
type heap struct {
	book   *Book
	policy Policy
	runs   []run
	tied   []int // places of the runs that begin at one time, see together
	column []float64
	out    columns // short stretches, to be given out as one
	emit   func(t []int64, v []float64) bool
}

// before orders runs by their next time; those of one time under All as they were written, else by which hides the other.
func (h *heap) before(a, b run) bool {
	if a.t[0] != b.t[0] {
		return a.t[0] < b.t[0]
	}
	return a.p.above(b.p) != (h.policy == All)
}

// merge gives emit what a reader sees of pieces, in the order of time, as stretches of samples lent until it returns. pieces are in the
// order of their first times and are loaded only when their turn comes, so many together. It stops when emit returns false.
func (b *Book) merge(r store.Reader, policy Policy, pieces []*piece, together int, emit func(t []int64, v []float64) bool) error {
	h := heap{book: b, policy: policy, emit: emit}
	defer func() {
		for _, x := range h.runs {
			b.release(x.p)
		}
		for _, p := range pieces { // loaded, and not come to
			b.release(p)
		}
	}()
	for len(h.runs) > 0 || len(pieces) > 0 {
		for len(pieces) > 0 && (len(h.runs) == 0 || pieces[0].t0 <= h.runs[0].t[0]) {
			p := pieces[0]
			if p.cols == nil {
				if err := b.loadAll(r, policy, pieces[:min(together, len(pieces))], together == manyPieces, nil); err != nil {
					return err
				}
			}
			pieces = pieces[1:]
			if len(p.cols.t) == 0 {
				b.release(p)
				continue
			}
			h.runs = append(h.runs, run{p, p.cols.t, p.cols.v})
			h.up()
		}
		if len(h.runs) == 0 {
			continue
		}
		limit := int64(math.MaxInt64) // the others begin there
		if len(pieces) > 0 {
			limit = pieces[0].t0
		}
		top := h.runs[0]
		next := limit
		for i := 1; i < len(h.runs) && i < 3; i++ {
			next = min(next, h.runs[i].t[0])
		}
		n := gallop(top.t, next)
		if n == 0 {
			if !h.together(limit) {
				return nil
			}
			continue
		}
		if !h.give(top.t[:n], top.v[:n]) {
			return nil
		}
		h.advance(n)
	}
	h.flush()
	return nil
}

// Stretches shorter than shortStretch are collected until they are longStretch together, for what takes them does something for each.
const (
	shortStretch = 64
	longStretch  = 512
)

// give gives a stretch to emit, or keeps it for later. It is false when emit was.
func (h *heap) give(t []int64, v []float64) bool {
	if len(t) >= shortStretch {
		return h.flush() && h.emit(t, v)
	}
	h.out.t, h.out.v = append(h.out.t, t...), append(h.out.v, v...)
	return len(h.out.t) < longStretch || h.flush()
}

func (h *heap) flush() bool {
	if len(h.out.t) == 0 {
		return true
	}
	more := h.emit(h.out.t, h.out.v)
	h.out.reset()
	return more
}

// together gives out what the policy makes of samples of one time, and of the times behind it that the same runs have in common, below limit.
func (h *heap) together(limit int64) bool {
	at := h.runs[0].t[0]
	h.tied = h.tied[:0]
	for i, x := range h.runs {
		if x.t[0] == at {
			h.tied = append(h.tied, i)
		} else {
			limit = min(limit, x.t[0])
		}
	}
	slices.SortFunc(h.tied, func(a, b int) int {
		if h.before(h.runs[a], h.runs[b]) {
			return -1
		}
		return 1
	})
	n := h.common(limit)
	first := h.runs[h.tied[0]]
	if h.policy != All {
		more := h.give(first.t[:n], h.join(n))
		h.take(h.tied, n)
		return more
	}
	if n == 0 {
		n, h.tied = 1, h.tied[:1]
	}
	for k := range n {
		for _, i := range h.tied {
			h.out.t, h.out.v = append(h.out.t, first.t[k]), append(h.out.v, h.runs[i].v[k])
		}
	}
	h.take(h.tied, n)
	return len(h.out.t) < longStretch || h.flush()
}

// common returns how many times the tied runs have in common, below limit: at least one, but under All none where a run has the time twice.
func (h *heap) common(limit int64) int {
	first := h.runs[h.tied[0]].t
	n := countBelow(first, limit)
	for _, i := range h.tied[1:] {
		t := h.runs[i].t
		n = min(n, len(t))
		for k, x := range first[:n] {
			if t[k] != x {
				n = k
				break
			}
		}
	}
	if h.policy != All {
		return n
	}
	for _, i := range h.tied {
		t := h.runs[i].t
		for k := 1; k <= n && k < len(t); k++ {
			if t[k] == t[k-1] {
				n = k - 1
			}
		}
	}
	return n
}

// join returns what the policy makes of the next n values of the tied runs, each of which is of the same times.
func (h *heap) join(n int) []float64 {
	first := h.runs[h.tied[0]]
	if h.policy == Last {
		return first.v[:n]
	}
	h.column = append(h.column[:0], first.v[:n]...)
	for at, i := range h.tied[1:] {
		x := h.runs[i]
		same := func(j int) bool { return h.runs[j].p.stream.device == x.p.stream.device }
		if slices.ContainsFunc(h.tied[:at+1], same) {
			continue // it wrote that before what is above it
		}
		for k, v := range x.v[:n] {
			h.column[k] = h.policy.join(h.column[k], v)
		}
	}
	return h.column
}

// take takes n samples off some runs.
func (h *heap) take(places []int, n int) {
	for _, i := range places {
		h.runs[i].t, h.runs[i].v = h.runs[i].t[n:], h.runs[i].v[n:]
	}
	h.runs = slices.DeleteFunc(h.runs, func(x run) bool {
		if len(x.t) > 0 {
			return false
		}
		h.book.release(x.p)
		return true
	})
	for i := len(h.runs)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

// countBelow returns how many of t, which rise, are below limit.
func countBelow(t []int64, limit int64) int {
	if len(t) == 0 || t[len(t)-1] < limit {
		return len(t)
	}
	return sort.Search(len(t), func(i int) bool { return t[i] >= limit })
}

// gallop is countBelow where few are to be expected.
func gallop(t []int64, limit int64) int {
	if len(t) == 0 || t[len(t)-1] < limit {
		return len(t)
	}
	low, high := 0, 1 // all before low are below
	for high < len(t) && t[high-1] < limit {
		low, high = high, 2*high
	}
	for high = min(high, len(t)); low < high; {
		if middle := int(uint(low+high) / 2); t[middle] < limit {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// advance takes n samples off the first run.
func (h *heap) advance(n int) {
	first := &h.runs[0]
	first.t, first.v = first.t[n:], first.v[n:]
	if len(first.t) == 0 {
		h.book.release(first.p)
		last := len(h.runs) - 1
		*first = h.runs[last]
		h.runs = h.runs[:last]
	}
	h.down(0)
}

// up moves the last run to its place.
func (h *heap) up() {
	for i := len(h.runs) - 1; i > 0; {
		parent := (i - 1) / 2
		if !h.before(h.runs[i], h.runs[parent]) {
			return
		}
		h.runs[i], h.runs[parent] = h.runs[parent], h.runs[i]
		i = parent
	}
}

// down moves a run to its place below.
func (h *heap) down(i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(h.runs); c++ {
			if h.before(h.runs[c], h.runs[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		h.runs[i], h.runs[least] = h.runs[least], h.runs[i]
		i = least
	}
}
