package index

import (
	"bytes"
	"iter"
)

// Cursor goes over the entries of one tree in either direction. It belongs to one goroutine. A step does not allocate.
type Cursor struct {
	root   *node
	path   [maxHeight]step
	depth  int
	b      blob // the leaf the cursor is in, nil if it is nowhere
	v      view // of b
	i, n   int
	key    []byte
	prefix int // bytes of the leaf's prefix, which key begins with
	err    error
}

// Cursor returns a cursor that stands nowhere yet.
func (t *Tree) Cursor() Cursor { return Cursor{root: t.root} }

// Seek moves to the first entry whose key is not below key and tells whether there is one. With nil that is the first of all.
func (c *Cursor) Seek(key []byte) bool {
	if !c.descend(key) {
		return false
	}
	if c.i, _ = c.b.search(key); c.i == c.n {
		return c.nextLeaf()
	}
	return true
}

// SeekBefore moves to the last entry whose key is below key and tells whether there is one. With nil that is the last of all.
func (c *Cursor) SeekBefore(key []byte) bool {
	if key == nil {
		return c.last()
	}
	if !c.descend(key) {
		return false
	}
	if c.i, _ = c.b.search(key); c.i == 0 {
		return c.prevLeaf()
	}
	c.i--
	return true
}

// Next moves to the following entry and tells whether there is one. After the last the cursor stands nowhere.
func (c *Cursor) Next() bool {
	if c.i++; c.i < c.n {
		return true
	}
	return c.nextLeaf()
}

// Prev moves to the entry before and tells whether there is one. Before the first the cursor stands nowhere.
func (c *Cursor) Prev() bool {
	if c.i--; c.i >= 0 && c.b != nil {
		return true
	}
	return c.prevLeaf()
}

// Key returns the key of the entry. It is lent until the next step.
func (c *Cursor) Key() []byte {
	tag, rest, _ := c.v.entry(c.i)
	return c.assemble(tag, rest)
}

// assemble makes the key of the entry behind the prefix that c.key begins with. It copies whole heads: the padding is cut off after.
func (c *Cursor) assemble(tag byte, rest []byte) []byte {
	size := c.prefix + headBytes + len(rest)
	if size > cap(c.key) {
		c.key = append(make([]byte, 0, max(2*size, 64)), c.v.prefix...)
	}
	k := c.key[:size]
	*(*[headBytes]byte)(k[c.prefix:]) = *(*[headBytes]byte)(c.v.heads[headBytes*c.i:])
	copy(k[c.prefix+headBytes:], rest)
	return k[:c.prefix+headLen(tag)+len(rest)]
}

// Value returns the value of the entry.
func (c *Cursor) Value() Value {
	tag, _, val := c.v.entry(c.i)
	return decodeValue(tag, val)
}

// Ahead appends to dst the values of the entries behind this one, or, if down is set, before it, nearest first: at most n, and only those that
// lie in the same leaf.
func (c *Cursor) Ahead(dst []Value, n int, down bool) []Value {
	step, end := 1, min(c.i+n+1, c.n)
	if down {
		step, end = -1, max(c.i-n-1, -1)
	}
	for i := c.i + step; i != end; i += step {
		tag, _, val := c.v.entry(i)
		dst = append(dst, decodeValue(tag, val))
	}
	return dst
}

func (c *Cursor) entry() Entry {
	tag, rest, val := c.v.entry(c.i)
	return Entry{c.assemble(tag, rest), decodeValue(tag, val)}
}

// Err returns what ended the last Seek or step beside the end of the tree: a *DamageError, or nil.
func (c *Cursor) Err() error { return c.err }

// descend enters the leaf whose range key is in.
func (c *Cursor) descend(key []byte) bool {
	c.leave()
	n := c.root
	if n == nil {
		return false
	}
	for c.depth = 0; ; c.depth++ {
		in, err := n.open()
		if err != nil {
			return c.fail(err)
		}
		i := in.child(key)
		c.path[c.depth] = step{in, i}
		if in.kids == nil {
			c.depth++
			return c.enter(in.leaves[i])
		}
		n = in.kids[i]
	}
}

// down enters the first or the last leaf under the kid that the path's node at level d has its place at.
func (c *Cursor) down(d int, last bool) bool {
	for {
		in, i := c.path[d].in, c.path[d].i
		if in.kids == nil {
			c.depth = d + 1
			return c.enter(in.leaves[i])
		}
		in, err := in.kids[i].open()
		if err != nil {
			return c.fail(err)
		}
		d++
		i = 0
		if last {
			i = in.width() - 1
		}
		c.path[d] = step{in, i}
	}
}

func (c *Cursor) last() bool {
	c.leave()
	if c.root == nil {
		return false
	}
	in, err := c.root.open()
	if err != nil {
		return c.fail(err)
	}
	c.path[0] = step{in, in.width() - 1}
	if !c.down(0, true) {
		return false
	}
	c.i = c.n - 1
	return true
}

func (c *Cursor) nextLeaf() bool {
	if c.b == nil {
		return false
	}
	for d := c.depth - 1; d >= 0; d-- {
		if s := &c.path[d]; s.i+1 < s.in.width() {
			s.i++
			return c.down(d, false)
		}
	}
	c.leave()
	return false
}

func (c *Cursor) prevLeaf() bool {
	if c.b == nil {
		return false
	}
	for d := c.depth - 1; d >= 0; d-- {
		if s := &c.path[d]; s.i > 0 {
			s.i--
			if !c.down(d, true) {
				return false
			}
			c.i = c.n - 1
			return true
		}
	}
	c.leave()
	return false
}

// step is a node and the place of the kid that a path goes on with.
type step struct {
	in *inner
	i  int
}

// enter makes l the cursor's leaf and its first entry the cursor's place.
func (c *Cursor) enter(l *leaf) bool {
	b, err := l.open()
	if err != nil {
		return c.fail(err)
	}
	c.b, c.v, c.i, c.n = b, b.view(), 0, b.count()
	c.prefix = len(c.v.prefix)
	c.key = append(c.key[:0], c.v.prefix...)
	return true
}

// fail ends the cursor's way with an error.
func (c *Cursor) fail(err error) bool {
	c.leave()
	c.err = err
	return false
}

func (c *Cursor) leave() { c.b, c.i, c.n, c.depth, c.err = nil, 0, 0, 0, nil }

// Scan yields the entries of [from, to) in order, or from the last to the first; a nil bound is open. The key is lent until the next step.
// After an error, a *DamageError, there are no more.
func (t *Tree) Scan(from, to []byte, reverse bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		c := t.Cursor()
		if reverse {
			c.scanDown(from, to, yield)
		} else {
			c.scanUp(from, to, yield)
		}
		if c.err != nil {
			yield(Entry{}, c.err)
		}
	}
}

// Entries yields all entries in order.
func (t *Tree) Entries() iter.Seq2[Entry, error] { return t.Scan(nil, nil, false) }

// scanUp looks for the upper bound once a leaf, not once an entry.
func (c *Cursor) scanUp(from, to []byte, yield func(Entry, error) bool) {
	for ok := c.Seek(from); ok; ok = c.nextLeaf() {
		end := c.n
		if to != nil {
			end, _ = c.b.search(to)
		}
		for ; c.i < end; c.i++ {
			if !yield(c.entry(), nil) {
				return
			}
		}
		if end < c.n {
			return
		}
	}
}

func (c *Cursor) scanDown(from, to []byte, yield func(Entry, error) bool) {
	for ok := c.SeekBefore(to); ok; ok = c.prevLeaf() {
		first, _ := c.b.search(from)
		for ; c.i >= first; c.i-- {
			if !yield(c.entry(), nil) {
				return
			}
		}
		if first > 0 {
			return
		}
	}
}

// below tells whether key is under the bound to, nil being none.
func below(key, to []byte) bool { return to == nil || bytes.Compare(key, to) < 0 }
