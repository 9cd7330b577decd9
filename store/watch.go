package store

import (
	"bytes"
	"context"
	"errors"
)

// Watch tells what changes under a prefix. It belongs to one goroutine. A slow watcher costs nothing and misses nothing but states
// that were replaced before it looked.
type Watch struct {
	db   *DB
	ks   Keyspace
	r    Range
	last *Snapshot
}

// Watch begins to watch the keys of ks that begin with prefix. Close it.
func (db *DB) Watch(ks Keyspace, prefix []byte) (*Watch, error) {
	s, err := db.Snapshot()
	if err != nil {
		return nil, err
	}
	return &Watch{db: db, ks: ks, r: Prefix(prefix), last: s}, nil
}

// Next waits until something under the prefix differs from what the last Next returned (or from the state at Watch) and returns the
// differences, with the LSN of the state they lead to. The slices belong to the caller. ErrStale says that what changed is not known,
// because another process has become the owner of the store, or this one was suspended: read what matters again, then call Next, which
// goes on from a state before that.
func (w *Watch) Next(ctx context.Context) (LSN, []Change, error) {
	for {
		var at LSN
		var changes []Change
		err := w.db.wait(ctx, w.last)
		if err == nil {
			at, changes, err = w.step()
		}
		if errors.Is(err, ErrStale) {
			s, e := w.db.Snapshot()
			if e != nil {
				return 0, nil, e
			}
			w.last.Release()
			w.last = s
		}
		if err != nil || len(changes) > 0 {
			return at, changes, err
		}
	}
}

// wait returns once there is a state after s.
func (db *DB) wait(ctx context.Context, s *Snapshot) error {
	if h, ok := s.f.(*held); ok {
		return h.role.wait(ctx, s.LSN())
	}
	return db.be.wait(ctx, s.LSN())
}

// step goes on to the newest state and returns what differs there.
func (w *Watch) step() (LSN, []Change, error) {
	s, err := w.db.Snapshot()
	if err != nil {
		return 0, nil, err
	}
	var changes []Change
	for c, err := range s.Changed(w.last, w.ks, w.r) {
		if err != nil {
			s.Release()
			return 0, nil, err
		}
		changes = append(changes, Change{Key: bytes.Clone(c.Key), Value: bytes.Clone(c.Value), Deleted: c.Deleted})
	}
	w.last.Release()
	w.last = s
	return s.LSN(), changes, nil
}

// Close ends the watch.
func (w *Watch) Close() { w.last.Release() }
