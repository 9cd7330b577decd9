package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"arbor/store"
)

// Watch tells which nodes change, whoever changes them. It belongs to one goroutine. A slow watcher misses nothing but states that were
// replaced before it looked.
type Watch struct {
	t      *Tree
	series []store.Keyspace
	heads  *store.Watch // every batch moves a head
	last   *store.Snapshot
	at     store.Position // of last

	telling *telling // nil unless it explains
}

// Changes is what became different. No IDs means that it is not known: another process has become the owner of the store.
type Changes struct {
	LSN store.LSN
	IDs []ID // sorted: nodes that changed, came or went, parents whose children did, series with other samples
	// Told is what became of each of IDs, of a watch that explains; nil where another process became the owner of the store meanwhile, and what
	// was before cannot be read any more.
	Told []Told
}

// Watch begins to watch. Close it.
func (t *Tree) Watch(ctx context.Context) (*Watch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := &Watch{t: t}
	for _, name := range []string{"timeseries.tail", "timeseries.summary", "timeseries.mark"} {
		ks, err := t.db.Keyspace(name)
		if err != nil {
			return nil, fmt.Errorf("watch: %w", err)
		}
		w.series = append(w.series, ks)
	}
	var err error
	if w.heads, err = t.db.Watch(t.ks.meta, []byte{deviceMark, '/'}); err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	now, err := t.db.Snapshot()
	if err == nil {
		err = w.goOn(now)
	}
	if err != nil {
		w.heads.Close()
		return nil, fmt.Errorf("watch: %w", err)
	}
	return w, nil
}

// goOn makes now the state that was told last. After an error it is released.
func (w *Watch) goOn(now *store.Snapshot) error {
	at, err := now.Position()
	if err != nil {
		now.Release()
		return err
	}
	if w.last != nil {
		w.last.Release()
	}
	w.last, w.at = now, at
	return nil
}

// Next waits until something differs from what the last Next told, or from the state at Watch.
func (w *Watch) Next(ctx context.Context) (Changes, error) {
	for told := false; ; {
		if !told {
			if _, _, err := w.heads.Next(ctx); err != nil && !errors.Is(err, store.ErrStale) {
				return Changes{}, err
			}
		}
		told = false
		now, err := w.t.db.Snapshot()
		if err != nil {
			return Changes{}, err
		}
		ids, what, err := w.differ(now)
		unknown := errors.Is(err, store.ErrStale)
		if err != nil && !unknown {
			now.Release()
			return Changes{}, err
		}
		if err := w.goOn(now); errors.Is(err, store.ErrStale) {
			told = true // by heads, not yet to the caller
			continue
		} else if err != nil {
			return Changes{}, err
		}
		if unknown {
			return Changes{LSN: now.LSN()}, nil
		}
		if len(ids) > 0 {
			return Changes{now.LSN(), ids, what}, nil
		}
	}
}

// differ returns the nodes that differ between the state that was told last and now, and of a watch that explains what became of them.
func (w *Watch) differ(now *store.Snapshot) (ids []ID, what []Told, err error) {
	if w.telling != nil {
		w.telling.touched = map[ID]touch{}
	}
	ids, err = w.between(w.telling != nil, func(ks store.Keyspace, r store.Range) changes { return now.Changed(w.last, ks, r) })
	if err == nil && w.telling != nil {
		what, err = w.tell(now, ids)
	}
	if errors.Is(err, store.ErrStale) { // another process is the owner now; what was written since is told by the log
		ids, err = w.between(false, func(ks store.Keyspace, r store.Range) changes { return now.Since(w.at, ks, r) })
		what = nil
	}
	return ids, what, err
}

// changes is the entries of a keyspace that differ.
type changes = iter.Seq2[store.Change, error]

// between returns the nodes that differ. In all the keyspaces looked at a node's id stands first, in that of events after the kind of key; in
// that of places it is the parent's.
func (w *Watch) between(explain bool, changed func(store.Keyspace, store.Range) changes) ([]ID, error) {
	var ids []ID
	for c, err := range changed(w.t.ks.events, store.Prefix([]byte{eventOf})) {
		if err == nil && explain {
			err = w.touchEvent(c)
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, ID(c.Key[1:1+len(ID{})]))
	}
	ks := &w.t.ks
	for _, of := range append([]store.Keyspace{ks.nodes, ks.places, ks.notes, ks.arrows}, w.series...) {
		what := touchedSeries
		switch of {
		case ks.nodes, ks.places, ks.arrows: // the records say of which it is
			what = 0
		case ks.notes:
			what = touchedNote
		}
		for c, err := range changed(of, store.Range{}) {
			if err != nil {
				return nil, err
			}
			id := ID(c.Key[:len(ID{})])
			if explain {
				w.telling.touched[id] |= what
			}
			if len(ids) == 0 || ids[len(ids)-1] != id {
				ids = append(ids, id)
			}
		}
	}
	slices.SortFunc(ids, func(a, b ID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids), nil
}

// Close ends the watch.
func (w *Watch) Close() {
	w.heads.Close()
	w.last.Release()
}
