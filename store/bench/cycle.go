package main

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"arbor/store/bench/engine"
	"arbor/store/bench/gen"
)

// cycles is how many processes of their own the store is opened by.
const cycles = 1000

// buildCycle builds the program of one cycle with the tags this one was built with.
func buildCycle(dir string) (string, error) {
	path, err := filepath.Abs(filepath.Join(dir, "cycle.bin"))
	if err != nil {
		return "", err
	}
	args := []string{"build", "-o", path}
	if hasRing() {
		args = append(args, "-tags", "iouring", "-ldflags=-checklinkname=0")
	}
	if out, err := exec.Command("go", append(args, "./cycle")...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program of a cycle: %w: %s", err, tail(string(out)))
	}
	return path, nil
}

// cycle opens the store, commits once and closes it, each time in a process of its own.
func cycle(j *job, _ *engine.Engine) (Metrics, error) {
	n := max(min(cycles, j.Keys/1000), 10)
	before, err := diskUse(j.Dir)
	if err != nil {
		return nil, err
	}
	var inside, whole []time.Duration
	began := time.Now()
	for i := range n {
		t := time.Now()
		out, err := exec.Command(j.Program, j.Dir, fmt.Sprintf("a value that lies in the log, %d", i)).Output()
		if err != nil {
			return nil, fmt.Errorf("cycle %d: %w", i, err)
		}
		whole = append(whole, time.Since(t))
		ns, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
		if err != nil {
			return nil, err
		}
		inside = append(inside, time.Duration(ns))
	}
	wall := time.Since(began)
	after, err := diskUse(j.Dir)
	return Metrics{
		"cycle": times(inside, wall), "process": times(whole, wall), "growth": {Value: float64(after-before) / float64(n)},
	}, err
}

// coldRounds is how many times many keys are read at once; each reads others.
const coldRounds = 30

// getMany reads 32 keys at once that the page cache does not hold.
func getMany(j *job, e *engine.Engine) (Metrics, error) {
	if err := dropCache(j.Dir); err != nil {
		return nil, err
	}
	s, err := open(j, e, false, 1)
	if err != nil {
		return nil, err
	}
	a := s.store.(*engine.Arbor)
	r := gen.Random(time.Now().UnixNano())
	one := func() (time.Duration, error) {
		keys, numbers := make([][]byte, 32), make([]uint64, 32)
		for i := range keys {
			numbers[i] = r.Next(uint64(j.Keys))
			keys[i] = gen.Key(nil, numbers[i])
		}
		began := time.Now()
		values, err := a.GetMany(keys)
		took := time.Since(began)
		for i, v := range values {
			if err == nil {
				_, err = gen.Check(v, numbers[i])
			}
		}
		return took, err
	}
	before, err := a.Counts()
	if err != nil {
		return nil, errors.Join(err, s.store.Close())
	}
	var took []time.Duration
	began := time.Now()
	for range coldRounds {
		t, err := one()
		if err != nil {
			return nil, errors.Join(err, s.store.Close())
		}
		took = append(took, t)
	}
	after, err := a.Counts()
	return Metrics{
		"getmany": times(took, time.Since(began)), "getmany.enters": {Value: (after["enters"] - before["enters"]) / coldRounds},
	}, errors.Join(err, s.store.Close())
}
