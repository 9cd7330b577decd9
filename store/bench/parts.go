package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"arbor/store/bench/engine"
	"arbor/store/bench/gen"
)

func loadOne(j *job, e *engine.Engine) (Metrics, error) { return load(j, e, "load", 1) }

func loadFour(j *job, e *engine.Engine) (Metrics, error) { return load(j, e, "load4", 4) }

// load fills an empty store. The time runs from before the open to after the close.
func load(j *job, e *engine.Engine, name string, workers int) (Metrics, error) {
	if err := os.MkdirAll(j.Dir, 0o700); err != nil {
		return nil, err
	}
	began := time.Now()
	s, err := open(j, e, false, workers)
	if err != nil {
		return nil, err
	}
	err = s.writeAll(j.Keys, 0, 1)
	if err := errors.Join(err, s.store.Close()); err != nil {
		return nil, err
	}
	return Metrics{name: {Rate: float64(j.Keys) / time.Since(began).Seconds()}}, nil
}

// openCold is openRead with nothing of the store in the page cache.
func openCold(j *job, e *engine.Engine) (Metrics, error) {
	if err := dropCache(j.Dir); err != nil {
		return nil, err
	}
	return openRead(j, e)
}

// openRead is the time from before an open to after the first read of a store that was closed cleanly.
func openRead(j *job, e *engine.Engine) (Metrics, error) {
	r := gen.Random(time.Now().UnixNano())
	began := time.Now()
	s, err := open(j, e, false, 1)
	if err != nil {
		return nil, err
	}
	_, err = readOne(j.Keys)(0, s.workers[0], &r)
	took := time.Since(began)
	return Metrics{j.Part: {Value: took.Seconds() * 1e3}}, errors.Join(err, s.store.Close())
}

// reads is all that only reads, warm.
func reads(j *job, e *engine.Engine) (Metrics, error) {
	s, err := open(j, e, false, 4)
	if err != nil {
		return nil, err
	}
	m := Metrics{}
	err = func() error {
		if _, err := scanAll(s.workers[0], j.Keys); err != nil {
			return err
		}
		if _, err := s.timed(1, j.span()/4, readOne(j.Keys)); err != nil {
			return err
		}
		for _, row := range []struct {
			name    string
			workers int
			op      func(int, engine.Worker, *gen.Random) (int, error)
		}{
			{"read", 1, readOne(j.Keys)}, {"read4", 4, readOne(j.Keys)}, {"scan", 1, wholeScan(j.Keys)},
			{"range", 1, rangeScan(j.Keys)}, {"range4", 4, rangeScan(j.Keys)},
		} {
			if m[row.name], err = s.timed(row.workers, j.span(), row.op); err != nil {
				return fmt.Errorf("%s: %w", row.name, err)
			}
		}
		return nil
	}()
	return m, errors.Join(err, s.store.Close())
}

func wholeScan(keys int) func(int, engine.Worker, *gen.Random) (int, error) {
	return func(_ int, w engine.Worker, _ *gen.Random) (int, error) {
		_, err := scanAll(w, keys)
		return keys, err
	}
}

// rangeScan reads rangeKeys pairs from a random key on; fewer at the end of the order.
func rangeScan(keys int) func(int, engine.Worker, *gen.Random) (int, error) {
	return func(_ int, w engine.Worker, r *gen.Random) (int, error) {
		var buf [gen.KeySize]byte
		n, _, err := scanFrom(w, gen.Key(buf[:0], r.Next(uint64(keys))), rangeKeys)
		if err == nil && n == 0 {
			err = errors.New("a range that begins with a key is empty")
		}
		return 1, err
	}
}

// mixes is reads with one write among twenty operations, which need not be durable.
func mixes(j *job, e *engine.Engine) (Metrics, error) {
	s, err := open(j, e, false, 4)
	if err != nil {
		return nil, err
	}
	m := Metrics{}
	err = func() error {
		if _, err := scanAll(s.workers[0], j.Keys); err != nil {
			return err
		}
		batches := make([]batch, 4)
		read := readOne(j.Keys)
		op := func(id int, w engine.Worker, r *gen.Random) (int, error) {
			if r.Next(writeOneIn) > 0 {
				return read(id, w, r)
			}
			b := &batches[id]
			b.reset()
			b.add(r.Next(uint64(j.Keys)), r.Next(1<<30))
			return 1, w.Write(b.pairs, false)
		}
		for _, workers := range []int{2, 4} {
			x, err := s.timed(workers, j.span(), op)
			if err != nil {
				return err
			}
			m[fmt.Sprintf("mix%d", workers)] = x
		}
		_, err := scanAll(s.workers[0], j.Keys)
		return err
	}()
	return m, errors.Join(err, s.store.Close())
}

// durables is single writes that each return when they are durable.
func durables(j *job, e *engine.Engine) (Metrics, error) {
	m := Metrics{}
	for _, workers := range []int{1, 16, 64} {
		if err := durable(j, e, m, workers); err != nil {
			return m, fmt.Errorf("%d committers: %w", workers, err)
		}
	}
	return m, nil
}

func durable(j *job, e *engine.Engine, m Metrics, workers int) error {
	s, err := open(j, e, true, workers)
	if err != nil {
		return err
	}
	run := func(span time.Duration) (Metric, error) {
		took := make([][]time.Duration, workers)
		batches := make([]batch, workers)
		began := time.Now()
		_, err := s.timed(workers, span, func(id int, w engine.Worker, r *gen.Random) (int, error) {
			b := &batches[id]
			b.reset()
			b.add(r.Next(uint64(j.Keys)), r.Next(1<<30))
			t := time.Now()
			err := w.Write(b.pairs, true)
			took[id] = append(took[id], time.Since(t))
			return 1, err
		})
		wall := time.Since(began)
		var all []time.Duration
		for _, t := range took {
			all = append(all, t...)
		}
		return times(all, wall), err
	}
	name := fmt.Sprintf("durable%d", workers)
	_, err = run(j.span() / 4)
	before, cerr := counts(s.store)
	if err = errors.Join(err, cerr); err == nil {
		m[name], err = run(j.span())
	}
	after, cerr := counts(s.store)
	for k, v := range after {
		m[name+"."+k] = Metric{Value: v - before[k]}
	}
	return errors.Join(err, cerr, s.store.Close())
}

// counts is what the store counts, nil if it counts nothing.
func counts(s engine.Store) (map[string]float64, error) {
	if c, ok := s.(engine.Counter); ok {
		return c.Counts()
	}
	return nil, nil
}

// overwrite writes every key again, in another order each time. The time runs to after the close.
func overwrite(j *job, e *engine.Engine) (Metrics, error) {
	began := time.Now()
	s, err := open(j, e, false, 1)
	if err != nil {
		return nil, err
	}
	for pass := uint64(1); pass <= overwrites && err == nil; pass++ {
		err = s.writeAll(j.Keys, pass, coprime(j.Keys, pass))
	}
	if err := errors.Join(err, s.store.Close()); err != nil {
		return nil, err
	}
	return Metrics{"overwrite": {Rate: float64(overwrites*j.Keys) / time.Since(began).Seconds()}}, nil
}

// settle has the engine clean up and proves that every key has its last version.
func settle(j *job, e *engine.Engine) (Metrics, error) {
	s, err := open(j, e, false, 1)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	err = s.store.Settle()
	took := time.Since(began)
	least, serr := scanAll(s.workers[0], j.Keys)
	if serr == nil && least != overwrites {
		serr = fmt.Errorf("a value is of version %d, and version %d was written", least, overwrites)
	}
	return Metrics{"settle": {Value: took.Seconds() * 1e3}}, errors.Join(err, serr, s.store.Close())
}
