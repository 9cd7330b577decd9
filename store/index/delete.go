package index

import "slices"

// Delete removes key and returns its value, if it was there, lent until the next change. Removing an absent key is no error.
func (e *Edit) Delete(key []byte) (old Value, had bool, err error) {
	if e.root == nil {
		return Value{}, false, nil
	}
	e.begin()
	b, err := e.descend(key)
	if err != nil {
		return Value{}, false, err
	}
	i, found := b.search(key)
	if !found {
		return Value{}, false, nil
	}
	old = e.keep(b.value(i))
	e.size--
	l := e.own(b)
	*l.draft = l.draft.remove(i)
	e.shrink(l)
	return old, true, nil
}

// shrink joins the leaf at the end of the path with a neighbour if both are small, or removes it if it is empty, and does the same with
// the nodes above.
func (e *Edit) shrink(l *leaf) {
	d := e.depth - 1
	in, i := e.path[d].in, e.path[d].i
	switch n := l.draft.count(); {
	case n == 0:
		e.drop(l)
		in.leaves = slices.Delete(in.leaves, i, i+1)
		e.cutSep(in, max(i-1, 0))
	case 4*n > e.lim.entries || 4*len(*l.draft) > e.lim.bytes || !e.joinLeaf(in, i):
		return
	}
	for ; d > 0 && 4*in.width() <= e.lim.kids; d-- {
		up, i := e.path[d-1].in, e.path[d-1].i
		if in.width() == 0 {
			up.kids = slices.Delete(up.kids, i, i+1)
			e.cutSep(up, max(i-1, 0))
		} else if !e.joinNode(up, i) {
			break
		}
		in = up
	}
	e.lower()
}

// lower takes away the levels above that have become needless.
func (e *Edit) lower() {
	for {
		in := e.root.in.Load()
		switch {
		case in == nil: // a stub, which is not worth the reading
			return
		case in.width() == 0:
			e.root = nil
			return
		case len(in.kids) != 1:
			return
		}
		e.root = in.kids[0]
	}
}

// cutSep removes separator i of in, if it has any.
func (e *Edit) cutSep(in *inner, i int) {
	count := in.seps.count()
	if count == 0 {
		return
	}
	p := &e.packer
	p.reset()
	p.addFrom(in.seps, 0, i)
	p.addFrom(in.seps, i+1, count)
	in.seps = p.pack(nil, 0, count-1)
}

// joinLeaf joins leaf i of in with the one left or right of it if the two fill three quarters of a leaf at most.
func (e *Edit) joinLeaf(in *inner, i int) bool {
	for _, i := range [2]int{i - 1, i} {
		if i < 0 || i+1 >= len(in.leaves) {
			continue
		}
		left, err := in.leaves[i].open()
		if err != nil {
			continue // a damaged neighbour stays as it is: the damage is for those who read it
		}
		right, err := in.leaves[i+1].open()
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
		e.drop(in.leaves[i])
		e.drop(in.leaves[i+1])
		in.leaves[i] = e.newDraft(p.pack(e.memory(), 0, p.len()))
		in.leaves = slices.Delete(in.leaves, i+1, i+2)
		e.cutSep(in, i)
		return true
	}
	return false
}

// joinNode joins kid i of in with the one left or right of it if the two fill three quarters of a node at most.
func (e *Edit) joinNode(in *inner, i int) bool {
	for _, i := range [2]int{i - 1, i} {
		if i < 0 || i+1 >= len(in.kids) {
			continue
		}
		left, err := in.kids[i].open()
		if err != nil {
			continue
		}
		right, err := in.kids[i+1].open()
		if err != nil {
			continue
		}
		if 4*(left.width()+right.width()) > 3*e.lim.kids {
			continue
		}
		p := &e.packer
		p.reset()
		p.addFrom(left.seps, 0, left.seps.count())
		e.sep = in.seps.appendKey(e.sep[:0], i)
		p.add(e.sep, 0, nil)
		p.addFrom(right.seps, 0, right.seps.count())
		if 4*p.size(0, p.len()) > 3*e.lim.bytes {
			continue
		}
		in.kids[i] = newInner(e.gen, left.self.level, p.pack(nil, 0, p.len()),
			slices.Concat(left.kids, right.kids), slices.Concat(left.leaves, right.leaves)).self
		in.kids = slices.Delete(in.kids, i+1, i+2)
		e.cutSep(in, i)
		return true
	}
	return false
}
