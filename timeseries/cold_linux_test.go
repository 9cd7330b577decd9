package timeseries

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"arbor/store"
)

// BenchmarkCold draws all of a series in 400 columns out of a store that was just opened and of which no page is in memory: the first picture,
// then the exact one.
func BenchmarkCold(b *testing.B) {
	eachSize(b, func(b *testing.B, g *big) {
		dir := b.TempDir()
		disk := openRig(b, dir)
		g.fillSensor(b, disk)
		if err := disk.db.Close(); err != nil {
			b.Fatal(err)
		}
		edges := evenEdges(g.from, g.to, 400)
		var first, exact []time.Duration
		for b.Loop() {
			b.StopTimer()
			forget(b, dir)
			disk := openRig(b, dir)
			b.StartTimer()
			began := time.Now()
			disk.view(b, func(r *store.Snapshot) error { _, _, err := disk.b.Approx(r, bigID, edges); return err })
			first = append(first, time.Since(began))
			disk.view(b, func(r *store.Snapshot) error { _, err := disk.b.Buckets(r, bigID, edges); return err })
			exact = append(exact, time.Since(began))
			b.StopTimer()
			if err := disk.db.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		b.ReportMetric(median(first), "first-ms")
		b.ReportMetric(median(exact), "exact-ms")
	})
}

func openRig(b *testing.B, dir string) *rig {
	db, err := store.Open(dir, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	book, err := Open(db)
	if err != nil {
		b.Fatal(err)
	}
	return &rig{db, book}
}

// forget takes the pages of the files in dir out of memory.
func forget(b *testing.B, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		if err := unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}
