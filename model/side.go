package model

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

// side is what is kept beside a batch on the device that made it: how to take it back. It is no part of the batch; another device
// never sees it.
type side struct {
	inverse []undoing // one for each op
	after   []op      // registers to be restored in the end, where they still hold what the batch set
}

// undoing is the op that takes another back.
type undoing struct {
	op    op
	known bool   // false where the op had no effect
	after uint64 // splices: the hash of the whole text after the op
	chunk []byte // an op that puts a chunk back: its bytes
}

func inverseOf(o op) undoing { return undoing{op: o, known: true} }

func textHash(s string) uint64 { return xxhash.Sum64String(s) }

// What stands before an inverse. That of a create is known without being written.
const (
	inverseNone = iota
	inverseOp
	inverseDetach
)

// created reports whether u takes a creation back.
func (u *undoing) created() bool {
	return u.op.kind == opMove && u.op.parent == Detached && len(u.op.order) == 0 && !u.op.from.known
}

func (s *side) encode() []byte {
	b := binary.AppendUvarint(nil, uint64(len(s.inverse)))
	for i := range s.inverse {
		u := &s.inverse[i]
		switch {
		case !u.known:
			b = append(b, inverseNone)
			continue
		case u.created():
			b = append(b, inverseDetach)
			continue
		}
		b = appendOp(append(b, inverseOp), &u.op)
		if u.op.kind == opSplice || u.op.kind == opNote {
			b = binary.BigEndian.AppendUint64(b, u.after)
		}
		if u.op.kind == opChunk && u.op.present {
			b = appendBytes(b, u.chunk)
		}
	}
	for i := range s.after {
		b = appendOp(b, &s.after[i])
	}
	return b
}

// decodeSide reads what stands beside a batch of these ops.
func decodeSide(b []byte, ops []op) (side, error) {
	var s side
	d := decoder{b: b}
	if n := d.uvarint(); n != uint64(len(ops)) {
		d.fail("number of ops")
	}
	for i := 0; i < len(ops) && d.err == nil; i++ {
		var u undoing
		switch d.byte() {
		case inverseNone:
		case inverseDetach:
			u = inverseOf(op{kind: opMove, node: ops[i].node, parent: Detached})
		case inverseOp:
			u = inverseOf(decodeOp(&d))
			if u.op.kind == opSplice || u.op.kind == opNote {
				u.after = d.u64()
			}
			if u.op.kind == opChunk && u.op.present {
				u.chunk = d.bytes()
			}
		default:
			d.fail("inverse")
		}
		s.inverse = append(s.inverse, u)
	}
	for len(d.b) > 0 && d.err == nil {
		s.after = append(s.after, decodeOp(&d))
	}
	return s, d.err
}
