package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"arbor/store"
	"arbor/timeseries"
)

const device = 1

var sensorID = timeseries.Series{ID: timeseries.ID{1}}

// sensor yields a sample a second with jitter in milliseconds and one decimal.
type sensor struct {
	rng *rand.Rand
	t   int64
	v   int
}

const sensorStart = 1.6e18

func newSensor() *sensor { return &sensor{rng: rand.New(rand.NewPCG(1, 2)), t: sensorStart, v: 200} }

func (s *sensor) next() timeseries.Sample {
	x := timeseries.Sample{T: s.t + s.rng.Int64N(10)*1e6, V: float64(s.v) / 10}
	s.t += 1e9
	s.v = min(max(s.v+s.rng.IntN(7)-3, -400), 1200)
	return x
}

// opened is a store of a sensor's series.
type opened struct {
	db   *store.DB
	book *timeseries.Book
}

func open(dir string) (opened, error) {
	db, err := store.Open(dir, store.Options{})
	if err != nil {
		return opened{}, err
	}
	book, err := timeseries.Open(db)
	return opened{db, book}, err
}

// fresh forgets what was decoded.
func (o *opened) fresh() (err error) {
	o.book, err = timeseries.Open(o.db)
	return err
}

// fill writes n samples, 64 chunks in a transaction.
func (o *opened) fill(n int) error {
	s := newSensor()
	xs := make([]timeseries.Sample, 0, timeseries.MaxChunk)
	for done := 0; done < n; {
		var chunks [][]byte
		for len(chunks) < 64 && done < n {
			for xs = xs[:0]; len(xs) < timeseries.MaxChunk && done < n; done++ {
				xs = append(xs, s.next())
			}
			chunk, err := timeseries.EncodeChunk(xs)
			if err != nil {
				return err
			}
			chunks = append(chunks, chunk)
		}
		err := o.db.Update(func(tx *store.Tx) error {
			for _, chunk := range chunks {
				if _, err := o.book.PutChunk(tx, sensorID.ID, device, chunk); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *opened) buckets(edges []int64) (buckets []timeseries.Bucket, err error) {
	err = o.db.View(func(r *store.Snapshot) error {
		buckets, err = o.book.Buckets(r, sensorID, edges)
		return err
	})
	return buckets, err
}

func (o *opened) approx(edges []int64) error {
	return o.db.View(func(r *store.Snapshot) error {
		_, _, err := o.book.Approx(r, sensorID, edges)
		return err
	})
}

// end is behind the last sample of n.
func end(n int) int64 { return sensorStart + int64(n)*1e9 }

func edgesOf(from, to int64, n int) []int64 {
	e := make([]int64, n+1)
	for i := range e {
		e[i] = from + (to-from)/int64(n)*int64(i)
	}
	return e
}

// mismatches compares buckets with what the samples themselves say: number, least, greatest, first and last.
func mismatches(buckets []timeseries.Bucket, n int) (wrong int) {
	s, i := newSensor(), 0
	var seen timeseries.Summary
	settle := func(b timeseries.Bucket) {
		if seen.N != b.N || seen.N > 0 && (seen.Min != b.Min || seen.Max != b.Max || seen.First != b.First || seen.Last != b.Last) {
			wrong++
		}
		seen = timeseries.Summary{}
	}
	for range n {
		x := s.next()
		for i < len(buckets) && x.T >= buckets[i].To {
			settle(buckets[i])
			i++
		}
		if i == len(buckets) {
			return wrong
		}
		if x.T < buckets[i].From {
			continue
		}
		if seen.N == 0 {
			seen.First, seen.Min, seen.Max = x.V, x.V, x.V
		}
		seen.N++
		seen.Last, seen.Min, seen.Max = x.V, min(seen.Min, x.V), max(seen.Max, x.V)
	}
	for ; i < len(buckets); i++ {
		settle(buckets[i])
	}
	return wrong
}

// forget has the kernel forget the pages of the files in dir.
func forget(dir string) error {
	unix.Sync() // only clean pages are forgotten
	return filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close() // it was only read
		return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	})
}
