package store

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"arbor/store/disk"
)

// flusher brings the log to the disk, a frame at a time. Its lock is held while a frame is closed and while one is told complete, never
// during I/O.
type flusher struct {
	mu       sync.Mutex
	start    LSN        // of the open frame
	inFlight []*flight  // in the order of the log
	full     []*segment // durable to the end, and not yet settled
	chosen   sync.Once  // depth is set
	depth    int32      // how many there may be before a committer among others waits for one to end
	// wanted is the LSN below which all is to be written. busy is the length of inFlight. Who raises wanted looks at busy afterwards, and who
	// lowers busy looks at wanted afterwards, so that one of the two submits what is wanted.
	wanted  atomic.Uint64
	busy    atomic.Int32
	closed  atomic.Uint64 // start, for those who do not hold mu
	closing atomic.Bool   // the token of closeWanted
}

// flight is a frame on its way. Its bytes belong to the disk until it is complete.
type flight struct {
	seg  *segment
	file disk.File
	b    []byte
	off  int64
	end  LSN // where the next frame begins
	done bool

	began moment // its write
}

// closeFrame ends the open frame at the records reserved by now and begins the next. The flusher itself reserves what lies between: a pad
// up to the next page, and the header of the next frame, by moving tail over them. What the frame holds is applied before it returns, so
// that every outcome is in the bytes. It returns nil if the open frame is empty, and is called with the flusher's lock held.
func (e *engine) closeFrame() (*flight, error) {
	x := e.users.hold() // apply reads what head leads to
	defer x.leave()
	if err := e.poisoned(); err != nil {
		return nil, err
	}
	start := e.flush.start
	seg := e.log.at(start.ord())
	if seg == nil {
		return nil, nil
	}
	d := seg.data.Load()
	used, last := e.cut(seg, d, start)
	if used == 0 {
		return nil, nil
	}
	if err := e.apply(makeLSN(start.ord(), used)); err != nil {
		return nil, err
	}
	for off := start.off() + frameHeader; off < used; {
		w := word(little(d.word(off).Load()))
		if w.kind() == kindTx {
			slot := d.ticket(off)
			if slot.Load().outcome.Load() != committed {
				d.word(off).Store(little(uint64(w | flagAborted)))
				void(d.image[off-d.from:][:w.size()])
			}
			slot.Store(nil)
		}
		off += w.size()
	}
	f := frame{lsn: start, size: roundUp(used) - start.off(), began: e.resume, epoch: e.epoch.Load(), durable: LSN(e.durable.Load()), last: last}
	from := start.off() - d.from
	b := d.image[from : from+f.size]
	f.seal(b, &e.id)
	fl := &flight{seg: seg, file: d.file, b: b, off: int64(start.off()), end: f.end(d.size), began: now()}
	e.flush.inFlight = append(e.flush.inFlight, fl)
	e.flush.busy.Store(int32(len(e.flush.inFlight)))
	e.flush.start = fl.end
	e.flush.closed.Store(uint64(fl.end))
	e.counts.flushes.Add(1)
	return fl, nil
}

// cut decides where the frame that begins at start ends: at used, 0 if it is empty. last tells that the segment ends there too.
func (e *engine) cut(seg *segment, d *segmentData, start LSN) (used uint32, last bool) {
	for {
		t := LSN(e.tail.Load())
		if t.ord() < start.ord() || t == start+frameHeader { // the segment is just being begun, or nothing is in the frame
			return 0, false
		}
		if t.ord() > start.ord() || t.off() > d.size {
			return seg.endOf(), true
		}
		page := roundUp(t.off())
		next := page
		if page < d.size {
			next += frameHeader
		}
		if !e.tail.CompareAndSwap(uint64(t), uint64(makeLSN(t.ord(), next))) {
			continue
		}
		if page < d.size {
			d.word(page).Store(little(uint64(e.id.word(kindFrame, frameHeader, makeLSN(t.ord(), page)))))
		}
		if t.off() < page {
			d.word(t.off()).Store(little(uint64(e.id.word(kindPad, page-t.off(), t))))
		}
		return t.off(), false
	}
}

// complete tells that a frame's write has ended. The durable LSN moves over the frames that are complete without a gap.
func (e *engine) complete(fl *flight, err error) {
	if err == nil {
		e.latency.flush.since(fl.began)
	}
	e.flush.mu.Lock()
	fl.done = true
	if err != nil {
		e.poison(fmt.Errorf("write the log: %w", noSpace(err)))
	}
	for len(e.flush.inFlight) > 0 && e.flush.inFlight[0].done && e.poisoned() == nil {
		first := e.flush.inFlight[0]
		e.flush.inFlight = slices.Delete(e.flush.inFlight, 0, 1)
		e.durable.Store(uint64(first.end))
		e.tailBytes.Add(int64(len(first.b)))
		if first.end.ord() != first.seg.ord {
			e.flush.full = append(e.flush.full, first.seg)
		}
	}
	full := len(e.flush.full) > 0
	e.flush.busy.Store(int32(len(e.flush.inFlight)))
	e.flush.mu.Unlock()
	if e.started.Load() {
		e.submit() // who has come meanwhile does not wait for those who are woken now
	}
	e.durably.wake()
	if e.started.Load() {
		e.gather()
		for e.submit() {
		}
	}
	if full {
		e.step(e.preparing, e.settle)
	}
}

// write closes a frame and writes it on this goroutine. It reports whether there was one.
func (e *engine) write() (bool, error) {
	e.flush.mu.Lock()
	fl, err := e.closeFrame()
	e.flush.mu.Unlock()
	if fl == nil {
		return false, err
	}
	e.complete(fl, fl.file.WriteDurable(fl.b, fl.off))
	return true, e.poisoned()
}

// submit closes a frame and has it written, if one is wanted and the depth allows. It reports whether it did. A committer calls it, and
// whoever tells a frame complete, so that between two frames nobody has to be woken who writes the second.
func (e *engine) submit() bool {
	if e.flush.wanted.Load() <= e.flush.closed.Load() { // as always where committers are alone, who need no ring
		return false
	}
	e.flush.chosen.Do(e.setDepth)
	fl := e.closeWanted()
	if fl == nil {
		return false
	}
	e.running.Add(1)
	fl.file.Submit(fl.b, fl.off, func(err error) {
		defer e.running.Done() // behind what complete has submitted
		e.complete(fl, err)
	})
	return true
}

// closeWanted closes a frame if one is wanted and the depth allows. One does so at a time, and who finds another at it need not stand in line:
// that one looks again, after it has given up the token, whether there is still one to be closed. Its caller does so if it has one to write.
func (e *engine) closeWanted() (fl *flight) {
	for fl == nil && e.poisoned() == nil && e.flush.wanted.Load() > e.flush.closed.Load() && e.flush.busy.Load() < e.flush.depth {
		if !e.flush.closing.CompareAndSwap(false, true) {
			return nil
		}
		e.flush.mu.Lock()
		if uint64(e.flush.start) < e.flush.wanted.Load() && int32(len(e.flush.inFlight)) < e.flush.depth {
			fl, _ = e.closeFrame() // an error has poisoned the engine: who waits is told so
		}
		e.flush.mu.Unlock()
		e.flush.closing.Store(false)
	}
	return fl
}

// waitDurable returns once all below l is on the disk. A lone committer writes by itself; where there are several, frames are submitted.
func (e *engine) waitDurable(l LSN) error {
	if e.fs == nil {
		return nil
	}
	for LSN(e.durable.Load()) < l {
		if err := e.poisoned(); err != nil {
			return err
		}
		if !e.started.Load() || e.committers.Load() <= 1 {
			if wrote, err := e.write(); err != nil {
				return err
			} else if wrote {
				continue
			}
		}
		e.want(l)
		w := e.durably.add(l)
		if LSN(e.durable.Load()) >= l || e.poisoned() != nil {
			e.durably.drop(w)
			continue
		}
		e.gather()
		for e.submit() {
		}
		<-w.ready
		e.durably.done(w)
	}
	return nil
}

// gather lets those who were woken together come back for the same frame before it is closed: by the one who has told them, or by the first of
// them. It lets them run once, which is until each of them waits or has let others run in its turn; more costs more than it brings, on a
// ring's own thread above all.
func (e *engine) gather() {
	all := e.committers.Load()
	if all <= 1 { // before the depth is asked for: who is alone needs no ring, and it takes a while to come and go
		return
	}
	e.flush.chosen.Do(e.setDepth)
	if e.flush.busy.Load() < e.flush.depth && e.durably.count.Load() < all {
		runtime.Gosched()
	}
}

// setDepth finds out how many frames are best in flight: two on a ring, and one where a frame would only wait for the one before, closed
// too early for those who come meanwhile.
func (e *engine) setDepth() {
	if k := e.fs.Kind(); k == "direct" || k == "buffered" {
		e.flush.depth = 1
	}
}

// want asks for all below l to be written.
func (e *engine) want(l LSN) {
	for {
		old := e.flush.wanted.Load()
		if old >= uint64(l) || e.flush.wanted.CompareAndSwap(old, uint64(l)) {
			return
		}
	}
}
