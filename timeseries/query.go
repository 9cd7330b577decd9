package timeseries

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"sync/atomic"

	"arbor/store"
)

// ErrEdges means edges of buckets that do not rise.
var ErrEdges = errors.New("edges of buckets must rise")

// Bucket is the summary of the samples with times in [From, To).
type Bucket struct {
	From, To int64
	Summary
}

// manyPieces are fetched together at the edges of buckets.
const manyPieces = cacheSize

// Span returns the summary of the whole series.
func (b *Book) Span(r store.Reader, series Series) (Summary, error) {
	buckets, err := b.Buckets(r, series, []int64{math.MinInt64, math.MaxInt64})
	if err != nil {
		return Summary{}, err
	}
	return buckets[0].Summary, nil
}

// frame is a picture in the making.
type frame struct {
	out    []Bucket
	at     int // the bucket that was asked for last
	policy Policy
}

func newFrame(edges []int64, policy Policy) (*frame, error) {
	if len(edges) < 2 {
		return nil, fmt.Errorf("%d edges: %w", len(edges), ErrEdges)
	}
	f := &frame{out: make([]Bucket, len(edges)-1), policy: policy}
	for i := range f.out {
		if edges[i+1] <= edges[i] {
			return nil, fmt.Errorf("edge %d: %w", i+1, ErrEdges)
		}
		f.out[i].From, f.out[i].To = edges[i], edges[i+1]
	}
	return f, nil
}

func (f *frame) from() int64 { return f.out[0].From }
func (f *frame) to() int64   { return f.out[len(f.out)-1].To }

// bucket returns the bucket that t is in; the first or the last one where it is in none.
func (f *frame) bucket(t int64) *Bucket {
	b := &f.out[f.at]
	for steps := 0; t < b.From || t >= b.To; steps++ {
		switch {
		case t >= b.To && f.at+1 == len(f.out) || t < b.From && f.at == 0:
			return b
		case t >= b.To && steps < 4:
			f.at++
		default:
			f.at = min(sort.Search(len(f.out), func(i int) bool { return f.out[i].To > t }), len(f.out)-1)
		}
		b = &f.out[f.at]
	}
	return b
}

// within reports whether all of [t0, t1] lies in one bucket.
func (f *frame) within(t0, t1 int64) bool {
	b := f.bucket(t0)
	return t0 >= b.From && t1 < b.To
}

// add counts a node that lies in one bucket by its summary.
func (f *frame) add(n *node) error { return n.addTo(&f.bucket(n.t0).Summary, f.policy) }

func (f *frame) addPart(at int, s *Summary) { f.out[at].add(s) }

// Buckets returns the summaries of the samples between consecutive edges, which must rise: n edges give n-1 buckets. The result is
// exact. Summaries of the highest level that lie within a bucket are counted whole; at an edge they are opened, level by level, and the one
// chunk there is decoded. So it takes O(buckets · log samples), whatever lies between. Where samples of several devices lie within one
// time, and the policy is not All, what overlaps is opened and decoded too; if that is much, a view of it is made meanwhile, which the next
// query takes instead.
func (b *Book) Buckets(r store.Reader, series Series, edges []int64) ([]Bucket, error) {
	f, err := newFrame(edges, series.Merge)
	if err != nil {
		return nil, err
	}
	parts := []*frame{f}
	if _, changing := r.(*store.Tx); !changing && len(f.out) >= manyBuckets {
		middle := len(f.out) / 2
		parts = []*frame{{out: f.out[:middle], policy: f.policy}, {out: f.out[middle:], policy: f.policy}}
	}
	var shared atomic.Int64
	err = inParts(len(parts), 1, func(i int) error {
		n, err := b.fill(r, series, parts[i])
		shared.Add(int64(n))
		return err
	})
	if err == nil && int(shared.Load()) > b.views.many {
		b.makeView(series)
	}
	return f.out, err
}

// manyBuckets are drawn in two parts at the same time.
const manyBuckets = 16

// fill counts the samples of a series into f, and returns how many chunks it merged that a view would spare.
func (b *Book) fill(r store.Reader, series Series, f *frame) (shared int, err error) {
	sc, err := b.scene(r, series, f.from(), f.to())
	if err != nil {
		return 0, err
	}
	v, limit, err := b.viewFor(r, series, sc)
	switch {
	case err != nil:
		return 0, err
	case v != nil:
		shared, err = b.drawView(r, f, sc, v.view, limit)
	default:
		shared, err = b.draw(r, f, sc)
	}
	if !viewable(r, series, sc) || v != nil && b.views.isFull(v) && limit == v.end {
		shared = 0
	}
	return shared, err
}

// draw counts what a scene holds into f, and returns how many chunks it merged with others.
func (b *Book) draw(r store.Reader, f *frame, sc *scene) (shared int, err error) {
	rest, err := b.count(r, f, sc, f.add)
	if err == nil {
		rest, err = b.countLone(r, f, rest)
	}
	if err != nil {
		return 0, err
	}
	return len(rest), b.merge(r, f.policy, rest, manyPieces, func(t []int64, v []float64) bool {
		fill(f.out, t, v, f.addPart)
		return true
	})
}

// count gives add the nodes that lie in a bucket of f and can be counted by their summaries, and returns the others: chunks at edges, those that share their time with samples of
// others, and what lies above chunks.
func (b *Book) count(r store.Reader, f *frame, sc *scene, add func(n *node) error) ([]*piece, error) {
	rest := slices.Clone(sc.top)
	var above []points
	if f.policy != All {
		for _, p := range sc.top {
			above = append(above, points{t: p.cols.t})
		}
	}
	alone := f.policy == All || len(sc.sources) < 2
	var whole []node
	err := b.walk(r, sc.sources, f.from(), f.to(), func(n *node) (bool, error) {
		hidden := hiddenIn(sc.hidden, n.t0, n.t1)
		switch {
		case len(hidden) > 0 && hidden[0].from <= n.t0 && hidden[0].to > n.t1:
			return false, nil // nothing is left
		case len(hidden) == 0 && f.within(n.t0, n.t1) && !shared(above, n):
			if alone {
				return false, add(n)
			}
			whole = append(whole, *n)
			return false, nil
		case n.level > 1:
			return true, nil
		}
		p, err := n.piece()
		if err == nil {
			p.hidden = hidden
			rest = append(rest, p)
		}
		return false, err
	})
	if err != nil {
		return nil, err
	}
	if len(whole) > 0 {
		if whole, rest, err = b.apart(r, f.policy, whole, rest); err != nil {
			return nil, err
		}
		for i := range whole {
			if err := add(&whole[i]); err != nil {
				return nil, err
			}
		}
	}
	sortPieces(rest)
	return rest, nil
}

// countLone counts the chunks among pieces that share their time with no other of them, and returns the others.
func (b *Book) countLone(r store.Reader, f *frame, pieces []*piece) ([]*piece, error) {
	var lone, rest []*piece
	end := int64(math.MinInt64) // of those before
	for i, p := range pieces {
		if p.cols == nil && (i == 0 || p.t0 > end) && (i+1 == len(pieces) || p.t1 < pieces[i+1].t0) {
			p.lone = true
			lone = append(lone, p)
		} else {
			rest = append(rest, p)
		}
		end = max(end, p.t1)
	}
	together := rest[:min(len(rest), max(manyPieces-len(lone), 0))] // fetched with the first of the others
	keep := len(lone) <= cacheSize/2                                // else, beside the other half of the picture, the first would have left when they are asked for again
	for part := range slices.Chunk(slices.Concat(lone, together), manyPieces) {
		err := b.loadAll(r, f.policy, part, keep, func(p *piece) {
			if !p.lone {
				return
			}
			fill(f.out, p.cols.t, p.cols.v, func(at int, s *Summary) { p.parts = append(p.parts, bucketPart{at, *s}) })
			b.release(p)
		})
		if err != nil {
			return nil, err
		}
		for _, p := range part {
			for i := range p.parts {
				f.out[p.parts[i].at].add(&p.parts[i].sum)
			}
		}
	}
	return rest, nil
}

// bucketPart is what a chunk has in a bucket.
type bucketPart struct {
	at  int
	sum Summary
}

// What may lie across an edge in a first picture: an entry for a block as long as that part of the bucket, and a chunk as long as that many.
const (
	approxPart   = 4
	approxChunks = 2
)

// errRough ends the walk of Approx where there is a longer chunk.
var errRough = errors.New("chunks are longer than buckets")

// Approx is Buckets from summaries alone, for the first picture: no chunk is read. It reports false where chunks are longer than two buckets, so
// that it can tell nothing; then Buckets has few chunks to decode.
//
// What lies across an edge is counted into the bucket of its middle, if it stands for a chunk or is no longer than a quarter of the bucket. So a
// sample is counted at most half as far from its bucket, what several devices have of one time is counted several times, and what is
// corrected or deleted in a part of that only is counted too; First, Last, T0 and T1 may lie outside of the bucket. Tails are counted
// to the sample.
func (b *Book) Approx(r store.Reader, series Series, edges []int64) ([]Bucket, bool, error) {
	f, err := newFrame(edges, series.Merge)
	if err != nil {
		return nil, false, err
	}
	sc, err := b.scene(r, series, f.from(), f.to())
	if err != nil {
		return nil, false, err
	}
	err = b.walk(r, sc.sources, f.from(), f.to(), func(n *node) (bool, error) {
		hidden := hiddenIn(sc.hidden, n.t0, n.t1)
		if len(hidden) == 0 && f.within(n.t0, n.t1) {
			return false, f.add(n)
		}
		middle := n.t0 + int64(uint64(n.t1-n.t0)/2)
		at := f.bucket(middle)
		if n.level > 1 && uint64(n.t1-n.t0) > uint64(at.To-at.From)/approxPart {
			return true, nil
		}
		if n.level == 1 && uint64(n.t1-n.t0) > approxChunks*uint64(at.To-at.From) {
			return false, errRough
		}
		if middle < f.from() || middle >= f.to() || len(hidden) > 0 && hidden[0].from <= n.t0 && hidden[0].to > n.t1 {
			return false, nil
		}
		return false, n.addTo(&at.Summary, f.policy)
	})
	if errors.Is(err, errRough) {
		return nil, false, nil
	}
	for _, p := range sc.top {
		fill(f.out, p.cols.t, p.cols.v, f.addPart)
	}
	return f.out, true, err
}

// fill gives add the summaries of samples in the buckets they belong to.
func fill(out []Bucket, t []int64, v []float64, add func(at int, s *Summary)) {
	n := countBelow(t, out[0].From)
	t, v = t[n:], v[n:]
	if len(t) == 0 {
		return
	}
	for i := sort.Search(len(out), func(i int) bool { return out[i].To > t[0] }); i < len(out) && len(t) > 0; {
		n := countBelow(t, out[i].To)
		s := summarize(t[:n], v[:n])
		add(i, &s)
		t, v = t[n:], v[n:]
		if len(t) > 0 {
			i += sort.Search(len(out)-i, func(k int) bool { return out[i+k].To > t[0] })
		}
	}
}

// Fill sums samples up, which are in the order of time, for the times between edges, as Buckets does those of a series.
func Fill(edges []int64, samples []Sample) []Bucket {
	out := make([]Bucket, max(len(edges)-1, 0))
	at := 0
	for i := range out {
		out[i].From, out[i].To = edges[i], edges[i+1]
		var c columns
		for ; at < len(samples) && samples[at].T < out[i].To; at++ {
			if samples[at].T >= out[i].From {
				c.t, c.v = append(c.t, samples[at].T), append(c.v, samples[at].V)
			}
		}
		out[i].Summary = summarize(c.t, c.v)
	}
	return out
}
