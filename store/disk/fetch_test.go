package disk

import (
	"errors"
	"io"
	"io/fs"
	"syscall"
	"testing"
)

func TestFetchReadsOrSaysWhy(t *testing.T) {
	kinds(t, func(t *testing.T, open func() FS) {
		d := open()
		defer d.Close()
		f := must[File](t)(d.Create("a", 1<<20))
		defer f.Close()
		check(t, d.Fetch(nil))
		for _, n := range []int{1, 2, 32, fetchEntries + 44} {
			var some []Extent
			for i := range n {
				some = append(some, Extent{f, int64(i*3%200) * 4096, 4096})
			}
			before := d.Counters()
			check(t, d.Fetch(some))
			if c := d.Counters(); c.Read != before.Read+int64(n)*4096 {
				t.Errorf("%d extents: %d bytes read", n, c.Read-before.Read)
			}
		}
		check(t, d.Fetch([]Extent{{f, 100, 3*fetchPiece + 1}, {f, 0, 1}})) // longer than one read
		m := must[[]byte](t)(f.Map())
		if d.Kind() != "sim" && !d.Resident(m) {
			t.Error("not in memory after it was written")
		}
		check(t, f.Unmap(m))
		if k := d.Kind(); k == "sim" || k == "memory" {
			return
		}
		for _, n := range []int{1, 2} {
			wrong := []Extent{{f, 1<<20 - 4096, 8192}, {f, 0, 4096}}[:n]
			if err := d.Fetch(wrong); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%d extents, one behind the end of the file: %v", n, err)
			}
		}
		check(t, d.Fetch([]Extent{{f, 0, 4096}, {f, 8192, 4096}})) // what failed leaves nothing behind
		other := must[File](t)(NewMemory().Create("a", 4096))
		if err := d.Fetch([]Extent{{other, 0, 1}}); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("a file of another directory: %v", err)
		}
	})
}

func TestFetchFailsWhereTheDiskDoes(t *testing.T) {
	s := NewSim(1)
	f := must[File](t)(s.Create("a", 8192))
	s.FailRead(2, syscall.EIO)
	check(t, s.Fetch([]Extent{{f, 0, 4096}, {f, 4096, 4096}}))
	if err := s.Fetch([]Extent{{f, 0, 4096}}); !errors.Is(err, syscall.EIO) {
		t.Errorf("a fetch that was to fail: %v", err)
	}
	check(t, s.Fetch([]Extent{{f, 0, 4096}}))
}

// TestFetchersAreBounded takes them all: who finds none reads without.
func TestFetchersAreBounded(t *testing.T) {
	d := must[FS](t)(Open(t.TempDir(), ""))
	defer d.Close()
	f := must[File](t)(d.Create("a", 64<<10))
	defer f.Close()
	dir, some := d.(*folder), []Extent{{f, 0, 4096}, {f, 16384, 4096}}
	for range maxFetchers {
		if r := dir.takeFetcher(); r != nil {
			defer dir.giveFetcher(r, false)
		}
	}
	before := d.Counters()
	check(t, d.Fetch(some))
	if c := d.Counters(); c.Enters != before.Enters || c.Read != before.Read+8192 {
		t.Errorf("without a ring the counters go from %+v to %+v", before, c)
	}
}
