package store

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"arbor/store/remote"
)

// session is a client of this process, with the snapshots that it holds.
type session struct {
	id    uint64
	conns map[*serverConn]struct{} // under server.mu

	progress atomic.Pointer[Progress] // of the request that is told how far it is

	mu     sync.Mutex
	pins   map[uint64]*pin
	last   uint64
	staged map[uint64]struct{} // the ids of large values that the client has begun
	ended  bool
}

// pin is a snapshot of a client. It is released when the client has released it and no request uses it.
type pin struct {
	f        frozen
	users    int
	released bool
}

// add pins f and returns its number.
func (ss *session) add(f frozen) (uint64, error) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.ended || len(ss.pins) >= maxPins {
		f.release()
		return 0, fmt.Errorf("%w: %d snapshots at once", ErrTooLarge, len(ss.pins))
	}
	f.keep()
	ss.last++
	ss.pins[ss.last] = &pin{f: f}
	return ss.last, nil
}

// pin returns what adds a snapshot and tells the client of it.
func (ss *session) pin(r *remote.Reply) func(frozen, error) error {
	return func(f frozen, err error) error {
		if err != nil {
			return err
		}
		r.LSN = uint64(f.lsn())
		r.ID, err = ss.add(f)
		return err
	}
}

// use returns snapshot n and what ends its use.
func (ss *session) use(n uint64) (frozen, func(), error) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	p := ss.pins[n]
	if p == nil {
		return nil, nil, fmt.Errorf("no snapshot %d: %w", n, ErrStale)
	}
	p.users++
	return p.f, func() {
		ss.mu.Lock()
		defer ss.mu.Unlock()
		p.users--
		p.drop()
	}, nil
}

// drop releases a pin that nobody needs. The session's mu is held.
func (p *pin) drop() {
	if p.released && p.users == 0 {
		p.f.release()
	}
}

func (ss *session) release(n uint64) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if p := ss.pins[n]; p != nil {
		delete(ss.pins, n)
		p.released = true
		p.drop()
	}
}

// end releases all, and removes what the client has begun and not ended.
func (ss *session) end(be backend) {
	ss.mu.Lock()
	ss.ended = true
	for n, p := range ss.pins {
		delete(ss.pins, n)
		p.released = true
		p.drop()
	}
	left := ss.staged
	ss.staged = nil
	ss.mu.Unlock()
	for id := range left {
		_ = unstage(be, id) // or the next owner does it
	}
}

// committed notes which large values the client has begun and ended. What comes after the end of the session is removed at once.
func (ss *session) committed(be backend, writes []write) {
	for _, w := range writes {
		id, ok := parseMarker(w.key)
		if !ok {
			continue
		}
		ss.mu.Lock()
		late := ss.ended && !w.del
		switch {
		case w.del:
			delete(ss.staged, id)
		case !late:
			if ss.staged == nil {
				ss.staged = map[uint64]struct{}{}
			}
			ss.staged[id] = struct{}{}
		}
		ss.mu.Unlock()
		if late {
			_ = unstage(be, id) // or the next owner does it
		}
	}
}

// answer does what q asks and puts the result into r.
func (s *server) answer(ctx context.Context, ss *session, q *remote.Request, r *remote.Reply) (err error) {
	switch q.Kind {
	case remote.Snapshot:
		return ss.pin(r)(s.be.snapshot())
	case remote.Compete:
		return ss.pin(r)(s.be.compete(int(min(q.Lost, maxRetries))))
	case remote.Get:
		return ss.get(q, r)
	case remote.GetMany:
		return ss.getMany(q, r)
	case remote.Scan:
		return ss.scan(q, r)
	case remote.Changed:
		return ss.changed(q, r)
	case remote.Position:
		return ss.position(q, r)
	case remote.Since:
		return ss.since(q, r)
	case remote.Proves:
		return ss.proves(q, r)
	case remote.Ask:
		return s.consult(ss, q, r)
	case remote.Commit:
		return s.commit(ss, q, r)
	case remote.NextID:
		r.ID, err = s.be.nextID()
		return err
	case remote.PartsID:
		r.ID, err = s.be.partsID()
		return err
	case remote.Wait:
		return s.be.wait(ctx, LSN(q.After))
	case remote.Sync:
		return s.be.sync()
	case remote.Stats:
		st, err := s.be.stats()
		if err != nil {
			return err
		}
		r.Value, err = json.Marshal(st)
		return err
	case remote.Damage:
		text, err := s.be.harm()
		r.Value = []byte(text)
		return err
	case remote.Clean:
		return s.be.clean(ctx)
	case remote.Verify:
		defer ss.progress.Store(nil)
		v, err := s.be.verify(ctx, VerifyOptions{Progress: func(p Progress) { ss.progress.Store(&p) }})
		if err != nil {
			return err
		}
		r.Value, err = json.Marshal(toWire(v))
		return err
	}
	return remote.ErrMalformed
}

func (ss *session) get(q *remote.Request, r *remote.Reply) error {
	f, done, err := ss.use(q.Snapshot)
	if err != nil {
		return err
	}
	defer done()
	v, found, err := f.get(q.From)
	r.Value, r.Parted, r.Found = v.bytes, v.parted, found
	return err
}

// getMany fills a page with the values of the first keys, at least one.
func (ss *session) getMany(q *remote.Request, r *remote.Reply) error {
	f, done, err := ss.use(q.Snapshot)
	if err != nil {
		return err
	}
	defer done()
	limit := int(min(q.Limit, maxPage))
	for _, key := range q.Reads {
		v, found, err := f.get(key.From)
		if err != nil {
			return err
		}
		r.Page = remote.AppendEntry(r.Page, remote.Entry{Deleted: !found, Value: v.bytes, Parted: v.parted})
		if len(r.Page) >= limit {
			return nil
		}
	}
	return nil
}

// scan fills a page; it ends behind the entry that reaches the limit.
func (ss *session) scan(q *remote.Request, r *remote.Reply) error {
	f, done, err := ss.use(q.Snapshot)
	if err != nil {
		return err
	}
	defer done()
	limit := int(min(q.Limit, maxPage))
	for e, err := range f.scan(q.From, q.To, q.Reverse) {
		if err != nil {
			return err
		}
		if r.More = len(r.Page) > 0 && len(r.Page) >= limit; r.More {
			return nil
		}
		r.Page = remote.AppendEntry(r.Page, remote.Entry{Key: e.Key, Value: e.Value, Parted: e.parted})
	}
	return nil
}

func (ss *session) changed(q *remote.Request, r *remote.Reply) error {
	f, done, err := ss.use(q.Snapshot)
	if err != nil {
		return err
	}
	defer done()
	older, olderDone, err := ss.use(q.Older)
	if err != nil {
		return err
	}
	defer olderDone()
	return changesPage(f.changed(older, q.From, q.To), q, r)
}

func (ss *session) position(q *remote.Request, r *remote.Reply) error {
	f, done, err := ss.use(q.Snapshot)
	if err != nil {
		return err
	}
	defer done()
	p, err := f.position()
	r.Value = p.encode()
	return err
}

func (ss *session) since(q *remote.Request, r *remote.Reply) error {
	f, done, err := ss.use(q.Snapshot)
	if err != nil {
		return err
	}
	defer done()
	p, ok := decodePosition(q.Position)
	if !ok {
		return remote.ErrMalformed
	}
	return changesPage(f.since(p, q.From, q.To), q, r)
}

func (ss *session) proves(q *remote.Request, r *remote.Reply) error {
	f, done, err := ss.use(q.Snapshot)
	if err != nil {
		return err
	}
	defer done()
	p, ok := decodePosition(q.Position)
	if !ok {
		return remote.ErrMalformed
	}
	r.Found, err = f.proves(p)
	return err
}

// changesPage fills a page with changes.
func changesPage(changes iter.Seq2[Change, error], q *remote.Request, r *remote.Reply) error {
	limit := int(min(q.Limit, maxPage))
	for c, err := range changes {
		if err != nil {
			return err
		}
		if r.More = len(r.Page) > 0 && len(r.Page) >= limit; r.More {
			return nil
		}
		r.Page = remote.AppendEntry(r.Page, remote.Entry{Key: c.Key, Value: c.Value, Deleted: c.Deleted, Parted: c.parted})
	}
	return nil
}

// commit gives the snapshot up, if there is one, whatever comes of it.
func (s *server) commit(ss *session, q *remote.Request, r *remote.Reply) error {
	var base frozen
	if q.Snapshot != 0 {
		f, done, err := ss.use(q.Snapshot)
		if err != nil {
			return err
		}
		defer ss.release(q.Snapshot)
		defer done()
		base = f
	} else if len(q.Reads) > 0 {
		return remote.ErrMalformed
	}
	if q.Durability > uint8(Periodic) {
		return remote.ErrMalformed
	}
	reads := make([]read, len(q.Reads))
	for i, x := range q.Reads {
		reads[i] = read{from: x.From, to: x.To}
	}
	writes, err := fromRemote(q.Writes)
	if err != nil {
		return err
	}
	lsn, err := s.be.commit(base, reads, writes, Durability(q.Durability))
	if err == nil {
		ss.committed(s.be, writes)
	}
	r.LSN = uint64(lsn)
	if err == nil && Durability(q.Durability) != Commit {
		r.Value, err = s.positionOf(lsn)
	}
	return err
}

// positionOf is the position of a commit that is visible at lsn, as the client keeps it.
func (s *server) positionOf(lsn LSN) ([]byte, error) {
	f, err := s.be.snapshot()
	if err != nil {
		return nil, err
	}
	defer f.release()
	p, err := f.position()
	p.at = lsn
	return p.encode(), err
}

// fromRemote takes the writes of a client, which are input: what encode makes of them, changes must read.
func fromRemote(in []remote.Write) ([]write, error) {
	if len(in) == 0 {
		return nil, fmt.Errorf("a commit that changes nothing: %w", remote.ErrMalformed)
	}
	writes := make([]write, len(in))
	size := 0
	for i, w := range in {
		size += len(w.Key) + len(w.Value) + recordOverhead
		kind := byte(changePut)
		switch w.Kind {
		case remote.Delete:
			kind = changeDelete
		case remote.DeleteRange:
			kind = changeDeleteRange
		case remote.PutParted:
			kind = changePutParted
		}
		var ok bool
		if writes[i], ok = makeWrite(kind, w.Key, w.Value); !ok {
			return nil, fmt.Errorf("a change of a key of %d bytes: %w", len(w.Key), remote.ErrMalformed)
		}
	}
	return writes, checkSize(size)
}
