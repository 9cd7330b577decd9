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

// limits are what a node may hold before it splits.
type limits struct {
	entries int // in a leaf
	kids    int // of an inner node
	bytes   int // of a blob, but for one that a single entry makes larger
}

var defaults = limits{entries: 64, kids: 64, bytes: 8 << 10}

// Len returns the number of keys.
func (t *Tree) Len() int64 { return t.size }

// Get returns the value of key and whether it is there. An error is a *DamageError of the checkpoint the tree lies in.
func (t *Tree) Get(key []byte) (Value, bool, error) {
	n := t.root
	if n == nil {
		return Value{}, false, nil
	}
	in, err := n.open()
	for err == nil && in.kids != nil {
		in, err = in.kids[in.child(key)].open()
	}
	if err != nil {
		return Value{}, false, err
	}
	b, err := in.leaves[in.child(key)].open()
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
