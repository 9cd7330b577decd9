package store

import (
	"cmp"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"arbor/store/disk"
	"arbor/store/index"
)

// getMany finds all keys in the index first, so that those values that are not in memory are fetched at once. Where all are it makes no
// system call.
func (v *view) getMany(keys [][]byte) (values []stored, err error) {
	if err := v.over(); err != nil {
		return nil, err
	}
	defer v.e.unguard(debug.SetPanicOnFault(true), &err)
	found := make([]index.Value, len(keys))
	for i, key := range keys {
		if found[i], _, err = v.s.tree.Get(key); err != nil {
			return nil, v.e.damage(err)
		}
	}
	if len(keys) > 1 {
		v.e.fetch(keys, found)
	}
	values = make([]stored, len(keys))
	for i, x := range found {
		if x.Inline == nil && x.Addr == 0 {
			continue
		}
		lent, err := v.e.value(x, keys[i])
		if err != nil {
			return nil, err
		}
		values[i] = stored{append(make([]byte, 0, len(lent)), lent...), x.Parted}
	}
	return values, nil
}

// fetch brings into memory what of the values of keys is on the disk alone. The caller has a view. What goes wrong is not told: the values are
// read after it all the same, and what cannot be read then is told with its place.
func (e *engine) fetch(keys [][]byte, found []index.Value) {
	if e.fs == nil {
		return
	}
	var cold []run
	began := now()
	for i, x := range found {
		if x.Inline != nil || x.Addr == 0 {
			continue
		}
		if r, ok := e.coldRun(LSN(x.Addr), changeHeader+uint32(len(keys[i]))+x.Len, began); ok {
			cold = append(cold, r)
		}
	}
	if len(cold) == 0 {
		return
	}
	extents, err := e.extents(inOrder(cold))
	if err == nil {
		err = e.fs.Fetch(extents)
	}
	if err == nil {
		for _, r := range cold {
			r.warm.add(r.from, r.to)
		}
	}
	e.latency.fetch.since(began)
}

// run is the pages [from, to) of a segment.
type run struct {
	seg      *segment
	warm     *warmth
	from, to uint32
}

// coldRun returns the pages of the n bytes at l if they are mapped and not all in memory.
func (e *engine) coldRun(l LSN, n uint32, at moment) (run, bool) {
	s := e.log.at(l.ord())
	if s == nil {
		return run{}, false
	}
	d, err := e.touch(s, l.off())
	if err != nil || d.image != nil && l.off() >= d.from || uint64(l.off())+uint64(n) > uint64(len(d.mapped)) {
		return run{}, false
	}
	r := run{s, s.warmth(at, d.size), l.off() / pageSize, (l.off() + n + pageSize - 1) / pageSize}
	if r.warm.has(r.from, r.to) {
		return run{}, false
	}
	if e.fs.Resident(d.mapped[r.from*pageSize : r.to*pageSize]) {
		r.warm.add(r.from, r.to)
		return run{}, false
	}
	return r, true
}

// inOrder returns the runs in the order of the log, those that meet as one.
func inOrder(runs []run) []run {
	runs = slices.SortedFunc(slices.Values(runs), func(a, b run) int {
		return cmp.Or(cmp.Compare(a.seg.ord, b.seg.ord), cmp.Compare(a.from, b.from))
	})
	out := runs[:1]
	for _, r := range runs[1:] {
		if last := &out[len(out)-1]; last.seg == r.seg && r.from <= last.to {
			last.to = max(last.to, r.to)
		} else {
			out = append(out, r)
		}
	}
	return out
}

func (e *engine) extents(runs []run) ([]disk.Extent, error) {
	out := make([]disk.Extent, len(runs))
	for i, r := range runs {
		f, err := e.descriptor(r.seg.ord)
		if err != nil {
			return nil, err
		}
		out[i] = disk.Extent{File: f, Off: int64(r.from) * pageSize, Len: int(r.to-r.from) * pageSize}
	}
	return out, nil
}

// warmth is which pages of a mapped segment were found in memory a moment ago. They may be gone since: that costs a wait, no more.
type warmth struct {
	since moment
	pages []atomic.Uint64 // a bit for each
}

// warmFor is how long it is believed.
const warmFor = moment(time.Second)

// warmth returns what is known of a segment, which is nothing if it was found out too long ago.
func (s *segment) warmth(at moment, size uint32) *warmth {
	w := s.warm.Load()
	if w == nil || at-w.since > warmFor {
		w = &warmth{since: at, pages: make([]atomic.Uint64, (size/pageSize+63)/64)}
		s.warm.Store(w)
	}
	return w
}

func (w *warmth) has(from, to uint32) bool {
	for p := from; p < to; p++ {
		if w.pages[p/64].Load()&(1<<(p%64)) == 0 {
			return false
		}
	}
	return true
}

func (w *warmth) add(from, to uint32) {
	for p := from; p < to; p++ {
		w.pages[p/64].Or(1 << (p % 64))
	}
}
