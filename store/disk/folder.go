package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// folder is a directory of the operating system.
type folder struct {
	path     string
	forced   string // the kind asked for
	readOnly bool
	counts   counts
	dir      *os.File // for SyncDir; nil where directories cannot be synced

	proved   atomic.Bool // a write past the page cache has succeeded
	buffered atomic.Bool // none will: noDirect is set
	tried    sync.Once   // noDirect is set, or none is needed
	noDirect error
	chosen   sync.Once // kind, note and missing are set
	kind     string
	note     string
	missing  error // why there is not the kind that was asked for

	mu     sync.Mutex
	queue  queue // the ring, or made at the first Submit
	closed bool

	fetchers fetchers
}

// counts is Counters, counting.
type counts struct {
	enters, entries, syncs atomic.Uint64
	written, read          atomic.Int64
}

// queue does durable writes in the background. stop waits for those submitted.
type queue interface {
	submit(w *submission)
	stop()
}

// submission is one durable write on its way. p is reachable from here until it is completed, so that the kernel may read it.
type submission struct {
	file *file
	fd   *os.File
	p    []byte
	off  int64
	done func(error)
}

// complete tells the submitter. The file is given up first, so that done may close it.
func (w *submission) complete(err error) {
	if err != nil {
		err = fmt.Errorf("write %s at offset %d: %w", w.file.name, w.off, err)
	} else {
		w.file.dir.counts.syncs.Add(1)
		w.file.dir.counts.written.Add(int64(len(w.p)))
	}
	w.file.inFlight.Done()
	w.done(err)
}

func openFolder(path string) (*folder, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s: not a directory", path)
	}
	dir, err := openDir(path)
	if err != nil {
		return nil, err
	}
	return &folder{path: path, dir: dir}, nil
}

func (f *folder) Kind() string {
	f.choose() // its error was returned by Open
	return f.kind
}

func (f *folder) Note() string {
	f.choose()
	return f.note
}

func (f *folder) Counters() Counters {
	c := &f.counts
	return Counters{c.enters.Load(), c.entries.Load(), c.syncs.Load(), c.written.Load(), c.read.Load()}
}

// zeroes is what Create fills with, a piece at a time.
var zeroes [1 << 20]byte

func (f *folder) Create(name string, size int64) (File, error) {
	if err := f.mayWrite("create", name); err != nil {
		return nil, err
	}
	path := filepath.Join(f.path, name)
	h, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	InPlace(h)
	for off := int64(0); off < size && err == nil; off += int64(len(zeroes)) {
		_, err = h.WriteAt(zeroes[:min(size-off, int64(len(zeroes)))], off)
	}
	if err == nil {
		err = h.Sync()
	}
	if err == nil {
		err = f.SyncDir()
	}
	if err != nil {
		h.Close()
		os.Remove(path) // the first error is the one to tell
		return nil, fmt.Errorf("create %s: %w", name, err)
	}
	f.counts.syncs.Add(1)
	f.counts.written.Add(size)
	return f.file(name, h), nil
}

func (f *folder) Open(name string) (File, error) {
	flag := os.O_RDWR
	if f.readOnly {
		flag = os.O_RDONLY
	}
	h, err := os.OpenFile(filepath.Join(f.path, name), flag, 0)
	if err != nil {
		return nil, err
	}
	return f.file(name, h), nil
}

func (f *folder) Remove(name string) error {
	if err := f.mayWrite("remove", name); err != nil {
		return err
	}
	return os.Remove(filepath.Join(f.path, name))
}

func (f *folder) Rename(oldName, newName string) error {
	if err := f.mayWrite("rename", oldName); err != nil {
		return err
	}
	return os.Rename(filepath.Join(f.path, oldName), filepath.Join(f.path, newName))
}

func (f *folder) List() ([]string, error) {
	entries, err := os.ReadDir(f.path) // sorted
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (f *folder) SyncDir() error {
	if f.dir == nil {
		return nil
	}
	f.counts.syncs.Add(1)
	if err := f.dir.Sync(); err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	return nil
}

func (f *folder) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.closeFetchers()
	if f.queue != nil {
		f.queue.stop()
		f.queue = nil
	}
	if f.dir == nil {
		return nil
	}
	err := f.dir.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

func (f *folder) Resident(b []byte) bool { return resident(b) }

func (f *folder) mayWrite(what, name string) error {
	if f.readOnly {
		return fmt.Errorf("%s %s: open for reading only: %w", what, name, fs.ErrPermission)
	}
	return nil
}

// background returns the queue, starting one of pwrites if there is no ring.
func (f *folder) background() queue {
	f.choose() // its error was returned by Open
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.queue == nil {
		f.queue = startWriter()
	}
	return f.queue
}

// SyncDir makes the names in a directory durable, where directories can be synced.
func SyncDir(path string) error {
	d, err := openDir(path)
	if err != nil || d == nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
