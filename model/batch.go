package model

import (
	"encoding/binary"
	"fmt"

	"arbor/sync/hlc"
)

// MaxBatch is the most bytes one batch takes.
const MaxBatch = 256 << 10

// batchVersion is the first byte of a batch.
const batchVersion = 1

// role is what a batch is to undo.
type role byte

const (
	roleAction role = iota // an action of a person, on the stack of undo
	rolePart               // belongs to the action that follows
	roleBack               // belongs to the undo or redo that follows
	roleUndo               // takes target back, on the stack of redo
	roleRedo               // takes an undo back, on the stack of undo
	roles
)

// device names a replica: one writer of one log.
type device [8]byte

// head is how far the log of a device is known.
type head struct {
	device device
	seq    uint64
}

// batch is one atomic set of changes as one device made it. Its bytes are canonical: decoding and encoding gives the same.
type batch struct {
	role    role
	device  device
	seq     uint64 // from 1, without gaps
	stamp   hlc.Stamp
	counter uint64 // the first one its ops take
	session string
	label   string
	target  uint64 // of undo and redo: what is taken back
	first   uint64 // the first of the batches that belong to this one, 0 if it is alone
	deps    []head // heads of other logs it follows, where they changed since the batch before
	ops     []op
}

func (b *batch) width() uint64 {
	var n uint64
	for i := range b.ops {
		n += b.ops[i].width()
	}
	return n
}

func (b *batch) encode() []byte {
	out := append([]byte{batchVersion, byte(b.role)}, b.device[:]...)
	out = binary.AppendUvarint(out, b.seq)
	out = binary.BigEndian.AppendUint64(out, uint64(b.stamp))
	out = binary.AppendUvarint(out, b.counter)
	out = appendBytes(appendBytes(out, b.session), b.label)
	out = binary.AppendUvarint(out, b.target)
	out = binary.AppendUvarint(out, b.first)
	out = binary.AppendUvarint(out, uint64(len(b.deps)))
	for _, h := range b.deps {
		out = binary.AppendUvarint(append(out, h.device[:]...), h.seq)
	}
	for i := range b.ops {
		out = appendOp(out, &b.ops[i])
	}
	return out
}

func decodeBatch(bytes []byte) (*batch, error) {
	if len(bytes) > MaxBatch {
		return nil, fmt.Errorf("batch of %d bytes: %w", len(bytes), errFormat)
	}
	d := decoder{b: bytes}
	var b batch
	if v := d.byte(); v != batchVersion && d.err == nil {
		return nil, fmt.Errorf("batch of version %d: %w", v, errFormat)
	}
	if b.role = role(d.byte()); b.role >= roles {
		d.fail("role")
	}
	copy(b.device[:], d.fixed(len(b.device)))
	b.seq = d.uvarint()
	b.stamp = hlc.Stamp(d.u64())
	b.counter = d.uvarint()
	b.session, b.label = d.string(), d.string()
	b.target, b.first = d.uvarint(), d.uvarint()
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		d.fail("heads")
	}
	for range n {
		if d.err != nil {
			break
		}
		var h head
		copy(h.device[:], d.fixed(len(h.device)))
		h.seq = d.uvarint()
		b.deps = append(b.deps, h)
	}
	for len(d.b) > 0 && d.err == nil {
		b.ops = append(b.ops, decodeOp(&d))
	}
	if d.err != nil {
		return nil, fmt.Errorf("batch %d: %w", b.seq, d.err)
	}
	return &b, nil
}
