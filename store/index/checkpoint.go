package index

import (
	"bufio"
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"
)

// Sizes of the parts of a checkpoint; doc.go gives their bytes.
const (
	ckptHeaderSize  = 16
	ckptRecordSize  = 16 // before the body
	ckptFooterSize  = 72
	ckptLeastRecord = ckptRecordSize + 24 // no leaf or node is smaller
	ckptMetaLevel   = 1<<32 - 1           // in place of the level of what is no part of the tree
	ckptVersion     = 0
	ckptHeader      = "arborckp"
	ckptFooter      = "arborend"
)

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

// ref is where a record is: its offset and the length of its body.
type ref struct {
	off  int64
	size int
}

// WriteCheckpoint writes the tree in the form that OpenCheckpoint reads: all leaves in key order, then the inner nodes, the root last, then
// meta, up to MaxMeta bytes of which only the caller knows what they mean. The tree stays as it is and may be in use meanwhile.
func (t *Tree) WriteCheckpoint(w io.Writer, seed Seed, meta []byte) error {
	if len(meta) > MaxMeta {
		return fmt.Errorf("write checkpoint: %d bytes of meta, at most %d", len(meta), MaxMeta)
	}
	c := checkpointWriter{w: bufio.NewWriterSize(w, 256<<10), seed: seed}
	c.write(le.AppendUint32(le.AppendUint32([]byte(ckptHeader), ckptVersion), 0))
	var levels [][]*node // from the root down
	if t.root != nil {
		levels = append(levels, []*node{t.root})
		for l := levels[0]; l[0].kids != nil; levels = append(levels, l) {
			var below []*node
			for _, n := range l {
				below = append(below, n.kids...)
			}
			l = below
		}
	}
	var refs []ref // of the level below the one being written
	leaves, nodes := 0, 0
	if len(levels) > 0 {
		for _, n := range levels[len(levels)-1] {
			for _, l := range n.leaves {
				b, err := l.open()
				if err != nil {
					return fmt.Errorf("write checkpoint: %w", err)
				}
				refs = append(refs, c.record(0, b))
			}
		}
		leaves = len(refs)
	}
	for i := len(levels) - 1; i >= 0; i-- {
		var written []ref
		for _, n := range levels[i] {
			k := n.width()
			written = append(written, c.record(len(levels)-i, c.inner(n, refs[:k])))
			refs = refs[k:]
		}
		nodes += len(written)
		refs = written
	}
	root := ref{}
	if len(refs) > 0 {
		root = refs[0]
	}
	c.record(ckptMetaLevel, meta)
	c.footer(root, len(levels), t.size, leaves, nodes, len(meta))
	if c.err == nil {
		c.err = c.w.Flush()
	}
	if c.err != nil {
		return fmt.Errorf("write checkpoint: %w", c.err)
	}
	return nil
}

type checkpointWriter struct {
	w    *bufio.Writer
	seed Seed
	off  int64
	buf  []byte
	body []byte
	err  error
}

func (c *checkpointWriter) write(b []byte) {
	if c.err == nil {
		_, c.err = c.w.Write(b)
	}
	c.off += int64(len(b))
}

// record writes a body with its header and returns where it is.
func (c *checkpointWriter) record(level int, body []byte) ref {
	at := ref{c.off, len(body)}
	c.buf = append(c.buf[:0], make([]byte, 8)...)
	c.buf = le.AppendUint32(c.buf, uint32(len(body)))
	c.buf = le.AppendUint32(c.buf, uint32(level))
	c.buf = append(c.buf, body...)
	c.buf = append(c.buf, make([]byte, padded(len(body))-len(body))...)
	le.PutUint64(c.buf, xxhash.Sum64(c.buf[8:])^c.seed(c.off))
	c.write(c.buf)
	return at
}

// inner returns the body of the record of an inner node.
func (c *checkpointWriter) inner(n *node, kids []ref) []byte {
	b := le.AppendUint64(c.body[:0], uint64(len(kids)))
	for _, k := range kids {
		b = le.AppendUint64(b, uint64(k.off))
	}
	for _, k := range kids {
		b = le.AppendUint32(b, uint32(k.size))
	}
	b = append(b, make([]byte, padded(len(b))-len(b))...)
	c.body = append(b, n.seps...)
	return c.body
}

func (c *checkpointWriter) footer(root ref, level int, size int64, leaves, nodes, meta int) {
	b := make([]byte, 8, ckptFooterSize)
	b = le.AppendUint64(b, uint64(root.off))
	b = le.AppendUint32(b, uint32(root.size))
	b = le.AppendUint32(b, uint32(level))
	b = le.AppendUint64(b, uint64(size))
	b = le.AppendUint64(b, uint64(leaves))
	b = le.AppendUint64(b, uint64(nodes))
	b = le.AppendUint64(b, uint64(meta))
	b = le.AppendUint64(b, uint64(c.off+ckptFooterSize))
	b = append(b, ckptFooter...)
	le.PutUint64(b, xxhash.Sum64(b[8:])^c.seed(c.off))
	c.write(b)
}
