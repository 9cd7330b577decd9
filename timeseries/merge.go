package timeseries

import (
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
	book    *Book
	policy  Policy
	runs    []run
	values  []float64 // room for join
	devices []uint64  // and for whose they are
	at      [1]int64  // room for what together returns
	joined  [1]float64
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
	h := heap{book: b, policy: policy}
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
		top := h.runs[0]
		n := len(top.t)
		if len(pieces) > 0 {
			n = countBelow(top.t[:n], pieces[0].t0)
		}
		for _, second := range h.runs[1:min(3, len(h.runs))] {
			n = min(n, countBelow(top.t[:n], second.t[0]))
		}
		if n == 0 && policy != All {
			if t, v := h.together(); !emit(t, v) {
				return nil
			}
			continue
		}
		n = max(n, 1)
		if !emit(top.t[:n], top.v[:n]) {
			return nil
		}
		h.advance(n)
	}
	return nil
}

// together takes the samples of the least time off the runs, and returns what the policy makes of them, until it is called again.
func (h *heap) together() (t []int64, v []float64) {
	at := h.runs[0].t[0]
	h.values, h.devices = h.values[:0], h.devices[:0]
	for len(h.runs) > 0 && h.runs[0].t[0] == at {
		top := h.runs[0]
		if d := top.p.stream.device; !slices.Contains(h.devices, d) { // else it wrote that before what is above it
			h.values, h.devices = append(h.values, top.v[0]), append(h.devices, d)
		}
		h.advance(1)
	}
	h.at[0], h.joined[0] = at, h.policy.join(h.values)
	return h.at[:], h.joined[:]
}

// countBelow returns how many of t, which rise, are below limit.
func countBelow(t []int64, limit int64) int {
	if len(t) == 0 || t[len(t)-1] < limit {
		return len(t)
	}
	return sort.Search(len(t), func(i int) bool { return t[i] >= limit })
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
	h.down()
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

// down moves the first run to its place.
func (h *heap) down() {
	for i := 0; ; {
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
