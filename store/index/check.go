package index

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
)

// Leaf is what Walk tells of a leaf.
type Leaf struct {
	Offset  int64 // of its record in the checkpoint it is mapped from, -1 if it is on the heap
	Entries int
	Bytes   int
}

// Walk yields all leaves in key order and proves each mapped one anew, also if it was sound before. With the error, a *DamageError, comes the
// leaf that is damaged; the walk goes on behind it.
func (t *Tree) Walk() iter.Seq2[Leaf, error] {
	return func(yield func(Leaf, error) bool) {
		if t.root != nil {
			t.root.walk(yield)
		}
	}
}

func (n *node) walk(yield func(Leaf, error) bool) bool {
	for _, k := range n.kids {
		if !k.walk(yield) {
			return false
		}
	}
	for _, l := range n.leaves {
		x := Leaf{Offset: -1, Bytes: len(l.blob)}
		var err error
		if l.from != nil {
			x.Offset = l.from.off
			err = l.from.verify(l.blob)
		}
		if err == nil {
			x.Entries = l.blob.count()
		}
		if !yield(x, err) {
			return false
		}
	}
	return true
}

var errTree = errors.New("bad tree")

// check proves the tree's structure: sound blobs, every key within the bounds that the separators above give it, one height, no empty leaf,
// as many entries as it says.
func (t *Tree) check() error {
	c := checker{height: -1}
	if t.root != nil {
		if err := c.node(t.root, nil, nil, 0); err != nil {
			return err
		}
	}
	if c.size != t.size {
		return fmt.Errorf("%w: %d entries, %d counted", errTree, t.size, c.size)
	}
	return nil
}

type checker struct {
	size   int64
	height int
}

func (c *checker) node(n *node, low, high []byte, depth int) error {
	if err := n.seps.validate(); err != nil {
		return fmt.Errorf("separators: %w", err)
	}
	if n.width() == 0 || n.seps.count() != n.width()-1 || (n.kids == nil) == (n.leaves == nil) {
		return fmt.Errorf("%w: %d kids, %d leaves, %d separators", errTree, len(n.kids), len(n.leaves), n.seps.count())
	}
	if n.kids == nil && c.height < 0 {
		c.height = depth
	}
	if n.kids == nil && c.height != depth {
		return fmt.Errorf("%w: leaves below %d and %d nodes", errTree, c.height, depth)
	}
	for i := range n.width() {
		from, to := low, high
		if i > 0 {
			from = n.seps.appendKey(nil, i-1)
		}
		if i < n.width()-1 {
			to = n.seps.appendKey(nil, i)
		}
		if from != nil && low != nil && bytes.Compare(from, low) < 0 || to != nil && high != nil && bytes.Compare(to, high) > 0 {
			return fmt.Errorf("%w: separators %x and %x outside of %x and %x", errTree, from, to, low, high)
		}
		var err error
		if n.kids != nil {
			err = c.node(n.kids[i], from, to, depth+1)
		} else {
			err = c.leaf(n.leaves[i], from, to)
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
	if b.count() == 0 || l.draft {
		return fmt.Errorf("%w: a leaf of %d entries, draft %v", errTree, b.count(), l.draft)
	}
	first, last := b.appendKey(nil, 0), b.appendKey(nil, b.count()-1)
	if bytes.Compare(first, low) < 0 || !below(last, high) {
		return fmt.Errorf("%w: keys %x to %x outside of %x to %x", errTree, first, last, low, high)
	}
	c.size += int64(b.count())
	return nil
}
