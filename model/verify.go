package model

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"

	"arbor/store"
	"arbor/sync/hlc"
	"arbor/timeseries"
)

// Verify folds the log again, from nothing, and compares the state it leads to with the state there is. ErrDiffers tells the first
// difference of each kind.
func (t *Tree) Verify(ctx context.Context) error {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	defer db.Close()
	ks, err := openSpaces(db)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	return t.db.View(func(s *store.Snapshot) error {
		if err := replay(ctx, &t.ks, s, db, &ks); err != nil {
			return fmt.Errorf("verify: %w", err)
		}
		return db.View(func(again *store.Snapshot) error {
			var all error
			for _, name := range stateSpaces {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := compare(name, t.db, s, db, again); err != nil {
					all = errors.Join(all, err)
				}
			}
			if all != nil {
				return fmt.Errorf("verify: %w", all)
			}
			return nil
		})
	})
}

// stateSpaces are the keyspaces that follow from the log, and the log itself.
var stateSpaces = []string{
	"nodes", "places", "notes", "terms", "arrows", "events", "meta", "log", "timeseries.tail", "timeseries.summary", "timeseries.chunk", "timeseries.mark",
}

// compare returns an error for the first entry of a keyspace that differs.
func compare(name string, dbA *store.DB, a store.Reader, dbB *store.DB, b store.Reader) error {
	ksA, err := dbA.Keyspace(name)
	if err != nil {
		return err
	}
	ksB, err := dbB.Keyspace(name)
	if err != nil {
		return err
	}
	next, stop := iter.Pull2(derived(name, b, ksB))
	defer stop()
	for have, err := range derived(name, a, ksA) {
		if err != nil {
			return err
		}
		want, err, ok := next()
		switch {
		case err != nil:
			return err
		case !ok || bytes.Compare(have.Key, want.Key) < 0:
			return fmt.Errorf("%s has key %x, which the log does not lead to: %w", name, have.Key, ErrDiffers)
		case !bytes.Equal(have.Key, want.Key):
			return fmt.Errorf("%s lacks key %x: %w", name, want.Key, ErrDiffers)
		case !bytes.Equal(have.Value, want.Value):
			return fmt.Errorf("%s at key %x has %x, the log leads to %x: %w", name, have.Key, have.Value, want.Value, ErrDiffers)
		}
	}
	if want, err, ok := next(); ok || err != nil {
		return errors.Join(err, fmt.Errorf("%s lacks key %x: %w", name, want.Key, ErrDiffers))
	}
	return nil
}

// derived yields the entries of a keyspace but for what the log does not tell: which device this is.
func derived(name string, r store.Reader, ks store.Keyspace) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		for e, err := range r.Scan(ks, store.Range{}) {
			if err == nil && name == "meta" && (bytes.Equal(e.Key, selfKey) || bytes.Equal(e.Key, foldKey)) {
				continue
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// errUnread stands for what went wrong in the store that is verified.
var errUnread = errors.New("a chunk could not be read")

// replay folds the logs found in r into the empty store db.
func replay(ctx context.Context, from *spaces, r store.Reader, db *store.DB, to *spaces) error {
	return replayUntil(ctx, from, r, db, to, hlc.Stamp(math.MaxUint64))
}

// replayUntil is replay of the batches up to a stamp.
func replayUntil(ctx context.Context, from *spaces, r store.Reader, db *store.DB, to *spaces, last hlc.Stamp) error {
	chunks := lostChunks{ks: from, r: r}
	for e, err := range allLogs(from, r) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if e.batch.stamp > last {
			return nil // the others are later still
		}
		var unread error // of the other store: it must not look to Update like one of the store that is written
		err = db.Update(func(tx *store.Tx) error {
			f := newFold(to, tx)
			f.begin(e.batch.role, e.batch.stamp)
			for i := range e.batch.ops {
				o := &e.batch.ops[i]
				f.chunk = func(h timeseries.Hash) ([]byte, error) {
					b, err := chunks.get(o, h)
					if err != nil {
						unread, err = err, errUnread
					}
					return b, err
				}
				if err := f.apply(o); err != nil {
					return err
				}
			}
			if err := f.flush(); err != nil {
				return err
			}
			w, err := readWriter(to, tx, e.batch.device)
			if err != nil {
				return err
			}
			if e.batch.seq != w.seq+1 {
				return fmt.Errorf("%w: it follows batch %d", ErrLog, w.seq)
			}
			return w.take(to, tx, e.batch, e.raw, f.side.encode())
		})
		if unread != nil {
			err = unread
		}
		if err != nil {
			return fmt.Errorf("batch %d of log %x: %w", e.batch.seq, e.batch.device, err)
		}
	}
	return nil
}

// allLogs yields the batches of all devices in the order of their stamps, which is one they can have come in.
func allLogs(ks *spaces, r store.Reader) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		devices, err := logDevices(ks, r)
		if err != nil {
			yield(entry{}, err)
			return
		}
		type log struct {
			next func() (entry, error, bool)
			head entry
		}
		var logs []*log
		advance := func(l *log) (bool, error) {
			e, err, ok := l.next()
			l.head = e
			return ok, err
		}
		for _, d := range devices {
			next, stop := iter.Pull2(readLog(ks, r, d, 1))
			defer stop()
			logs = append(logs, &log{next: next})
		}
		for i := 0; i < len(logs); {
			ok, err := advance(logs[i])
			if err != nil {
				yield(entry{}, err)
				return
			}
			if !ok {
				logs = append(logs[:i], logs[i+1:]...)
				continue
			}
			i++
		}
		for len(logs) > 0 {
			first := 0
			for i, l := range logs {
				a, b := l.head.batch, logs[first].head.batch
				if cmp.Or(cmp.Compare(a.stamp, b.stamp), bytes.Compare(a.device[:], b.device[:])) < 0 {
					first = i
				}
			}
			if !yield(logs[first].head, nil) {
				return
			}
			ok, err := advance(logs[first])
			if err != nil {
				yield(entry{}, err)
				return
			}
			if !ok {
				logs = append(logs[:first], logs[first+1:]...)
			}
		}
	}
}

// logDevices returns the devices of which there is a log, in the order of their ids, whether it has a head or not.
func logDevices(ks *spaces, r store.Reader) (devices []device, err error) {
	for all := (store.Range{}); ; {
		found := false
		for e, err := range r.Scan(ks.log, all) {
			if err != nil {
				return nil, err
			}
			d := device(e.Key[:len(device{})])
			devices = append(devices, d)
			all.From, found = store.Prefix(d[:]).To, true
			break
		}
		if !found || all.From == nil {
			return devices, nil
		}
	}
}

// lostChunks finds the bytes of chunks that the log names: in the series or, if they were dropped since, beside the batch that dropped
// them.
type lostChunks struct {
	ks      *spaces
	r       store.Reader
	dropped map[timeseries.Hash][]byte
}

func (l *lostChunks) get(o *op, h timeseries.Hash) ([]byte, error) {
	b, err := l.ks.book.Chunk(l.r, timeseries.ID(o.node), o.device.stream(), h)
	if !errors.Is(err, store.ErrNotFound) {
		return b, err
	}
	if l.dropped == nil {
		l.dropped = map[timeseries.Hash][]byte{}
		for e, err := range allLogs(l.ks, l.r) {
			if err != nil {
				return nil, err
			}
			s, err := decodeSide(e.side, e.batch.ops)
			if err != nil {
				return nil, err
			}
			for _, u := range s.inverse {
				if u.chunk != nil {
					l.dropped[u.op.hash] = u.chunk
				}
			}
		}
	}
	return l.dropped[h], nil
}
