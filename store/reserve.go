package store

import (
	"fmt"
	"runtime"
)

// tail and the table of segments are all that committers share when they take their places in the log.
//
// tail is the LSN of the first byte not reserved. A committer reserves n bytes by tail.Add(n): those below the sum are its own until it
// publishes its record by one atomic store of the record's word. A reservation that reaches over the end of the segment is void. The one
// that began within it closes the segment with an end record; whoever has a void one calls roll, which sets tail to the next segment.
// The segment's number is part of the LSN, so a reservation made before roll and one made after it cannot be taken for each other.

// place is n reserved bytes.
type place struct {
	seg  *segment
	data *segmentData
	lsn  LSN
}

// reserve takes n bytes of the log, all in one segment.
func (e *engine) reserve(n uint32) (place, error) {
	for {
		l := LSN(e.tail.Load())
		if seg := e.log.at(l.ord()); l.off() <= seg.data.Load().size {
			if e.fs == nil || e.spared.Load() && !e.full.Load() {
				l = LSN(e.tail.Add(uint64(n))) - LSN(n)
			} else if err := e.mayEnd(l, seg, n); err != nil {
				return place{}, err
			} else if !e.tail.CompareAndSwap(uint64(l), uint64(l)+uint64(n)) {
				continue
			}
			seg = e.log.at(l.ord())
			d := seg.data.Load()
			if uint64(l.off())+uint64(n) <= uint64(d.size) {
				return place{seg, d, l}, nil
			}
			if l.off() <= d.size {
				e.endSegment(seg, d, l)
			}
		}
		if err := e.roll(l.ord(), n); err != nil {
			return place{}, err
		}
	}
}

// mayEnd makes sure, where n bytes at l do not fit into the segment and would end it, that there is another one for them. Where there is no
// space for one, what is left stays for smaller ones. Who asks reserves no more than that: by a compare-and-swap of tail.
func (e *engine) mayEnd(l LSN, seg *segment, n uint32) error {
	if uint64(l.off())+uint64(n) <= uint64(seg.data.Load().size) {
		return nil
	}
	e.rolling.Lock()
	defer e.rolling.Unlock()
	if LSN(e.tail.Load()).ord() != l.ord() {
		return nil // another has begun it
	}
	if err := e.poisoned(); err != nil {
		return err
	}
	if s := e.spare; e.full.Load() && s != nil && s.size < segmentStart+roundUp(frameHeader+n) { // it is all that the cleaner has
		return fmt.Errorf("%w: %d bytes fit neither into the last segment nor the next", ErrNoSpace, n)
	}
	if err := e.makeSpare(l.ord()+1, n); err != nil {
		return fmt.Errorf("the log needs another segment: %w", err)
	}
	return nil
}

// endSegment closes a full segment at l.
func (e *engine) endSegment(seg *segment, d *segmentData, l LSN) {
	if l.off() < d.size {
		d.word(l.off()).Store(little(uint64(e.id.word(kindEnd, d.size-l.off(), l))))
	}
	seg.ended.Store(l.off())
}

// endOf returns where the last record of a full segment ends. It waits for the committer that reached over the end to say so.
func (s *segment) endOf() uint32 {
	for {
		if off := s.ended.Load(); off != 0 {
			return off
		}
		runtime.Gosched()
	}
}

// roll makes the segment after ord the active one, with room for a record of n bytes. Committers wait here for one another.
func (e *engine) roll(ord uint32, n uint32) error {
	e.rolling.Lock()
	defer e.rolling.Unlock()
	if LSN(e.tail.Load()).ord() > ord {
		return nil
	}
	if err := e.poisoned(); err != nil {
		return err
	}
	if ord > maxUnflushed { // what is in memory and not yet on the disk is bounded
		if err := e.waitDurable(makeLSN(ord-maxUnflushed+1, segmentStart)); err != nil {
			return err
		}
	}
	if err := e.makeSpare(ord+1, n); err != nil {
		return fmt.Errorf("the log needs another segment: %w", err)
	}
	if e.fs == nil && ord > 0 {
		if err := e.dropTickets(e.log.at(ord)); err != nil {
			return err
		}
	}
	d := e.spare.newImage(segmentStart)
	e.spare = nil
	e.spared.Store(false)
	e.activate(&segment{ord: ord + 1}, d, true)
	return nil
}

// maxUnflushed is how many full segments wait for their flush while the next is filled.
const maxUnflushed = 2

// activate makes s, whose image is empty, the place where reservations are made.
func (e *engine) activate(s *segment, d *segmentData, add bool) {
	l := makeLSN(s.ord, d.from)
	d.word(d.from).Store(little(uint64(e.id.word(kindFrame, frameHeader, l))))
	s.data.Store(d)
	if add {
		s.account.size.Store(d.size)
		s.account.mark.Store(e.head.Load().table.replaced)
		e.accounts.files.Add(int64(d.size))
		e.log.add(s)
	}
	e.tail.Store(uint64(l + frameHeader))
}

// reopen makes s, with which the log ends, the active segment. Who touches it for the first time meanwhile waits, or finds its image.
func (e *engine) reopen(s *segment) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := e.fileOf(s)
	if err == nil {
		e.activate(s, d.newImage(e.resume.off()), false)
	}
	return err
}

// dropTickets is what becomes of a full segment in a store without files, once it is applied: it keeps its image.
func (e *engine) dropTickets(s *segment) error {
	if err := e.apply(makeLSN(s.ord, s.endOf())); err != nil {
		return err
	}
	d := *s.data.Load()
	d.tickets = nil
	s.data.Store(&d)
	return nil
}
