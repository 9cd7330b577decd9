package store

import (
	"iter"
	"math"
	"sync"
	"sync/atomic"
)

// Snapshot is a frozen state of the store.
type Snapshot struct {
	f     frozen
	among *snapshots // nil in a View, whose end Suspend and Close wait for
	// readers counts the reads under way; with revoked added there will be no more, and the last one gives f up.
	readers atomic.Int64
}

const revoked = math.MinInt64 / 2

// snapshots are those that live as long as the caller likes, and until the store is closed or suspended.
type snapshots struct {
	mu     sync.Mutex
	open   map[*Snapshot]struct{}
	closed atomic.Bool
}

// Snapshot freezes the newest state for as long as the caller likes, or until Close or Suspend, after which its reads are ErrClosed or
// ErrStale. Release it.
func (db *DB) Snapshot() (*Snapshot, error) {
	f, err := db.be.snapshot()
	if err != nil {
		return nil, err
	}
	s := &Snapshot{f: f, among: &db.snapshots}
	all := s.among
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.closed.Load() {
		f.release()
		return nil, ErrClosed
	}
	f.keep()
	all.open[s] = struct{}{}
	return s, nil
}

// revoke ends all, and with last those to come.
func (all *snapshots) revoke(last bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if last {
		all.closed.Store(true)
	}
	for s := range all.open {
		all.end(s)
	}
}

// end ends s once. mu is held.
func (all *snapshots) end(s *Snapshot) {
	if _, ok := all.open[s]; !ok {
		return
	}
	delete(all.open, s)
	if s.readers.Add(revoked) == revoked {
		s.f.release()
	}
}

// Release ends the use of the snapshot.
func (s *Snapshot) Release() {
	if s.among == nil {
		return
	}
	s.among.mu.Lock()
	defer s.among.mu.Unlock()
	s.among.end(s)
}

// begin is called before each read, and leave after it.
func (s *Snapshot) begin() error {
	if s.among == nil || s.readers.Add(1) > 0 {
		return nil
	}
	s.leave()
	if s.among.closed.Load() {
		return ErrClosed
	}
	return ErrStale
}

func (s *Snapshot) leave() {
	if s.among != nil && s.readers.Add(-1) == revoked {
		s.f.release()
	}
}

// LSN returns the place in the log that the snapshot reflects.
func (s *Snapshot) LSN() LSN { return s.f.lsn() }

// Position returns where the snapshot is in the history of the store.
func (s *Snapshot) Position() (Position, error) {
	if err := s.begin(); err != nil {
		return Position{}, err
	}
	defer s.leave()
	return s.f.position()
}

// Get returns a copy of the value of key, or ErrNotFound.
func (s *Snapshot) Get(ks Keyspace, key []byte) ([]byte, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	defer s.leave()
	v, ok, err := s.f.get(ks.key(key))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrNotFound
	}
	return v.whole(s.f)
}

// GetMany returns copies of the values of keys, nil for those that are not there. As a client of another process it takes one exchange for
// many keys, where Get takes one each.
func (s *Snapshot) GetMany(ks Keyspace, keys [][]byte) ([][]byte, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	defer s.leave()
	full := make([][]byte, len(keys))
	for i, key := range keys {
		full[i] = ks.key(key)
	}
	found, err := s.f.getMany(full)
	if err != nil {
		return nil, err
	}
	values := full // which nobody needs any more
	for i, v := range found {
		if values[i], err = v.whole(s.f); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// Scan yields the entries of r in order. Slices are lent until the next step.
func (s *Snapshot) Scan(ks Keyspace, r Range) iter.Seq2[Entry, error] {
	from, to := ks.bounds(r)
	return func(yield func(Entry, error) bool) {
		if err := s.begin(); err != nil {
			yield(Entry{}, err)
			return
		}
		defer s.leave()
		wholes(s.f, s.f.scan(from, to, r.Reverse))(yield)
	}
}

// Changed yields the entries of r that differ between older and s, at a cost that grows with the changes alone.
func (s *Snapshot) Changed(older *Snapshot, ks Keyspace, r Range) iter.Seq2[Change, error] {
	from, to := ks.bounds(r)
	return func(yield func(Change, error) bool) {
		for _, x := range [...]*Snapshot{s, older} {
			if err := x.begin(); err != nil {
				yield(Change{}, err)
				return
			}
			defer x.leave()
		}
		wholeChanges(s.f, s.f.changed(older.f, from, to))(yield)
	}
}

// Since yields the entries of r that were written after p, in whatever process, each with what it is in s, also if that is what it was. It is
// for who has no snapshot of then; WatchFrom says when the log can tell no more, and the error is ErrStale.
func (s *Snapshot) Since(p Position, ks Keyspace, r Range) iter.Seq2[Change, error] {
	from, to := ks.bounds(r)
	return func(yield func(Change, error) bool) {
		if err := s.begin(); err != nil {
			yield(Change{}, err)
			return
		}
		defer s.leave()
		wholeChanges(s.f, s.f.since(p, from, to))(yield)
	}
}
