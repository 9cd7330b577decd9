package timeseries

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"arbor/store"
)

// viewBytes bounds the views of all series: some 30 million samples as a sensor gives them. The one used last stays longest; one that
// does not fit alone ends where it is full.
const viewBytes = 64 << 20

// manyShared is how many chunks of several devices a query merges before a view is made, or goes on. To decode and merge so many takes about a
// millisecond, as long as all else that a query of some hundred buckets does: with fewer it would not be noticed.
const manyShared = 64

// stepLeaves are made in one reading of the store, so that a close of it, which waits for those who read, waits for some milliseconds.
const stepLeaves = 256

// views keeps those of the series that were asked for last. They are made beside queries, one at a time, step by step; each step is a reading
// of its own and goes on where the view is still that of the chunks. A query uses what there is.
type views struct {
	many, leaf, step, most int // the limits above; tests have lesser ones

	mu     sync.Mutex
	all    map[Series]*keptView
	clock  uint64 // counts uses
	making bool
	leaves atomic.Uint64 // that were made, for their names
}

// keptView is a view with what was found out about it.
type keptView struct {
	*view
	size   int
	full   bool // there was no room to go on
	used   uint64
	limits map[version]int64 // up to where it is valid
}

// maxLimits is for how many version vectors a view remembers up to where it is valid.
const maxLimits = 16

func newViews() views {
	return views{many: manyShared, leaf: MaxChunk, step: stepLeaves, most: viewBytes, all: map[Series]*keptView{}}
}

// get returns the view of a series, nil if there is none.
func (c *views) get(series Series) *keptView {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.all[series]
	if v != nil {
		c.clock++
		v.used = c.clock
	}
	return v
}

// limit returns up to where v is valid for a version vector, if that is known.
func (c *views) limit(v *keptView, at version) (int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	limit, ok := v.limits[at]
	return limit, ok
}

func (c *views) setLimit(v *keptView, at version, limit int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(v.limits) >= maxLimits {
		clear(v.limits)
	}
	v.limits[at] = limit
}

func (c *views) isFull(v *keptView) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return v.full
}

// put keeps v in the place of old, and drops others to make room. It reports whether there was enough.
func (c *views) put(series Series, old *keptView, v *view) bool {
	size := v.size()
	c.mu.Lock()
	defer c.mu.Unlock()
	total := size
	for key, x := range c.all {
		if key != series {
			total += x.size
		}
	}
	for total > c.most && total > size {
		var oldest *keptView
		var of Series
		for key, x := range c.all {
			if key != series && (oldest == nil || x.used < oldest.used) {
				oldest, of = x, key
			}
		}
		total -= oldest.size
		delete(c.all, of)
	}
	if total > c.most {
		if old != nil {
			old.full = true
		}
		return false
	}
	c.clock++
	c.all[series] = &keptView{view: v, size: size, used: c.clock, limits: map[version]int64{}}
	return true
}

// viewFor returns the view of a series and up to where it is what r sees; nil if there is none, or r is a transaction, which has to know what
// it read.
func (b *Book) viewFor(r store.Reader, series Series, sc *scene) (*keptView, int64, error) {
	if !viewable(r, series, sc) {
		return nil, 0, nil
	}
	v := b.views.get(series)
	if v == nil {
		return nil, 0, nil
	}
	at, ok, err := b.version(r, sc.sources)
	if err != nil || !ok {
		return nil, 0, err
	}
	limit, known := b.views.limit(v, at)
	if !known {
		if limit, err = b.same(r, sc.sources, v.known, v.end); err != nil {
			return nil, 0, err
		}
		b.views.setLimit(v, at, limit)
	}
	_, limit = v.before(limit)
	return v, limit, nil
}

// viewable reports whether a series may have a view. Under All nothing is merged: summaries of several devices add up.
func viewable(r store.Reader, series Series, sc *scene) bool {
	_, changing := r.(*store.Tx)
	return !changing && series.Merge != All && len(sc.sources) > 1
}

// makeView makes the view of a series, or goes on with it, on a goroutine of its own, unless one is being made. It ends by itself when the store
// is closed.
func (b *Book) makeView(series Series) {
	b.views.mu.Lock()
	defer b.views.mu.Unlock()
	if b.views.making {
		return
	}
	b.views.making = true
	go func() {
		for more := true; more; {
			err := b.db.View(func(r *store.Snapshot) (err error) {
				more, err = b.stepView(r, series)
				return err
			})
			more = more && err == nil // what is wrong the next query says
		}
		b.views.mu.Lock()
		defer b.views.mu.Unlock()
		b.views.making = false
	}()
}

// stepView goes on with the view of a series, from where it is not that of the chunks any more, and reports whether there is more to do.
func (b *Book) stepView(r store.Reader, series Series) (more bool, err error) {
	sc, err := b.scene(r, Series{ID: series.ID}, math.MaxInt64, math.MaxInt64)
	if err != nil || !viewable(r, series, sc) {
		return false, err
	}
	if _, ok, err := b.version(r, sc.sources); err != nil || !ok {
		return false, err
	}
	sc.top, sc.hidden = nil, nil
	from, fresh := int64(math.MinInt64), true
	var leaves []*leaf
	old := b.views.get(series)
	if old != nil {
		limit, err := b.same(r, sc.sources, old.known, old.end)
		if err != nil {
			return false, err
		}
		fresh = limit == old.end // else somebody changes it now, and whoever asks next may go on
		leaves, from = old.before(limit)
	}
	if from == math.MaxInt64 {
		return false, nil
	}
	added, end, err := b.leavesFrom(r, series.Merge, sc, from)
	if err != nil {
		return false, err
	}
	known, err := b.record(r, sc.sources, end)
	if err != nil {
		return false, err
	}
	kept := b.views.put(series, old, newView(slices.Concat(leaves, added), end, known))
	return kept && fresh && end < math.MaxInt64, nil
}

// leavesFrom merges the chunks of a scene from a time on, and returns as many leaves as a step makes, and the time up to which they have all.
func (b *Book) leavesFrom(r store.Reader, policy Policy, sc *scene, from int64) (leaves []*leaf, end int64, err error) {
	cuts, err := b.cuts(r, sc, from, math.MaxInt64)
	if err != nil {
		return nil, 0, err
	}
	end = cuts[1]
	pieces, err := b.pieces(r, sc, from, end)
	if err != nil {
		return nil, 0, err
	}
	var made error
	c := &columns{}
	pack := func() {
		if len(c.t) == 0 || made != nil {
			return
		}
		x, err := b.newLeaf(c)
		leaves, made = append(leaves, x), err
		c.reset()
	}
	err = b.merge(r, policy, pieces, fewPieces, func(t []int64, v []float64) bool {
		low, high := countBelow(t, from), countBelow(t, end)
		for t, v = t[min(low, high):high], v[min(low, high):high]; len(t) > 0 && made == nil; {
			if len(leaves) >= b.views.step {
				end = t[0]
				return false
			}
			n := min(len(t), b.views.leaf-len(c.t))
			c.t, c.v = append(c.t, t[:n]...), append(c.v, v[:n]...)
			if t, v = t[n:], v[n:]; len(c.t) == b.views.leaf {
				pack()
			}
		}
		return made == nil
	})
	pack()
	if err == nil {
		err = made
	}
	return leaves, end, err
}
