package disk

import (
	"errors"
	"fmt"
	"unsafe"
)

// FS is one directory of files. It is safe for use by many goroutines. Names are plain, without separators.
type FS interface {
	// Kind is "uring", "direct", "buffered", "memory" or "sim".
	Kind() string
	// Note says in one line why a better kind is not used and how to have it; it is empty if none is better.
	Note() string
	// Create makes a file of size zero bytes, written out (not only reserved) and durable with its name. A file of that name is an
	// error; after any error none is left behind.
	Create(name string, size int64) (File, error)
	Open(name string) (File, error)
	Remove(name string) error
	// Rename replaces newName if it exists. Like Remove it is durable after SyncDir.
	Rename(oldName, newName string) error
	// List returns the names of the files, sorted.
	List() ([]string, error)
	SyncDir() error
	// Fetch brings extents into memory, all of them at once, so that reading them through a mapping of their files waits for no disk: one
	// submission to a ring for up to 256 of at most 128 KiB. It is for those that are not Resident. After an error none, some or all are.
	Fetch(extents []Extent) error
	// Resident tells whether b, a part of what Map has returned, is in memory, as far as the system knows.
	Resident(b []byte) bool
	Counters() Counters
	// Close waits for what is in flight. Files are closed first, by their owner.
	Close() error
}

// File is an open file. It is safe for use by many goroutines.
type File interface {
	Name() string
	Size() (int64, error)
	ReadAt(p []byte, off int64) (int, error)
	// WriteDurable returns once p is on the disk. The address of p (see Aligned), its length and off are multiples of Align.
	WriteDurable(p []byte, off int64) error
	// Submit is WriteDurable without the wait. p belongs to the disk until done is called, once, from another goroutine, with what
	// WriteDurable would have returned; done may Submit again but must not wait. Writes in flight end in any order. Two in flight are
	// what is fastest; more than maxQueued end with an error.
	Submit(p []byte, off int64, done func(error))
	// WriteAt writes without durability; Sync gives it.
	WriteAt(p []byte, off int64) (int, error)
	Truncate(size int64) error
	// Sync makes the file durable. After an error what was written since the last Sync is lost or not, and no later Sync tells.
	Sync() error
	// Reread drops what the system keeps of the file in memory and need not write, so that what is read from then on is what the disk has,
	// or will have after a Sync that succeeds. After one that has failed, in whatever process, the two may differ.
	Reread() error
	// Map returns the whole file, not to be written to: mapped where the system can, otherwise a copy. Unmap gives it back; the file
	// may be closed, renamed and removed before. What is written after Map may or may not be seen in it.
	Map() ([]byte, error)
	Unmap(b []byte) error
	// Close waits for what is in flight on the file.
	Close() error
}

// Counters is what an FS did since it was opened.
type Counters struct {
	Enters  uint64 // calls of io_uring_enter, for writes and for Fetch
	Entries uint64 // entries submitted to the ring
	Syncs   uint64 // durable writes and syncs, of files and of the directory
	Written int64  // bytes
	Read    int64  // bytes, those of mappings not included
}

// Align is what durable writes are aligned to, in memory and in the file.
const Align = 4096

// ErrAlign reports a durable write that is not aligned: a defect of the caller.
var ErrAlign = errors.New("not aligned to 4096 bytes")

// Aligned returns n zero bytes whose address is a multiple of Align.
func Aligned(n int) []byte {
	b := make([]byte, n+Align-1)
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) & (Align - 1)
	return b[skip : skip+n : skip+n]
}

func checkAligned(name string, p []byte, off int64) error {
	if len(p) == 0 || uintptr(unsafe.Pointer(unsafe.SliceData(p)))%Align != 0 || len(p)%Align != 0 || off < 0 || off%Align != 0 {
		return fmt.Errorf("write %d bytes of %s at offset %d: %w", len(p), name, off, ErrAlign)
	}
	return nil
}

// Open opens the directory dir with a disk of that kind, or the best that works if kind is empty. A forced kind that does not work is
// an error.
func Open(dir, kind string) (FS, error) {
	switch kind {
	case "", "uring", "direct", "buffered":
	default:
		return nil, fmt.Errorf("no disk %q: uring, direct, buffered", kind)
	}
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	f.forced = kind
	if kind != "" {
		if err := f.choose(); err != nil {
			f.Close()
			return nil, fmt.Errorf("disk %q: %w", kind, err)
		}
	}
	return f, nil
}

// OpenReadOnly opens the directory dir without writing a byte to it; whatever would change something is an error.
func OpenReadOnly(dir string) (FS, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	f.readOnly = true
	return f, nil
}

// direct finds out by trying whether the directory takes writes past the page cache, if no durable write has shown it before.
func (f *folder) direct() bool {
	f.tried.Do(func() {
		switch {
		case f.readOnly:
			f.noDirect = errors.New("open for reading only")
		case f.forced == "buffered":
			f.noDirect = errors.New("chosen by hand")
		case !f.proved.Load():
			f.noDirect = tryDirect(f.path)
		}
		f.buffered.Store(f.noDirect != nil)
	})
	return f.noDirect == nil
}

// choose finds out by trying what is the best kind. That is not done before the first Submit or question, because a ring takes a moment
// to come and go, and short-lived processes do without. It returns an error only if a kind is forced and does not work.
func (f *folder) choose() error {
	f.chosen.Do(func() {
		f.kind = "buffered"
		if !f.direct() {
			f.settle(f.noDirect)
			return
		}
		f.kind = "direct"
		if f.forced == "direct" {
			f.note = "chosen by hand"
			return
		}
		r, err := startRing(&f.counts)
		if err != nil {
			f.settle(err)
			return
		}
		f.kind = "uring"
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.closed {
			r.stop()
			return
		}
		f.queue = r
	})
	return f.missing
}

// settle goes without what does not work, unless it is asked for.
func (f *folder) settle(why error) {
	f.note = why.Error()
	if f.forced != "" && f.forced != f.kind {
		f.missing = why
	}
}
