package timeseries

import (
	"fmt"
	"slices"
	"sort"
	"strconv"

	"arbor/store"
)

// A view is what a reader sees of the chunks of several devices, merged once: leaves of samples in the order of time, one for each time, with
// summaries over them as over the chunks of a stream. It is made of chunks alone. Tails lie above it as they lie above chunks, and marks
// hide parts of it, so neither makes another view necessary. Where a tail, or the value of a mark, has a time of a leaf the samples of
// the leaf do not tell what the policy makes of both; there, and from the first time on at which a chunk has changed since, the
// chunks themselves are read. A view never changes.
type view struct {
	leaves []*leaf
	levels [][]span // of fanOut leaves, of fanOut of those, and so on
	end    int64    // all of what is earlier is in it
	known  records  // the chunks that begin before end
}

// span is a stretch of a view with its summary.
type span struct {
	t0, t1 int64
	sum    Summary
}

// leaf is a merged chunk.
type leaf struct {
	span
	id    chunkID // for the cache; no chunk has the empty stream
	bytes []byte
}

// leafSize is what a leaf takes beside its samples, and its part of the levels.
const leafSize = 256

func (v *view) size() int {
	n := v.known.size()
	for _, x := range v.leaves {
		n += leafSize + len(x.bytes)
	}
	return n
}

// newLeaf packs samples.
func (b *Book) newLeaf(c *columns) (*leaf, error) {
	bytes, err := c.encode()
	x := &leaf{span{c.t[0], c.t[len(c.t)-1], summarize(c.t, c.v)}, chunkID{}, slices.Clip(bytes)}
	x.id.name = strconv.FormatUint(b.views.leaves.Add(1), 10)
	return x, err
}

// newView makes a view of leaves.
func newView(leaves []*leaf, end int64, known records) *view {
	v := &view{leaves: leaves, end: end, known: known}
	below := make([]span, len(leaves))
	for i, x := range leaves {
		below[i] = x.span
	}
	for len(below) > 1 {
		var level []span
		for part := range slices.Chunk(below, fanOut) {
			all := span{part[0].t0, part[len(part)-1].t1, Summary{}}
			for i := range part {
				all.sum.add(&part[i].sum)
			}
			level = append(level, all)
		}
		v.levels, below = append(v.levels, level), level
	}
	return v
}

// before returns the leaves that lie before limit, and the time from which on something is not in them: limit, or where a leaf begins that reaches
// it.
func (v *view) before(limit int64) ([]*leaf, int64) {
	n := sort.Search(len(v.leaves), func(i int) bool { return v.leaves[i].t1 >= limit })
	if n < len(v.leaves) {
		limit = min(limit, v.leaves[n].t0)
	}
	return v.leaves[:n], limit
}

// at returns a span of a level: 0 is that of the leaves.
func (v *view) at(level, i int) *span {
	if level == 0 {
		return &v.leaves[i].span
	}
	return &v.levels[level-1][i]
}

// count adds the spans of a view that lie in a bucket of f to it, and returns the leaves that have to be looked into: those at edges, those
// that are hidden in part, and those that share their time with points, which rise. f ends where the view is not to be used any more.
func (v *view) count(f *frame, hidden []interval, points []int64) (into []*leaf) {
	var visit func(level, i int)
	visit = func(level, i int) {
		x := v.at(level, i)
		if x.t1 < f.from() || x.t0 >= f.to() {
			return
		}
		over := hiddenIn(hidden, x.t0, x.t1)
		switch {
		case len(over) > 0 && over[0].from <= x.t0 && over[0].to > x.t1:
		case len(over) == 0 && f.within(x.t0, x.t1) && !touches(points, x.t0, x.t1):
			f.bucket(x.t0).add(&x.sum)
		case level == 0:
			into = append(into, v.leaves[i])
		default:
			below := len(v.leaves)
			if level > 1 {
				below = len(v.levels[level-2])
			}
			for k := i * fanOut; k < min((i+1)*fanOut, below); k++ {
				visit(level-1, k)
			}
		}
	}
	if len(v.leaves) > 0 {
		visit(len(v.levels), 0)
	}
	return into
}

// load returns the samples of a leaf. The caller gives them back to the cache.
func (b *Book) load(x *leaf) (*kept, error) {
	if k := b.cache.get(x.id); k != nil {
		return k, nil
	}
	c := pool.Get().(*columns)
	c.reset()
	if err := c.decode(x.bytes); err != nil {
		return nil, fmt.Errorf("merged chunk: %w", err)
	}
	return b.cache.put(x.id, c), nil
}

// drawView counts what a scene holds into f by a view, which is used for what is before limit, and returns how many chunks of several devices it
// had to merge behind that.
func (b *Book) drawView(r store.Reader, f *frame, sc *scene, v *view, limit int64) (shared int, err error) {
	if part, at := f.part(f.from(), limit); part != nil {
		if err := b.drawBefore(r, part, sc, v); err != nil {
			return 0, err
		}
		f.join(part, at)
	}
	if part, at := f.part(limit, f.to()); part != nil {
		if shared, err = b.draw(r, part, sc.part(limit, f.to())); err != nil {
			return 0, err
		}
		f.join(part, at)
	}
	return shared, nil
}

// drawBefore counts what a scene holds into f, all of which the view covers.
func (b *Book) drawBefore(r store.Reader, f *frame, sc *scene, v *view) error {
	above := sc.part(f.from(), f.to()).top
	points := columns{}
	for _, p := range above {
		points.t, points.v = append(points.t, p.cols.t...), append(points.v, p.cols.v...)
	}
	slices.Sort(points.t)  // the values do not matter
	points.hide(sc.hidden) // where all of the chunks is hidden a value of a mark meets nothing
	var open []interval    // where chunks are to be read
	for _, x := range v.count(f, sc.hidden, points.t) {
		k, err := b.load(x)
		if err != nil {
			return err
		}
		if k.holds(points.t) {
			open = append(open, interval{x.t0, x.t1 + 1})
		} else {
			fillHidden(f, k.columns, hiddenIn(sc.hidden, x.t0, x.t1))
		}
		b.cache.giveBack(k)
	}
	for _, x := range open {
		part, at := f.part(x.from, x.to)
		if _, err := b.draw(r, part, sc.part(x.from, x.to)); err != nil {
			return err
		}
		f.join(part, at)
	}
	apart := above[:0]
	for _, p := range above {
		if p.cols.hide(open); len(p.cols.t) > 0 {
			p.span()
			apart = append(apart, p)
		}
	}
	sortPieces(apart)
	return b.merge(r, f.policy, apart, manyPieces, func(t []int64, v []float64) bool {
		fill(f.out, t, v, f.addPart)
		return true
	})
}

// fillHidden counts what is not hidden of c, which stays as it is.
func fillHidden(f *frame, c *columns, hidden []interval) {
	if len(hidden) > 0 {
		live := pool.Get().(*columns)
		defer pool.Put(live)
		live.set(c)
		live.hide(hidden)
		c = live
	}
	fill(f.out, c.t, c.v, f.addPart)
}

// holds reports whether c has one of t, which rise.
func (c *columns) holds(t []int64) bool {
	if len(c.t) == 0 || !touches(t, c.t[0], c.t[len(c.t)-1]) {
		return false
	}
	return c.meets(&columns{t: t[countBelow(t, c.t[0]):]})
}

// part returns the part of a scene in [from, to), to be read on its own: all of its sources, and copies of what lies above.
func (sc *scene) part(from, to int64) *scene {
	out := &scene{sources: sc.sources, hidden: sc.hidden}
	for _, p := range sc.top {
		low, high := countBelow(p.cols.t, from), countBelow(p.cols.t, to)
		if low >= high {
			continue
		}
		again := *p
		again.cols = &columns{slices.Clone(p.cols.t[low:high]), slices.Clone(p.cols.v[low:high])}
		again.span()
		out.top = append(out.top, &again)
	}
	return out
}

// part returns the part of a picture in [from, to), nil if there is none, and which of its buckets the first of the part is in.
func (f *frame) part(from, to int64) (*frame, int) {
	first := sort.Search(len(f.out), func(i int) bool { return f.out[i].To > from })
	end := sort.Search(len(f.out), func(i int) bool { return f.out[i].From >= to })
	if from = max(from, f.from()); first >= end || from >= to {
		return nil, 0
	}
	p := &frame{out: make([]Bucket, end-first), policy: f.policy}
	for i := range p.out {
		p.out[i].From, p.out[i].To = max(f.out[first+i].From, from), min(f.out[first+i].To, to)
	}
	return p, first
}

// join adds what was counted into a part.
func (f *frame) join(part *frame, at int) {
	for i := range part.out {
		f.addPart(at+i, &part.out[i].Summary)
	}
}
