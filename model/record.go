package model

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"
	"unsafe"
)

// The parts of a record, in the order in which they stand. Absent parts are zero.
const (
	partParent = iota + 1
	partOrder
	partText
	partState
	partTag
	partField
	partDue
	partSched
	partWait
	partUntil
	partNote
	partFlags
	partPosition
	partArrow
	partCreated
	partModified
	partFinished
	partFrom
)

// appendRecord appends the record of n to b. Equal nodes give equal bytes.
func appendRecord(b []byte, n *Node) []byte {
	part := func(kind byte, v []byte) { b = appendBytes(append(b, kind), v) }
	var buf [64]byte
	part(partParent, n.Parent[:])
	part(partOrder, n.Order)
	if n.Text != "" {
		b = appendBytes(append(b, partText), n.Text)
	}
	if n.State != None {
		part(partState, []byte{byte(n.State)})
	}
	for _, t := range n.Tags {
		b = appendBytes(append(b, partTag), t)
	}
	for _, f := range n.Fields {
		v := appendBytes(buf[:0], f.Key)
		part(partField, append(v, f.Value...))
	}
	for i, d := range []Date{n.Due, n.Sched, n.Wait, n.Until} {
		if !d.IsZero() {
			part(partDue+byte(i), appendDate(buf[:0], d))
		}
	}
	if n.NoteLen > 0 {
		part(partNote, binary.AppendUvarint(buf[:0], uint64(n.NoteLen)))
	}
	if f := n.flags(); f != 0 {
		part(partFlags, []byte{byte(f)})
	}
	if n.Placed {
		part(partPosition, appendVarint(appendVarint(buf[:0], int64(n.X)), int64(n.Y)))
	}
	for _, a := range n.Arrows {
		part(partArrow, append(append(buf[:0], a.To[:]...), a.Label...))
	}
	for i, t := range []time.Time{n.Created, n.Modified, n.Finished} {
		if !t.IsZero() {
			part(partCreated+byte(i), appendVarint(buf[:0], t.UnixMilli()))
		}
	}
	if n.from.known {
		part(partFrom, append(append(buf[:0], n.from.parent[:]...), n.from.order...))
	}
	return b
}

// decodeRecord reads what appendRecord wrote. The node shares nothing with b.
func decodeRecord(id ID, b []byte) (*Node, error) {
	n := new(Node)
	if err := n.decode(id, b, func(b []byte) string { return string(b) }); err != nil {
		return nil, err
	}
	n.Order = slices.Clone(n.Order)
	n.from.order = slices.Clone(n.from.order)
	return n, nil
}

// lend makes n the node of a record without copying: what it holds is that of b, and of the memory that n had before. It is for those who
// look at many records, each for as long as b is theirs.
func (n *Node) lend(id ID, b []byte) error {
	*n = Node{Tags: n.Tags[:0], Fields: n.Fields[:0], Arrows: n.Arrows[:0]}
	return n.decode(id, b, func(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) })
}

// decode reads a record into n, whose slices it appends to. Keys of order alias b, texts are made by text.
func (n *Node) decode(id ID, b []byte, text func([]byte) string) error {
	n.ID = id
	d := decoder{b: b}
	for len(d.b) > 0 && d.err == nil {
		kind := d.byte()
		v := decoder{b: d.bytes()}
		switch kind {
		case partParent:
			n.Parent = v.id()
		case partOrder:
			n.Order = v.fixed(len(v.b))
		case partText:
			n.Text = text(v.fixed(len(v.b)))
		case partState:
			n.State = State(v.byte())
		case partTag:
			n.Tags = append(n.Tags, text(v.fixed(len(v.b))))
		case partField:
			key := text(v.bytes())
			n.Fields = append(n.Fields, Field{key, text(v.fixed(len(v.b)))})
		case partDue, partSched, partWait, partUntil:
			*n.date(register(kind - partDue + byte(regDue))) = decodeDate(&v)
		case partNote:
			n.NoteLen = int(v.uvarint())
		case partFlags:
			n.setFlags(Flag(v.byte()))
		case partPosition:
			n.X, n.Y = int(v.varint()), int(v.varint())
		case partArrow:
			n.Arrows = append(n.Arrows, Arrow{From: id, To: v.id(), Label: text(v.fixed(len(v.b)))})
		case partCreated, partModified, partFinished:
			*n.time(register(kind - partCreated + byte(regCreated))) = time.UnixMilli(v.varint()).UTC()
		case partFrom:
			n.from = origin{parent: v.id(), order: v.fixed(len(v.b)), known: true}
		default:
			d.fail(fmt.Sprintf("part %d", kind))
		}
		if err := v.end(); err != nil && d.err == nil {
			d.err = fmt.Errorf("part %d: %w", kind, err)
		}
	}
	if d.err != nil {
		return fmt.Errorf("record of node %s: %w", id, d.err)
	}
	return nil
}

// appendDate appends the seconds of d and whether it is a day.
func appendDate(b []byte, d Date) []byte {
	b = appendVarint(b, d.T.Unix())
	if d.AllDay {
		return append(b, 1)
	}
	return append(b, 0)
}

func decodeDate(d *decoder) Date {
	sec, day := d.varint(), d.byte()
	if day > 1 {
		d.fail("date")
	}
	if d.err != nil {
		return Date{}
	}
	return Date{T: time.Unix(sec, 0).UTC(), AllDay: day == 1}
}
