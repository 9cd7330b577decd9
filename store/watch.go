package store

import (
	"bytes"
	"context"
	"errors"
	"iter"
)

// Watch tells what changes under a prefix. It belongs to one goroutine. A slow watcher holds up nobody and misses nothing but states
// that were replaced before it looked; but it holds the state it has told of last, as a Snapshot does: until it looks again no space
// that the cleaner gives back meanwhile can be used. Who looks seldom keeps the Position, and goes on from there by WatchFrom.
type Watch struct {
	db   *DB
	ks   Keyspace
	r    Range
	at   Position  // up to where all is told
	last *Snapshot // at that position; nil if there is none, and what follows is to be looked up in the log
}

// Watch begins to watch the keys of ks that begin with prefix. Close it.
func (db *DB) Watch(ks Keyspace, prefix []byte) (*Watch, error) {
	w := &Watch{db: db, ks: ks, r: Prefix(prefix)}
	for range maxTakeovers {
		if _, err := w.move(nothing); err == nil {
			return w, nil
		} else if !errors.Is(err, ErrStale) {
			return nil, err
		}
	}
	return nil, ErrStale
}

// WatchFrom is a Watch whose first Next returns, as soon as there is something, what was written under the prefix after p, in whatever
// process, and how often the store was opened since: the keys in order, each once, with what became of it. The log tells, and not for ever:
// if it has been cleaned behind p, if the state at p was never durable and did not survive a crash, if p is 64 openings or 64 MiB of log ago,
// if a DeleteRange has met the prefix, if it is a Position of another store, or of one in memory, the first Next returns ErrStale, and the
// watch goes on from the state of that moment.
func (db *DB) WatchFrom(ks Keyspace, prefix []byte, p Position) (*Watch, error) {
	return &Watch{db: db, ks: ks, r: Prefix(prefix), at: p}, nil
}

// Position returns where the state is that the last Next has led to; WatchFrom goes on from there.
func (w *Watch) Position() Position { return w.at }

// Next waits until something under the prefix differs from what the last Next returned (or from the state at Watch) and returns the
// differences, with the LSN of the state they lead to. The slices belong to the caller. If another process becomes the owner of the store, or
// this one was suspended, it goes on from its position as WatchFrom does. ErrStale says that what changed is not known: read what matters
// again, then call Next, which goes on from a state before that.
func (w *Watch) Next(ctx context.Context) (LSN, []Change, error) {
	for takeovers := 0; ; {
		changes, err := w.step(ctx)
		switch {
		case err == ErrStale && takeovers < maxTakeovers: // itself: since says more when a position is not known
			takeovers++
		case err != nil || len(changes) > 0:
			return w.at.at, changes, err
		}
	}
}

// step goes on to the next state and returns what differs there. After ErrStale itself there is no last state, and the next step begins at
// the position.
func (w *Watch) step(ctx context.Context) ([]Change, error) {
	if w.last == nil {
		return w.resume()
	}
	err := w.db.wait(ctx, w.last)
	var changes []Change
	if err == nil {
		changes, err = w.move(func(s *Snapshot) iter.Seq2[Change, error] { return s.Changed(w.last, w.ks, w.r) })
	}
	if errors.Is(err, ErrStale) {
		w.last.Release()
		w.last, err = nil, ErrStale
	}
	return changes, err
}

// resume is step where there is no last state.
func (w *Watch) resume() ([]Change, error) {
	changes, err := w.move(func(s *Snapshot) iter.Seq2[Change, error] { return s.Since(w.at, w.ks, w.r) })
	if !errors.Is(err, ErrStale) || err == ErrStale {
		return changes, err
	}
	if _, e := w.move(nothing); e != nil {
		return nil, e
	}
	return nil, err
}

// move goes on to the newest state, if nothing goes wrong, and returns copies of the changes there.
func (w *Watch) move(changes func(*Snapshot) iter.Seq2[Change, error]) (out []Change, err error) {
	s, err := w.db.Snapshot()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.Release()
		}
	}()
	for c, err := range changes(s) {
		if err != nil {
			return nil, err
		}
		out = append(out, Change{Key: bytes.Clone(c.Key), Value: bytes.Clone(c.Value), Deleted: c.Deleted})
	}
	at, err := s.Position()
	if err != nil {
		return nil, err
	}
	if w.last != nil {
		w.last.Release()
	}
	w.last, w.at = s, at
	return out, nil
}

// nothing is the changes of one who does not ask.
func nothing(*Snapshot) iter.Seq2[Change, error] { return func(func(Change, error) bool) {} }

// wait returns once there is a state after s.
func (db *DB) wait(ctx context.Context, s *Snapshot) error {
	if h, ok := s.f.(*held); ok {
		return h.role.wait(ctx, s.LSN())
	}
	return db.be.wait(ctx, s.LSN())
}

// Close ends the watch.
func (w *Watch) Close() {
	if w.last != nil {
		w.last.Release()
	}
}
