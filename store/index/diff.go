package index

import (
	"bytes"
	"iter"
)

// Change is an entry in which two trees differ.
type Change struct {
	Key           []byte
	Before, After Value
	Was, Is       bool // whether the key is in the older, the newer tree
}

// Changed yields in order the entries of [from, to) that differ between two trees, nil bounds being open. Subtrees that the two share are
// skipped, so that the work is in proportion to what was written between them. Key is lent until the next step. After an error, a
// *DamageError, there are no more.
func Changed(older, newer *Tree, from, to []byte) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		d := newDiff(older, newer, from, to)
		for {
			c, ok, err := d.next()
			if err != nil {
				yield(Change{}, err)
				return
			}
			if !ok || !yield(c, nil) {
				return
			}
		}
	}
}

// Same tells whether the entries of [from, to) are the same in both trees, nil bounds being open: the same keys with equal values.
func Same(older, newer *Tree, from, to []byte) (bool, error) {
	if older.root == newer.root {
		return true, nil
	}
	if n := len(from); n > 0 && len(to) == n+1 && to[n] == 0 && bytes.Equal(from, to[:n]) { // one key
		v, was, err := older.Get(from)
		if err != nil {
			return false, err
		}
		w, is, err := newer.Get(from)
		return err == nil && was == is && v.Equal(w), err
	}
	d := newDiff(older, newer, from, to)
	_, ok, err := d.next()
	return !ok && err == nil, err
}

// side is a cursor of one of the two trees, which can also stand before a whole subtree without having entered it.
type side struct {
	Cursor
	height int  // levels of inner nodes of the tree
	ahead  bool // before the kid at path[depth-1], not in a leaf
	done   bool
}

func newSide(t *Tree, from []byte) side {
	s := side{Cursor: t.Cursor()}
	if t.root != nil {
		s.height = int(t.root.level)
	}
	s.done = !s.Seek(from)
	return s
}

// level returns the height of the subtree ahead; 0 is a leaf.
func (s *side) level() int { return s.height - s.depth }

// skip goes on behind the kid at the end of the path, without entering what follows.
func (s *side) skip() {
	s.b = nil
	for ; s.depth > 0; s.depth-- {
		if st := &s.path[s.depth-1]; st.i+1 < st.in.width() {
			st.i++
			s.ahead = true
			return
		}
	}
	s.ahead, s.done = false, true
}

// deeper enters the subtree ahead by one level.
func (s *side) deeper() {
	st := s.path[s.depth-1]
	if st.in.kids == nil {
		s.ahead = false
		s.done = !s.enter(st.in.leaves[st.i])
		return
	}
	in, err := st.in.kids[st.i].open()
	if err != nil {
		s.ahead = false
		s.done = !s.fail(err)
		return
	}
	s.path[s.depth] = step{in, 0}
	s.depth++
}

// step goes on to the next entry, or stops before the next subtree.
func (s *side) step() {
	if s.i++; s.i == s.n {
		s.skip()
	}
}

// diff goes over two trees side by side.
type diff struct {
	a, b side
	to   []byte
}

func newDiff(older, newer *Tree, from, to []byte) diff {
	if older.root == newer.root {
		return diff{a: side{done: true}, b: side{done: true}}
	}
	return diff{a: newSide(older, from), b: newSide(newer, from), to: to}
}

// next returns the next difference. Both sides must stand at entries to be compared; while both stand before subtrees these are compared by
// identity and skipped if they are one, else the higher one is entered.
func (d *diff) next() (Change, bool, error) {
	a, b := &d.a, &d.b
	for {
		if a.err != nil {
			return Change{}, false, a.err
		}
		if b.err != nil {
			return Change{}, false, b.err
		}
		switch {
		case a.done && b.done:
			return Change{}, false, nil
		case a.ahead && b.ahead:
			d.meet()
		case a.ahead:
			a.deeper()
		case b.ahead:
			b.deeper()
		case !a.done && !b.done && a.i == b.i && a.leaf() == b.leaf():
			a.skip()
			b.skip()
		default:
			if c, found, end := d.compare(); found || end {
				return c, found, nil
			}
		}
	}
}

func (c *Cursor) leaf() *leaf {
	s := c.path[c.depth-1]
	return s.in.leaves[s.i]
}

func (d *diff) meet() {
	a, b := &d.a, &d.b
	x, y := a.path[a.depth-1], b.path[b.depth-1]
	switch la, lb := a.level(), b.level(); {
	case la > lb:
		a.deeper()
	case la < lb:
		b.deeper()
	case la > 0 && x.in.kids[x.i] == y.in.kids[y.i], la == 0 && x.in.leaves[x.i] == y.in.leaves[y.i]:
		a.skip()
		b.skip()
	default:
		a.deeper()
		b.deeper()
	}
}

// compare looks at the entries both sides stand at and steps past the lower one, or both.
func (d *diff) compare() (c Change, found, end bool) {
	a, b := &d.a, &d.b
	order := -1
	switch {
	case a.done:
		order = 1
	case !b.done:
		order = bytes.Compare(a.Key(), b.Key())
	}
	if order <= 0 {
		c.Key, c.Before, c.Was = a.Key(), a.Value(), true
	}
	if order >= 0 {
		c.Key, c.After, c.Is = b.Key(), b.Value(), true
	}
	if !below(c.Key, d.to) {
		a.done, b.done = true, true
		return Change{}, false, true
	}
	if order <= 0 {
		a.step()
	}
	if order >= 0 {
		b.step()
	}
	return c, order != 0 || !c.Before.Equal(c.After), false
}
