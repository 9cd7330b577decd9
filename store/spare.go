package store

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"runtime"
	"syscall"

	"arbor/store/disk"
)

// The segment after the active one is made as soon as that is begun. If it cannot be, for want of space, all of the active segment is kept for
// the cleaner and for transactions that only delete, so that space can be made; see engine.room. What the cleaner gives back then becomes the
// spare, also if it is smaller than it should be: it serves those two until there is space for another.

// prepare makes the spare segment, if there is none, or none but one that serves for want of space.
func (e *engine) prepare() error {
	if e.spared.Load() && !e.full.Load() || !e.begun.Load() {
		return nil
	}
	e.rolling.Lock()
	defer e.rolling.Unlock()
	if e.poisoned() != nil {
		return nil // commits tell
	}
	return e.prepareNext()
}

// prepareFirst is prepare for the first commit after an open, which has to know whether there is space: on a full disk what is left of the last
// segment would else go to the first commits of one process after the other.
func (e *engine) prepareFirst() error {
	e.rolling.Lock()
	defer e.rolling.Unlock()
	return e.makeSpare(e.resume.ord()+1, 0)
}

// prepareNext is prepare with e.rolling held.
func (e *engine) prepareNext() error {
	ord := LSN(e.tail.Load()).ord() + 1
	if !e.full.Load() || e.spare == nil {
		return e.makeSpare(ord, 0)
	}
	before := e.spare.size
	if err := e.dropSpare(ord); err != nil {
		return err
	}
	err := e.makeSpare(ord, 0)
	if !errors.Is(err, ErrNoSpace) {
		return err
	}
	if d, again := createSegment(e.fs, &e.id, ord, before); again == nil { // what there was may be all that the cleaner has
		e.spare = d
		e.spared.Store(true)
	}
	return err
}

// makeSpare makes sure that the spare is segment ord and has room for a record of n bytes. It is called with e.rolling held.
func (e *engine) makeSpare(ord, n uint32) error {
	need := segmentStart + roundUp(frameHeader+n)
	if e.spare != nil && e.spare.size >= need {
		return nil
	}
	size := e.segmentSize(ord)
	for size < need {
		size *= 2
	}
	if e.fs == nil {
		e.spare = &segmentData{size: size}
		return nil
	}
	if e.spare != nil {
		if err := e.dropSpare(ord); err != nil {
			return err
		}
	}
	d, err := e.recycle(ord, max(size/2, need), 2*size)
	if d == nil && err == nil {
		d, err = e.createSpare(ord, size)
	}
	full := errors.Is(noSpace(err), ErrNoSpace)
	if full {
		if small, e := e.recycle(ord, need, size); small != nil || e != nil {
			d, err = small, e
		}
	}
	e.full.Store(full)
	if full {
		e.kick(e.cleaning) // which makes space if there is anything to be had
	}
	if err != nil {
		return noSpace(err)
	}
	e.spare = d
	e.spared.Store(true)
	return nil
}

// createSpare makes the file of segment ord. For want of space it gives up the files that were kept to become segments, of which none is right:
// all but the largest, which is better than none.
func (e *engine) createSpare(ord, size uint32) (*segmentData, error) {
	d, err := createSegment(e.fs, &e.id, ord, size)
	if !errors.Is(noSpace(err), ErrNoSpace) || len(e.free) < 2 || e.leased() {
		return d, err
	}
	if err := e.trimFreeTo(1, 0); err != nil {
		return nil, err
	}
	return createSegment(e.fs, &e.id, ord, size)
}

// segmentSize is how large segment ord should be: an eighth of what the log takes when it is clean, so that the open one and those that are
// spare do not count for much, and cleaning goes by small pieces; but not much larger than the one before. And if it is the last for which
// there is space, what is needed of another one has to fit into it.
func (e *engine) segmentSize(ord uint32) uint32 {
	l := e.limits
	want := max(min(e.accounts.files.Load(), e.head.Load().table.all()+l.cleanSlack)/8, e.emptiest())
	size := l.minSegment
	for size < l.maxSegment && int64(size) < want {
		size *= 2
	}
	if last := e.log.at(ord - 1); last != nil {
		size = min(size, 2*max(last.account.size.Load(), l.minSegment))
	}
	return min(size, l.maxSegment)
}

// dropSpare removes a spare that is too small.
func (e *engine) dropSpare(ord uint32) error {
	err := e.spare.file.Close()
	e.spare = nil
	e.spared.Store(false)
	if err == nil {
		err = e.fs.Remove(segmentName(ord))
	}
	return err
}

// createSegment makes the file of an empty segment, durable with its header.
func createSegment(dir disk.FS, id *storeID, ord, size uint32) (*segmentData, error) {
	name := segmentName(ord)
	f, err := dir.Create(name, int64(size))
	if errors.Is(err, fs.ErrExist) { // left by one who could not remove it
		if err = dir.Remove(name); err == nil {
			f, err = dir.Create(name, int64(size))
		}
	}
	if err != nil {
		return nil, err
	}
	if err := writeSegmentHeader(f, id, ord, size); err != nil {
		f.Close()
		if e := dir.Remove(name); e != nil {
			err = errors.Join(err, e)
		}
		return nil, err
	}
	return &segmentData{file: f, size: size}, nil
}

// room refuses a transaction of n bytes that adds to the store while there is no space for the next segment, and one that deletes if what it
// would leave of the active one is needed to clean. Until the next segment is made nobody knows whether there is space for it: that is
// found out at the latest for one that would take of what the cleaner may need.
func (e *engine) room(writes []write, n int64) error {
	full := e.full.Load()
	if !full && (e.spared.Load() || e.fs == nil) {
		return nil
	}
	size := int64(e.log.at(LSN(e.tail.Load()).ord()).account.size.Load())
	left := e.left() - n
	if !full && left > size/cleanReserve {
		return nil
	}
	deletes := left > max(size/cleanReserve, min(e.emptiest(), size*3/4))
	for _, w := range writes {
		deletes = deletes && w.del
	}
	if deletes {
		return nil
	}
	if err := e.prepare(); err != nil || !e.full.Load() {
		return err
	}
	return fmt.Errorf("%w: the last segment is for deletions and for the cleaner", ErrNoSpace)
}

// cleanReserve is the part of the last segment that is for the cleaner alone, if it needs no more to begin with.
const cleanReserve = 4

// emptiest is how many bytes of the log it may take to clean the segment of which the least is needed, among those that are worth it; 0 if none
// is.
func (e *engine) emptiest() int64 {
	live := e.head.Load().table.flat()
	least, takes := int64(math.MaxInt64), int64(0)
	for s := range e.log.from(0) {
		n, size := e.estimate(s, &live), int64(s.account.size.Load())
		if n < least && n*100 <= cleanBelow*size && !s.freed.Load() && !s.account.done.Load() && e.mayClean(s) {
			least, takes = n, min(2*n, size)
		}
	}
	return takes
}

// left is how many bytes of the active segment are not reserved.
func (e *engine) left() int64 {
	t := LSN(e.tail.Load())
	if s := e.log.at(t.ord()); s != nil {
		return max(0, int64(s.account.size.Load())-int64(t.off()))
	}
	return 0
}

// noSpace makes an error for want of space match ErrNoSpace.
func noSpace(err error) error {
	switch {
	case err == nil || errors.Is(err, ErrNoSpace):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), runtime.GOOS == "windows" && errors.Is(err, syscall.Errno(112)):
		return fmt.Errorf("%w: %w", ErrNoSpace, err)
	}
	return err
}
