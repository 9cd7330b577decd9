package engine

import (
	"errors"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// Badger is a log-structured merge tree with large values apart.
var Badger = Engine{
	Name: "badger", Module: "github.com/dgraph-io/badger/v4", PureGo: true, Settles: "Flatten, RunValueLogGC until there is nothing",
	Options: "no compression and no block cache (blocks are mapped), no conflict detection, no metrics, no prefetch of values; SyncWrites " +
		"where commits must be durable",
	Open: openBadger,
}

type badgerStore struct{ db *badger.DB }

func openBadger(m Mode) (Store, error) {
	opt := badger.DefaultOptions(m.Dir).WithSyncWrites(m.Durable).WithLogger(nil).WithCompression(options.None).WithBlockCacheSize(0).
		WithMetricsEnabled(false).WithDetectConflicts(false).WithCompactL0OnClose(false)
	db, err := badger.Open(opt)
	if err != nil {
		return nil, err
	}
	return &badgerStore{db}, nil
}

func (s *badgerStore) Worker() (Worker, error) { return s, nil }

func (s *badgerStore) Get(key []byte, use func([]byte) error) error {
	return s.db.View(func(tx *badger.Txn) error {
		it, err := tx.Get(key)
		if errors.Is(err, badger.ErrKeyNotFound) {
			return ErrAbsent
		} else if err != nil {
			return err
		}
		return it.Value(use)
	})
}

// Write copies, since a transaction keeps what it is given until it has committed, and the value beyond.
func (s *badgerStore) Write(pairs []Pair, _ bool) error {
	return s.db.Update(func(tx *badger.Txn) error {
		for _, p := range pairs {
			if err := tx.Set(append([]byte(nil), p.Key...), append([]byte(nil), p.Value...)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *badgerStore) Scan(from []byte, use func(k, v []byte) error) error {
	return s.db.View(func(tx *badger.Txn) error {
		opt := badger.DefaultIteratorOptions
		opt.PrefetchValues = false // they lie beside the keys
		it := tx.NewIterator(opt)
		defer it.Close()
		for it.Seek(from); it.Valid(); it.Next() {
			item := it.Item()
			err := item.Value(func(v []byte) error { return use(item.Key(), v) })
			if err == Stop {
				return nil
			} else if err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *badgerStore) Settle() error {
	err := s.db.Flatten(2)
	for err == nil {
		err = s.db.RunValueLogGC(0.5)
	}
	if errors.Is(err, badger.ErrNoRewrite) {
		return nil
	}
	return err
}

func (s *badgerStore) Close() error { return errors.Join(s.db.Sync(), s.db.Close()) }
