package disk

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// file is a file of the operating system.
type file struct {
	dir  *folder
	name string
	h    *os.File // through the page cache
	// durable returns the handle for durable writes: opened once, at the first, past the page cache unless the disk is buffered.
	durable  func() (*os.File, error)
	inFlight sync.WaitGroup
	opened   bool // durable was called; under dir.mu
}

func (f *folder) file(name string, h *os.File) *file {
	g := &file{dir: f, name: name, h: h}
	g.durable = sync.OnceValues(func() (*os.File, error) {
		if f.readOnly {
			return nil, f.mayWrite("write", name)
		}
		if !f.direct() {
			return h, nil
		}
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
	if err := writeThrough(d, p, off, d == g.h); err != nil {
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
	if err == nil {
		d, err = g.durable()
	}
	if err != nil {
		go done(err)
		return
	}
	g.inFlight.Add(1)
	g.dir.background().submit(&submission{file: g, fd: d, p: p, off: off, done: done})
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
		if d, e := g.durable(); e == nil {
			if e := d.Close(); err == nil {
				err = e
			}
		}
	}
	return err
}
