package engine

import (
	"errors"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Bbolt is a B+tree in a mapped file.
var Bbolt = Engine{
	Name: "bbolt", Module: "go.etcd.io/bbolt", Batch: 10_000, Alone: true, PureGo: true, Settles: "–",
	Options: "NoSync and Sync at the end where commits need not be durable; hash freelist, not synced; 1 GiB mapped at once; " +
		"durable commits through Batch, at most as many as there are workers, 1 ms",
	Open: openBbolt,
}

type bboltStore struct {
	db      *bolt.DB
	workers int
}

var bucket = []byte("bench")

func openBbolt(m Mode) (Store, error) {
	db, err := bolt.Open(filepath.Join(m.Dir, "bolt.db"), 0o600, &bolt.Options{
		NoSync: !m.Durable, NoFreelistSync: true, FreelistType: bolt.FreelistMapType, InitialMmapSize: 1 << 30,
	})
	if err != nil {
		return nil, err
	}
	if db.View(func(tx *bolt.Tx) error { return present(tx.Bucket(bucket)) }) != nil {
		err := db.Update(func(tx *bolt.Tx) error {
			_, err := tx.CreateBucketIfNotExists(bucket)
			return err
		})
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	db.MaxBatchDelay = time.Millisecond
	return &bboltStore{db: db}, nil
}

func present(b *bolt.Bucket) error {
	if b == nil {
		return ErrAbsent
	}
	return nil
}

func (s *bboltStore) Worker() (Worker, error) {
	s.workers++
	s.db.MaxBatchSize = s.workers
	return s, nil
}

func (s *bboltStore) Get(key []byte, use func([]byte) error) error {
	return s.db.View(func(tx *bolt.Tx) error {
		v := tx.Bucket(bucket).Get(key)
		if v == nil {
			return ErrAbsent
		}
		return use(v)
	})
}

func (s *bboltStore) Write(pairs []Pair, durable bool) error {
	commit := s.db.Update
	if durable && s.workers > 1 {
		commit = s.db.Batch
	}
	return commit(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucket)
		for _, p := range pairs {
			if err := b.Put(p.Key, p.Value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *bboltStore) Scan(from []byte, use func(k, v []byte) error) error {
	return s.db.View(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucket).Cursor()
		for k, v := c.Seek(from); k != nil; k, v = c.Next() {
			if err := use(k, v); err == Stop {
				return nil
			} else if err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *bboltStore) Settle() error { return nil }

func (s *bboltStore) Close() error { return errors.Join(s.db.Sync(), s.db.Close()) }
