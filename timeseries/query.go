package timeseries

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"sort"

	"arbor/store"
)

// ErrEdges means edges of buckets that do not rise.
var ErrEdges = errors.New("edges of buckets must rise")

// Bucket is the summary of the samples with times in [From, To).
type Bucket struct {
	From, To int64
	Summary
}

// Range yields the samples of a series with times in [from, to) in the order of time; under All those of one time in the order of devices
// and of writing, else there is one for each time. It holds a few chunks at once, however many there are.
func (b *Book) Range(r store.Reader, series Series, from, to int64) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		pieces, err := b.pieces(r, series, from, to)
		if err == nil {
			err = b.merge(r, series.Merge, pieces, func(t []int64, v []float64) bool {
				for i := countBelow(t, from); i < len(t); i++ {
					if t[i] >= to || !yield(Sample{t[i], v[i]}, nil) {
						return false
					}
				}
				return true
			})
		}
		if err != nil {
			yield(Sample{}, err)
		}
	}
}

// Span returns the summary of the whole series.
func (b *Book) Span(r store.Reader, series Series) (Summary, error) {
	buckets, err := b.Buckets(r, series, []int64{math.MinInt64, math.MaxInt64})
	if err != nil {
		return Summary{}, err
	}
	return buckets[0].Summary, nil
}

// Buckets returns the summaries of the samples between consecutive edges, which must rise: n edges give n-1 buckets. The result is
// exact. A chunk that lies within a bucket and shares no time with another is counted by its summary, under All also one that does; the
// others are decoded, which is at most one an edge for a series written in order.
func (b *Book) Buckets(r store.Reader, series Series, edges []int64) ([]Bucket, error) {
	if len(edges) < 2 {
		return nil, fmt.Errorf("%d edges: %w", len(edges), ErrEdges)
	}
	out := make([]Bucket, len(edges)-1)
	for i := range out {
		if edges[i+1] <= edges[i] {
			return nil, fmt.Errorf("edge %d: %w", i+1, ErrEdges)
		}
		out[i].From, out[i].To = edges[i], edges[i+1]
	}
	pieces, err := b.pieces(r, series, edges[0], edges[len(edges)-1])
	if err != nil {
		return nil, err
	}
	if err := b.markShared(r, series.Merge, pieces); err != nil {
		return nil, err
	}
	at, rest := 0, pieces[:0]
	for _, p := range pieces {
		for at < len(out)-1 && p.t0 >= out[at].To {
			at++
		}
		if !p.shared && p.hidden == nil && p.t0 >= out[at].From && p.t1 < out[at].To {
			out[at].Summary = out[at].Merge(p.sum)
			p.release()
			continue
		}
		rest = append(rest, p)
	}
	err = b.merge(r, series.Merge, rest, func(t []int64, v []float64) bool {
		fill(out, t, v)
		return true
	})
	return out, err
}

// fill counts samples into the buckets they belong to.
func fill(out []Bucket, t []int64, v []float64) {
	n := countBelow(t, out[0].From)
	t, v = t[n:], v[n:]
	if len(t) == 0 {
		return
	}
	for i := sort.Search(len(out), func(i int) bool { return out[i].To > t[0] }); i < len(out) && len(t) > 0; {
		n := countBelow(t, out[i].To)
		out[i].Summary = out[i].Merge(summarize(t[:n], v[:n]))
		t, v = t[n:], v[n:]
		if len(t) > 0 {
			i += sort.Search(len(out)-i, func(k int) bool { return out[i+k].To > t[0] })
		}
	}
}
