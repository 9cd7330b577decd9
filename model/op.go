package model

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"
	"unicode/utf8"

	"arbor/sync/crdt"
	"arbor/timeseries"
)

// kind is what an op does. The numbers are the format.
type kind uint64

const (
	opCreate   kind = iota + 1 // node, place, text
	opMove                     // node, place, where it was
	opSplice                   // node, splice of the text
	opNote                     // node, splice of the note
	opRegister                 // node, register, value; no value clears it
	opTag                      // node, tag, present
	opField                    // node, key, value, present
	opArrow                    // node, to, label, present
	opSamples                  // node, device, mode, samples
	opChunk                    // node, device, present, hash
	opEvent                    // node, kind, id, present, value
	opMark                     // node, present, mark of its series
	opTrim                     // node, device, span of time
	opWord                     // node, text that is a sample of its series
	kinds
)

// register is a part of a node that is written as a whole. The numbers are the format.
type register byte

const (
	regState register = iota + 1
	regDue
	regSched
	regWait
	regUntil
	regPosition
	regCollapsed
	regHideDone
	regAutoArrange
	regSeries
	regCreated
	regModified
	regFinished
	registers
)

// op is one change. Which parts are used depends on the kind. raw is the whole payload of a kind this version does not know.
type op struct {
	kind    kind
	node    ID
	parent  ID     // of create and move
	order   []byte // of create and move; empty only under Detached
	from    origin // of move
	splice  splice
	reg     register
	value   []byte // of a register or an event
	to      ID     // of an arrow
	key     string // tag, field key or label
	text    string // field value, or text of create
	present bool   // of tag, field, arrow, chunk, event and mark
	event   EventKind
	eventID EventID
	device  device  // whose stream of samples
	span    stretch // of time, of trim
	mode    sampleMode
	samples []timeseries.Sample
	hash    timeseries.Hash
	mark    timeseries.Mark
	raw     []byte
}

// width is the number of counters an op takes: one, and one for each character it inserts.
func (o *op) width() uint64 {
	inserted := utf8.RuneCountInString(o.splice.ins)
	if o.kind == opCreate {
		inserted += utf8.RuneCountInString(o.text)
	}
	return 1 + uint64(inserted)
}

// appendOp appends kind, length and payload of o to b.
func appendOp(b []byte, o *op) []byte {
	b = binary.AppendUvarint(b, uint64(o.kind))
	if o.raw != nil {
		return appendBytes(b, o.raw)
	}
	return appendBytes(b, o.payload())
}

func (o *op) payload() []byte {
	b := append(make([]byte, 0, 40+len(o.text)+len(o.splice.ins)), o.node[:]...)
	flag := func(on bool) {
		if on {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	switch o.kind {
	case opCreate:
		b = appendBytes(append(b, o.parent[:]...), o.order)
		b = append(b, o.text...)
	case opMove:
		b = appendBytes(append(b, o.parent[:]...), o.order)
		if o.from.known {
			b = append(append(b, o.from.parent[:]...), o.from.order...)
		}
	case opSplice, opNote:
		b = binary.AppendUvarint(b, uint64(o.splice.pos))
		b = binary.AppendUvarint(b, uint64(o.splice.del))
		b = append(b, o.splice.ins...)
	case opRegister:
		b = append(append(b, byte(o.reg)), o.value...)
	case opTag:
		flag(o.present)
		b = append(b, o.key...)
	case opField:
		flag(o.present)
		b = append(appendBytes(b, o.key), o.text...)
	case opArrow:
		b = append(b, o.to[:]...)
		flag(o.present)
		b = append(b, o.key...)
	case opSamples:
		b = appendSamples(append(append(b, o.device[:]...), byte(o.mode)), o.samples)
	case opChunk:
		b = append(b, o.device[:]...)
		flag(o.present)
		b = append(b, o.hash[:]...)
	case opWord:
		b = append(b, o.text...)
	case opTrim:
		b = appendVarint(append(b, o.device[:]...), o.span.from)
		b = binary.AppendUvarint(b, uint64(o.span.to-o.span.from))
	case opEvent:
		b = append(append(b, byte(o.event)), o.eventID[:]...)
		flag(o.present)
		b = append(b, o.value...)
	case opMark:
		flag(o.present)
		b = appendMark(b, o.mark)
	}
	return b
}

// maxOffset bounds the positions and lengths of a splice.
const maxOffset = 1 << 30

// decodeOp reads one op. An op of an unknown kind is returned with its payload in raw; it has no effect.
func decodeOp(d *decoder) op {
	o := op{kind: kind(d.uvarint())}
	payload := d.bytes()
	if d.err != nil {
		return o
	}
	v := decoder{b: payload}
	rest := func() []byte { return v.fixed(len(v.b)) }
	flag := func() bool {
		c := v.byte()
		if c > 1 {
			v.fail("flag")
		}
		return c == 1
	}
	if o.kind >= opCreate && o.kind < kinds {
		o.node = v.id()
	}
	switch o.kind {
	case opCreate:
		o.parent, o.order = v.id(), bytes.Clone(v.bytes())
		o.text = string(rest())
	case opMove:
		o.parent, o.order = v.id(), bytes.Clone(v.bytes())
		if len(v.b) > 0 {
			o.from = origin{parent: v.id(), order: bytes.Clone(rest()), known: true}
		}
	case opSplice, opNote:
		pos, del := v.uvarint(), v.uvarint()
		if pos > maxOffset || del > maxOffset {
			v.fail("splice")
		}
		o.splice = splice{int(pos), int(del), string(rest())}
	case opRegister:
		o.reg, o.value = register(v.byte()), bytes.Clone(rest())
		if v.err == nil && !validRegister(o.reg, o.value) {
			v.fail(fmt.Sprintf("register %d", o.reg))
		}
	case opTag:
		o.present, o.key = flag(), string(rest())
	case opField:
		o.present, o.key, o.text = flag(), v.string(), string(rest())
	case opArrow:
		o.to, o.present, o.key = v.id(), flag(), string(rest())
	case opSamples:
		copy(o.device[:], v.fixed(len(o.device)))
		o.mode = sampleMode(v.byte())
		o.samples = decodeSamples(&v)
		if o.mode >= sampleModes {
			v.fail("mode")
		}
	case opChunk:
		copy(o.device[:], v.fixed(len(o.device)))
		o.present = flag()
		copy(o.hash[:], v.fixed(len(o.hash)))
	case opWord:
		if o.text = string(rest()); len(o.text) == 0 || len(o.text) > timeseries.MaxWord || !utf8.ValidString(o.text) {
			v.fail("word")
		}
	case opTrim:
		copy(o.device[:], v.fixed(len(o.device)))
		o.span.from = v.varint()
		if o.span.to = o.span.from + int64(v.uvarint()); o.span.to <= o.span.from {
			v.fail("span")
		}
	case opEvent:
		if o.event = EventKind(v.byte()); o.event >= eventKinds { // of a later version
			o.raw = append([]byte{}, payload...)
			return o
		}
		copy(o.eventID[:], v.fixed(len(o.eventID)))
		o.present, o.value = flag(), bytes.Clone(rest())
		if v.err == nil && !o.validEvent() {
			v.fail("event")
		}
	case opMark:
		o.present = flag()
		if o.mark = decodeMark(&v); v.err == nil && o.mark.Valid() != nil {
			v.fail("mark")
		}
	default:
		o.raw = append([]byte{}, payload...)
		return o
	}
	if (o.kind == opCreate || o.kind == opMove) && v.err == nil && !validPlace(o.parent, o.order) {
		v.fail("place")
	}
	if err := v.end(); err != nil && d.err == nil {
		d.err = fmt.Errorf("op %d: %w", o.kind, err)
		d.b = nil
	}
	return o
}

// maxOrder bounds an order, so that the key of a place fits a store key.
const maxOrder = 900

func validPlace(parent ID, order []byte) bool {
	if len(order) == 0 {
		return parent == Detached
	}
	return len(order) <= maxOrder && crdt.Order(order).Valid()
}

// date returns the place of a date in n, nil if r is none.
func (n *Node) date(r register) *Date {
	switch r {
	case regDue:
		return &n.Due
	case regSched:
		return &n.Sched
	case regWait:
		return &n.Wait
	case regUntil:
		return &n.Until
	}
	return nil
}

// time returns the place of a time in n, nil if r is none.
func (n *Node) time(r register) *time.Time {
	switch r {
	case regCreated:
		return &n.Created
	case regModified:
		return &n.Modified
	case regFinished:
		return &n.Finished
	}
	return nil
}

// flag returns the switch that a register holds, 0 if it holds none.
func (r register) flag() Flag {
	switch r {
	case regCollapsed:
		return Collapsed
	case regHideDone:
		return HideDone
	case regAutoArrange:
		return AutoArrange
	case regSeries:
		return isSeries
	}
	return 0
}

// get returns the value of a register, nil if it is clear.
func (n *Node) get(r register) []byte {
	if d := n.date(r); d != nil && !d.IsZero() {
		return appendDate(nil, *d)
	}
	if t := n.time(r); t != nil && !t.IsZero() {
		return appendVarint(nil, t.UnixMilli())
	}
	switch {
	case r == regState && n.State != None:
		return []byte{byte(n.State)}
	case r == regPosition && n.Placed:
		return appendVarint(appendVarint(nil, int64(n.X)), int64(n.Y))
	case n.flags()&r.flag() != 0:
		return []byte{1}
	}
	return nil
}

// set gives a register its value, of which validRegister is true.
func (n *Node) set(r register, value []byte) {
	d := decoder{b: value}
	clear := len(value) == 0
	if at := n.date(r); at != nil {
		if *at = (Date{}); !clear {
			*at = decodeDate(&d)
		}
		return
	}
	if at := n.time(r); at != nil {
		if *at = (time.Time{}); !clear {
			*at = time.UnixMilli(d.varint()).UTC()
		}
		return
	}
	switch r {
	case regState:
		if n.State = None; !clear {
			n.State = State(d.byte())
		}
	case regPosition:
		if n.X, n.Y, n.Placed = 0, 0, !clear; !clear {
			n.X, n.Y = int(d.varint()), int(d.varint())
		}
	default:
		f := n.flags() &^ r.flag()
		if !clear {
			f |= r.flag()
		}
		n.setFlags(f)
	}
}

// validRegister reports whether value is what get returns for some node, so that set cannot fail.
func validRegister(r register, value []byte) bool {
	if r == 0 || r >= registers {
		return false
	}
	if len(value) == 0 {
		return true
	}
	d := decoder{b: value}
	switch r {
	case regDue, regSched, regWait, regUntil:
		decodeDate(&d)
	case regCreated, regModified, regFinished:
		d.varint()
	case regState:
		if s := State(d.byte()); s == None || s >= states {
			return false
		}
	case regPosition:
		d.varint()
		d.varint()
	default:
		if d.byte() != 1 {
			return false
		}
	}
	return d.end() == nil
}
