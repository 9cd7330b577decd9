package model

import (
	"context"
	"errors"
	"fmt"
	"time"

	"arbor/store"
	"arbor/sync/hlc"
)

// Past is a tree as it was at an instant: what was done up to then and nothing since. It lies in memory, is there to be read, and is to be
// closed.
type Past struct {
	DB   *store.DB
	Tree *Tree
}

// Close lets go of it.
func (p *Past) Close() error { return p.DB.Close() }

// AsOf folds the log, from its beginning up to an instant, into a tree of its own. Actions of other devices count by the time at which they
// were made there. The cost, in time and memory, is that of all actions up to then, and does not grow with what came after.
func (t *Tree) AsOf(ctx context.Context, at time.Time) (*Past, error) {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		return nil, fmt.Errorf("as of %s: %w", at.Format(time.DateTime), err)
	}
	past, err := t.foldUntil(ctx, db, at)
	if err != nil {
		return nil, fmt.Errorf("as of %s: %w", at.Format(time.DateTime), errors.Join(err, db.Close()))
	}
	return &Past{DB: db, Tree: past}, nil
}

// foldUntil makes db, which is empty, the tree as of an instant.
func (t *Tree) foldUntil(ctx context.Context, db *store.DB, at time.Time) (*Tree, error) {
	ks, err := openSpaces(db)
	if err != nil {
		return nil, err
	}
	opt := t.opt
	opt.Now, opt.Cache = func() time.Time { return at }, ""
	past := &Tree{db: db, ks: ks, opt: opt, clock: hlc.NewClock(opt.Now)}
	err = t.db.View(func(s *store.Snapshot) error {
		if err := replayUntil(ctx, &t.ks, s, db, &ks, hlc.Last(at)); err != nil {
			return err
		}
		me, err := s.Get(t.ks.meta, selfKey) // by which a history tells this device from others
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return db.Update(func(tx *store.Tx) error {
			tx.SetDurability(store.None)
			return tx.Put(ks.meta, selfKey, me)
		})
	})
	return past, err
}
