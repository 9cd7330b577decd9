package store

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"arbor/store/disk"
	"arbor/store/index"
)

// mappings is what of the store's files is mapped. Where the disk cannot deliver a mapped page the processor faults; guard turns that
// into an error.
type mappings struct {
	mu   sync.Mutex
	list []mapping
}

type mapping struct {
	file disk.File
	b    []byte
}

func (m *mappings) add(f disk.File) ([]byte, error) {
	b, err := f.Map()
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = append(m.list, mapping{f, b})
	return b, nil
}

// find returns the file that is mapped at addr and the offset in it.
func (m *mappings) find(addr uintptr) (string, int64, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.list {
		start := uintptr(unsafe.Pointer(unsafe.SliceData(p.b)))
		if addr >= start && addr < start+uintptr(len(p.b)) {
			return p.file.Name(), int64(addr - start), true
		}
	}
	return "", 0, false
}

// remove gives b back, which add has returned. Nothing may read it any more.
func (m *mappings) remove(b []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.list, func(p mapping) bool { return unsafe.SliceData(p.b) == unsafe.SliceData(b) })
	if i < 0 {
		return nil
	}
	p := m.list[i]
	m.list = slices.Delete(m.list, i, i+1)
	return p.file.Unmap(p.b)
}

// close gives all mappings back. Nothing may read them any more.
func (m *mappings) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var first error
	for _, p := range m.list {
		if err := p.file.Unmap(p.b); err != nil && first == nil {
			first = err
		}
	}
	m.list = nil
	return first
}

// unguard ends a stretch of code that reads mapped memory. It is used as
//
//	defer e.unguard(debug.SetPanicOnFault(true), &err)
//
// and sets err if the stretch ended by a fault in one of the store's mappings. Any other panic goes on.
func (e *engine) unguard(before bool, err *error) {
	debug.SetPanicOnFault(before)
	r := recover()
	if r == nil {
		return
	}
	if fault, ok := r.(interface{ Addr() uintptr }); ok {
		if name, off, ok := e.mappings.find(fault.Addr()); ok {
			e.rebuild.Store(strings.HasSuffix(name, ".ckpt") || e.rebuild.Load())
			*err = &CorruptError{File: name, Offset: off, Err: errors.New("the disk does not deliver these bytes")}
			return
		}
	}
	panic(r)
}

// damage turns what the index says of a checkpoint into an error of the store, and has the next open make the index again.
func (e *engine) damage(err error) error {
	var d *index.DamageError
	if errors.As(err, &d) {
		e.rebuild.Store(true)
		return &CorruptError{File: d.File, Offset: d.Offset, Want: d.Want, Got: d.Got, Err: d.Err}
	}
	return err
}

// value returns the value of key that the index gives as v. It lies in the log, or in a leaf: it is lent.
func (e *engine) value(v index.Value, key []byte) ([]byte, error) {
	if v.Inline != nil {
		return v.Inline, nil
	}
	l := LSN(v.Addr)
	b, err := e.changeBytes(l, changeHeader+uint32(len(key))+v.Len)
	if err != nil {
		return nil, err
	}
	val, got, ok := e.id.checkChange(b, l, len(key))
	if !ok {
		return nil, &CorruptError{File: segmentName(l.ord()), Offset: int64(l.off()), Want: le.Uint64(b), Got: got}
	}
	if b[changeKind] == changePutPacked {
		if val, err = unpack(val); err != nil {
			return nil, &CorruptError{File: segmentName(l.ord()), Offset: int64(l.off()), Err: err}
		}
	}
	return val, nil
}

// changeBytes returns the n bytes of the change at l, which are lent and not proved.
func (e *engine) changeBytes(l LSN, n uint32) ([]byte, error) {
	s := e.log.at(l.ord())
	if s == nil {
		return nil, &CorruptError{File: segmentName(l.ord()), Offset: int64(l.off()), Err: errors.New("no such segment")}
	}
	d, err := e.touch(s, l.off())
	if err != nil {
		return nil, fmt.Errorf("read a value: %w", err)
	}
	b, err := d.bytes(l.off(), n)
	if err != nil {
		return nil, &CorruptError{File: segmentName(l.ord()), Offset: int64(l.off()), Err: err}
	}
	return b, nil
}
