package index

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// mapping is a checkpoint that a tree lies in. Its bytes are never written; they stay mapped as long as a stub refers to them.
type mapping struct {
	file   string
	number uint32 // of where
	b      []byte
	seed   Seed
}

// place is an inner node as it was read, or the footer, whose one kid is the root: what is needed to read its kids. It is on the heap, so
// that only leaves, and stubs that nobody has touched, need the mapping.
type place struct {
	m     *mapping
	off   int64 // of the record; those of its kids end below
	level uint8
	refs  []byte // the body of the record up to the separators
	seps  blob
	// low and high bound the keys below, nil if open. A bound of a kid is a separator or its node's own.
	low, high []byte
}

// ref is where a record is: its offset, the length of its body, and the bytes of it and all records below.
type ref struct {
	off  int64
	size int
	all  int64
}

// room returns the bytes that a record takes.
func room(size int) int64 { return int64(ckptRecordSize + padded(size)) }

// refSize is what an inner node keeps of each kid; leaves have nothing below, so that all is known by the size.
func refSize(level uint8) int {
	if level == 1 {
		return 8 + 4
	}
	return 8 + 4 + 8
}

// appendRefs appends what an inner node keeps of its kids, padded.
func appendRefs(b []byte, level uint8, kids []ref) []byte {
	b = le.AppendUint64(b, uint64(len(kids)))
	for _, k := range kids {
		b = le.AppendUint64(b, uint64(k.off))
	}
	if level > 1 {
		for _, k := range kids {
			b = le.AppendUint64(b, uint64(k.all))
		}
	}
	for _, k := range kids {
		b = le.AppendUint32(b, uint32(k.size))
	}
	return append(b, make([]byte, padded(len(b))-len(b))...)
}

func (p *place) width() int { return int(le.Uint64(p.refs)) }

func (p *place) ref(i int) ref {
	k := p.width()
	r := ref{off: int64(le.Uint64(p.refs[8+8*i:])), size: int(le.Uint32(p.refs[8+(refSize(p.level)-4)*k+4*i:]))}
	if p.level > 1 {
		r.all = int64(le.Uint64(p.refs[8+8*k+8*i:]))
	} else {
		r.all = room(r.size)
	}
	return r
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

// open reads the node of a stub.
func (p *place) open(n *node) (*inner, error) {
	r := p.ref(int(n.i))
	body, err := p.m.record(r, int(n.level))
	if err != nil {
		return nil, err
	}
	body = slices.Clone(body)
	at, err := splitInner(body, n.level)
	if err != nil {
		return nil, p.m.damage(r.off, "%w", err)
	}
	q := &place{m: p.m, off: r.off, level: n.level, refs: body[:at], seps: blob(body[at:])}
	q.low, q.high = p.bounds(int(n.i), nil, nil)
	if !holds(q.seps, q.low, q.high) {
		return nil, p.m.damage(r.off, "a separator outside of the bounds of its node")
	}
	for i := range q.width() {
		if r := q.ref(i); !r.inside(q.off) {
			return nil, p.m.damage(q.off, "refers to %d bytes at %d", r.size, r.off)
		}
	}
	in := &inner{self: n, seps: q.seps}
	if n.level == 1 {
		in.leaves = q.leaves()
	} else {
		in.kids = q.kids()
	}
	return in, nil
}

// splitInner proves the layout of an inner node's body and returns where the separators begin.
func splitInner(body []byte, level uint8) (at int, err error) {
	one := refSize(level)
	if len(body) < 8 || le.Uint64(body) == 0 || le.Uint64(body) > uint64(len(body)/one) {
		return 0, fmt.Errorf("an inner node of %d bytes", len(body))
	}
	k := int(le.Uint64(body))
	if at = padded(8 + one*k); at > len(body) {
		return 0, fmt.Errorf("an inner node of %d bytes with %d kids", len(body), k)
	}
	seps := blob(body[at:])
	if err := seps.validate(); err != nil {
		return 0, err
	}
	if seps.count() != k-1 {
		return 0, fmt.Errorf("%d kids with %d separators", k, seps.count())
	}
	return at, nil
}

func (p *place) kids() []*node {
	stubs, kids := make([]node, p.width()), make([]*node, p.width())
	for i := range stubs {
		p.stub(&stubs[i], i)
		kids[i] = &stubs[i]
	}
	return kids
}

// stub makes n kid i.
func (p *place) stub(n *node, i int) {
	r := p.ref(i)
	n.from, n.i, n.level = p, uint16(i), p.level-1
	n.bytes.Store(r.all)
	n.where.set(p.m.number, r.off)
}

func (p *place) leaves() []*leaf {
	stubs, leaves := make([]leaf, p.width()), make([]*leaf, p.width())
	for i := range stubs {
		l, r := &stubs[i], p.ref(i)
		l.data.Store(&p.m.b[r.off+ckptRecordSize])
		l.from, l.i, l.size = p, uint16(i), uint32(r.size)
		l.state.Store(leafStub)
		l.where.set(p.m.number, r.off)
		leaves[i] = l
	}
	return leaves
}

// prove proves that the bytes of leaf i are those written and that they are a sound leaf in its place.
func (p *place) prove(b blob, i int) error {
	r := p.ref(i)
	if _, err := p.m.record(r, 0); err != nil {
		return err
	}
	if err := b.validate(); err != nil {
		return p.m.damage(r.off, "%w", err)
	}
	if b.count() == 0 {
		return p.m.damage(r.off, "an empty leaf")
	}
	var x, y [MaxKey]byte
	if low, high := p.bounds(i, x[:0], y[:0]); !holds(b, low, high) {
		return p.m.damage(r.off, "a key outside of the bounds of its leaf")
	}
	return nil
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
	return r.off >= ckptHeaderSize && r.off%8 == 0 && r.off <= end && room(r.size) <= end-r.off
}

// record verifies the record at r, which is inside, and returns its body.
func (m *mapping) record(r ref, level int) ([]byte, error) {
	b := m.b[r.off : r.off+room(r.size)]
	if err := m.sum(b, r.off); err != nil {
		return nil, err
	}
	if size, l := le.Uint32(b[8:]), le.Uint32(b[12:]); int64(size) != int64(r.size) || int64(l) != int64(level) {
		return nil, m.damage(r.off, "a record of %d bytes at level %d, want %d at %d", size, l, r.size, level)
	}
	return b[ckptRecordSize : ckptRecordSize+r.size : ckptRecordSize+r.size], nil
}
