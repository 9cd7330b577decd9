package index

import (
	"slices"
	"sync/atomic"
	"unsafe"
)

// node is an inner node, or the stub of one that lies in a checkpoint and is read when it is first touched. Its address is its identity:
// versions of the tree that share it know that nothing below it differs.
type node struct {
	in    atomic.Pointer[inner] // nil until it is read; what has been read stays
	from  *place                // the node above in the checkpoint it is read from, nil if it was made in memory
	i     uint16                // which kid of from it is
	level uint8                 // of the tree, above the leaves: 1 and up
	where where
	bytes atomic.Int64 // of the records of this node and all below it, once where is known
}

// inner is what is in an inner node: kids, or, at level 1, leaves; seps are the lower bounds of all of them but the first.
type inner struct {
	gen    uint64 // the generation of the edit that may still change it
	self   *node
	seps   blob
	kids   []*node
	leaves []*leaf
}

// leaf is a blob of entries, never empty, on the heap or in a mapped checkpoint. Its address is its identity, as a node's is. What every
// read needs comes first: so it lies in one cache line.
type leaf struct {
	data  atomic.Pointer[byte] // the blob; who has checkpointed it may replace it by the same bytes elsewhere
	state atomic.Uint32
	size  uint32 // of the blob
	from  *place // as a node's
	draft *blob  // the blob while its edit still writes it, in scratch memory
	where where
	i     uint16
}

// States of a leaf.
const (
	leafSound = iota // data can be read
	leafStub         // it has not been proved yet
	leafDraft
)

// newInner makes a node in memory.
func newInner(gen uint64, level uint8, seps blob, kids []*node, leaves []*leaf) *inner {
	made := &struct {
		n  node
		in inner
	}{in: inner{gen: gen, seps: seps, kids: kids, leaves: leaves}}
	made.n.level = level
	made.n.in.Store(&made.in)
	made.in.self = &made.n
	return &made.in
}

// open returns what is in the node, proved sound.
func (n *node) open() (*inner, error) {
	if in := n.in.Load(); in != nil {
		return in, nil
	}
	return n.read()
}

// read reads a stub. Any number of goroutines may do so at once; all go on with what the first has read.
func (n *node) read() (*inner, error) {
	in, err := n.from.open(n)
	if err != nil {
		return nil, err
	}
	if !n.in.CompareAndSwap(nil, in) {
		in = n.in.Load()
	}
	return in, nil
}

// child returns the place of the kid whose range key is in.
func (in *inner) child(key []byte) int {
	i, found := in.seps.search(key)
	if found {
		i++
	}
	return i
}

// width returns the number of kids or leaves.
func (in *inner) width() int {
	if in.kids != nil {
		return len(in.kids)
	}
	return len(in.leaves)
}

// kid returns kid i, which is a node or a leaf.
func (in *inner) kid(i int) (*node, *leaf) {
	if in.kids != nil {
		return in.kids[i], nil
	}
	return nil, in.leaves[i]
}

// clone makes an edit's own node with the same in it.
func (in *inner) clone(gen uint64) *inner {
	return newInner(gen, in.self.level, in.seps, slices.Clone(in.kids), slices.Clone(in.leaves))
}

// newLeaf makes a leaf of a blob on the heap.
func newLeaf(b blob) *leaf {
	l := new(leaf)
	l.set(b)
	return l
}

// set gives a leaf that nobody else has seen the blob it is to have from then on.
func (l *leaf) set(b blob) {
	l.data.Store(unsafe.SliceData(b))
	l.size = uint32(len(b))
	l.draft = nil
	l.state.Store(leafSound)
}

// open returns the leaf's blob, proved sound.
func (l *leaf) open() (blob, error) {
	if l.state.Load() != leafSound {
		return l.read()
	}
	return l.bytes(), nil
}

func (l *leaf) bytes() blob { return unsafe.Slice(l.data.Load(), int(l.size)) }

func (l *leaf) read() (blob, error) {
	if l.state.Load() == leafDraft {
		return *l.draft, nil
	}
	b := l.bytes()
	if err := l.from.prove(b, int(l.i)); err != nil {
		return nil, err
	}
	l.state.Store(leafSound)
	return b, nil
}

// where is the place of a record: in a file, numbered among those that this process has opened or written, and the offset there; 0 if it is
// not known. Who saves a tree sets it, once the record counts.
type where struct{ v atomic.Uint64 }

// Bits of the offset, of which the lowest three are zero.
const offsetBits = 36

func packWhere(file uint32, off int64) uint64 {
	if file == 0 || off>>(offsetBits+3) != 0 {
		return 0
	}
	return uint64(file)<<offsetBits | uint64(off)>>3
}

func (w *where) set(file uint32, off int64) { w.v.Store(packWhere(file, off)) }

// in returns the offset in a file, if the record is there.
func (w *where) in(file uint32) (off int64, ok bool) {
	v := w.v.Load()
	return int64(v&(1<<offsetBits-1)) << 3, v != 0 && v>>offsetBits == uint64(file)
}

// files counts the checkpoints that this process has opened or begun to write.
var files atomic.Uint32

// newFile returns the number of another file; 0, of which nothing is known, once there are no more numbers.
func newFile() uint32 {
	if n := files.Add(1); n < 1<<(64-offsetBits) {
		return n
	}
	files.Store(1 << (64 - offsetBits)) // so that it does not begin anew
	return 0
}
