package engine

import (
	"context"
	"errors"

	"arbor/store"
)

// ArborRing is the store of this repository on io_uring.
var ArborRing = Engine{
	Name: "arbor", Module: "arbor", Batch: 5000, Options: "Options{IO: \"uring\"}", Settles: "Clean",
	Open: func(m Mode) (Store, error) { return openArbor(m, "uring") },
}

// ArborDirect is the same on pwrite with O_DIRECT|O_DSYNC.
var ArborDirect = Engine{
	Name: "arbor-direct", Module: "arbor", Batch: 5000, Options: "Options{IO: \"direct\"}", Settles: "Clean",
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

// arborWorker writes with a batch of its own, whose memory it keeps.
type arborWorker struct {
	*Arbor
	batch store.Batch
}

func (a *Arbor) Worker() (Worker, error) { return &arborWorker{Arbor: a}, nil }

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

func (w *arborWorker) Write(pairs []Pair, durable bool) error {
	d := store.None
	if durable {
		d = store.Commit
	}
	w.batch.Reset()
	for _, p := range pairs {
		if err := w.batch.Put(w.KS, p.Key, p.Value); err != nil {
			return err
		}
	}
	_, err := w.DB.Apply(&w.batch, d)
	return err
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

func (a *Arbor) Settle() error { return a.DB.Clean(context.Background()) }

// Counts are of the store's own Stats.
func (a *Arbor) Counts() (map[string]float64, error) {
	s, err := a.DB.Stats()
	return map[string]float64{
		"commits": float64(s.Commits), "flushes": float64(s.Flushes), "enters": float64(s.RingEnters), "syncs": float64(s.Syncs),
	}, err
}

func (a *Arbor) Close() error { return a.DB.Close() }
