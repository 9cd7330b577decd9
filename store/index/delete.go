package index

import "slices"

// Delete removes key and returns its value, if it was there, lent until the next change. Removing an absent key is no error.
func (e *Edit) Delete(key []byte) (old Value, had bool, err error) {
	if e.root == nil {
		return Value{}, false, nil
	}
	e.begin()
	b, err := e.descend(key).open()
	if err != nil {
		return Value{}, false, err
	}
	i, found := b.search(key)
	if !found {
		return Value{}, false, nil
	}
	old = e.keep(b.value(i))
	e.size--
	l := e.own()
	l.blob = l.blob.remove(i)
	e.shrink(l)
	return old, true, nil
}

// shrink joins the leaf at the end of the path with a neighbour if both are small, or removes it if it is empty, and does the same with
// the nodes above.
func (e *Edit) shrink(l *leaf) {
	d := e.depth - 1
	n, i := e.path[d].n, e.path[d].i
	switch {
	case l.blob.count() == 0:
		e.drop(l)
		n.leaves = slices.Delete(n.leaves, i, i+1)
		e.cutSep(n, max(i-1, 0))
	case 4*l.blob.count() > e.lim.entries || 4*len(l.blob) > e.lim.bytes || !e.joinLeaf(n, i):
		return
	}
	for ; d > 0 && 4*n.width() <= e.lim.kids; d-- {
		up, i := e.path[d-1].n, e.path[d-1].i
		if n.width() == 0 {
			up.kids = slices.Delete(up.kids, i, i+1)
			e.cutSep(up, max(i-1, 0))
		} else if !e.joinNode(up, i) {
			break
		}
		n = up
	}
	e.lower()
}

// lower takes away the levels above that have become needless.
func (e *Edit) lower() {
	for len(e.root.kids) == 1 {
		e.root = e.root.kids[0]
	}
	if e.root.width() == 0 {
		e.root = nil
	}
}

// cutSep removes separator i of n, if n has any.
func (e *Edit) cutSep(n *node, i int) {
	count := n.seps.count()
	if count == 0 {
		return
	}
	p := &e.packer
	p.reset()
	p.addFrom(n.seps, 0, i)
	p.addFrom(n.seps, i+1, count)
	n.seps = p.pack(nil, 0, count-1)
}

// joinLeaf joins leaf i of n with the one left or right of it if the two fill three quarters of a leaf at most.
func (e *Edit) joinLeaf(n *node, i int) bool {
	for _, i := range [2]int{i - 1, i} {
		if i < 0 || i+1 >= len(n.leaves) {
			continue
		}
		left, err := n.leaves[i].open()
		if err != nil {
			continue // a damaged neighbour stays as it is: the damage is for those who read it
		}
		right, err := n.leaves[i+1].open()
		if err != nil {
			continue
		}
		if 4*(left.count()+right.count()) > 3*e.lim.entries {
			continue
		}
		p := &e.packer
		p.reset()
		p.addFrom(left, 0, left.count())
		p.addFrom(right, 0, right.count())
		if 4*p.size(0, p.len()) > 3*e.lim.bytes {
			continue
		}
		e.drop(n.leaves[i])
		e.drop(n.leaves[i+1])
		n.leaves[i] = e.newDraft(p.pack(e.memory(), 0, p.len()))
		n.leaves = slices.Delete(n.leaves, i+1, i+2)
		e.cutSep(n, i)
		return true
	}
	return false
}

// joinNode joins kid i of n with the one left or right of it if the two fill three quarters of a node at most.
func (e *Edit) joinNode(n *node, i int) bool {
	for _, i := range [2]int{i - 1, i} {
		if i < 0 || i+1 >= len(n.kids) {
			continue
		}
		left, right := n.kids[i], n.kids[i+1]
		if 4*(left.width()+right.width()) > 3*e.lim.kids {
			continue
		}
		p := &e.packer
		p.reset()
		p.addFrom(left.seps, 0, left.seps.count())
		e.sep = n.seps.appendKey(e.sep[:0], i)
		p.add(e.sep, 0, nil)
		p.addFrom(right.seps, 0, right.seps.count())
		if 4*p.size(0, p.len()) > 3*e.lim.bytes {
			continue
		}
		n.kids[i] = &node{
			gen: e.gen, seps: p.pack(nil, 0, p.len()),
			kids: slices.Concat(left.kids, right.kids), leaves: slices.Concat(left.leaves, right.leaves),
		}
		n.kids = slices.Delete(n.kids, i+1, i+2)
		e.cutSep(n, i)
		return true
	}
	return false
}
