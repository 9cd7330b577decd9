package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// sector is what a disk writes as a whole.
const sector = 512

// inode is the content of a simulated file.
type inode struct {
	data    []byte // what reads see
	durable []byte // what a power cut leaves, pending sectors aside; unused if plain
	// pending has, of every sector that is not durable, the contents it had since, oldest first.
	pending map[int64][][]byte
	sized   bool // the size is not durable
	plain   bool
}

// put writes to data and notes the sectors as pending.
func (i *inode) put(p []byte, off int64) {
	i.grow(off + int64(len(p)))
	copy(i.data[off:], p)
	if i.plain {
		return
	}
	if i.pending == nil {
		i.pending = map[int64][][]byte{}
	}
	for k := off / sector; k*sector < off+int64(len(p)); k++ {
		i.pending[k] = append(i.pending[k], sectorOf(i.data, k))
	}
}

// putDurable is put and settle.
func (i *inode) putDurable(p []byte, off int64) {
	i.grow(off + int64(len(p)))
	copy(i.data[off:], p)
	i.settle(off, len(p))
}

// sectorOf returns what sector k of b is, zeroes beyond its end. It is not to be changed.
func sectorOf(b []byte, k int64) []byte {
	if k*sector >= int64(len(b)) {
		return zeroes[:sector]
	}
	b = b[k*sector:]
	if len(b) >= sector && bytes.Equal(b[:sector], zeroes[:sector]) {
		return zeroes[:sector]
	}
	out := make([]byte, sector)
	copy(out, b)
	return out
}

func (i *inode) grow(size int64) {
	if n := size - int64(len(i.data)); n > 0 {
		i.data = append(i.data, make([]byte, n)...)
		i.sized = true
	}
}

// settle makes [off, off+n) durable, with the size that it needs.
func (i *inode) settle(off int64, n int) {
	if i.plain {
		return
	}
	end := min(off+int64(n), int64(len(i.data)))
	if more := end - int64(len(i.durable)); more > 0 {
		i.durable = append(i.durable, make([]byte, more)...)
	}
	if end > off {
		copy(i.durable[off:end], i.data[off:end])
	}
	for k := off / sector; k*sector < end; k++ {
		delete(i.pending, k)
	}
	i.sized = len(i.durable) != len(i.data)
}

// settleAll makes all that is pending durable, and the size.
func (i *inode) settleAll() {
	if i.plain {
		return
	}
	size := len(i.data)
	i.durable = append(i.durable, make([]byte, max(0, size-len(i.durable)))...)[:size]
	for k := range i.pending {
		copy(i.durable[k*sector:], i.data[k*sector:min((k+1)*sector, int64(size))])
	}
	clear(i.pending)
	i.sized = false
}

func (i *inode) flip(off int64, mask byte) {
	i.data[off] ^= mask
	if off < int64(len(i.durable)) {
		i.durable[off] ^= mask
	}
	for k, versions := range i.pending {
		if off/sector == k {
			for n, v := range versions {
				versions[n] = slices.Clone(v)
				versions[n][off%sector] ^= mask
			}
		}
	}
}

// simFile is an open file of a Sim.
type simFile struct {
	sim   *Sim
	name  string
	inode *inode
}

func (f *simFile) Name() string { return f.name }

func (f *simFile) Size() (int64, error) {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	if f.sim.crashed {
		return 0, ErrCrashed
	}
	return int64(len(f.inode.data)), nil
}

func (f *simFile) ReadAt(p []byte, off int64) (int, error) {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	if err := f.sim.read(); err != nil {
		return 0, fmt.Errorf("read %s at offset %d: %w", f.name, off, err)
	}
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	if off >= int64(len(f.inode.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.inode.data[off:])
	f.sim.counts.read.Add(int64(n))
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (s *Sim) read() error {
	if s.crashed {
		return ErrCrashed
	}
	s.reads++
	return s.badRead[s.reads]
}

func (f *simFile) WriteAt(p []byte, off int64) (int, error) {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	return f.write(p, off, "write")
}

func (f *simFile) WriteDurable(p []byte, off int64) error {
	if err := checkAligned(f.name, p, off); err != nil {
		return err
	}
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	_, err := f.write(p, off, "durable")
	return err
}

// write is one step; a "durable" one settles what it wrote. A failed one has written some of its sectors, and so may one cut short.
func (f *simFile) write(p []byte, off int64, what string) (int, error) {
	s := f.sim
	was := s.crashed
	flt, err := s.next("%s %s %d+%d", what, f.name, off, len(p))
	if err == nil {
		err = flt.err
	}
	if err != nil {
		if !was {
			f.half(p, off)
		}
		return 0, fmt.Errorf("write %s at offset %d: %w", f.name, off, err)
	}
	if flt.aside {
		off = s.aside(off, len(p), int64(len(f.inode.data)))
	}
	if what == "durable" && !flt.lie {
		f.inode.putDurable(p, off)
	} else {
		f.inode.put(p, off)
	}
	if flt.again {
		s.repeat(f.inode, p, off)
	}
	s.counts.written.Add(int64(len(p)))
	if what == "durable" {
		s.counts.syncs.Add(1)
	}
	return len(p), nil
}

// half writes a random part of the sectors of p, none of them or all included.
func (f *simFile) half(p []byte, off int64) {
	share := []int{0, 2, 2, 4}[f.sim.rng.IntN(4)]
	for n := 0; n < len(p); {
		m := min(len(p)-n, sector-int((off+int64(n))%sector))
		if f.sim.rng.IntN(4) < share {
			f.inode.put(p[n:n+m], off+int64(n))
		}
		n += m
	}
}

// aside returns the offset of a neighbouring block in the file, before it or behind it.
func (s *Sim) aside(off int64, n int, size int64) int64 {
	if off >= Align && (s.rng.IntN(2) == 0 || off+int64(n)+Align > size) {
		return off - Align
	}
	return off + Align
}

func (f *simFile) Submit(p []byte, off int64, done func(error)) {
	err := checkAligned(f.name, p, off)
	s := f.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && s.crashed {
		err = ErrCrashed
	}
	switch {
	case err != nil:
		s.flight = append(s.flight, &flight{f: f, off: off, done: func(error) { done(err) }})
	case s.plain:
		_, err := f.write(p, off, "durable")
		go done(err)
	default:
		f.inode.put(p, off)
		s.counts.written.Add(int64(len(p)))
		s.flight = append(s.flight, &flight{f: f, off: off, n: len(p), done: done})
	}
}

func (f *simFile) Truncate(size int64) error {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	flt, err := f.sim.next("truncate %s %d", f.name, size)
	if err == nil {
		err = flt.err
	}
	if err != nil {
		return fmt.Errorf("truncate %s: %w", f.name, err)
	}
	i := f.inode
	i.grow(size)
	if size < int64(len(i.data)) {
		i.data = i.data[:size:size]
		i.sized = true
		for k := range i.pending {
			if k*sector >= size {
				delete(i.pending, k)
			}
		}
	}
	return nil
}

func (f *simFile) Sync() error {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	return f.sync()
}

func (f *simFile) sync() error {
	flt, err := f.sim.next("sync %s", f.name)
	if err != nil {
		return err
	}
	f.sim.counts.syncs.Add(1)
	if flt.err != nil {
		f.forget()
		return fmt.Errorf("sync %s: %w", f.name, flt.err)
	}
	if !flt.lie {
		f.inode.settleAll()
	}
	return nil
}

// forget is what a failed sync does on Linux: the pages are marked clean, whether they reached the disk or not.
func (f *simFile) forget() {
	i := f.inode
	for _, k := range sortedKeys(i.pending) {
		if f.sim.rng.IntN(2) == 0 {
			i.settle(k*sector, sector)
		}
	}
	clear(i.pending)
}

// Reread makes what is read what is durable or pending.
func (f *simFile) Reread() error {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	if err := f.sim.read(); err != nil {
		return fmt.Errorf("reread %s: %w", f.name, err)
	}
	i := f.inode
	if i.plain {
		return nil
	}
	for k := int64(0); k*sector < int64(len(i.durable)); k++ {
		if _, ok := i.pending[k]; !ok {
			copy(i.data[k*sector:min((k+1)*sector, int64(len(i.data)))], i.durable[k*sector:])
		}
	}
	return nil
}

// Map returns a copy.
func (f *simFile) Map() ([]byte, error) {
	f.sim.mu.Lock()
	defer f.sim.mu.Unlock()
	if err := f.sim.read(); err != nil {
		return nil, fmt.Errorf("map %s: %w", f.name, err)
	}
	b := Aligned(len(f.inode.data))
	copy(b, f.inode.data)
	return b, nil
}

func (f *simFile) Unmap([]byte) error { return nil }
func (f *simFile) Close() error       { return nil }
