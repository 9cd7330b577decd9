package store

import (
	"iter"
	"sync/atomic"
)

// segments is the table of the log's segments by their numbers, with gaps where one was given back. It is read without a lock. Segments are
// added by one goroutine at a time, and taken out by one.
type segments struct {
	// pages has in entry i the segments from i*segmentsPerPage on, or nil for none. It is replaced, never changed; the pages are changed.
	pages atomic.Pointer[[]*segmentsPage]
	count atomic.Int32
}

const segmentsPerPage = 256

type segmentsPage [segmentsPerPage]atomic.Pointer[segment]

// at returns segment ord, nil if there is none.
func (t *segments) at(ord uint32) *segment {
	pages := *t.pages.Load()
	if i := ord / segmentsPerPage; int(i) < len(pages) && pages[i] != nil {
		return pages[i][ord%segmentsPerPage].Load()
	}
	return nil
}

// add puts s, whose number no segment has, into the table.
func (t *segments) add(s *segment) {
	pages, i := *t.pages.Load(), int(s.ord/segmentsPerPage)
	if i >= len(pages) || pages[i] == nil {
		more := make([]*segmentsPage, max(i+1, len(pages)))
		copy(more, pages)
		more[i] = new(segmentsPage)
		t.pages.Store(&more)
		pages = more
	}
	pages[i][s.ord%segmentsPerPage].Store(s)
	t.count.Add(1)
}

// remove takes segment ord out.
func (t *segments) remove(ord uint32) {
	pages := *t.pages.Load()
	if pages[ord/segmentsPerPage][ord%segmentsPerPage].Swap(nil) != nil {
		t.count.Add(-1)
	}
}

// from yields the segments from ord on, in order.
func (t *segments) from(ord uint32) iter.Seq[*segment] {
	return func(yield func(*segment) bool) {
		pages := *t.pages.Load()
		for i := int(ord / segmentsPerPage); i < len(pages); i++ {
			if pages[i] == nil {
				continue
			}
			for j := range pages[i] {
				if s := pages[i][j].Load(); s != nil && s.ord >= ord && !yield(s) {
					return
				}
			}
		}
	}
}

// next returns the LSN l, or, where l is the beginning of a segment that is no more, that of the one after it.
func (t *segments) next(l LSN) LSN {
	if l.off() != segmentStart || t.at(l.ord()) != nil {
		return l
	}
	for s := range t.from(l.ord()) {
		return makeLSN(s.ord, segmentStart)
	}
	return l
}
