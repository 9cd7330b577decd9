package model

import (
	"encoding/binary"
	"math"
	"slices"
	"sync/atomic"
	"unsafe"
)

// What is said of a node by bits. The lowest three are its state, the highest two the top of its tree, which depends on other nodes.
const (
	factState = 7
	factOpen  = 1 << (3 + iota - 1) // it is not closed
	factBuiltin
	factSeries
	factNote
	factTask
	factPrio
	factFinished
	factArrows
	factDates
	factTags
	factFields
	factDepends
	factTop  = 1 << 30
	factMore = factPrio | factFinished | factArrows | factDates | factTags | factFields | factDepends
)

// factTops are the tops by their numbers.
var factTops = [...]ID{Detached, Root, Trash}

// topBits returns the bits of a top.
func topBits(top ID) uint32 { return uint32(max(0, slices.Index(factTops[:], top))) * factTop }

// factBlock is the facts of a few nodes, in the order of their ids, as they stand in a file: a row of fixed size for each, and behind the rows
// what most nodes have nothing of. It is never changed, and shared by the sheets in which these nodes are the same.
type factBlock struct {
	nodes int
	b     []byte
	made  []atomic.Pointer[Facts] // of the nodes that were asked for
}

func newFactBlock(nodes int, b []byte) factBlock {
	return factBlock{nodes, b, make([]atomic.Pointer[Facts], nodes)}
}

// factRow is the size of a row: the id, that of the parent, when the node was created and modified, and where among what is behind the rows is
// more of it.
const factRow = 8 + 8 + 8 + 8 + 4

func (b factBlock) id(i int) ID { return ID(b.b[i*factRow:]) }

func (b factBlock) parent(i int) ID { return ID(b.b[i*factRow+len(ID{}):]) }

func (b factBlock) created(i int) int64 { return int64(binary.LittleEndian.Uint64(b.b[i*factRow+16:])) }

func (b factBlock) modified(i int) int64 {
	return int64(binary.LittleEndian.Uint64(b.b[i*factRow+24:]))
}

// finished is that of a node of which the bits say that it is, noTime if it is damaged.
func (b factBlock) finished(i int, bits uint32) int64 {
	at, rest := binary.LittleEndian.Uint32(b.b[i*factRow+32:]), b.b[b.nodes*factRow:]
	if uint64(at) > uint64(len(rest)) {
		return noTime
	}
	d := decoder{b: rest[at:]}
	if bits&factPrio != 0 {
		d.u64()
	}
	if ms := d.varint(); d.err == nil {
		return ms
	}
	return noTime
}

// facts reads what is known of a node. It is damaged if anything in it is; only a file that was made with that intent is.
func (b factBlock) facts(i int, bits uint32) (*Facts, error) {
	le, row := binary.LittleEndian, b.b[i*factRow:]
	f := &Facts{ID: ID(row), Parent: ID(row[8:]), State: State(bits & factState), Series: bits&factSeries != 0, Note: bits&factNote != 0,
		Task: bits&factTask != 0, created: int64(le.Uint64(row[16:])), modified: int64(le.Uint64(row[24:])), finished: noTime}
	if bits&factMore == 0 {
		return f, nil
	}
	rest := b.b[b.nodes*factRow:]
	at := le.Uint32(row[32:])
	if uint64(at) > uint64(len(rest)) {
		return f, errFormat
	}
	d := decoder{b: rest[at:]}
	if f.HasPrio = bits&factPrio != 0; f.HasPrio {
		f.Prio = math.Float64frombits(d.u64())
	}
	if bits&factFinished != 0 {
		f.finished = d.varint()
	}
	if bits&(factArrows|factDates|factTags|factFields|factDepends) != 0 {
		f.more = decodeMore(&d, bits)
	}
	return f, d.err
}

func decodeMore(d *decoder, bits uint32) *moreFacts {
	m := &moreFacts{arrows: bits&factArrows != 0}
	if bits&factDates != 0 {
		which := d.byte()
		for i := range m.dates {
			if which&(1<<i) != 0 {
				m.dates[i] = decodeDate(d)
			}
		}
	}
	if bits&factTags != 0 {
		m.tags = make([]string, d.count(1))
		for i := range m.tags {
			m.tags[i] = lent(d.bytes())
		}
	}
	if bits&factFields != 0 {
		m.fields = make([]Field, d.count(2))
		for i := range m.fields {
			m.fields[i] = Field{lent(d.bytes()), lent(d.bytes())}
		}
	}
	if bits&factDepends != 0 {
		m.depends = make([]ID, d.count(len(ID{})))
		for i := range m.depends {
			m.depends[i] = d.id()
		}
	}
	return m
}

// lent is a text in bytes that never change.
func lent(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// count reads how many things follow that take at least size bytes each.
func (d *decoder) count(size int) int {
	n := d.uvarint()
	if n > uint64(len(d.b)/size) {
		d.fail("number of things")
		return 0
	}
	return int(n)
}

// blockWriter makes a block.
type blockWriter struct {
	nodes      int
	rows, rest []byte
}

// add appends a node, and returns its bits without its top.
func (w *blockWriter) add(f *Facts) uint32 {
	bits, m := f.bits(), f.more
	le := binary.LittleEndian
	w.rows = append(append(w.rows, f.ID[:]...), f.Parent[:]...)
	w.rows = le.AppendUint64(le.AppendUint64(w.rows, uint64(f.created)), uint64(f.modified))
	w.rows = le.AppendUint32(w.rows, uint32(len(w.rest)))
	w.nodes++
	if bits&factPrio != 0 {
		w.rest = binary.BigEndian.AppendUint64(w.rest, math.Float64bits(f.Prio))
	}
	if bits&factFinished != 0 {
		w.rest = appendVarint(w.rest, f.finished)
	}
	if m != nil {
		w.rest = m.append(w.rest, bits)
	}
	return bits
}

// block returns what was added as a block, and begins another.
func (w *blockWriter) block() factBlock {
	b := newFactBlock(w.nodes, slices.Concat(w.rows, w.rest))
	w.nodes, w.rows, w.rest = 0, w.rows[:0], w.rest[:0]
	return b
}

// bits returns what is said of the node by bits, without its top.
func (f *Facts) bits() uint32 {
	m := f.more
	if m == nil {
		m = &moreFacts{}
	}
	bits := uint32(f.State)
	for _, x := range [...]struct {
		is  bool
		bit uint32
	}{
		{!f.State.Closed(), factOpen}, {builtin(f.ID), factBuiltin}, {f.Series, factSeries}, {f.Note, factNote}, {f.Task, factTask}, {f.HasPrio, factPrio},
		{f.finished != noTime, factFinished}, {m.arrows, factArrows}, {m.dates != [4]Date{}, factDates}, {len(m.tags) > 0, factTags},
		{len(m.fields) > 0, factFields}, {len(m.depends) > 0, factDepends},
	} {
		if x.is {
			bits |= x.bit
		}
	}
	return bits
}

// append appends a byte that says which dates there are and these, tags, fields and what the node depends on, each after their number, as far as
// the bits announce them.
func (m *moreFacts) append(b []byte, bits uint32) []byte {
	if bits&factDates != 0 {
		at := len(b)
		b = append(b, 0)
		for i, d := range m.dates {
			if !d.IsZero() {
				b[at] |= 1 << i
				b = appendDate(b, d)
			}
		}
	}
	if bits&factTags != 0 {
		b = binary.AppendUvarint(b, uint64(len(m.tags)))
		for _, t := range m.tags {
			b = appendBytes(b, t)
		}
	}
	if bits&factFields != 0 {
		b = binary.AppendUvarint(b, uint64(len(m.fields)))
		for _, f := range m.fields {
			b = appendBytes(appendBytes(b, f.Key), f.Value)
		}
	}
	if bits&factDepends != 0 {
		b = binary.AppendUvarint(b, uint64(len(m.depends)))
		for _, id := range m.depends {
			b = append(b, id[:]...)
		}
	}
	return b
}
