package index

import "slices"

// DeleteRange removes the entries of [from, to), nil bounds being open, and gives each of them to gone, if that is not nil, in order and lent
// for the call; gone must not use the edit. Leaves and nodes that lie within the range go as a whole. If a leaf of the range is damaged
// nothing is removed, and gone is not called.
func (e *Edit) DeleteRange(from, to []byte, gone func(key []byte, v Value)) error {
	if e.root == nil {
		return nil
	}
	removed, err := e.count(from, to)
	if err != nil || removed == 0 {
		return err
	}
	e.begin()
	c := cut{Edit: e, gone: gone}
	in := c.node(e.root.in.Load(), from, to)
	e.size -= removed
	if e.root = nil; in != nil {
		e.root = in.self
		e.lower()
	}
	return nil
}

// count returns the number of entries of [from, to) and proves the leaves they are in.
func (e *Edit) count(from, to []byte) (int64, error) {
	if from != nil && !below(from, to) {
		return 0, nil
	}
	t := Tree{root: e.root}
	c := t.Cursor()
	sum := int64(0)
	for ok := c.Seek(from); ok; ok = c.nextLeaf() {
		end := c.n
		if to != nil {
			end, _ = c.b.search(to)
		}
		sum += int64(max(end-c.i, 0))
		if end < c.n {
			break
		}
	}
	return sum, c.err
}

// cut is the removal of a range of which all nodes and leaves have been read and which is not empty.
type cut struct {
	*Edit
	gone func(key []byte, v Value)
	key  []byte
}

// node returns what is left of n without the entries of [from, to), as a node of the edit's own, or nil. A nil bound is outside of n.
func (c *cut) node(n *inner, from, to []byte) *inner {
	first, last := 0, n.width()-1 // the kids whose bounds the range meets
	if from != nil {
		i, found := n.seps.search(from)
		if first = i; found { // the range begins where this kid does
			first, from = i+1, nil
		}
	}
	if to != nil {
		i, found := n.seps.search(to)
		if last = i; found {
			to = nil
		}
	}
	left := newInner(c.gen, n.self.level, nil, nil, nil)
	if n.kids != nil {
		left.kids = make([]*node, 0, n.width())
	} else {
		left.leaves = make([]*leaf, 0, n.width())
	}
	p := &c.packer
	lows := make([]int, 0, n.width()) // the kids of n that are left
	for i := range n.width() {
		kid, l := n.kid(i)
		if i >= first && i <= last {
			kid, l = c.kid(kid, l, bound(from, i == first), bound(to, i == last))
		}
		switch {
		case kid != nil:
			left.kids = append(left.kids, kid)
		case l != nil:
			left.leaves = append(left.leaves, l)
		default:
			continue
		}
		lows = append(lows, i)
	}
	if len(lows) == 0 {
		return nil
	}
	p.reset()
	for _, i := range lows[1:] {
		p.addFrom(n.seps, i-1, i)
	}
	left.seps = p.pack(nil, 0, p.len())
	if at, ok := slices.BinarySearch(lows, last); ok { // before the first: a join moves what is behind it
		c.mend(left, at)
	}
	if at, ok := slices.BinarySearch(lows, first); ok && first < last {
		c.mend(left, at)
	}
	return left
}

// bound returns b if it is that of the kid at hand.
func bound(b []byte, own bool) []byte {
	if own {
		return b
	}
	return nil
}

// kid is what is left of a kid of either sort.
func (c *cut) kid(n *node, l *leaf, from, to []byte) (*node, *leaf) {
	switch {
	case n == nil:
		return nil, c.leaf(l, from, to)
	case from == nil && to == nil:
		c.all(n.in.Load())
		return nil, nil
	}
	if in := c.node(n.in.Load(), from, to); in != nil {
		return in.self, nil
	}
	return nil, nil
}

// all gives up a node that lies in the range.
func (c *cut) all(n *inner) {
	for _, k := range n.kids {
		c.all(k.in.Load())
	}
	for _, l := range n.leaves {
		c.leaf(l, nil, nil)
	}
}

func (c *cut) leaf(l *leaf, from, to []byte) *leaf {
	b, _ := l.open() // it has been read
	first, end := 0, b.count()
	if from != nil {
		first, _ = b.search(from)
	}
	if to != nil {
		end, _ = b.search(to)
	}
	if first == end {
		return l
	}
	if c.gone != nil {
		v := b.view()
		for i := first; i < end; i++ {
			tag, _, val := v.entry(i)
			c.key = v.appendSuffix(append(c.key[:0], v.prefix...), i)
			c.gone(c.key, decodeValue(tag, val))
		}
	}
	var rest *leaf
	if end-first < b.count() {
		p := &c.packer
		p.reset()
		p.addFrom(b, 0, first)
		p.addFrom(b, end, b.count())
		rest = c.newDraft(p.pack(c.memory(), 0, p.len()))
	}
	c.drop(l)
	return rest
}

// mend joins kid i of n with a neighbour if it has become small.
func (c *cut) mend(n *inner, i int) {
	if n.kids != nil {
		if 4*n.kids[i].in.Load().width() <= c.lim.kids {
			c.joinNode(n, i)
		}
		return
	}
	if b, _ := n.leaves[i].open(); 4*b.count() <= c.lim.entries && 4*len(b) <= c.lim.bytes {
		c.joinLeaf(n, i)
	}
}
