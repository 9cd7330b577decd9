package index

import (
	"bytes"
	"errors"
	"fmt"
)

const (
	// MaxKey is the longest key, in bytes: store's limit and its keyspace byte. The empty key is none.
	MaxKey = 1<<10 + 1
	// maxInline is the longest value that lies in a leaf.
	maxInline = 16
	// maxHeight bounds the levels of inner nodes. With nodes a quarter full it is out of reach of 64-bit counts.
	maxHeight = 24
)

// ErrKey is returned for a key or value that the index does not take.
var ErrKey = errors.New("not a key or value for the index")

// Value is what a key leads to: up to 16 bytes kept in the index, if Inline is not nil (an empty value is an empty, non-nil slice), or the
// address and the length of the bytes in the log. If Parted is set, Inline is not the value but the 16 bytes by which the store finds its
// parts. Inline as returned lies in a leaf: it is valid as long as the tree is and must not be written.
type Value struct {
	Inline []byte
	Addr   uint64
	Len    uint32
	Parted bool
}

// Equal tells whether v and w are the same bytes, the same place or the same parts.
func (v Value) Equal(w Value) bool {
	if v.Inline == nil || w.Inline == nil {
		return (v.Inline == nil) == (w.Inline == nil) && v.Addr == w.Addr && v.Len == w.Len
	}
	return v.Parted == w.Parted && bytes.Equal(v.Inline, w.Inline)
}

// Entry is a key and its value.
type Entry struct {
	Key   []byte
	Value Value
}

// Tree is one immutable state of the index. The zero value is empty. It is safe for use by any number of goroutines; no method but Edit
// and Cursor allocates, none waits.
type Tree struct {
	root *node // nil if empty
	size int64
}

// node is an inner node. It has kids, or, at the bottom, leaves; seps are the lower bounds of all of them but the first.
type node struct {
	gen    uint64 // the generation of the edit that may still change it
	seps   blob
	kids   []*node
	leaves []*leaf
}

// leaf is a blob of entries, never empty, on the heap or in a mapped checkpoint. Its address is its identity: versions of the tree that
// share it know that nothing in it differs.
type leaf struct {
	blob  blob
	from  *origin // where it is mapped from, nil on the heap
	draft bool    // its edit still writes it, in scratch memory
}

// open returns the leaf's blob, proved sound.
func (l *leaf) open() (blob, error) {
	if l.from == nil || l.from.sound.Load() {
		return l.blob, nil
	}
	return l.blob, l.from.verify(l.blob)
}

// limits are what a node may hold before it splits.
type limits struct {
	entries int // in a leaf
	kids    int // of an inner node
	bytes   int // of a blob, but for one that a single entry makes larger
}

var defaults = limits{entries: 64, kids: 64, bytes: 8 << 10}

// child returns the place of the kid whose range key is in.
func (n *node) child(key []byte) int {
	i, found := n.seps.search(key)
	if found {
		i++
	}
	return i
}

// width returns the number of kids or leaves.
func (n *node) width() int {
	if n.kids != nil {
		return len(n.kids)
	}
	return len(n.leaves)
}

// kid returns kid i, which is a node or a leaf.
func (n *node) kid(i int) (*node, *leaf) {
	if n.kids != nil {
		return n.kids[i], nil
	}
	return nil, n.leaves[i]
}

// Len returns the number of keys.
func (t *Tree) Len() int64 { return t.size }

// Get returns the value of key and whether it is there. An error is a *DamageError of a mapped leaf.
func (t *Tree) Get(key []byte) (Value, bool, error) {
	n := t.root
	if n == nil {
		return Value{}, false, nil
	}
	for n.kids != nil {
		n = n.kids[n.child(key)]
	}
	b, err := n.leaves[n.child(key)].open()
	if err != nil {
		return Value{}, false, err
	}
	i, found := b.search(key)
	if !found {
		return Value{}, false, nil
	}
	return b.value(i), true, nil
}

// encode returns the kind and the bytes of v as a leaf keeps them; buf is where an address goes.
func (v Value) encode(buf *[addrSize]byte) (kind byte, val []byte) {
	if v.Inline != nil {
		if v.Parted {
			return kindParted, v.Inline
		}
		return byte(len(v.Inline)), v.Inline
	}
	le.PutUint64(buf[:], v.Addr)
	le.PutUint32(buf[8:], v.Len)
	return kindAddr, buf[:]
}

func checkEntry(key []byte, v Value) error {
	if len(key) == 0 || len(key) > MaxKey {
		return fmt.Errorf("%w: a key of %d bytes, 1 to %d can be", ErrKey, len(key), MaxKey)
	}
	if len(v.Inline) > maxInline {
		return fmt.Errorf("%w: %d bytes inline, at most %d", ErrKey, len(v.Inline), maxInline)
	}
	if v.Parted && len(v.Inline) != partedSize {
		return fmt.Errorf("%w: %d bytes lead to the parts, %d should", ErrKey, len(v.Inline), partedSize)
	}
	return nil
}
