package index

import (
	"errors"
	"fmt"
)

// OpenCheckpoint returns the tree that lies in b, the bytes of a checkpoint file, usually mapped, and its meta. It reads the inner nodes
// alone; each leaf is verified when it is first touched. b must stay as it is for as long as the tree, or one made from it, or the meta is
// in use. An error is a *DamageError.
func OpenCheckpoint(file string, b []byte, seed Seed) (*Tree, []byte, error) {
	m := &mapping{file: file, b: b, seed: seed}
	if len(b) < ckptHeaderSize+ckptFooterSize {
		return nil, nil, m.damage(0, "%d bytes are too few for a checkpoint", len(b))
	}
	if string(b[:8]) != ckptHeader || le.Uint32(b[8:]) != ckptVersion || le.Uint32(b[12:]) != 0 {
		return nil, nil, m.damage(0, "not the header of a checkpoint of version %d", ckptVersion)
	}
	end := int64(len(b) - ckptFooterSize)
	f := b[end:]
	if err := m.sum(f, end); err != nil {
		return nil, nil, err
	}
	root, level := ref{int64(le.Uint64(f[8:])), int(le.Uint32(f[16:]))}, int(le.Uint32(f[20:]))
	size, leaves, nodes := le.Uint64(f[24:]), le.Uint64(f[32:]), le.Uint64(f[40:])
	room := uint64(end) / ckptLeastRecord
	metaSize := le.Uint64(f[48:])
	if le.Uint64(f[56:]) != uint64(len(b)) || string(f[64:]) != ckptFooter || level > maxOpenHeight || leaves > room || nodes > room ||
		size > uint64(len(b)) || metaSize > MaxMeta {
		return nil, nil, m.damage(end, "bad footer")
	}
	at := ref{end - ckptRecordSize - int64(padded(int(metaSize))), int(metaSize)}
	if !at.inside(end) {
		return nil, nil, m.damage(end, "%d bytes of meta", metaSize)
	}
	meta, err := m.record(at, ckptMetaLevel)
	if err != nil {
		return nil, nil, err
	}
	if level == 0 {
		if size+leaves+nodes != 0 || root != (ref{}) {
			return nil, nil, m.damage(end, "bad footer of an empty tree")
		}
		return &Tree{}, meta, nil
	}
	o := opener{m: m, leaves: make([]leaf, leaves), origins: make([]origin, leaves)}
	n, err := o.open(root, level, at.off, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	if o.used != len(o.leaves) || o.nodes != nodes {
		return nil, nil, m.damage(end, "%d leaves and %d nodes, the footer says %d and %d", o.used, o.nodes, leaves, nodes)
	}
	return &Tree{root: n, size: int64(size)}, meta, nil
}

// opener builds inner nodes. Its leaves are the number the footer tells, and no more are handed out, however the nodes refer to each other;
// as there is a leaf below every node, that bounds the nodes too.
type opener struct {
	m       *mapping
	leaves  []leaf
	origins []origin
	used    int
	nodes   uint64
}

var errTooMany = errors.New("more leaves than the footer says")

// maxOpenHeight bounds the inner levels of a checkpoint, so that a tree made from it has room to grow below maxHeight.
const maxOpenHeight = 16

// open builds the node at r, whose keys are within [low, high), and all under it. Kids lie below their parent in the file, at end, so there
// is no cycle.
func (o *opener) open(r ref, level int, end int64, low, high []byte) (*node, error) {
	if !r.inside(end) {
		return nil, o.m.damage(end, "refers to %d bytes at %d", r.size, r.off)
	}
	o.nodes++
	body, err := o.m.record(r, level)
	if err != nil {
		return nil, err
	}
	k, seps, err := splitInner(body)
	if err != nil {
		return nil, o.m.damage(r.off, "%w", err)
	}
	p := &place{seps, low, high}
	if !holds(seps, low, high) {
		return nil, o.m.damage(r.off, "a separator outside of the bounds of its node")
	}
	kid := func(i int) ref { return ref{int64(le.Uint64(body[8+8*i:])), int(le.Uint32(body[8+8*k+4*i:]))} }
	n := &node{seps: seps}
	if level == 1 {
		return n, o.addLeaves(n, p, r.off, k, kid)
	}
	n.kids = make([]*node, k)
	for i := range n.kids {
		low, high := p.bounds(i, nil, nil)
		if n.kids[i], err = o.open(kid(i), level-1, r.off, low, high); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// splitInner returns the count of kids and the separators of an inner node's body.
func splitInner(body []byte) (k int, seps blob, err error) {
	if len(body) < 8 || le.Uint64(body) == 0 || le.Uint64(body) > uint64(len(body)/12) {
		return 0, nil, fmt.Errorf("an inner node of %d bytes", len(body))
	}
	k = int(le.Uint64(body))
	at := padded(8 + 12*k)
	if at > len(body) {
		return 0, nil, fmt.Errorf("an inner node of %d bytes with %d kids", len(body), k)
	}
	seps = blob(body[at:])
	if err := seps.validate(); err != nil {
		return 0, nil, err
	}
	if seps.count() != k-1 {
		return 0, nil, fmt.Errorf("%d kids with %d separators", k, seps.count())
	}
	return k, seps, nil
}

func (o *opener) addLeaves(n *node, p *place, end int64, k int, kid func(int) ref) error {
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
		from.m, from.off, from.place, from.i = o.m, r.off, p, i
		at := r.off + ckptRecordSize
		l.blob, l.from = o.m.b[at:at+int64(r.size):at+int64(r.size)], from
		n.leaves[i] = l
	}
	return nil
}
