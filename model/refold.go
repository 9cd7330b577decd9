package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	"arbor/store"
)

// Refold makes the state in db again from the log, after a salvage that has lost some of it, and returns how many entries were not what the
// log leads to. Nothing is changed, and the error is ErrLog, if the log is not whole itself: it lacks a batch, or is shorter than the state
// says.
func Refold(ctx context.Context, db *store.DB) (changed int, err error) {
	again, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		return 0, fmt.Errorf("refold: %w", err)
	}
	defer again.Close()
	from, err := openSpaces(db)
	if err != nil {
		return 0, fmt.Errorf("refold: %w", err)
	}
	to, err := openSpaces(again)
	if err != nil {
		return 0, fmt.Errorf("refold: %w", err)
	}
	err = db.View(func(r *store.Snapshot) error {
		if err := replay(ctx, &from, r, again, &to); err != nil {
			return fmt.Errorf("%w: %w", ErrLog, err)
		}
		return again.View(func(want *store.Snapshot) error {
			if err := sameHeads(&from, r, &to, want); err != nil {
				return err
			}
			for _, name := range stateSpaces {
				n, err := mend(ctx, name, db, r, again, want)
				if err != nil {
					return err
				}
				changed += n
			}
			return nil
		})
	})
	if err == nil {
		err = db.Sync()
	}
	if err != nil {
		return changed, fmt.Errorf("refold: %w", err)
	}
	return changed, nil
}

// sameHeads makes sure that no log is shorter than the state says.
func sameHeads(from *spaces, r store.Reader, to *spaces, again store.Reader) error {
	writers, err := heads(from, r)
	if err != nil {
		return err
	}
	for _, w := range writers {
		have, err := readWriter(to, again, w.device)
		if err != nil {
			return err
		}
		if have.seq < w.seq {
			return fmt.Errorf("%w: that of %x ends at batch %d of %d", ErrLog, w.device, have.seq, w.seq)
		}
	}
	return nil
}

// mendBatch is the size at which changes are committed.
const mendBatch = store.MaxTransaction / 2

// mend makes a keyspace of db the same as that of the store in which the log was folded again, and returns how many entries differed.
func mend(ctx context.Context, name string, db *store.DB, r store.Reader, again *store.DB, want store.Reader) (n int, err error) {
	ks, err := db.Keyspace(name)
	if err != nil {
		return 0, err
	}
	ksAgain, err := again.Keyspace(name)
	if err != nil {
		return 0, err
	}
	var b store.Batch
	for key, value := range differences(derived(name, r, ks), derived(name, want, ksAgain), &err) {
		n++
		if value == nil {
			err = b.Delete(ks, key)
		} else {
			err = b.Put(ks, key, value)
		}
		if err == nil && b.Size() > mendBatch {
			if _, err = db.Apply(&b, store.None); err == nil {
				b.Reset()
				err = ctx.Err()
			}
		}
		if err != nil {
			return n, err
		}
	}
	if err == nil {
		_, err = db.Apply(&b, store.None)
	}
	return n, err
}

// differences yields what has to become of have to be want: keys with their values, nil for those to be deleted. An error ends it.
func differences(have, want iter.Seq2[store.Entry, error], failed *error) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		next, stop := iter.Pull2(want)
		defer stop()
		w, err, more := next()
		missing := func(below []byte) bool { // yields what have lacks
			for ; err == nil && more && (below == nil || bytes.Compare(w.Key, below) < 0); w, err, more = next() {
				if !yield(w.Key, append([]byte{}, w.Value...)) {
					return false
				}
			}
			return err == nil
		}
		for h, e := range have {
			if err = errors.Join(err, e); err != nil || !missing(h.Key) {
				*failed = err
				return
			}
			switch {
			case !more || !bytes.Equal(h.Key, w.Key):
				if !yield(h.Key, nil) {
					return
				}
				continue
			case !bytes.Equal(h.Value, w.Value) && !yield(w.Key, append([]byte{}, w.Value...)):
				return
			}
			w, err, more = next()
		}
		missing(nil)
		*failed = err
	}
}
