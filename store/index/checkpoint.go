package index

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unsafe"

	"github.com/cespare/xxhash/v2"
)

// Sizes of the parts of a checkpoint; doc.go gives their bytes.
const (
	ckptHeaderSize = 16
	ckptRecordSize = 16 // before the body
	ckptFooterSize = 64
	ckptMetaLevel  = 1<<32 - 1 // in place of the level of what is no part of the tree
	ckptVersion    = 0
	ckptHeader     = "arborckp"
	ckptFooter     = "arborend"
)

// SaveAlign is what the beginning of an append is a multiple of, so that its write touches no sector of what counts already.
const SaveAlign = 4096

// MaxMeta is the most bytes that a checkpoint keeps for its user.
const MaxMeta = 16 << 20

// Seed binds what is written to its place: it is combined with the checksum of what lies at an offset, so that bytes of another store, or
// of another place of this one, do not pass.
type Seed func(off int64) uint64

// DamageError tells where a checkpoint is not what was written.
type DamageError struct {
	File      string
	Offset    int64
	Want, Got uint64 // the checksum stored and that of the bytes, if they differ
	Err       error  // what else is wrong, or nil
}

func (e *DamageError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s at offset %d: %v", e.File, e.Offset, e.Err)
	}
	return fmt.Sprintf("%s at offset %d: checksum %016x, want %016x", e.File, e.Offset, e.Got, e.Want)
}

// Unwrap returns the cause, if one is known.
func (e *DamageError) Unwrap() error { return e.Err }

// Saved is a tree as it lies in a checkpoint file. It belongs to one goroutine at a time; the tree does not.
type Saved struct {
	Tree *Tree
	Meta []byte // what was saved beside the tree
	Size int64  // of the file, as far as it counts: the footer ends here
	Next int64  // where in the file the next append is to begin: a multiple of SaveAlign, not below Size; the user may raise it

	number uint32 // of where
	seed   Seed
	root   *place
	m      *mapping // nil of what was written and not opened
	leaves []savedLeaf
	nodes  []savedNode
}

// savedLeaf and savedNode are what was written and does not count yet.
type savedLeaf struct {
	l   *leaf
	off int64
}

type savedNode struct {
	n *node
	r ref
}

func (s *Saved) setSize(size int64) { s.Size, s.Next = size, (size+SaveAlign-1)&^(SaveAlign-1) }

// Dead returns how many of the file's bytes nothing refers to.
func (s *Saved) Dead() int64 {
	if s.root == nil { // nothing was saved
		return 0
	}
	live := int64(ckptHeaderSize+ckptFooterSize) + room(len(s.Meta))
	if s.root.refs != nil {
		live += s.root.ref(0).all
	}
	return s.Size - live
}

// Ahead returns what Size and Dead will be once t has been appended with so many bytes of meta. It reads nothing from the disk.
func (s *Saved) Ahead(t *Tree, meta int) (size, dead int64) {
	fresh, all := int64(0), int64(0)
	if t.root != nil {
		fresh, all = t.root.ahead(s.number)
	}
	rest := room(meta) + ckptFooterSize
	size = s.Next + fresh + rest
	return size, size - all - rest - ckptHeaderSize
}

// ahead returns the bytes of the records of n and all below it, and how many of them are not in a file.
func (n *node) ahead(file uint32) (fresh, all int64) {
	if _, ok := n.where.in(file); ok {
		return 0, n.bytes.Load()
	}
	in := n.in.Load()
	if in == nil { // a stub in another file
		return n.bytes.Load(), n.bytes.Load()
	}
	for _, k := range in.kids {
		f, a := k.ahead(file)
		fresh, all = fresh+f, all+a
	}
	for _, l := range in.leaves {
		a := room(int(l.size))
		if all += a; !l.lies(file) {
			fresh += a
		}
	}
	own := room(n.size())
	return fresh + own, all + own
}

func (l *leaf) lies(file uint32) bool {
	_, ok := l.where.in(file)
	return ok
}

// WriteCheckpoint writes the whole tree, and meta, up to MaxMeta bytes of which only the caller knows what they mean, in the form that
// OpenCheckpoint reads. The tree stays as it is and may be in use meanwhile.
func (t *Tree) WriteCheckpoint(w io.Writer, seed Seed, meta []byte) (*Saved, error) {
	c := newSaver(w, newFile(), seed, 0)
	c.write(le.AppendUint32(le.AppendUint32([]byte(ckptHeader), ckptVersion), 0))
	return c.save(t, meta)
}

// Append writes what of the tree does not lie in the file yet; w goes on at Next. All before Size stays, and goes on to be s, until the
// caller has made the append durable. Then Keep is due.
func (s *Saved) Append(w io.Writer, t *Tree, meta []byte) (*Saved, error) {
	c := newSaver(w, s.number, s.seed, s.Next)
	return c.save(t, meta)
}

// Keep notes that what was written counts: from then on the next append refers to it.
func (s *Saved) Keep() {
	for _, x := range s.leaves {
		x.l.where.set(s.number, x.off)
	}
	for _, x := range s.nodes {
		x.n.bytes.Store(x.r.all)
		x.n.where.set(s.number, x.r.off)
	}
	s.nodes = nil
}

// Adopt has the leaves that the last save has written be read from b, the file as it is mapped, instead of the memory or the file they were
// in, in every tree that shares them. It proves first that these bytes are the same; if not, nothing is changed. What they were read from
// may go once nobody reads a tree from before any more.
func (s *Saved) Adopt(file string, b []byte) error {
	at := func(x savedLeaf) []byte { return b[x.off+ckptRecordSize:][:x.l.size] }
	if int64(len(b)) < s.Size {
		return &DamageError{File: file, Offset: int64(len(b)), Err: fmt.Errorf("%d bytes, %d were written", len(b), s.Size)}
	}
	for _, x := range s.leaves {
		if !bytes.Equal(x.l.bytes(), at(x)) {
			return &DamageError{File: file, Offset: x.off, Err: errors.New("not what was written")}
		}
	}
	for _, x := range s.leaves {
		x.l.data.Store(unsafe.SliceData(at(x)))
	}
	s.leaves = nil
	return nil
}

// saver writes the records of a checkpoint.
type saver struct {
	w    *bufio.Writer
	off  int64
	buf  []byte
	err  error
	s    *Saved
	refs [maxHeight + 1][]ref // by level, of the kids of the node being written
}

func newSaver(w io.Writer, number uint32, seed Seed, off int64) *saver {
	return &saver{w: bufio.NewWriterSize(w, 256<<10), off: off, s: &Saved{number: number, seed: seed}}
}

func (c *saver) save(t *Tree, meta []byte) (*Saved, error) {
	if len(meta) > MaxMeta {
		return nil, fmt.Errorf("write checkpoint: %d bytes of meta, at most %d", len(meta), MaxMeta)
	}
	s := c.s
	s.Tree, s.Meta, s.root = t, meta, &place{level: 1}
	var root ref
	if t.root != nil {
		var err error
		if root, err = c.node(t.root); err != nil {
			return nil, fmt.Errorf("write checkpoint: %w", err)
		}
		s.root.level = t.root.level + 1
		s.root.refs, s.root.seps = appendRefs(nil, s.root.level, []ref{root}), noEntries
	}
	c.record(ckptMetaLevel, meta)
	c.footer(root, int(s.root.level)-1, t.size, len(meta))
	if c.err == nil {
		c.err = c.w.Flush()
	}
	if c.err != nil {
		return nil, fmt.Errorf("write checkpoint: %w", c.err)
	}
	s.setSize(c.off)
	return s, nil
}

// node writes a node and what is below it, as far as it does not lie in the file, and returns where it is.
func (c *saver) node(n *node) (ref, error) {
	if off, ok := n.where.in(c.s.number); ok {
		return ref{off, n.size(), n.bytes.Load()}, nil
	}
	in, err := n.open()
	if err != nil {
		return ref{}, err
	}
	refs := c.refs[n.level][:0]
	all := int64(0)
	for i := range in.width() {
		var r ref
		if kid, l := in.kid(i); kid != nil {
			r, err = c.node(kid)
		} else {
			r, err = c.leaf(l)
		}
		if err != nil {
			return ref{}, err
		}
		all += r.all
		refs = append(refs, r)
	}
	c.refs[n.level] = refs
	r := c.record(int(n.level), append(appendRefs(nil, n.level, refs), in.seps...))
	r.all += all
	c.s.nodes = append(c.s.nodes, savedNode{n, r})
	return r, c.err
}

// size returns the length of the node's record's body.
func (n *node) size() int {
	if n.from != nil {
		return n.from.ref(int(n.i)).size
	}
	in := n.in.Load()
	return padded(8+refSize(n.level)*in.width()) + len(in.seps)
}

func (c *saver) leaf(l *leaf) (ref, error) {
	if off, ok := l.where.in(c.s.number); ok {
		return ref{off, int(l.size), room(int(l.size))}, nil
	}
	b, err := l.open()
	if err != nil {
		return ref{}, err
	}
	r := c.record(0, b)
	c.s.leaves = append(c.s.leaves, savedLeaf{l, r.off})
	return r, c.err
}

func (c *saver) write(b []byte) {
	if c.err == nil {
		_, c.err = c.w.Write(b)
	}
	c.off += int64(len(b))
}

// record writes a body with its header and returns where it is.
func (c *saver) record(level int, body []byte) ref {
	at := ref{c.off, len(body), room(len(body))}
	c.buf = append(c.buf[:0], make([]byte, 8)...)
	c.buf = le.AppendUint32(c.buf, uint32(len(body)))
	c.buf = le.AppendUint32(c.buf, uint32(level))
	c.buf = append(c.buf, body...)
	c.buf = append(c.buf, make([]byte, padded(len(body))-len(body))...)
	le.PutUint64(c.buf, xxhash.Sum64(c.buf[8:])^c.s.seed(c.off))
	c.write(c.buf)
	return at
}

func (c *saver) footer(root ref, level int, size int64, meta int) {
	b := make([]byte, 8, ckptFooterSize)
	b = le.AppendUint64(b, uint64(root.off))
	b = le.AppendUint32(b, uint32(root.size))
	b = le.AppendUint32(b, uint32(level))
	b = le.AppendUint64(b, uint64(size))
	b = le.AppendUint64(b, uint64(root.all))
	b = le.AppendUint64(b, uint64(meta))
	b = le.AppendUint64(b, uint64(c.off+ckptFooterSize))
	b = append(b, ckptFooter...)
	le.PutUint64(b, xxhash.Sum64(b[8:])^c.s.seed(c.off))
	c.write(b)
}
