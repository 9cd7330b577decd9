package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// file is a file of the operating system.
type file struct {
	dir  *folder
	name string
	h    *os.File // through the page cache
	// direct returns the handle that goes past the page cache, opened once, at the first durable write.
	direct   func() (*os.File, error)
	inFlight sync.WaitGroup
	opened   bool // direct was called; under dir.mu
}

func (f *folder) file(name string, h *os.File) *file {
	g := &file{dir: f, name: name, h: h}
	g.direct = sync.OnceValues(func() (*os.File, error) {
		d, err := os.OpenFile(filepath.Join(f.path, name), os.O_WRONLY|directFlags, 0)
		if err != nil {
			return nil, err
		}
		f.mu.Lock()
		g.opened = true
		f.mu.Unlock()
		return d, nil
	})
	return g
}

// durable returns the handle for durable writes: past the page cache unless the disk is buffered.
func (g *file) durable() (*os.File, error) {
	if err := g.dir.mayWrite("write", g.name); err != nil {
		return nil, err
	}
	if directFlags == 0 || g.dir.buffered.Load() {
		return g.h, nil
	}
	d, err := g.direct()
	if errors.Is(err, syscall.EINVAL) && !g.dir.direct() {
		return g.h, nil
	}
	return d, err
}

func (g *file) Name() string { return g.name }

func (g *file) Size() (int64, error) {
	info, err := g.h.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (g *file) ReadAt(p []byte, off int64) (int, error) {
	n, err := g.h.ReadAt(p, off)
	g.dir.counts.read.Add(int64(n))
	return n, err
}

func (g *file) WriteAt(p []byte, off int64) (int, error) {
	n, err := g.h.WriteAt(p, off)
	g.dir.counts.written.Add(int64(n))
	return n, err
}

func (g *file) Truncate(size int64) error { return g.h.Truncate(size) }

func (g *file) Sync() error {
	g.dir.counts.syncs.Add(1)
	return g.h.Sync()
}

func (g *file) Reread() error { return dropCached(g.h) }

func (g *file) WriteDurable(p []byte, off int64) error {
	if err := checkAligned(g.name, p, off); err != nil {
		return err
	}
	d, err := g.durable()
	if err != nil {
		return err
	}
	err = writeThrough(d, p, off, d == g.h)
	if d != g.h && errors.Is(err, syscall.EINVAL) && !g.dir.direct() { // found out by this write, which has written nothing
		err = writeThrough(g.h, p, off, true)
	} else if d != g.h && err == nil && !g.dir.proved.Load() {
		g.dir.proved.Store(true)
	}
	if err != nil {
		return fmt.Errorf("write %s at offset %d: %w", g.name, off, err)
	}
	g.dir.counts.syncs.Add(1)
	g.dir.counts.written.Add(int64(len(p)))
	return nil
}

// writeThrough writes p and, if the handle does not do so by itself, syncs it.
func writeThrough(d *os.File, p []byte, off int64, sync bool) error {
	if _, err := d.WriteAt(p, off); err != nil {
		return err
	}
	if sync {
		return syncData(d)
	}
	return nil
}

func (g *file) Submit(p []byte, off int64, done func(error)) {
	err := checkAligned(g.name, p, off)
	var d *os.File
	q := g.dir.background() // which finds out first what the disk is
	if err == nil {
		d, err = g.durable()
	}
	if err != nil {
		go done(err)
		return
	}
	g.inFlight.Add(1)
	q.submit(&submission{file: g, fd: d, p: p, off: off, done: done})
}

func (g *file) Map() ([]byte, error) {
	size, err := g.Size()
	if err != nil || size == 0 {
		return nil, err
	}
	b, err := mapFile(g.h, size)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", g.name, err)
	}
	return b, nil
}

func (g *file) Unmap(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	return unmap(b)
}

func (g *file) Close() error {
	g.inFlight.Wait()
	g.dir.mu.Lock()
	opened := g.opened
	g.opened = false
	g.dir.mu.Unlock()
	err := g.h.Close()
	if opened {
		if d, e := g.direct(); e == nil {
			if e := d.Close(); err == nil {
				err = e
			}
		}
	}
	return err
}
