package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"arbor/store/disk"
)

// coldStore is a store of which no segment is in the page cache.
func coldStore(t testing.TB, kind string, keys int) *DB {
	dir := t.TempDir()
	d, err := disk.Open(dir, kind)
	if err != nil {
		t.Skip(err)
	}
	must(t, d.Close())
	fill(t, dir, keys)
	chill(t, dir)
	db, err := Open(dir, Options{IO: kind})
	must(t, err)
	return db
}

// chill takes the segments of a store that is closed out of the page cache.
func chill(t testing.TB, dir string) {
	names, err := filepath.Glob(filepath.Join(dir, "*.seg"))
	must(t, err)
	for _, name := range names {
		f, err := os.Open(name)
		must(t, err)
		must(t, f.Sync())
		must(t, unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED))
		must(t, f.Close())
	}
}

func keysOfFill(n, step, keys int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = fmt.Appendf(nil, "key %08d", (i+1)*step%keys)
	}
	return out
}

// TestColdGetManyIsOneEnter reads 32 values from pages that are not in memory by one call of the kernel, and those that are by none.
func TestColdGetManyIsOneEnter(t *testing.T) {
	const keys = 40_000
	db := coldStore(t, "uring", keys)
	ks := keyspace(t, db)
	some := keysOfFill(32, 1117, keys)
	before, err := db.Stats()
	must(t, err)
	for _, want := range []uint64{1, 0} {
		values, err := db.getMany(ks, some)
		must(t, err)
		for i, v := range values {
			if len(v) != 100 {
				t.Errorf("%s has %d bytes", some[i], len(v))
			}
		}
		after, err := db.Stats()
		must(t, err)
		if want == 1 && after.Latency.Fetch.Count == 0 {
			t.Skip("the page cache cannot be emptied here")
		}
		if n := after.RingEnters - before.RingEnters; n != want {
			t.Errorf("%d enters of the ring, want %d", n, want)
		}
		if n := after.RingEntries - before.RingEntries; want == 1 && n < 16 {
			t.Errorf("%d entries: most were not cold", n)
		}
		before = after
	}
	must(t, db.Close())
}

// BenchmarkGetMany reads 32 values that are in memory, at once and one after the other.
func BenchmarkGetMany(b *testing.B) {
	const keys = 300_000
	dir := b.TempDir()
	fill(b, dir, keys)
	db, err := Open(dir, Options{})
	must(b, err)
	ks := keyspace(b, db)
	some := keysOfFill(32, 9176, keys)
	b.Run("at once", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.getMany(ks, some); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("each", func(b *testing.B) {
		for b.Loop() {
			must(b, db.View(func(s *Snapshot) error {
				for _, k := range some {
					if _, err := s.Get(ks, k); err != nil {
						return err
					}
				}
				return nil
			}))
		}
	})
	must(b, db.Close())
}
