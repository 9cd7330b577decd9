package store

import (
	"bytes"
	"errors"
	"iter"
	"math/rand/v2"
	"runtime/debug"
	"sync/atomic"

	"arbor/store/index"
)

// view is a state that somebody reads. Close waits for its release; what the state leads to stays until then, because the view counts in the
// era in which it was taken.
type view struct {
	e         *engine
	s         *state
	era       *era
	released  atomic.Bool
	kept      atomic.Bool // it is in e.kept
	contender contender   // of a transaction
	written   atomic.Pointer[written]
}

func (e *engine) snapshot() (frozen, error) {
	x, err := e.users.enter()
	if err != nil {
		return nil, err
	}
	return &view{e: e, s: e.head.Load(), era: x}, nil
}

func (v *view) lsn() LSN { return v.s.at }

func (v *view) release() {
	if v.released.CompareAndSwap(false, true) {
		if v.kept.Load() {
			v.e.kept.drop(v)
		}
		v.contender.leave()
		if e := v.e; !e.started.Load() && e.limbo.bytes.Load() > 0 { // there is no loop that does it
			defer e.users.hold().leave() // a close waits for this too
			v.era.leave()
			e.unseen(e.sweep())
			return
		}
		v.era.leave()
	}
}

// errOver says that a snapshot was used when what it leads to may be gone: a mistake of the caller.
var errOver = errors.New("a snapshot was used after the end of its view or transaction")

// over is errOver once v is released.
func (v *view) over() error {
	if v.released.Load() {
		return errOver
	}
	return nil
}

func (v *view) get(key []byte) (val stored, found bool, err error) {
	if err := v.over(); err != nil {
		return stored{}, false, err
	}
	defer v.e.unguard(debug.SetPanicOnFault(true), &err)
	began := sampled(getSample)
	x, found, err := v.s.tree.Get(key)
	if err != nil || !found {
		return stored{}, false, v.e.damage(err)
	}
	lent, err := v.e.value(x, key)
	if err != nil {
		return stored{}, false, err
	}
	val = stored{append(make([]byte, 0, len(lent)), lent...), x.Parted}
	v.e.latency.get.since(began)
	return val, true, nil
}

// scanner goes over a range. What it lends it has copied, so that only next touches mapped memory.
type scanner struct {
	v       *view
	cursor  index.Cursor
	bound   []byte // the end of the range in the direction of the scan, nil if there is none
	reverse bool
	begun   bool
	untimed uint32 // steps until one is timed
	fetch   fetch
	ahead   int // steps until there is more to be fetched
	key     []byte
	value   []byte
	parted  bool
}

func (s *scanner) next(start []byte) (ok bool, err error) {
	if err := s.v.over(); err != nil {
		return false, err
	}
	defer s.v.e.unguard(debug.SetPanicOnFault(true), &err)
	if s.untimed--; s.untimed == 0 {
		s.untimed = scanSample
		defer s.v.e.latency.scan.since(now())
	}
	switch {
	case s.begun && s.reverse:
		ok = s.cursor.Prev()
	case s.begun:
		ok = s.cursor.Next()
	case s.reverse:
		ok = s.cursor.SeekBefore(start)
	default:
		ok = s.cursor.Seek(start)
	}
	s.begun = true
	if !ok {
		return false, s.v.e.damage(s.cursor.Err())
	}
	s.key = append(s.key[:0], s.cursor.Key()...)
	if s.bound != nil {
		if c := bytes.Compare(s.key, s.bound); s.reverse && c < 0 || !s.reverse && c >= 0 {
			return false, nil
		}
	}
	x := s.cursor.Value()
	if s.ahead--; s.ahead < 0 {
		s.ahead = s.fetch.next(&s.cursor, s.v.e, len(s.key), s.reverse)
	}
	lent, err := s.v.e.value(x, s.key)
	if err != nil {
		return false, err
	}
	s.parted = x.Parted
	s.value = append(s.value[:0], lent...)
	return true, nil
}

func (v *view) scan(from, to []byte, reverse bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		s := scanner{v: v, cursor: v.s.tree.Cursor(), bound: to, reverse: reverse, value: []byte{}, untimed: 1 + rand.Uint32N(scanSample)}
		start := from
		if reverse {
			start, s.bound = to, from
		}
		for {
			ok, err := s.next(start)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if !ok || !yield(Entry{Key: s.key, Value: s.value, parted: s.parted}, nil) {
				return
			}
		}
	}
}

func (v *view) changed(older frozen, from, to []byte) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		stopped, err := v.differences(older.(*view), from, to, yield)
		if err != nil && !stopped {
			yield(Change{}, err)
		}
	}
}

// differences yields what differs between older and v, and tells whether yield has stopped it.
func (v *view) differences(older *view, from, to []byte, yield func(Change, error) bool) (stopped bool, err error) {
	defer v.e.unguard(debug.SetPanicOnFault(true), &err)
	var key, value []byte
	if err := errors.Join(v.over(), older.over()); err != nil {
		return false, err
	}
	for c, err := range index.Changed(older.s.tree, v.s.tree, from, to) {
		if err != nil {
			return false, v.e.damage(err)
		}
		if v.s.moves != older.s.moves && v.e.isMoved(&c) {
			continue
		}
		key = append(key[:0], c.Key...)
		out := Change{Key: key, Deleted: !c.Is}
		if !out.Deleted {
			lent, err := v.e.value(c.After, key)
			if err != nil {
				return false, err
			}
			value = append(value[:0], lent...)
			out.Value, out.parted = value, c.After.Parted
		}
		if !yield(out, nil) {
			return true, nil
		}
		if err := errors.Join(v.over(), older.over()); err != nil { // what yield has pulled may be pulled on too late
			return false, err
		}
	}
	return false, nil
}
