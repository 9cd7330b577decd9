package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"arbor/store/bench/engine"
	"arbor/store/bench/gen"
)

const (
	usualBatch = 1000 // pairs of a transaction of load, for who has no choice of its own
	rangeKeys  = 100
	overwrites = 3
	writeOneIn = 20 // of the operations of the mix
)

// session is an open store with its workers.
type session struct {
	store   engine.Store
	workers []engine.Worker
	batch   int // pairs of a transaction of load
}

// open opens a store with room for n workers.
func open(j *job, e *engine.Engine, durable bool, n int) (*session, error) {
	s, err := e.Open(engine.Mode{Dir: j.Dir, Durable: durable})
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	x := &session{store: s, batch: cmp.Or(e.Batch, usualBatch)}
	if err := x.grow(n); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return x, nil
}

func (s *session) grow(n int) error {
	for len(s.workers) < n {
		w, err := s.store.Worker()
		if err != nil {
			return fmt.Errorf("worker: %w", err)
		}
		s.workers = append(s.workers, w)
	}
	return nil
}

// each runs f for n workers at once and returns the first error.
func (s *session) each(n int, f func(id int, w engine.Worker) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = f(i, s.workers[i]) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// timed runs op for a span of time on n workers and returns the rate of what op counts.
func (s *session) timed(n int, span time.Duration, op func(id int, w engine.Worker, r *gen.Random) (int, error)) (Metric, error) {
	var done atomic.Int64
	began := time.Now()
	err := s.each(n, func(id int, w engine.Worker) error {
		r := gen.Random(uint64(time.Now().UnixNano()) + uint64(id)<<48)
		sum, looked := 0, began
		for every := 1; ; { // looks at the clock often enough and not for every operation
			for range every {
				k, err := op(id, w, &r)
				if err != nil {
					return err
				}
				sum += k
			}
			now := time.Now()
			if now.Sub(began) > span {
				done.Add(int64(sum))
				return nil
			}
			if every = every * 2; now.Sub(looked) > 50*time.Microsecond {
				every = max(every/4, 1)
			}
			looked = now
		}
	})
	return Metric{Rate: float64(done.Load()) / time.Since(began).Seconds()}, err
}

// batch is the buffers of one transaction.
type batch struct {
	room  int // for so many pairs of the table of keys and values, 0 for one
	pairs []engine.Pair
	bytes []byte
}

func (b *batch) reset() { b.pairs, b.bytes = b.pairs[:0], b.bytes[:0] }

// add appends a version of key i. The buffer is large from the start, so that the pairs before stay where they are.
func (b *batch) add(i, version uint64) {
	if b.bytes == nil {
		b.bytes = make([]byte, 0, max(1, b.room)*(gen.KeySize+gen.ValueSize))
	}
	at := len(b.bytes)
	b.bytes = gen.Key(b.bytes, i)
	b.bytes = gen.Value(b.bytes, i, version)
	end := len(b.bytes)
	b.pairs = append(b.pairs, engine.Pair{Key: b.bytes[at : at+gen.KeySize : at+gen.KeySize], Value: b.bytes[at+gen.KeySize : end : end]})
}

// writeAll writes a version of every key from as many workers as the session has, in transactions of a batch. stride orders them.
func (s *session) writeAll(keys int, version, stride uint64) error {
	n := len(s.workers)
	return s.each(n, func(id int, w engine.Worker) error {
		b := batch{room: s.batch}
		for i := id; i < keys; i += n {
			b.add(uint64(i)*stride%uint64(keys), version)
			if len(b.pairs) == s.batch || i+n >= keys {
				if err := w.Write(b.pairs, false); err != nil {
					return err
				}
				b.reset()
			}
		}
		return nil
	})
}

// coprime returns a stride that visits every one of n numbers.
func coprime(n int, pass uint64) uint64 {
	for s := uint64(n)*618/1000 + pass*97; ; s++ {
		a, b := s, uint64(n)
		for b != 0 {
			a, b = b, a%b
		}
		if a == 1 {
			return s
		}
	}
}

// readOne gets a random key and proves its value.
func readOne(keys int) func(int, engine.Worker, *gen.Random) (int, error) {
	return func(_ int, w engine.Worker, r *gen.Random) (int, error) {
		var buf [gen.KeySize]byte
		i := r.Next(uint64(keys))
		return 1, w.Get(gen.Key(buf[:0], i), func(v []byte) error {
			_, err := gen.Check(v, i)
			return err
		})
	}
}

// scanFrom reads limit pairs from a key on, proves them and their order, and returns how many there were and the least version.
func scanFrom(w engine.Worker, from []byte, limit int) (n int, least uint64, err error) {
	least = ^uint64(0)
	var last [gen.KeySize]byte
	err = w.Scan(from, func(k, v []byte) error {
		i, err := gen.Number(k)
		if err != nil {
			return err
		}
		version, err := gen.Check(v, i)
		if err != nil {
			return err
		}
		if n > 0 && bytes.Compare(k, last[:]) <= 0 {
			return fmt.Errorf("key %x comes after %x", k, last)
		}
		copy(last[:], k)
		least = min(least, version)
		if n++; n == limit {
			return engine.Stop
		}
		return nil
	})
	return n, least, err
}

// scanAll proves that all keys are there.
func scanAll(w engine.Worker, keys int) (least uint64, err error) {
	n, least, err := scanFrom(w, []byte{0}, -1)
	if err == nil && n != keys {
		err = fmt.Errorf("a scan of %d keys yields %d", keys, n)
	}
	return least, err
}
