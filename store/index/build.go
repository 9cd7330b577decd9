package index

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
)

// Build returns the tree of the entries of a sequence that ascends by key. It copies them. An error of the sequence ends it.
func Build(sorted iter.Seq2[Entry, error]) (*Tree, error) { return build(sorted, defaults) }

// build packs leaves nearly full: room for a few entries lets the first changes pass without splits.
func build(sorted iter.Seq2[Entry, error], lim limits) (*Tree, error) {
	b := builder{lim: lim, full: lim.entries - lim.entries/16}
	for e, err := range sorted {
		if err != nil {
			return nil, err
		}
		if err := b.add(e); err != nil {
			return nil, err
		}
	}
	if b.size == 0 {
		return &Tree{}, nil
	}
	b.closeLeaf()
	return &Tree{root: b.finish(), size: b.size}, nil
}

type builder struct {
	lim    limits
	full   int
	p      packer
	bytes  int // of the entries gathered, roughly
	addr   [addrSize]byte
	leaves []*leaf
	seps   [][]byte // the lower bound of each leaf, nil for the first
	last   []byte
	size   int64
}

func (b *builder) add(e Entry) error {
	if err := checkEntry(e.Key, e.Value); err != nil {
		return err
	}
	if b.size > 0 && bytes.Compare(b.last, e.Key) >= 0 {
		return fmt.Errorf("%w: key %x comes after %x", ErrKey, e.Key, b.last)
	}
	if n := b.p.len(); n == b.full || n > 0 && b.bytes+len(e.Key) > b.lim.bytes*3/4 {
		b.closeLeaf()
	}
	if b.p.len() == 0 {
		var sep []byte
		if b.size > 0 {
			sep = separator(nil, b.last, e.Key)
		}
		b.seps = append(b.seps, sep)
	}
	kind, val := e.Value.encode(&b.addr)
	b.p.add(e.Key, kind, val)
	b.bytes += perEntry + len(e.Key) + len(val)
	b.last = append(b.last[:0], e.Key...)
	b.size++
	return nil
}

func (b *builder) closeLeaf() {
	b.leaves = append(b.leaves, newLeaf(b.p.pack(nil, 0, b.p.len())))
	b.p.reset()
	b.bytes = 0
}

// finish builds the levels of inner nodes, each of as even a width as can be.
func (b *builder) finish() *node {
	nodes, seps := b.group(1, len(b.leaves), b.seps, func(in *inner, from, to int) { in.leaves = slices.Clone(b.leaves[from:to]) })
	for level := uint8(2); len(nodes) > 1; level++ {
		kids := nodes
		nodes, seps = b.group(level, len(kids), seps, func(in *inner, from, to int) { in.kids = slices.Clone(kids[from:to]) })
	}
	return nodes[0]
}

// group divides count kids with lower bounds seps among nodes of a level and returns these with theirs.
func (b *builder) group(level uint8, count int, seps [][]byte, fill func(in *inner, from, to int)) (nodes []*node, bounds [][]byte) {
	for from := 0; from < count; {
		b.p.reset()
		to, bytes := from+1, 0
		for ; to < count && to-from < b.lim.kids; to++ {
			if bytes += perEntry + len(seps[to]); bytes > b.lim.bytes && to-from > 1 && count-to > 1 {
				break
			}
			b.p.add(seps[to], 0, nil)
		}
		if count-to == 1 && to-from > 2 { // a node of one kid would be of no use
			to--
		}
		in := newInner(0, level, b.p.pack(nil, 0, to-from-1), nil, nil)
		fill(in, from, to)
		nodes, bounds = append(nodes, in.self), append(bounds, seps[from])
		from = to
	}
	return nodes, bounds
}
