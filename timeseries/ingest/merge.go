package ingest

import (
	"iter"

	"arbor/timeseries"
)

// Scan yields the samples of series k in the order of time, a few at a time, which are lent until the next. Of each run a chunk is in memory.
func (s *Sorter) Scan(k int) iter.Seq2[[]timeseries.Sample, error] {
	return s.merge(s.series[k].runs)
}

// source is a run being read.
type source struct {
	refs []Ref
	run  int // of two samples of one time that of the lower run came first
	buf  []timeseries.Sample
	rest []timeseries.Sample // of buf
}

// fill reads the next chunk if nothing is left of the last. ok is false at the end.
func (x *source) fill(s *Spill) (ok bool, err error) {
	for len(x.rest) == 0 {
		if len(x.refs) == 0 {
			return false, nil
		}
		if x.buf, err = s.AppendSamples(x.buf[:0], x.refs[0]); err != nil {
			return false, err
		}
		x.rest, x.refs = x.buf, x.refs[1:]
	}
	return true, nil
}

// before reports whether the next sample of x comes before that of y.
func (x *source) before(y *source) bool {
	return x.rest[0].T < y.rest[0].T || x.rest[0].T == y.rest[0].T && x.run < y.run
}

// sources is a heap, the run whose sample comes next in front.
type sources []*source

// down lets the run at place i sink to where it belongs.
func (h sources) down(i int) {
	for {
		k := 2*i + 1
		if k+1 < len(h) && h[k+1].before(h[k]) {
			k++
		}
		if k >= len(h) || h[i].before(h[k]) {
			return
		}
		h[i], h[k] = h[k], h[i]
		i = k
	}
}

// merge yields the samples of several runs.
func (s *Sorter) merge(runs [][]Ref) iter.Seq2[[]timeseries.Sample, error] {
	return func(yield func([]timeseries.Sample, error) bool) {
		var h sources
		for i, refs := range runs {
			x := &source{refs: refs, run: i}
			switch ok, err := x.fill(&s.Spill); {
			case err != nil:
				yield(nil, err)
				return
			case ok:
				h = append(h, x)
			}
		}
		for i := len(h) / 2; i >= 0; i-- {
			h.down(i)
		}
		for len(h) > 0 {
			x := h[0]
			n := h.together()
			if !yield(x.rest[:n], nil) {
				return
			}
			x.rest = x.rest[n:]
			ok, err := x.fill(&s.Spill)
			if err != nil {
				yield(nil, err)
				return
			}
			if !ok {
				h[0] = h[len(h)-1]
				h = h[:len(h)-1]
			}
			h.down(0)
		}
	}
}

// together returns how many samples of the first run come before those of all others.
func (h sources) together() int {
	x := h[0]
	if len(h) == 1 {
		return len(x.rest)
	}
	next := h[1]
	if len(h) > 2 && h[2].before(next) {
		next = h[2]
	}
	n, end := 1, next.rest[0].T
	for n < len(x.rest) && (x.rest[n].T < end || x.rest[n].T == end && x.run < next.run) {
		n++
	}
	return n
}
