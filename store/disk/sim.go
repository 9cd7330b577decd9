package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"sync"
)

// ErrCrashed is what every call of a Sim returns after its power cut.
var ErrCrashed = errors.New("the simulated machine has crashed")

// Sim is a directory in memory that behaves as badly as a real one may, and the same way every time for the same seed and calls. What
// is not durable yet is pending: of each pending sector, and of each change of a name, a power cut keeps the new state, the old one, or
// in sectors a mixture or noise, each by itself, in no order. It starts no goroutine: a submitted write ends in Step.
//
// Every change counts as one step (Create is four: the name, the zeroes, the sync of the file and that of the directory), and faults
// are planted at steps, counted from 1.
type Sim struct {
	mu     sync.Mutex
	seed   uint64
	rng    *rand.Rand
	plain  bool // no pending state: what is written is durable
	names  map[string]*inode
	stable map[string]*inode // the names after a power cut, pending changes aside
	moves  []move
	flight []*flight
	counts counts

	step    int
	crashAt int
	crashed bool
	faults  map[int]fault
	reads   int
	badRead map[int]error
	trace   []traced
	echo    *echo
}

// traced is a line of the trace, made when it is asked for.
type traced struct {
	format string
	args   []any
}

// echo is a write that comes a second time, at a later step.
type echo struct {
	inode *inode
	off   int64
	p     []byte
	step  int
}

// move is a change of a name that is not durable: from is "" for a new file, to is "" for a removed one.
type move struct {
	from, to string
	inode    *inode
}

// flight is a submitted write.
type flight struct {
	f    *simFile
	off  int64
	n    int
	done func(error)
}

// fault is what a planted fault does to a step.
type fault struct {
	err   error // fail with it, half done
	lie   bool  // say nil and do nothing lasting
	aside bool  // write to a neighbouring block
	again bool  // write once more, later
}

// NewSim returns an empty directory whose bad luck follows from seed.
func NewSim(seed uint64) *Sim {
	return &Sim{
		seed: seed, rng: rand.New(rand.NewPCG(seed, 0x5eed)), names: map[string]*inode{}, stable: map[string]*inode{},
		faults: map[int]fault{}, badRead: map[int]error{},
	}
}

// NewMemory returns an empty directory in memory, without faults. Nothing is left of it but what Close leaves to the collector.
func NewMemory() FS {
	s := NewSim(0)
	s.plain = true
	return s
}

// CrashAt cuts the power during that step, counted from the making of s: it and all that follows return ErrCrashed.
func (s *Sim) CrashAt(step int) { s.plant(func() { s.crashAt = step }) }

// FailAt makes that step return err, half done. io.ErrShortWrite and ENOSPC are errors like any other; after a failed Sync what was
// pending is durable or lost, and later syncs do not bring it back.
func (s *Sim) FailAt(step int, err error) { s.plant(func() { s.faults[step] = fault{err: err} }) }

// LieAt makes that step say that it succeeded and leave nothing durable.
func (s *Sim) LieAt(step int) { s.plant(func() { s.faults[step] = fault{lie: true} }) }

// MisdirectAt makes the write of that step go to a neighbouring block of its file.
func (s *Sim) MisdirectAt(step int) { s.plant(func() { s.faults[step] = fault{aside: true} }) }

// RepeatAt makes the write of that step come a second time some steps later, over what was written there meanwhile.
func (s *Sim) RepeatAt(step int) { s.plant(func() { s.faults[step] = fault{again: true} }) }

// FailRead makes the nth read from now on, counted from 1, return err.
func (s *Sim) FailRead(n int, err error) { s.plant(func() { s.badRead[s.reads+n] = err }) }

func (s *Sim) plant(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Steps returns how many steps were made.
func (s *Sim) Steps() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.step
}

// Trace returns a line for every step made, such as "durable 000001.seg 4096+8192" or "sync directory".
func (s *Sim) Trace() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := make([]string, len(s.trace))
	for i, t := range s.trace {
		lines[i] = fmt.Sprintf(t.format, t.args...)
	}
	return lines
}

// FlipBit turns over one bit of a file, in what is read and in what is durable.
func (s *Sim) FlipBit(name string, off int64, bit uint) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.names[name]
	if !ok || off >= int64(len(i.data)) {
		return fmt.Errorf("flip a bit of %s at offset %d: %w", name, off, fs.ErrNotExist)
	}
	i.flip(off, byte(1)<<(bit%8))
	return nil
}

// Step completes one of the submitted writes, any of them, and reports whether there was one.
func (s *Sim) Step() bool {
	s.mu.Lock()
	if len(s.flight) == 0 {
		s.mu.Unlock()
		return false
	}
	k := s.rng.IntN(len(s.flight))
	w := s.flight[k]
	s.flight = slices.Delete(s.flight, k, k+1)
	err := s.end(w)
	s.mu.Unlock()
	w.done(err)
	return true
}

// end makes a submitted write durable.
func (s *Sim) end(w *flight) error {
	flt, err := s.next("complete %s %d+%d", w.f.name, w.off, w.n)
	if err != nil {
		return err
	}
	if flt.err != nil {
		return fmt.Errorf("write %s at offset %d: %w", w.f.name, w.off, flt.err)
	}
	if !flt.lie {
		w.f.inode.settle(w.off, w.n)
	}
	if flt.again {
		s.repeat(w.f.inode, w.f.inode.data[w.off:][:w.n], w.off)
	}
	s.counts.syncs.Add(1)
	return nil
}

// repeat has a write come once more.
func (s *Sim) repeat(i *inode, p []byte, off int64) {
	s.echo = &echo{i, off, slices.Clone(p), s.step + 1 + s.rng.IntN(8)}
}

// next begins a step. On ErrCrashed the step is the one cut short, or comes after it.
func (s *Sim) next(format string, args ...any) (fault, error) {
	if s.crashed {
		return fault{}, ErrCrashed
	}
	s.step++
	if !s.plain {
		s.trace = append(s.trace, traced{format, args})
	}
	if e := s.echo; e != nil && s.step >= e.step {
		s.echo = nil
		e.inode.put(e.p, e.off)
		e.inode.settle(e.off, len(e.p))
	}
	if s.step == s.crashAt {
		s.crashed = true
		return fault{}, ErrCrashed
	}
	return s.faults[s.step], nil
}

// Kind is "sim" or "memory".
func (s *Sim) Kind() string {
	if s.plain {
		return "memory"
	}
	return "sim"
}

// Note is empty.
func (s *Sim) Note() string { return "" }

// Counters tells what was done.
func (s *Sim) Counters() Counters {
	return Counters{Syncs: s.counts.syncs.Load(), Written: s.counts.written.Load(), Read: s.counts.read.Load()}
}

// Create makes a durable file of zeroes, in four steps.
func (s *Sim) Create(name string, size int64) (File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.ContainsAny(name, `/\`) || name == "" {
		return nil, fmt.Errorf("create %q: %w", name, fs.ErrInvalid)
	}
	if _, ok := s.names[name]; ok {
		return nil, fmt.Errorf("create %s: %w", name, fs.ErrExist)
	}
	f := &simFile{sim: s, name: name, inode: &inode{plain: s.plain}}
	if err := s.create(f, size); err != nil {
		if !s.crashed { // as on a real disk, the name goes again at once and for good at the next SyncDir
			delete(s.names, name)
			s.moves = append(s.moves, move{from: name, inode: f.inode})
		}
		return nil, fmt.Errorf("create %s: %w", name, err)
	}
	return f, nil
}

func (s *Sim) create(f *simFile, size int64) error {
	flt, err := s.next("create %s", f.name)
	if flt.err != nil {
		return flt.err
	}
	s.rename("", f.name, f.inode)
	if err != nil {
		return err
	}
	if size > 0 {
		if _, err := f.write(make([]byte, size), 0, "zero"); err != nil {
			return err
		}
	}
	if err := f.sync(); err != nil {
		return err
	}
	return s.syncDir()
}

// rename changes the names that are seen; the change is pending.
func (s *Sim) rename(from, to string, i *inode) {
	if from != "" {
		delete(s.names, from)
	}
	if to != "" {
		s.names[to] = i
	}
	if s.plain {
		return
	}
	s.moves = append(s.moves, move{from, to, i})
}

// Open opens a file.
func (s *Sim) Open(name string) (File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.crashed {
		return nil, ErrCrashed
	}
	i, ok := s.names[name]
	if !ok {
		return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
	}
	return &simFile{sim: s, name: name, inode: i}, nil
}

// Remove removes a name; what has the file open keeps it.
func (s *Sim) Remove(name string) error { return s.move("remove "+name, name, "") }

// Rename gives a file another name, taking it from the file that has it.
func (s *Sim) Rename(oldName, newName string) error {
	return s.move("rename "+oldName+" "+newName, oldName, newName)
}

func (s *Sim) move(what, from, to string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.names[from]
	if !ok && !s.crashed {
		return fmt.Errorf("%s: %w", what, fs.ErrNotExist)
	}
	flt, err := s.next("%s", what)
	if flt.err != nil {
		return fmt.Errorf("%s: %w", what, flt.err)
	}
	if ok && (err == nil || s.step == s.crashAt) {
		s.rename(from, to, i)
	}
	return err
}

// List returns the names, sorted.
func (s *Sim) List() ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.crashed {
		return nil, ErrCrashed
	}
	names := make([]string, 0, len(s.names))
	for n := range s.names {
		names = append(names, n)
	}
	sort.Strings(names)
	return names, nil
}

// SyncDir makes the names durable.
func (s *Sim) SyncDir() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.syncDir()
}

func (s *Sim) syncDir() error {
	flt, err := s.next("sync directory")
	if err != nil {
		return err
	}
	if flt.err != nil {
		return fmt.Errorf("sync directory: %w", flt.err)
	}
	s.counts.syncs.Add(1)
	if flt.lie {
		return nil
	}
	for _, m := range s.moves {
		m.apply(s.stable, true)
	}
	s.moves = nil
	return nil
}

// Fetch counts as one read.
func (s *Sim) Fetch(extents []Extent) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.read(); err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	for _, x := range extents {
		s.counts.read.Add(int64(x.Len))
	}
	return nil
}

// Resident tells that nothing is in memory, but for a directory that is there.
func (s *Sim) Resident([]byte) bool { return s.plain }

// Close ends the use of the directory; a memory directory keeps its files for nobody.
func (s *Sim) Close() error { return nil }
