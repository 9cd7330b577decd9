package disk

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// Extent is Len bytes of an open file of the same FS, from Off on.
type Extent struct {
	File File
	Off  int64
	Len  int
}

const (
	fetchEntries = 256       // reads of a ring at once
	fetchPiece   = 128 << 10 // bytes of one read
	maxFetchers  = 4         // rings for Fetch; who finds all of them taken reads without
)

// piece is a read of Fetch.
type piece struct {
	h   *os.File
	off int64
	n   int
}

// fetcher does many reads at once. It belongs to one goroutine at a time.
type fetcher interface {
	// fetch returns broken if the fetcher is of no more use; then the error says nothing of the pieces.
	fetch(pieces []piece) (broken bool, err error)
	close()
}

// fetchers is the fetchers that are not in use.
type fetchers struct {
	mu      sync.Mutex
	free    []fetcher
	made    int
	missing bool // there are none here
}

func (f *folder) Fetch(extents []Extent) error {
	var pieces []piece
	for _, x := range extents {
		g, ok := x.File.(*file)
		if !ok || g.dir != f || x.Off < 0 || x.Len < 0 {
			return fmt.Errorf("fetch %d bytes of %s at offset %d: %w", x.Len, x.File.Name(), x.Off, fs.ErrInvalid)
		}
		for done := 0; done < x.Len; done += fetchPiece {
			pieces = append(pieces, piece{g.h, x.Off + int64(done), min(x.Len-done, fetchPiece)})
		}
	}
	if len(pieces) > 1 {
		if r := f.takeFetcher(); r != nil {
			broken, err := r.fetch(pieces)
			f.giveFetcher(r, broken)
			if !broken {
				return err
			}
		}
		willNeed(pieces)
	}
	return f.readPieces(pieces)
}

// takeFetcher returns a fetcher, or nil if there is none or all are in use.
func (f *folder) takeFetcher() fetcher {
	p := &f.fetchers
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		r := p.free[n-1]
		p.free = p.free[:n-1]
		return r
	}
	if p.missing || p.made == maxFetchers || f.forced != "" && f.forced != "uring" {
		return nil
	}
	r, err := newFetchRing(&f.counts)
	if err != nil { // Note tells it of the ring for writes
		p.missing = true
		return nil
	}
	p.made++
	return r
}

func (f *folder) giveFetcher(r fetcher, broken bool) {
	p := &f.fetchers
	p.mu.Lock()
	defer p.mu.Unlock()
	if broken {
		p.missing = true
		return
	}
	p.free = append(p.free, r)
}

func (f *folder) closeFetchers() {
	p := &f.fetchers
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.free {
		r.close()
	}
	p.free, p.missing = nil, true
}

// scratches is memory for what is read and not looked at.
var scratches = sync.Pool{New: func() any { return new([fetchPiece]byte) }}

// readPieces reads one after the other.
func (f *folder) readPieces(pieces []piece) error {
	scratch := scratches.Get().(*[fetchPiece]byte)
	defer scratches.Put(scratch)
	for _, p := range pieces {
		n, err := p.h.ReadAt(scratch[:p.n], p.off)
		f.counts.read.Add(int64(n))
		if n < p.n {
			return p.error(err)
		}
	}
	return nil
}

func (p piece) error(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read %d bytes of %s at offset %d: %w", p.n, p.h.Name(), p.off, err)
}
