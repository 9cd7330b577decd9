package store

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
)

// maxSince is how much of the log is read to find out what changed.
const maxSince = 64 << 20

// since yields the entries of [from, to) that were written after p, in order, as they are in v; a removed one has Deleted set. If the log does
// not tell which they are, because it has been cleaned, or the state at p was cut off, or is too long ago, or a range of keys was removed, it
// yields an error that is ErrStale.
func (v *view) since(p Position, from, to []byte) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		if err := v.over(); err != nil {
			yield(Change{}, err)
			return
		}
		v.written.CompareAndSwap(nil, new(written))
		keys, err := v.written.Load().since(v, p, from, to)
		if err != nil {
			yield(Change{}, err)
			return
		}
		for _, k := range keys {
			v, found, err := v.get(k)
			if !yield(Change{Key: k, Value: v.bytes, Deleted: !found, parted: v.parted}, err) || err != nil {
				return
			}
		}
	}
}

// written is what since has found out last. A client asks for one page after the other.
type written struct {
	mu       sync.Mutex
	p        Position
	from, to []byte
	keys     [][]byte
}

// since returns the keys of [from, to) that were written after p and up to v.
func (w *written) since(v *view, p Position, from, to []byte) ([][]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.from == nil || w.p != p || bytes.Compare(from, w.from) < 0 || !bytes.Equal(to, w.to) {
		s := search{v: v, p: p, from: from, to: to, keys: map[string]struct{}{}}
		if err := s.run(); err != nil {
			return nil, err
		}
		w.p, w.from, w.to, w.keys = p, bytes.Clone(from), bytes.Clone(to), make([][]byte, 0, len(s.keys))
		for _, k := range slices.Sorted(maps.Keys(s.keys)) {
			w.keys = append(w.keys, []byte(k))
		}
	}
	first, _ := slices.BinarySearchFunc(w.keys, from, bytes.Compare)
	return w.keys[first:], nil
}

// search reads the log from p to v and collects the keys of [from, to).
type search struct {
	v        *view
	p        Position
	from, to []byte
	keys     map[string]struct{}
}

func (s *search) run() (err error) {
	e, end := s.v.e, s.v.s.at
	if !s.v.leads(s.p) {
		return errUnknown
	}
	if s.p.at == end {
		return nil
	}
	if e.fs == nil { // nothing is in frames, and no aborted transaction marked
		return errUnknown
	}
	if e.begun.Load() { // only what is durable is sure to be in frames that are closed
		if err := e.waitDurable(end); err != nil {
			return err
		}
	}
	defer e.unguard(debug.SetPanicOnFault(true), &err)
	l := makeLSN(max(s.p.at.ord(), logStart.ord()), segmentStart) // a position is no beginning of a frame
	for read := int64(0); l < end; {
		seg := e.log.at(l.ord())
		if seg == nil || seg.freed.Load() { // it was cleaned; if it is still there, then for older views, and may go at any moment
			return errUnknown
		}
		d, err := e.touch(seg, l.off())
		if err != nil {
			return fmt.Errorf("what changed since %v: %w", s.p.at, err)
		}
		f, err := s.frame(d, l)
		if err != nil {
			return err
		}
		if l = f.end(d.size); l <= s.p.at {
			continue
		}
		if read += int64(f.size); read > maxSince {
			return errUnknown
		}
	}
	return nil
}

// frame looks through the frame at l, if it reaches behind p.
func (s *search) frame(d *segmentData, l LSN) (frame, error) {
	id := &s.v.e.id
	b, err := d.bytes(l.off(), frameHeader)
	if err != nil {
		return frame{}, err
	}
	f, err := parseHeader(b, id, l, d.size)
	if err == nil && l+LSN(f.size) > s.p.at {
		if b, err = d.bytes(l.off(), f.size); err == nil {
			err = f.checkBody(b, id)
		}
		if err == nil {
			err = f.records(b, id, s.record)
		}
	}
	if errors.Is(err, errNoFrame) || errors.Is(err, errTornFrame) || errors.Is(err, errRecord) {
		err = &CorruptError{File: segmentName(l.ord()), Offset: int64(l.off()), Err: err}
	}
	return f, err
}

func (s *search) record(l LSN, w word, rec []byte) error {
	if w.aborted() || w.moved() || l < s.p.at || l >= s.v.s.at {
		return nil
	}
	for c, err := range changes(rec) {
		switch {
		case err != nil:
			return err
		case c.to != nil:
			if bytes.Compare(c.key, s.to) < 0 && bytes.Compare(c.to, s.from) > 0 {
				return errUnknown // the log does not say which keys there were
			}
		case bytes.Compare(c.key, s.from) >= 0 && bytes.Compare(c.key, s.to) < 0:
			s.keys[string(c.key)] = struct{}{}
		}
	}
	return nil
}
