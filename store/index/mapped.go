package index

import (
	"bytes"
	"fmt"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
)

// mapping is a checkpoint that a tree lies in. Its bytes are never written; they stay mapped as long as a tree refers to them.
type mapping struct {
	file string
	b    []byte
	seed Seed
}

// origin is where in a checkpoint a leaf lies.
type origin struct {
	m     *mapping
	off   int64
	place *place
	i     int         // which leaf of place it is
	sound atomic.Bool // verified; set by whoever touches the leaf first, never reset
}

// place is an inner node as it was opened and the bounds of the keys below it, nil if open. A bound of its kids is a separator or its own.
type place struct {
	seps      blob
	low, high []byte
}

// bounds appends the bounds of kid i to the two slices; a nil one is open.
func (p *place) bounds(i int, x, y []byte) (low, high []byte) {
	low, high = p.low, p.high
	if i > 0 {
		low = p.seps.appendKey(x, i-1)
	}
	if i < p.seps.count() {
		high = p.seps.appendKey(y, i)
	}
	return low, high
}

// holds tells whether all keys of b are within the bounds. The lower one is inclusive.
func holds(b blob, low, high []byte) bool {
	n := b.count()
	if n == 0 {
		return true
	}
	var k [MaxKey]byte
	return bytes.Compare(b.appendKey(k[:0], 0), low) >= 0 && below(b.appendKey(k[:0], n-1), high)
}

func (m *mapping) damage(off int64, format string, args ...any) error {
	return &DamageError{File: m.file, Offset: off, Err: fmt.Errorf(format, args...)}
}

// sum checks the checksum that b[0:8] holds of the rest of b, which lies at off.
func (m *mapping) sum(b []byte, off int64) error {
	want, got := le.Uint64(b), xxhash.Sum64(b[8:])^m.seed(off)
	if want != got {
		return &DamageError{File: m.file, Offset: off, Want: want, Got: got}
	}
	return nil
}

// inside tells whether a record at r ends at or below end.
func (r ref) inside(end int64) bool {
	return r.off >= ckptHeaderSize && r.off%8 == 0 && r.off <= end && int64(ckptRecordSize+padded(r.size)) <= end-r.off
}

// record verifies the record at r, which is inside, and returns its body.
func (m *mapping) record(r ref, level int) ([]byte, error) {
	b := m.b[r.off : r.off+int64(ckptRecordSize+padded(r.size))]
	if err := m.sum(b, r.off); err != nil {
		return nil, err
	}
	if size, l := le.Uint32(b[8:]), le.Uint32(b[12:]); int64(size) != int64(r.size) || int64(l) != int64(level) {
		return nil, m.damage(r.off, "a record of %d bytes at level %d, want %d at %d", size, l, r.size, level)
	}
	return b[ckptRecordSize : ckptRecordSize+r.size : ckptRecordSize+r.size], nil
}

// verify proves that the leaf's bytes are those written and that they are a sound leaf in its place.
func (o *origin) verify(b blob) error {
	if _, err := o.m.record(ref{o.off, len(b)}, 0); err != nil {
		return err
	}
	if err := b.validate(); err != nil {
		return o.m.damage(o.off, "%w", err)
	}
	if b.count() == 0 {
		return o.m.damage(o.off, "an empty leaf")
	}
	var x, y [MaxKey]byte
	if low, high := o.place.bounds(o.i, x[:0], y[:0]); !holds(b, low, high) {
		return o.m.damage(o.off, "a key outside of the bounds of its leaf")
	}
	o.sound.Store(true)
	return nil
}
