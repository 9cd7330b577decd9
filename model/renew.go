package model

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"arbor/store"
)

// An older fold did less with the same ops. Its state is brought up by folding the log again, beside the store, and writing what differs in one
// transaction together with the mark of this fold: whoever writes meanwhile has it begun again.

// errOlder says that the state is of an older fold.
var errOlder = errors.New("the state is of an older fold")

// olderFold reports whether a mark is that of a fold before this one.
func olderFold(mark []byte) bool {
	v, n := binary.Uvarint(mark)
	return n == len(mark) && n > 0 && v < foldVersion
}

// entryAgain is an entry that the state has to have; without a value it must not be there.
type entryAgain struct {
	keyspace   store.Keyspace
	key, value []byte
}

// maxRenewed bounds the bytes of what differs, so that a transaction has room for it.
const maxRenewed = store.MaxTransaction / 2

// maxRenewals bounds how often the log is folded again because somebody wrote.
const maxRenewals = 8

// renew brings state that an older fold made up to this one. Where it differs in more than a transaction holds the error is ErrVersion.
func (t *Tree) renew() error {
	if err := t.db.Update(func(*store.Tx) error { return nil }); err != nil {
		return err // it can only be read
	}
	for range maxRenewals {
		done, err := t.renewOnce()
		if err != nil || done {
			return err
		}
	}
	return fmt.Errorf("bring the state up to fold %d: others write all the time: %w", foldVersion, store.ErrConflict)
}

// renewOnce is false if somebody wrote meanwhile.
func (t *Tree) renewOnce() (done bool, err error) {
	var lacks []entryAgain
	var before []head
	if err := t.look(func(v *View) error {
		if before, err = headList(&t.ks, v.r); err != nil {
			return err
		}
		lacks, err = t.differences(v.r)
		return err
	}); err != nil {
		return false, fmt.Errorf("bring the state up to fold %d: %w", foldVersion, err)
	}
	err = t.db.Update(func(tx *store.Tx) error {
		done = false
		now, err := headList(&t.ks, tx)
		if err != nil {
			return err
		}
		mark, err := tx.Get(t.ks.meta, foldKey)
		if err != nil {
			return err
		}
		if done = !olderFold(mark); done || fmt.Sprint(now) != fmt.Sprint(before) {
			return nil
		}
		for _, x := range lacks {
			if x.value == nil {
				err = tx.Delete(x.keyspace, x.key)
			} else {
				err = tx.Put(x.keyspace, x.key, x.value)
			}
			if err != nil {
				return err
			}
		}
		done = true
		return tx.Put(t.ks.meta, foldKey, foldMark())
	})
	return done, err
}

// headList says how far the log of each device goes.
func headList(ks *spaces, r store.Reader) (out []head, err error) {
	writers, err := heads(ks, r)
	for _, w := range writers {
		out = append(out, head{w.device, w.seq})
	}
	return out, err
}

// differences folds the log again and returns what the state has to have.
func (t *Tree) differences(r store.Reader) (out []entryAgain, err error) {
	again, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		return nil, err
	}
	defer again.Close()
	to, err := openSpaces(again)
	if err != nil {
		return nil, err
	}
	if err := replay(context.Background(), &t.ks, r, again, &to); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLog, err)
	}
	size := 0
	err = again.View(func(want *store.Snapshot) error {
		for _, name := range stateSpaces {
			ks, err := t.db.Keyspace(name)
			if err != nil {
				return err
			}
			ksAgain, err := again.Keyspace(name)
			if err != nil {
				return err
			}
			for key, value := range differences(derived(name, r, ks), derived(name, want, ksAgain), &err) {
				if size += len(key) + len(value); size > maxRenewed {
					return fmt.Errorf("%w, and differs from what this one makes of it in too much; take an export with that version, and import it", ErrVersion)
				}
				out = append(out, entryAgain{ks, append([]byte{}, key...), value})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}
