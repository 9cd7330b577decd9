package index

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
)

// Leaf is what Walk tells of a leaf.
type Leaf struct {
	Offset  int64 // of its record
	Entries int
	Bytes   int
}

// Walk reads all of an opened checkpoint, proves it anew, also what was sound before, and yields the leaves in key order. With an error, a
// *DamageError, comes a Leaf that tells where it is; the walk goes on behind what cannot be read.
func (s *Saved) Walk() iter.Seq2[Leaf, error] {
	return func(yield func(Leaf, error) bool) {
		w := walk{yield: yield}
		if s.Tree.root != nil {
			root := new(node)
			s.root.stub(root, 0)
			if !w.node(root) {
				return
			}
		}
		if end := s.Size - ckptFooterSize; !w.damaged && w.entries != s.Tree.size {
			yield(Leaf{Offset: end}, s.m.damage(end, "%d entries, there are %d", s.Tree.size, w.entries))
		}
	}
}

type walk struct {
	yield   func(Leaf, error) bool
	entries int64
	damaged bool
}

// node goes over the kids of a fresh stub.
func (w *walk) node(n *node) bool {
	r := n.from.ref(int(n.i))
	in, err := n.open()
	if err != nil {
		return w.damage(r.off, err)
	}
	all := room(r.size)
	for i := range in.width() {
		k, l := in.kid(i)
		if k != nil {
			all += k.bytes.Load()
			if !w.node(k) {
				return false
			}
			k.in.Store(nil) // for the collector
			continue
		}
		r := l.from.ref(i)
		all += r.all
		b, err := l.open()
		if err != nil {
			if !w.damage(r.off, err) {
				return false
			}
			continue
		}
		w.entries += int64(b.count())
		if !w.yield(Leaf{Offset: r.off, Entries: b.count(), Bytes: len(b)}, nil) {
			return false
		}
	}
	if all != r.all {
		return w.damage(r.off, n.from.m.damage(r.off, "%d bytes, there are %d", r.all, all))
	}
	return true
}

func (w *walk) damage(off int64, err error) bool {
	w.damaged = true
	return w.yield(Leaf{Offset: off}, err)
}

var errTree = errors.New("bad tree")

// check proves the tree's structure: sound blobs, every key within the bounds that the separators above give it, levels that count down, no
// empty leaf, as many entries as it says.
func (t *Tree) check() error {
	var c checker
	if t.root != nil {
		if err := c.node(t.root, nil, nil); err != nil {
			return err
		}
	}
	if c.size != t.size {
		return fmt.Errorf("%w: %d entries, it says %d", errTree, c.size, t.size)
	}
	return nil
}

type checker struct{ size int64 }

func (c *checker) node(n *node, low, high []byte) error {
	in, err := n.open()
	if err != nil {
		return err
	}
	if err := in.seps.validate(); err != nil {
		return err
	}
	if in.self != n || in.width() == 0 || in.seps.count() != in.width()-1 || (in.kids == nil) != (n.level == 1) || in.kids != nil && in.leaves != nil {
		return fmt.Errorf("%w: a node at level %d with %d kids, %d leaves, %d separators", errTree, n.level, len(in.kids), len(in.leaves), in.seps.count())
	}
	for i := range in.width() {
		from, to := low, high
		if i > 0 {
			from = in.seps.appendKey(nil, i-1)
		}
		if i < in.width()-1 {
			to = in.seps.appendKey(nil, i)
		}
		if from != nil && low != nil && bytes.Compare(from, low) < 0 || to != nil && high != nil && bytes.Compare(to, high) > 0 {
			return fmt.Errorf("%w: separators %x and %x outside of %x and %x", errTree, from, to, low, high)
		}
		var err error
		switch k, l := in.kid(i); {
		case k == nil:
			err = c.leaf(l, from, to)
		case k.level != n.level-1:
			err = fmt.Errorf("%w: level %d below %d", errTree, k.level, n.level)
		default:
			err = c.node(k, from, to)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) leaf(l *leaf, low, high []byte) error {
	b, err := l.open()
	if err != nil {
		return err
	}
	if err := b.validate(); err != nil {
		return err
	}
	if b.count() == 0 || l.draft != nil {
		return fmt.Errorf("%w: a leaf of %d entries, draft %v", errTree, b.count(), l.draft != nil)
	}
	first, last := b.appendKey(nil, 0), b.appendKey(nil, b.count()-1)
	if bytes.Compare(first, low) < 0 || !below(last, high) {
		return fmt.Errorf("%w: keys %x to %x outside of %x to %x", errTree, first, last, low, high)
	}
	c.size += int64(b.count())
	return nil
}
