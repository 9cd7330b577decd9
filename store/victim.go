package store

import (
	"errors"
	"fmt"
	"runtime/debug"

	"arbor/store/disk"
	"arbor/store/index"
)

// victim is a full segment that the cleaner goes through: what the log still needs of it is appended anew, so that it can be given back. It is
// read as a whole and proved frame by frame, so that no damage is passed on as if it were sound.
type victim struct {
	e     *engine
	s     *segment
	bytes []byte // of the segment from offset from on, valid until the next victim is read
	from  uint32
	// older tells whether the log has older segments that stay: what a deletion in this one removes may lie there.
	older bool

	needed []uint32 // offsets of the changes that were needed at the look, ascending
	next   int      // of needed, that was not dealt with
	most   int      // changes of the next move
	live   int64    // bytes of needed
	small  int64    // those of puts whose values the index keeps
	tombs  int64    // those of deletions
	began  moment
}

var (
	// errStays says that a segment cannot be cleaned now: it has the deletion of a range in which there are keys again. Appended anew it would
	// remove these too. Once no older segment is left it is needed no more.
	errStays = errors.New("the deletion of a range is still needed in its place")
	// errPinned says that a segment is damaged, and stays as it is.
	errPinned = errors.New("the segment is damaged")
)

// read reads the segment.
func (v *victim) read() error {
	if v.e.fs == nil {
		d := v.s.data.Load()
		v.bytes, v.from = d.image, d.from
		return nil
	}
	d, err := openSegment(v.e.fs, &v.e.id, v.s.ord)
	if err != nil {
		return err
	}
	c := &v.e.cleaner
	if cap(c.buf) < int(d.size) {
		c.buf = disk.Aligned(int(d.size))
	}
	v.bytes = c.buf[:d.size]
	_, err = d.file.ReadAt(v.bytes, 0)
	if err := errors.Join(err, d.file.Close()); err != nil {
		return fmt.Errorf("read %s: %w", segmentName(v.s.ord), err)
	}
	return nil
}

// each calls fn for every change that took effect, with its offset. An error that is not fn's is errPinned.
func (v *victim) each(fn func(off uint32, c *change) error) error {
	if v.e.fs == nil {
		return v.eachInMemory(fn)
	}
	m := v.e.manifest.current()
	epoch, size := uint64(0), uint32(len(v.bytes))
	for off := uint32(segmentStart); ; {
		l := makeLSN(v.s.ord, off)
		f, err := parseHeader(v.bytes[off:], &v.e.id, l, size)
		if err != nil || f.checkBody(v.bytes[off:off+f.size], &v.e.id) != nil || f.epoch < max(epoch, m.epochAt(l)) {
			return errPinned
		}
		epoch = f.epoch
		err = f.records(v.bytes[off:off+f.size], &v.e.id, func(l LSN, w word, rec []byte) error {
			if w.aborted() {
				return nil
			}
			return eachChange(l.off(), rec, fn)
		})
		if errors.Is(err, errRecord) {
			return errPinned
		}
		if off += f.size; err != nil || f.last || off == size {
			return err
		}
	}
}

// eachInMemory is each for a log that was never written to a disk. It has no frames but the header of the first. What was aborted is not
// marked; but no address leads there, and nothing else is needed, for the log is never replayed.
func (v *victim) eachInMemory(fn func(off uint32, c *change) error) error {
	for off, end := v.from, v.s.endOf(); off < end; {
		at := off - v.from
		w := word(le.Uint64(v.bytes[at:]))
		if w.kind() == kindTx {
			if err := eachChange(off, v.bytes[at:at+w.size()], fn); err != nil {
				return err
			}
		}
		off += w.size()
	}
	return nil
}

func eachChange(off uint32, rec []byte, fn func(off uint32, c *change) error) error {
	for c, err := range changes(rec) {
		if err != nil {
			return err
		}
		if err := fn(off+c.at, &c); err != nil {
			return err
		}
	}
	return nil
}

// eachWarm is each for one who looks the keys up in a tree.
func (v *victim) eachWarm(tree *index.Tree, fn func(off uint32, c *change) error) error {
	var next [index.MaxWarm]struct {
		off uint32
		c   change
	}
	var keys [index.MaxWarm][]byte
	n := 0
	pass := func() error {
		tree.Warm(keys[:n])
		for i := range n {
			if err := fn(next[i].off, &next[i].c); err != nil {
				return err
			}
		}
		n = 0
		return nil
	}
	err := v.each(func(off uint32, c *change) error {
		next[n].off, next[n].c, keys[n] = off, *c, c.key
		if n++; n == len(next) {
			return pass()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return pass()
}

// look finds out what of the segment is needed in a state. Of a key's changes that lead to no address the last one stands for all.
func (v *victim) look(h *state) (err error) {
	defer v.e.unguard(debug.SetPanicOnFault(true), &err)
	latest := map[string]int{} // the place in needed
	err = v.eachWarm(h.tree, func(off uint32, c *change) error {
		is, err := v.isNeeded(h.tree, off, c)
		if err != nil || !is {
			return err
		}
		if !v.sound(off, c) {
			return errPinned
		}
		n := int64(c.size)
		v.live += n
		if c.to != nil {
			v.tombs += n
		} else if c.del || len(c.value) <= maxInline {
			if before, ok := latest[string(c.key)]; ok {
				v.needed[before] = 0
				v.live -= n
			} else if c.del {
				v.tombs += n
			} else {
				v.small += n
			}
			latest[string(c.key)] = len(v.needed)
		}
		v.needed = append(v.needed, off)
		return nil
	})
	return v.e.damage(err)
}

// sound proves a change by its own checksum.
func (v *victim) sound(off uint32, c *change) bool {
	if v.e.fs == nil {
		return true // the bytes were never out of this process
	}
	_, _, ok := v.e.id.checkChange(v.bytes[off-v.from:off-v.from+c.size], makeLSN(v.s.ord, off), len(c.key))
	return ok
}

// isNeeded tells whether the log needs a change in a state. A put is needed if the index leads to it, or keeps its value: another one may
// have put the same there, but that does no harm. A deletion is needed while replay may come upon what it removes, if nothing is there again.
func (v *victim) isNeeded(tree *index.Tree, off uint32, c *change) (bool, error) {
	addressed := !c.del && len(c.value) > maxInline
	if !addressed && v.e.fs == nil || c.del && !v.older {
		return false, nil
	}
	if c.to != nil {
		empty, err := index.Same(&index.Tree{}, tree, c.key, c.to)
		if err == nil && !empty {
			err = errStays
		}
		return empty, err
	}
	x, found, err := tree.Get(c.key)
	switch {
	case err != nil:
		return false, err
	case c.del:
		return !found, nil
	case addressed:
		return found && x.Inline == nil && LSN(x.Addr) == makeLSN(v.s.ord, off), nil
	}
	kept := inline(c.value)
	kept.Parted = c.parted
	return found && x.Equal(kept), nil
}

// limits of one move, so that commits that come behind it in the log wait no longer for it to be applied than for another
const (
	maxMoves     = 128
	maxMoveBytes = 256 << 10
)

// move appends the next changes that are needed, all in one transaction of the cleaner: a put with its key's address as what was read, so
// that it is void if the key was changed meanwhile. Then the next move looks again, at fewer. It returns the bytes appended and the state of
// the log that they rest on.
func (v *victim) move() (n int64, seen LSN, err error) {
	x := v.e.users.hold()
	defer x.leave()
	h := v.e.head.Load()
	reads, writes, next, err := v.gather(h)
	if err != nil {
		return 0, 0, v.e.damage(err)
	}
	seen = h.end
	if len(writes) > 0 {
		end, err := v.e.moveTo(x, h, reads, writes)
		if errors.Is(err, ErrConflict) {
			v.most = max(1, v.most/2)
			return 0, 0, nil
		}
		if err != nil {
			return 0, 0, err
		}
		seen = max(seen, end)
	}
	for i := range writes {
		n += writes[i].size()
	}
	v.next, v.most = next, maxMoves
	return n, seen, nil
}

// gather returns the next changes that are still needed in a state.
func (v *victim) gather(h *state) (reads []read, writes []write, next int, err error) {
	defer v.e.unguard(debug.SetPanicOnFault(true), &err)
	size, most := int64(0), min(maxMoveBytes, v.e.reserved()/8) // on a full disk small ones fill the segment best
	for next = v.next; next < len(v.needed) && len(writes) < v.most; next++ {
		off := v.needed[next]
		if (next-v.next)%index.MaxWarm == 0 {
			v.warm(h.tree, v.needed[next:])
		}
		if off == 0 {
			continue
		}
		c, _ := changeAt(v.bytes, off-v.from) // which look has seen
		is, err := v.isNeeded(h.tree, off, &c)
		if err != nil {
			return nil, nil, 0, err
		}
		if !is {
			continue
		}
		if size += int64(c.size); size > most && len(writes) > 0 {
			break
		}
		reads = append(reads, read{from: c.key, to: c.to})
		writes = append(writes, v.e.packed(c.write))
	}
	return reads, writes, next, nil
}

// warm has the processor load what the next changes will be looked up in.
func (v *victim) warm(tree *index.Tree, needed []uint32) {
	var keys [index.MaxWarm][]byte
	n := 0
	for _, off := range needed[:min(len(needed), len(keys))] {
		if off != 0 {
			c, _ := changeAt(v.bytes, off-v.from)
			keys[n] = c.key
			n++
		}
	}
	tree.Warm(keys[:n])
}

// moveTo commits a transaction that changes where records lie and nothing else, for somebody who is in the era x. It may use the space that
// is kept for it.
func (e *engine) moveTo(x *era, h *state, reads []read, writes []write) (LSN, error) {
	rec, err := encode(writes)
	if err != nil {
		return 0, err
	}
	for i := range reads { // who helps to apply it may be late, and the victim's bytes are gone by then
		reads[i] = read{from: rec.writes[i].key, to: rec.writes[i].to}
	}
	tk := new(ticket)
	tk.body.Store(&body{base: h, era: x, reads: reads, writes: rec.writes, offsets: rec.offsets, moved: true})
	end, err := e.publish(rec, tk)
	if err == nil {
		err = e.apply(end)
	}
	if err != nil {
		return 0, err
	}
	e.upkeep(end)
	switch tk.outcome.Load() {
	case conflicted:
		return 0, ErrConflict
	case damaged:
		return 0, e.damage(*tk.failure.Load())
	}
	return end, nil
}
