package main

import (
	"errors"
	"time"

	"arbor/store/bench/engine"
	"arbor/store/bench/gen"
)

// Of the part with many keys and a steady writer.
const (
	bigTimes    = 10 // the keys of the table of keys and values
	bigWrites   = 100_000
	bigSeconds  = 10
	pacedWrites = 100 // at a time
)

// big loads ten times the keys and reads while a writer commits bigWrites times a second.
func big(j *job, e *engine.Engine) (Metrics, error) {
	m, err := load(j, e, "load", 1)
	if err != nil {
		return nil, err
	}
	s, err := open(j, e, false, 2)
	if err != nil {
		return nil, err
	}
	if _, err := scanAll(s.workers[0], j.Keys); err != nil {
		return nil, errors.Join(err, s.store.Close())
	}
	span := time.Duration(float64(j.span()) * bigSeconds)
	var took []time.Duration
	written := 0
	began := time.Now()
	err = s.each(2, func(id int, w engine.Worker) error {
		r := gen.Random(uint64(id))
		if id == 0 {
			return pace(j, w, &r, span, &written)
		}
		read := readOne(j.Keys)
		for time.Since(began) < span {
			t := time.Now()
			if _, err := read(id, w, &r); err != nil {
				return err
			}
			took = append(took, time.Since(t))
		}
		return nil
	})
	wall := time.Since(began)
	m["get"], m["put"] = times(took, wall), Metric{Rate: float64(written) / wall.Seconds()}
	return m, errors.Join(err, s.store.Close())
}

// pace writes single keys, each in a transaction that need not be durable, bigWrites of them a second.
func pace(j *job, w engine.Worker, r *gen.Random, span time.Duration, written *int) error {
	var b batch
	began := time.Now()
	for time.Since(began) < span {
		for range pacedWrites {
			b.reset()
			b.add(r.Next(uint64(j.Keys)), r.Next(1<<30))
			if err := w.Write(b.pairs, false); err != nil {
				return err
			}
			*written++
		}
		time.Sleep(time.Until(began.Add(time.Duration(*written) * time.Second / bigWrites)))
	}
	return nil
}
