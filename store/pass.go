package store

import (
	"math"
)

// pass is a run of the cleaner: what it chooses from, and how. It takes only segments that were full when it began, and each once at most, so
// that it ends.
type pass struct {
	end     uint32 // segments from here on are left alone
	below   int64  // how full a victim may be, in hundredths
	looked  map[uint32]bool
	forced  uint32 // the one that is taken whatever is in it
	cleaned int    // how many are done
}

func (e *engine) newPass(below int64) *pass {
	p := &pass{end: LSN(e.tail.Load()).ord(), below: below, looked: map[uint32]bool{}}
	if e.fs != nil {
		e.flush.mu.Lock()
		defer e.flush.mu.Unlock()
		p.end = e.flush.start.ord()
	}
	return p
}

// choose returns the segment that is most worth being cleaned: (1-u)·age/(1+u), of which u is how full it is. (1-u) is the space gained, 1+u the
// cost of reading it and of writing what is needed; and what is old will not be replaced soon.
func (p *pass) choose(e *engine) *segment {
	var best, oldest *segment
	most := 0.0
	now, room := LSN(e.tail.Load()).ord(), e.reserved()
	waiting := int64(0) // bytes that are not live and are needed while there are older segments
	live := e.head.Load().table.flat()
	for s := range e.log.from(0) {
		if s.ord >= p.end {
			break
		}
		if s.freed.Load() || s.account.done.Load() {
			continue
		}
		waiting += s.account.tombs.Load()
		needed, size := e.estimate(s, &live), int64(s.account.size.Load())
		if s.account.stays.Load() {
			waiting += size - needed
		}
		if p.looked[s.ord] || !e.mayClean(s) || needed > room {
			continue
		}
		if oldest == nil {
			oldest = s
		}
		u := float64(needed) / float64(size)
		if worth := (1 - u) * float64(now-s.ord) / (1 + u); needed*100 <= p.below*size && worth > most {
			best, most = s, worth
		}
	}
	if n, _ := e.useless(); best == nil && waiting >= n/2 && !e.cleanEnough() {
		if best = oldest; best != nil {
			p.forced = best.ord
		}
	}
	if best != nil {
		p.looked[best.ord] = true
	}
	return best
}

// worth tells whether a segment with so many bytes needed is to be cleaned after the look. One that is the oldest of the log is taken whatever
// is in it, if nothing better is left: with it go the deletions that are kept for its sake.
func (p *pass) worth(e *engine, s *segment, needed int64) bool {
	if needed > e.reserved() { // more than was estimated: to begin with it would use up what there is
		return false
	}
	return needed*100 <= p.below*int64(s.account.size.Load()) || p.forced == s.ord
}

// mayClean tells whether a segment can be cleaned.
func (e *engine) mayClean(s *segment) bool {
	d := s.data.Load()
	settled := d == nil || d.image == nil || e.fs == nil && d.tickets == nil
	return settled && !s.account.pinned.Load() && !(s.account.stays.Load() && e.isOlder(s))
}

// reserved is how much can be appended for sure. While there is space that is no question: more segments can be made.
func (e *engine) reserved() int64 {
	if !e.full.Load() {
		return math.MaxInt64
	}
	e.rolling.Lock()
	defer e.rolling.Unlock()
	n := e.left()
	if e.spare != nil {
		n = max(n, int64(e.spare.size-segmentStart)) // a move that does not fit into the one goes to the other
	}
	return n * 3 / 4 // the rest is for what the log puts around it
}

// estimate is how many bytes of a segment are needed. Where changes lie to which no address leads is not known, but that so many bytes of
// such puts are there in the whole store, and so many were replaced since these were written: as many of them as of any are still there.
func (e *engine) estimate(s *segment, live *table) int64 {
	x := &s.account
	n := live.of(s.ord)
	if small := x.small.Load(); small > 0 {
		replaced := float64(live.replaced - x.mark.Load())
		n += int64(float64(small) * math.Exp(-replaced/float64(max(live.inline, 1))))
	}
	if tombs := x.tombs.Load(); tombs > 0 && e.isOlder(s) {
		n += tombs
	}
	return min(n, int64(x.size.Load()))
}
