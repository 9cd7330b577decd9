package store

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"arbor/store/disk"
)

// BenchmarkRawWrite is the floor under a durable commit: one durable write of a page, nothing else.
func BenchmarkRawWrite(b *testing.B) {
	for _, kind := range []string{"buffered", "direct"} {
		b.Run(kind, func(b *testing.B) {
			d, err := disk.Open(b.TempDir(), kind)
			if err != nil {
				b.Skip(err)
			}
			defer d.Close()
			f, err := d.Create("raw", maxSegment)
			must(b, err)
			defer f.Close()
			page := disk.Aligned(pageSize)
			for i := 0; b.Loop(); i++ {
				page[0]++
				must(b, f.WriteDurable(page, int64(i%(maxSegment/pageSize))*pageSize))
			}
		})
	}
}

// BenchmarkCommit is durable commits of 100 bytes by n goroutines; an operation is one commit.
func BenchmarkCommit(b *testing.B) {
	for _, kind := range []string{"buffered", "direct", "uring"} {
		for _, n := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				d, err := disk.Open(b.TempDir(), kind)
				if err != nil {
					b.Skip(err)
				}
				e, err := openEngine(d, false, usualLimits)
				must(b, err)
				db := newDB(e)
				ks := keyspace(b, db)
				value := make([]byte, 100)
				b.ResetTimer()
				var wg sync.WaitGroup
				for g := range n {
					wg.Go(func() {
						for i := range (b.N + n - 1 - g) / n {
							err := db.Update(func(tx *Tx) error { return tx.Put(ks, fmt.Appendf(nil, "%d/%d", g, i), value) })
							if err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
				b.StopTimer()
				s, err := db.Stats()
				must(b, err)
				b.ReportMetric(float64(s.Commits)/float64(max(s.Flushes, 1)), "commits/flush")
				b.ReportMetric(float64(s.RingEnters)/float64(max(s.Commits, 1)), "enters/commit")
				must(b, db.Close())
			})
		}
	}
}

// BenchmarkPut is commits of 100 bytes under random keys by n goroutines, who do not wait for the disk; what they leave behind is written
// within the time.
func BenchmarkPut(b *testing.B) {
	for _, n := range []int{1, 4} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			db, err := Open(b.TempDir(), Options{})
			must(b, err)
			ks := keyspace(b, db)
			value := make([]byte, 100)
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for g := range n {
				wg.Go(func() {
					r := rand.New(rand.NewPCG(1, uint64(g)))
					var key [16]byte
					for range (b.N + n - 1 - g) / n {
						le.PutUint64(key[:], r.Uint64())
						err := db.Update(func(tx *Tx) error {
							tx.SetDurability(None)
							return tx.Put(ks, key[:], value)
						})
						if err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			must(b, db.Sync())
			b.StopTimer()
			must(b, db.Close())
		})
	}
}

// BenchmarkCycle is what a short process does: open, one durable commit, close, on a store of many keys.
func BenchmarkCycle(b *testing.B) {
	for _, keys := range []int{1000, 300_000} {
		b.Run(fmt.Sprint(keys), func(b *testing.B) {
			dir := b.TempDir()
			fill(b, dir, keys)
			for i := 0; b.Loop(); i++ {
				db, err := Open(dir, Options{})
				must(b, err)
				ks := keyspace(b, db)
				must(b, db.Update(func(tx *Tx) error {
					return tx.Put(ks, fmt.Appendf(nil, "cycle %d", i), []byte("a value that lies in the log"))
				}))
				must(b, db.Close())
			}
		})
	}
}

// BenchmarkRead is gets and scans of 100-byte values from the sealed log.
func BenchmarkRead(b *testing.B) {
	const keys = 300_000
	dir := b.TempDir()
	fill(b, dir, keys)
	db, err := Open(dir, Options{})
	must(b, err)
	ks := keyspace(b, db)
	s, err := db.Snapshot()
	must(b, err)
	b.Run("get", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := s.Get(ks, fmt.Appendf(nil, "key %08d", i*7919%keys)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("scan", func(b *testing.B) {
		n := 0
		for b.Loop() {
			for _, err := range s.Scan(ks, Range{}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/key")
	})
	s.Release()
	must(b, db.Close())
}

func fill(b testing.TB, dir string, keys int) {
	db, err := Open(dir, Options{})
	must(b, err)
	ks := keyspace(b, db)
	value := make([]byte, 100)
	for i := 0; i < keys; i += 500 {
		must(b, db.Update(func(tx *Tx) error {
			tx.SetDurability(None)
			for j := i; j < i+500; j++ {
				if err := tx.Put(ks, fmt.Appendf(nil, "key %08d", j), value); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	must(b, db.Close())
}
