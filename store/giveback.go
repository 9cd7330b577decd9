package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"slices"

	"arbor/store/disk"
	"arbor/store/index"
)

// A segment that is cleaned goes in this order, each of which is durable before the next:
//
//  1. what was appended anew of it, and what has replaced the rest
//  2. a checkpoint that does not lead into it, so that replay begins behind it
//  3. a manifest that does not name it
//
// A crash before the last leaves it as it was; after it, a file that no manifest names, which the next use of the store removes. In this process
// it is in limbo until no view is left that began before, and then its file becomes that of a segment to come, or is removed.

// giveBack gives back the segments that are done. c.mu is held.
func (e *engine) giveBack() error {
	c := &e.cleaner
	done := c.done
	slices.SortFunc(done, func(a, b *segment) int { return cmp.Compare(a.ord, b.ord) })
	c.done = nil
	c.size.Store(0)
	defer func(done []*segment) { // those that stay are looked through again, another time
		for _, s := range done {
			s.account.done.Store(false)
		}
	}(done)
	if e.fs != nil {
		var err error
		if done, err = e.unname(done); err != nil {
			return fmt.Errorf("give back segments: %w", err)
		}
	}
	for _, s := range done {
		s.freed.Store(true)
		size := int64(s.account.size.Load())
		e.accounts.files.Add(-size)
		e.giveUp(size, func() error { return e.reclaim(s) })
	}
	return nil
}

// unname sees to it that neither checkpoint nor manifest knows the segments any more, and returns those for which that is so.
func (e *engine) unname(done []*segment) ([]*segment, error) {
	seen, last := e.cleaner.seen, done[len(done)-1].ord
	covered := func() bool {
		ref := e.manifest.current().checkpoint
		return ref.number != 0 && ref.at >= seen && ref.replay.ord() > last
	}
	if !covered() {
		err := e.checkpoint()
		if errors.Is(err, ErrNoSpace) {
			return e.unnameWithout(done)
		}
		if err != nil || !covered() {
			return nil, err
		}
	}
	e.checkpointing.Lock()
	defer e.checkpointing.Unlock()
	if !covered() {
		return nil, nil
	}
	n := slices.IndexFunc(done, func(s *segment) bool { return e.savedTable.of(s.ord) != 0 })
	if n >= 0 { // the deletions of a later one may have been dropped because this one goes before it
		done = done[:n]
	}
	return e.writeUnnamed(done, nil)
}

// unnameWithout is unname where there is no space for a checkpoint: the manifest names none, until there is. The next open would make the index
// again from the log.
func (e *engine) unnameWithout(done []*segment) ([]*segment, error) {
	e.checkpointing.Lock()
	defer e.checkpointing.Unlock()
	h := e.head.Load()
	if err := e.waitDurable(h.end); err != nil {
		return nil, err
	}
	done, err := e.unled(h, done)
	if err != nil {
		return nil, err
	}
	old := e.manifest.current().checkpoint.number
	done, err = e.writeUnnamed(done, func(m *manifest) { m.checkpoint = noCheckpoint })
	if err == nil && len(done) > 0 && old != 0 {
		e.saved, e.savedTable, e.rewrite = &index.Saved{Tree: &index.Tree{}}, table{}, true
		e.removeReplaced(old)
	}
	return done, err
}

// unled returns the segments before the first to which a state leads.
func (e *engine) unled(h *state, done []*segment) (_ []*segment, err error) {
	defer e.unguard(debug.SetPanicOnFault(true), &err)
	for x, err := range h.tree.Entries() {
		if err != nil {
			return nil, e.damage(err)
		}
		is := func(s *segment) bool { return x.Value.Inline == nil && LSN(x.Value.Addr).ord() == s.ord }
		if n := slices.IndexFunc(done, is); n >= 0 {
			done = done[:n]
		}
	}
	return done, nil
}

// writeUnnamed writes a manifest without the segments, or without as many of them as its gaps have room for.
func (e *engine) writeUnnamed(done []*segment, also func(*manifest)) ([]*segment, error) {
	live := e.manifest.current().live
	for i, s := range done {
		less := live.without(s.ord)
		if len(less) > maxRanges {
			done = done[:i]
			break
		}
		live = less
	}
	if len(done) == 0 {
		return nil, nil
	}
	err := e.manifest.update(func(m *manifest) {
		m.live = live
		if also != nil {
			also(m)
		}
	})
	return done, err
}

// reclaim takes a segment that nobody can read any more out of the table, and makes use of its file.
func (e *engine) reclaim(s *segment) error {
	e.log.remove(s.ord)
	s.mu.Lock()
	d := s.data.Load()
	s.mu.Unlock()
	if e.fs == nil {
		return nil
	}
	var errs []error
	if d != nil {
		errs = append(errs, e.mappings.remove(d.mapped))
		if d.file != nil {
			errs = append(errs, d.file.Close())
		}
	}
	errs = append(errs, e.descriptors.drop(s.ord))
	e.rolling.Lock()
	defer e.rolling.Unlock()
	e.free = append(e.free, freeFile{s.ord, s.account.size.Load()})
	if e.full.Load() && e.poisoned() == nil {
		if err := e.prepareNext(); !errors.Is(err, ErrNoSpace) {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, e.trimFree())...)
}

// freeFile is the file of a segment that was given back, still under its name. No manifest names it.
type freeFile struct{ ord, size uint32 }

// maxFree bounds the files kept to become segments again: what is written to them needs no space, and no metadata.
const maxFree = 4

// trimFree removes the free files that are too many: a few are kept, of an eighth of the log together, but one in any case. The smallest go
// first.
func (e *engine) trimFree() error {
	if e.leased() {
		return nil
	}
	return e.trimFreeTo(maxFree, e.accounts.files.Load()/8)
}

// trimFreeTo leaves so many free files, of so many bytes together, or one.
func (e *engine) trimFreeTo(n int, bytes int64) error {
	sum := int64(0)
	for _, f := range e.free {
		sum += int64(f.size)
	}
	slices.SortStableFunc(e.free, func(a, b freeFile) int { return cmp.Compare(a.size, b.size) })
	for len(e.free) > n || len(e.free) > 1 && sum > bytes {
		x := e.free[0]
		e.free = e.free[1:]
		sum -= int64(x.size)
		if err := e.fs.Remove(segmentName(x.ord)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", segmentName(x.ord), err)
		}
	}
	return nil
}

// recycle makes a free file of at least and at most so many bytes segment ord, if there is one. The order is that of what a crash may leave: the
// file has its new name for good before its header says so, and its header before anything is written behind it. Until the header is
// written no one takes it for the segment, and the frames that are in it belong to other places and pass for none here.
func (e *engine) recycle(ord, least, most uint32) (*segmentData, error) {
	i := slices.IndexFunc(e.free, func(f freeFile) bool { return least <= f.size && f.size <= most })
	if i < 0 || e.leased() {
		return nil, nil
	}
	old := e.free[i]
	e.free = slices.Delete(e.free, i, i+1)
	name := segmentName(ord)
	if err := e.fs.Rename(segmentName(old.ord), name); err != nil {
		return nil, err
	}
	if err := e.fs.SyncDir(); err != nil {
		return nil, err
	}
	f, err := e.fs.Open(name)
	if err != nil {
		return nil, err
	}
	if err := writeSegmentHeader(f, &e.id, ord, old.size); err != nil {
		return nil, errors.Join(err, f.Close(), e.fs.Remove(name))
	}
	return &segmentData{file: f, size: old.size}, nil
}

// writeSegmentHeader writes the first page of a segment, durably.
func writeSegmentHeader(f disk.File, id *storeID, ord, size uint32) error {
	page := disk.Aligned(pageSize)
	sealSegmentHeader(page, id, ord, size)
	return f.WriteDurable(page, 0)
}
