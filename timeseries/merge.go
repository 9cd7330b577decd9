package timeseries

import (
	"sort"

	"arbor/store"
)

// run is a piece being merged: its samples not yet given out.
type run struct {
	p *piece
	t []int64
	v []float64
}

// before orders runs by their next time, and those of one time by which hides the other.
func (r run) before(o run) bool {
	if r.t[0] != o.t[0] {
		return r.t[0] < o.t[0]
	}
	return r.p.above(o.p)
}

// merge gives emit what a reader sees of pieces, in the order of time, as stretches of samples lent until it returns. pieces are in the
// order of their first times and are loaded only when their turn comes. It stops when emit returns false.
func (b *Book) merge(r store.Reader, pieces []*piece, emit func(t []int64, v []float64) bool) error {
	var heap []run // the least by before is first
	defer func() {
		for _, x := range heap {
			x.p.release()
		}
	}()
	for len(heap) > 0 || len(pieces) > 0 {
		for len(pieces) > 0 && (len(heap) == 0 || pieces[0].t0 <= heap[0].t[0]) {
			p := pieces[0]
			pieces = pieces[1:]
			if err := b.load(r, p); err != nil {
				return err
			}
			if len(p.cols.t) == 0 {
				p.release()
				continue
			}
			heap = append(heap, run{p, p.cols.t, p.cols.v})
			up(heap)
		}
		if len(heap) == 0 {
			continue
		}
		top := heap[0]
		n := len(top.t)
		if len(pieces) > 0 {
			n = countBelow(top.t[:n], pieces[0].t0)
		}
		for _, second := range heap[1:min(3, len(heap))] {
			n = min(n, countBelow(top.t[:n], second.t[0]))
		}
		n = max(n, 1)
		at := top.t[n-1]
		if !emit(top.t[:n], top.v[:n]) {
			return nil
		}
		heap = advance(heap, n)
		for len(heap) > 0 && heap[0].t[0] == at { // hidden
			heap = advance(heap, 1)
		}
	}
	return nil
}

// countBelow returns how many of t, which rise, are below limit.
func countBelow(t []int64, limit int64) int {
	if len(t) == 0 || t[len(t)-1] < limit {
		return len(t)
	}
	return sort.Search(len(t), func(i int) bool { return t[i] >= limit })
}

// advance takes n samples off the first run.
func advance(heap []run, n int) []run {
	heap[0].t, heap[0].v = heap[0].t[n:], heap[0].v[n:]
	if len(heap[0].t) == 0 {
		heap[0].p.release()
		last := len(heap) - 1
		heap[0] = heap[last]
		heap = heap[:last]
	}
	down(heap)
	return heap
}

// up moves the last run to its place.
func up(heap []run) {
	for i := len(heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !heap[i].before(heap[parent]) {
			return
		}
		heap[i], heap[parent] = heap[parent], heap[i]
		i = parent
	}
}

// down moves the first run to its place.
func down(heap []run) {
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(heap); c++ {
			if heap[c].before(heap[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		heap[i], heap[least] = heap[least], heap[i]
		i = least
	}
}
