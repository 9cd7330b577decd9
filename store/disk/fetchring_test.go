//go:build linux && iouring

package disk

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFetchIsOneEnter reads scattered pages that are not in the page cache by one submission, and they are in it then.
func TestFetchIsOneEnter(t *testing.T) {
	dir := t.TempDir()
	d, err := Open(dir, "uring")
	if err != nil {
		t.Skip(err)
	}
	defer d.Close()
	const pages = 64
	f := must[File](t)(d.Create("a", pages*16*4096))
	defer f.Close()
	h := must[*os.File](t)(os.Open(dir + "/a"))
	defer h.Close()
	check(t, unix.Fadvise(int(h.Fd()), 0, 0, unix.FADV_DONTNEED))
	m := must[[]byte](t)(f.Map())
	defer f.Unmap(m)
	var some []Extent
	for i := range pages {
		off := i * 16 * 4096
		if d.Resident(m[off+100 : off+200]) {
			t.Skip("the page cache cannot be emptied here")
		}
		some = append(some, Extent{f, int64(off), 4096})
	}
	before := d.Counters()
	check(t, d.Fetch(some))
	after := d.Counters()
	if n := after.Enters - before.Enters; n != 1 {
		t.Errorf("%d enters, want 1", n)
	}
	if n := after.Entries - before.Entries; n != pages {
		t.Errorf("%d entries, want %d", n, pages)
	}
	for _, x := range some {
		if !d.Resident(m[x.Off : x.Off+4096]) {
			t.Fatalf("the page at %d is not in memory after it was fetched", x.Off)
		}
	}
}

// BenchmarkFetch reads 32 scattered pages that are not in the page cache.
func BenchmarkFetch(b *testing.B) {
	for _, kind := range []string{"uring", "direct"} {
		b.Run(kind, func(b *testing.B) {
			dir := b.TempDir()
			d, err := Open(dir, kind)
			if err != nil {
				b.Skip(err)
			}
			defer d.Close()
			const size, n = 256 << 20, 32
			f := must[File](b)(d.Create("a", size))
			defer f.Close()
			h := must[*os.File](b)(os.Open(dir + "/a"))
			defer h.Close()
			check(b, unix.Fadvise(int(h.Fd()), 0, 0, unix.FADV_DONTNEED))
			at := 0
			for b.Loop() {
				var some [n]Extent
				for i := range some {
					at = (at + 7919*4096) % size
					if at == 0 {
						check(b, unix.Fadvise(int(h.Fd()), 0, 0, unix.FADV_DONTNEED))
					}
					some[i] = Extent{f, int64(at), 4096}
				}
				check(b, d.Fetch(some[:]))
			}
		})
	}
}
