package index

import (
	"errors"
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
	node  *node // the node it was opened under, and its place there
	i     int
	sound atomic.Bool // verified; set by whoever touches the leaf first, never reset
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
	n := b.count()
	if n == 0 {
		return o.m.damage(o.off, "an empty leaf")
	}
	var x, y [MaxKey]byte
	seps := o.node.seps
	if o.i > 0 && string(b.appendKey(x[:0], 0)) < string(seps.appendKey(y[:0], o.i-1)) ||
		o.i < seps.count() && string(b.appendKey(x[:0], n-1)) >= string(seps.appendKey(y[:0], o.i)) {
		return o.m.damage(o.off, "a key outside of the bounds of its leaf")
	}
	o.sound.Store(true)
	return nil
}

// OpenCheckpoint returns the tree that lies in b, the bytes of a checkpoint file, usually mapped. It reads the inner nodes alone; each leaf
// is verified when it is first touched. b must stay as it is for as long as the tree, or one made from it, is in use. An error is a
// *DamageError.
func OpenCheckpoint(file string, b []byte, seed Seed) (*Tree, error) {
	m := &mapping{file: file, b: b, seed: seed}
	if len(b) < ckptHeaderSize+ckptFooterSize {
		return nil, m.damage(0, "%d bytes are too few for a checkpoint", len(b))
	}
	if string(b[:8]) != ckptHeader || le.Uint32(b[8:]) != ckptVersion || le.Uint32(b[12:]) != 0 {
		return nil, m.damage(0, "not the header of a checkpoint of version %d", ckptVersion)
	}
	end := int64(len(b) - ckptFooterSize)
	f := b[end:]
	if err := m.sum(f, end); err != nil {
		return nil, err
	}
	root, level := ref{int64(le.Uint64(f[8:])), int(le.Uint32(f[16:]))}, int(le.Uint32(f[20:]))
	size, leaves, nodes := le.Uint64(f[24:]), le.Uint64(f[32:]), le.Uint64(f[40:])
	room := uint64(end) / ckptLeastRecord
	if le.Uint64(f[48:]) != uint64(len(b)) || string(f[56:]) != ckptFooter || level > maxHeight || leaves > room || nodes > room || size > uint64(len(b)) {
		return nil, m.damage(end, "bad footer")
	}
	if level == 0 {
		if size+leaves+nodes != 0 || root != (ref{}) {
			return nil, m.damage(end, "bad footer of an empty tree")
		}
		return &Tree{}, nil
	}
	o := opener{m: m, leaves: make([]leaf, leaves), origins: make([]origin, leaves), nodes: nodes}
	n, err := o.open(root, level, end)
	if err != nil {
		return nil, err
	}
	if o.used != len(o.leaves) || o.nodes != 0 {
		return nil, m.damage(end, "%d leaves and %d nodes less than the footer says", len(o.leaves)-o.used, o.nodes)
	}
	return &Tree{root: n, size: int64(size)}, nil
}

// opener builds inner nodes. Its leaves are the number the footer tells, and no more are handed out, however the nodes refer to each other.
type opener struct {
	m       *mapping
	leaves  []leaf
	origins []origin
	used    int
	nodes   uint64 // still to come
}

var errTooMany = errors.New("more nodes than the footer says")

// open builds the node at r and all under it. Kids lie below their parent in the file, so there is no cycle.
func (o *opener) open(r ref, level int, end int64) (*node, error) {
	if !r.inside(end) {
		return nil, o.m.damage(end, "refers to %d bytes at %d", r.size, r.off)
	}
	if o.nodes == 0 {
		return nil, &DamageError{File: o.m.file, Offset: r.off, Err: errTooMany}
	}
	o.nodes--
	body, err := o.m.record(r, level)
	if err != nil {
		return nil, err
	}
	if len(body) < 8 || le.Uint64(body) == 0 || le.Uint64(body) > uint64(len(body)/12) {
		return nil, o.m.damage(r.off, "an inner node of %d bytes", len(body))
	}
	k := int(le.Uint64(body))
	offs, sizes := body[8:], body[8+8*k:]
	at := padded(8 + 12*k)
	if at > len(body) {
		return nil, o.m.damage(r.off, "an inner node of %d bytes with %d kids", len(body), k)
	}
	n := &node{seps: blob(body[at:])}
	if err := n.seps.validate(); err != nil {
		return nil, o.m.damage(r.off, "%w", err)
	}
	if n.seps.count() != k-1 {
		return nil, o.m.damage(r.off, "%d kids with %d separators", k, n.seps.count())
	}
	kid := func(i int) ref { return ref{int64(le.Uint64(offs[8*i:])), int(le.Uint32(sizes[4*i:]))} }
	if level == 1 {
		return n, o.addLeaves(n, r.off, k, kid)
	}
	n.kids = make([]*node, k)
	for i := range n.kids {
		if n.kids[i], err = o.open(kid(i), level-1, r.off); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (o *opener) addLeaves(n *node, end int64, k int, kid func(int) ref) error {
	if k > len(o.leaves)-o.used {
		return &DamageError{File: o.m.file, Offset: end, Err: errTooMany}
	}
	n.leaves = make([]*leaf, k)
	for i := range n.leaves {
		r := kid(i)
		if !r.inside(end) {
			return o.m.damage(end, "refers to %d bytes at %d", r.size, r.off)
		}
		l, from := &o.leaves[o.used], &o.origins[o.used]
		o.used++
		from.m, from.off, from.node, from.i = o.m, r.off, n, i
		at := r.off + ckptRecordSize
		l.blob, l.from = o.m.b[at:at+int64(r.size):at+int64(r.size)], from
		n.leaves[i] = l
	}
	return nil
}
