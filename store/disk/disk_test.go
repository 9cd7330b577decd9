package disk

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// kinds are the disks that work here; each test of this file runs on all of them.
func kinds(t *testing.T, test func(t *testing.T, open func() FS)) {
	for _, kind := range []string{"uring", "direct", "buffered"} {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			d, err := Open(dir, kind)
			if err != nil {
				t.Skip(err)
			}
			d.Close()
			test(t, func() FS {
				d, err := Open(dir, kind)
				if err != nil {
					t.Fatal(err)
				}
				if d.Kind() != kind {
					t.Fatalf("opened %q, want %q", d.Kind(), kind)
				}
				return d
			})
		})
	}
	t.Run("memory", func(t *testing.T) {
		d := NewMemory()
		test(t, func() FS { return d })
	})
	t.Run("sim", func(t *testing.T) {
		d := NewSim(1)
		test(t, func() FS { return d })
	})
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// block returns n aligned bytes, all b.
func block(n int, b byte) []byte {
	p := Aligned(n)
	for i := range p {
		p[i] = b
	}
	return p
}

func TestCreateGivesZeroesAndNoSecondFile(t *testing.T) {
	kinds(t, func(t *testing.T, open func() FS) {
		d := open()
		defer d.Close()
		f := must[File](t)(d.Create("a", 10000))
		defer f.Close()
		if n := must[int64](t)(f.Size()); n != 10000 {
			t.Errorf("size %d, want 10000", n)
		}
		p := bytes.Repeat([]byte{1}, 10000)
		if n, err := f.ReadAt(p, 0); n != 10000 || (err != nil && err != io.EOF) || !bytes.Equal(p, make([]byte, 10000)) {
			t.Errorf("read %d bytes, %v, or they are not zeroes", n, err)
		}
		if _, err := d.Create("a", 1); !errors.Is(err, fs.ErrExist) {
			t.Errorf("second Create: %v, want ErrExist", err)
		}
		if _, err := d.Open("b"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open of no file: %v, want ErrNotExist", err)
		}
	})
}

func TestDurableWritesAreReadBack(t *testing.T) {
	kinds(t, func(t *testing.T, open func() FS) {
		d := open()
		f := must[File](t)(d.Create("a", 64<<10))
		check(t, f.WriteDurable(block(4096, 1), 0))
		check(t, f.WriteDurable(block(8192, 2), 8192))
		if n := must[int](t)(f.WriteAt([]byte("tail"), 20000)); n != 4 {
			t.Errorf("wrote %d of 4 bytes", n)
		}
		check(t, f.Sync())
		check(t, f.Close())
		before := d.Counters()
		check(t, d.Close())

		d = open()
		defer d.Close()
		f = must[File](t)(d.Open("a"))
		defer f.Close()
		want := make([]byte, 64<<10)
		copy(want, block(4096, 1))
		copy(want[8192:], block(8192, 2))
		copy(want[20000:], "tail")
		got := make([]byte, len(want))
		if _, err := f.ReadAt(got, 0); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Error("what was written is not what is read")
		}
		m := must[[]byte](t)(f.Map())
		if !bytes.Equal(m, want) {
			t.Error("what was written is not what is mapped")
		}
		check(t, f.Unmap(m))
		if before.Syncs < 4 || before.Written < 64<<10+4096+8192+4 {
			t.Errorf("counted %d syncs and %d bytes written", before.Syncs, before.Written)
		}
	})
}

func TestUnalignedDurableWritesAreRefused(t *testing.T) {
	kinds(t, func(t *testing.T, open func() FS) {
		d := open()
		defer d.Close()
		f := must[File](t)(d.Create("a", 8192))
		defer f.Close()
		for name, c := range map[string]struct {
			p   []byte
			off int64
		}{
			"length": {Aligned(8192)[:100], 0}, "offset": {Aligned(4096), 512}, "address": {Aligned(8192)[8 : 8+4096], 0}, "empty": {nil, 0},
		} {
			if err := f.WriteDurable(c.p, c.off); !errors.Is(err, ErrAlign) {
				t.Errorf("%s: %v, want ErrAlign", name, err)
			}
			if err := submitAndWait(d, f, c.p, c.off); !errors.Is(err, ErrAlign) {
				t.Errorf("submitted, %s: %v, want ErrAlign", name, err)
			}
		}
	})
}

// submitAndWait is WriteDurable by way of Submit.
func submitAndWait(d FS, f File, p []byte, off int64) error {
	done := make(chan error, 1)
	f.Submit(p, off, func(err error) { done <- err })
	if s, ok := d.(*Sim); ok {
		s.Step()
	}
	return <-done
}

func TestSubmittedWritesAllComplete(t *testing.T) {
	kinds(t, func(t *testing.T, open func() FS) {
		d := open()
		const writers, each = 8, 40 // more than a ring takes at once
		f := must[File](t)(d.Create("a", writers*each*4096))
		var all sync.WaitGroup
		errs := make(chan error, writers*each)
		for w := range writers {
			all.Go(func() {
				for i := range each {
					n := w*each + i
					f.Submit(block(4096, byte(n)), int64(n)*4096, func(err error) { errs <- err })
				}
			})
		}
		all.Wait()
		if s, ok := d.(*Sim); ok {
			for s.Step() {
			}
		}
		for range writers * each {
			check(t, <-errs)
		}
		got := make([]byte, 4096)
		for n := range writers * each {
			if _, err := f.ReadAt(got, int64(n)*4096); err != nil && err != io.EOF || !bytes.Equal(got, block(4096, byte(n))) {
				t.Fatalf("block %d is not what was submitted (%v)", n, err)
			}
		}
		check(t, f.Close())
		check(t, d.Close())
	})
}

func TestDoneMaySubmitAndCloseWaits(t *testing.T) {
	kinds(t, func(t *testing.T, open func() FS) {
		d := open()
		f := must[File](t)(d.Create("a", 16*4096))
		last := make(chan error, 1)
		var next func(n int64) func(error)
		next = func(n int64) func(error) {
			return func(err error) {
				if err != nil || n == 16 {
					last <- err
					return
				}
				f.Submit(block(4096, byte(n)), n*4096, next(n+1))
			}
		}
		next(0)(nil)
		if s, ok := d.(*Sim); ok {
			for s.Step() {
			}
		}
		check(t, <-last)
		written := make(chan error, 1)
		f.Submit(block(4096, 99), 0, func(err error) { written <- err })
		if s, ok := d.(*Sim); ok {
			s.Step()
		}
		check(t, f.Close())
		check(t, d.Close())
		select {
		case err := <-written:
			check(t, err)
		default:
			if d.Kind() != "memory" { // Close of a memory file has nothing to wait for
				t.Error("Close did not wait for a submitted write")
			}
		}
	})
}

func TestNames(t *testing.T) {
	kinds(t, func(t *testing.T, open func() FS) {
		d := open()
		defer d.Close()
		for _, n := range []string{"b", "a", "c"} {
			check(t, must[File](t)(d.Create(n, 1)).Close())
		}
		f := must[File](t)(d.Open("c"))
		check(t, f.Truncate(7))
		check(t, f.Close())
		check(t, d.Rename("c", "a"))
		check(t, d.Remove("b"))
		check(t, d.SyncDir())
		if got := must[[]string](t)(d.List()); !slices.Equal(got, []string{"a"}) {
			t.Errorf("names %q, want a alone", got)
		}
		f = must[File](t)(d.Open("a"))
		defer f.Close()
		if n := must[int64](t)(f.Size()); n != 7 {
			t.Errorf("size %d, want that of the renamed file, 7", n)
		}
		if err := d.Remove("b"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Remove of no file: %v", err)
		}
	})
}

func TestReadOnlyChangesNothing(t *testing.T) {
	dir := t.TempDir()
	check(t, os.WriteFile(dir+"/a", []byte("here"), 0o600))
	check(t, os.Chmod(dir, 0o500))
	t.Cleanup(func() { os.Chmod(dir, 0o700) }) // so that it can be removed
	d, err := OpenReadOnly(dir)
	check(t, err)
	defer d.Close()
	if d.Note() == "" {
		t.Error("no note says that it is read only")
	}
	f := must[File](t)(d.Open("a"))
	defer f.Close()
	p := make([]byte, 4)
	if _, err := f.ReadAt(p, 0); err != nil || string(p) != "here" {
		t.Errorf("read %q, %v", p, err)
	}
	_, createErr := d.Create("b", 1)
	_, writeErr := f.WriteAt(p, 0)
	for what, err := range map[string]error{
		"create": createErr, "write": writeErr, "durable": f.WriteDurable(Aligned(4096), 0), "submit": submitAndWait(d, f, Aligned(4096), 0),
		"remove": d.Remove("a"), "rename": d.Rename("a", "b"), "truncate": f.Truncate(0),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if names := must[[]string](t)(d.List()); !slices.Equal(names, []string{"a"}) {
		t.Errorf("names %q, want a alone", names)
	}
}

func TestOpenLeavesNoTraceAndExplains(t *testing.T) {
	dir := t.TempDir()
	d := must[FS](t)(Open(dir, ""))
	defer d.Close()
	if d.Kind() != "uring" && d.Note() == "" {
		t.Errorf("kind %q without a note", d.Kind())
	}
	if names := must[[]string](t)(d.List()); len(names) != 0 {
		t.Errorf("opening left %q", names)
	}
	if _, err := Open(dir, "tape"); err == nil {
		t.Error("an unknown kind is no error")
	}
	if _, err := Open(dir+"/none", ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

func TestAligned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 20000).Draw(t, "n")
		p := Aligned(n)
		if len(p) != n || cap(p) != n {
			t.Fatalf("len %d cap %d, want %d", len(p), cap(p), n)
		}
		if n > 0 && n%Align == 0 {
			if err := checkAligned("p", p, 0); err != nil {
				t.Fatal(err)
			}
		}
	})
}
