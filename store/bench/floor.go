package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"arbor/store/bench/engine"
	"arbor/store/bench/gen"
)

// raw is what bears the floors in the results, as if it were an engine.
const raw = "raw"

const (
	page    = 4 << 10
	rawFile = 64 << 20
)

// floors measures what no engine goes below: the disk and the memory without one.
func floors(j *job, _ *engine.Engine) (Metrics, error) {
	if err := os.MkdirAll(j.Dir, 0o700); err != nil {
		return nil, err
	}
	m := Metrics{}
	if err := floorWrites(j, m); err != nil {
		return nil, err
	}
	if err := floorLoad(j, m); err != nil {
		return nil, err
	}
	return m, floorCopies(j, m)
}

// aligned returns memory that O_DIRECT takes.
func aligned(n int) []byte {
	b := make([]byte, n+page)
	off := page - int(uintptr(unsafe.Pointer(&b[0]))%page)
	return b[off : off+n : off+n]
}

// floorWrites is durable writes of a page into a file that was written before, by several threads at once.
func floorWrites(j *job, m Metrics) error {
	name := filepath.Join(j.Dir, "raw")
	if err := os.WriteFile(name, make([]byte, rawFile), 0o600); err != nil {
		return err
	}
	if f, err := os.Open(name); err != nil || errors.Join(f.Sync(), f.Close()) != nil {
		return errors.New("cannot sync the file of the floors")
	}
	fd, err := unix.Open(name, unix.O_WRONLY|unix.O_DIRECT|unix.O_DSYNC, 0)
	if err != nil {
		return fmt.Errorf("open %s with O_DIRECT: %w", name, err)
	}
	defer unix.Close(fd)
	for _, n := range []int{1, 2, 4, 16, 64} {
		took := make([][]time.Duration, n)
		errs := make([]error, n)
		var at atomic.Int64
		var all sync.WaitGroup
		began := time.Now()
		for w := range n {
			all.Go(func() {
				b := aligned(page)
				for time.Since(began) < j.span()/2 && errs[w] == nil {
					b[0]++
					t := time.Now()
					_, errs[w] = unix.Pwrite(fd, b, at.Add(page)%rawFile)
					took[w] = append(took[w], time.Since(t))
				}
			})
		}
		all.Wait()
		wall := time.Since(began)
		var sum []time.Duration
		for _, t := range took {
			sum = append(sum, t...)
		}
		m[fmt.Sprintf("write%d", n)] = times(sum, wall)
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return nil
}

// floorLoad writes as many bytes as the load has keys and values, and syncs.
func floorLoad(j *job, m Metrics) error {
	fd, err := unix.Open(filepath.Join(j.Dir, "load"), unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC|unix.O_DIRECT, 0o600)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	b := aligned(1 << 20)
	began := time.Now()
	size := int64(j.Keys) * (gen.KeySize + gen.ValueSize)
	for off := int64(0); off < size; off += int64(len(b)) {
		if _, err := unix.Pwrite(fd, b, off); err != nil {
			return err
		}
	}
	if err := unix.Fsync(fd); err != nil {
		return err
	}
	m["load"] = Metric{Rate: float64(j.Keys) / time.Since(began).Seconds()}
	return nil
}

// floorCopies reads pairs out of an array of them, whose places are known: copied, proved, nothing else.
func floorCopies(j *job, m Metrics) error {
	const size = gen.KeySize + gen.ValueSize
	all := make([]byte, 0, j.Keys*size)
	for i := range uint64(j.Keys) {
		all = gen.Value(gen.Key(all, i), i, 0)
	}
	s := &session{workers: make([]engine.Worker, 4)}
	one := func(_ int, _ engine.Worker, r *gen.Random) (int, error) {
		var v [gen.ValueSize]byte
		i := r.Next(uint64(j.Keys))
		copy(v[:], all[int(i)*size+gen.KeySize:])
		_, err := gen.Check(v[:], i)
		return 1, err
	}
	run := func(_ int, _ engine.Worker, r *gen.Random, first, n int) (int, error) {
		var p [size]byte
		for i := first; i < first+n; i++ {
			copy(p[:], all[i*size:])
			k, err := gen.Number(p[:gen.KeySize])
			if err == nil {
				_, err = gen.Check(p[gen.KeySize:], k)
			}
			if err != nil {
				return 0, err
			}
		}
		return n, nil
	}
	whole := func(id int, w engine.Worker, r *gen.Random) (int, error) { return run(id, w, r, 0, j.Keys) }
	some := func(id int, w engine.Worker, r *gen.Random) (int, error) {
		_, err := run(id, w, r, int(r.Next(uint64(j.Keys-rangeKeys))), rangeKeys)
		return 1, err
	}
	var err error
	for _, row := range []struct {
		name    string
		workers int
		op      func(int, engine.Worker, *gen.Random) (int, error)
	}{{"read", 1, one}, {"read4", 4, one}, {"scan", 1, whole}, {"range", 1, some}, {"range4", 4, some}} {
		if m[row.name], err = s.timed(row.workers, j.span()/2, row.op); err != nil {
			return err
		}
	}
	return nil
}
