package engine

import (
	"errors"

	"arbor/store"
)

// ArborRing is the store of this repository on io_uring.
var ArborRing = Engine{
	Name: "arbor", Module: "arbor", Batch: 5000, Options: "Options{IO: \"uring\"}", Settles: "Close, Open",
	Open: func(m Mode) (Store, error) { return openArbor(m, "uring") },
}

// ArborDirect is the same on pwrite with O_DIRECT|O_DSYNC.
var ArborDirect = Engine{
	Name: "arbor-direct", Module: "arbor", Batch: 5000, Options: "Options{IO: \"direct\"}", Settles: "Close, Open",
	Open: func(m Mode) (Store, error) { return openArbor(m, "direct") },
}

// Arbor is an open store of this repository.
type Arbor struct {
	DB *store.DB
	KS store.Keyspace
}

func openArbor(m Mode, io string) (Store, error) {
	db, err := store.Open(m.Dir, store.Options{IO: io, Exclusive: true})
	if err != nil {
		return nil, err
	}
	ks, err := db.Keyspace("bench")
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Arbor{db, ks}, nil
}

func (a *Arbor) Worker() (Worker, error) { return a, nil }

func (a *Arbor) Get(key []byte, use func([]byte) error) error {
	return a.DB.View(func(s *store.Snapshot) error {
		v, err := s.Get(a.KS, key)
		if errors.Is(err, store.ErrNotFound) {
			return ErrAbsent
		} else if err != nil {
			return err
		}
		return use(v)
	})
}

func (a *Arbor) Write(pairs []Pair, durable bool) error {
	return a.DB.Update(func(tx *store.Tx) error {
		if !durable {
			tx.SetDurability(store.None)
		}
		for _, p := range pairs {
			if err := tx.Put(a.KS, p.Key, p.Value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *Arbor) Scan(from []byte, use func(k, v []byte) error) error {
	return a.DB.View(func(s *store.Snapshot) error {
		for e, err := range s.Scan(a.KS, store.Range{From: from}) {
			if err != nil {
				return err
			}
			if err := use(e.Key, e.Value); err == Stop {
				return nil
			} else if err != nil {
				return err
			}
		}
		return nil
	})
}

// GetMany reads many keys in one call.
func (a *Arbor) GetMany(keys [][]byte) (values [][]byte, err error) {
	err = a.DB.View(func(s *store.Snapshot) error {
		values, err = s.GetMany(a.KS, keys)
		return err
	})
	return values, err
}

// Settle has nothing to ask for: the store has no cleaner yet, and an open is what ends its work.
func (a *Arbor) Settle() error { return nil }

// Counts are of the store's own Stats.
func (a *Arbor) Counts() (map[string]float64, error) {
	s, err := a.DB.Stats()
	return map[string]float64{
		"commits": float64(s.Commits), "flushes": float64(s.Flushes), "enters": float64(s.RingEnters), "syncs": float64(s.Syncs),
	}, err
}

func (a *Arbor) Close() error { return a.DB.Close() }
