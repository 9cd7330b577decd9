package store

import (
	"bytes"
	"context"
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
// differences, with the LSN of the state they lead to. The slices belong to the caller.
func (w *Watch) Next(ctx context.Context) (LSN, []Change, error) {
	for {
		if err := w.db.be.wait(ctx, w.last.LSN()); err != nil {
			return 0, nil, err
		}
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
		if len(changes) > 0 {
			return s.LSN(), changes, nil
		}
	}
}

// Close ends the watch.
func (w *Watch) Close() { w.last.Release() }
