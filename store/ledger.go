package store

import (
	"arbor/store/index"
)

// ledger is what changes do to the live bytes of the log. A fold gathers one beside its tree, and books it if its tree becomes the head.
type ledger struct {
	rows  []ledgerRow
	found map[uint32]int // where in rows a segment is, once there are many
	last  int            // the row used last
	inline,
	replaced int64
}

// ledgerRow is what happened to one segment.
type ledgerRow struct {
	ord   uint32
	live  int64 // bytes of changes that the index leads to
	small int64 // bytes that came of puts whose values the index keeps
	tombs int64 // bytes that came of deletions
}

// manyRows is how many rows are looked through one by one.
const manyRows = 16

func (t *ledger) row(ord uint32) *ledgerRow {
	if t.last < len(t.rows) && t.rows[t.last].ord == ord {
		return &t.rows[t.last]
	}
	t.last = t.find(ord)
	return &t.rows[t.last]
}

func (t *ledger) find(ord uint32) int {
	if t.found == nil {
		for i := range t.rows {
			if t.rows[i].ord == ord {
				return i
			}
		}
	} else if i, ok := t.found[ord]; ok {
		return i
	}
	t.rows = append(t.rows, ledgerRow{ord: ord})
	n := len(t.rows)
	if n == manyRows {
		t.found = make(map[uint32]int, 2*manyRows)
		for i, r := range t.rows {
			t.found[r.ord] = i
		}
	} else if t.found != nil {
		t.found[ord] = n - 1
	}
	return n - 1
}

// changeSize is the bytes of a change in the log.
func changeSize(key []byte, value int) int64 { return int64(changeHeader + len(key) + value) }

// gone counts the end of what the index had for key.
func (t *ledger) gone(key []byte, old index.Value) {
	if old.Inline != nil {
		n := changeSize(key, len(old.Inline))
		t.inline -= n
		t.replaced += n
		return
	}
	t.row(LSN(old.Addr).ord()).live -= changeSize(key, int(old.Len))
}

// came counts what the index got for key.
func (t *ledger) came(key []byte, v index.Value) {
	if v.Inline != nil {
		t.inline += changeSize(key, len(v.Inline))
		return
	}
	t.row(LSN(v.Addr).ord()).live += changeSize(key, int(v.Len))
}

// count adds up a change at l, other than that of a range, by which a key got v, if it is a put, instead of old, if it had one.
func (t *ledger) count(w *write, l LSN, old index.Value, had bool, v index.Value) {
	if had {
		t.gone(w.key, old)
	}
	if w.del {
		t.row(l.ord()).tombs += changeSize(w.key, 0)
		return
	}
	if v.Inline != nil {
		t.row(l.ord()).small += changeSize(w.key, len(v.Inline))
	}
	t.came(w.key, v)
}

// apply makes a change, which lies at l in the log, in the index, and what it is with the parts of the values that it ends.
func (t *ledger) apply(edit *index.Edit, w *write, l LSN) (err error) {
	if w.to != nil {
		t.row(l.ord()).tombs += changeSize(w.key, len(w.to))
		return t.deleteRange(edit, w.key, w.to)
	}
	var old, v index.Value
	var had bool
	if w.del {
		old, had, err = edit.Delete(w.key)
	} else {
		v = w.leadsTo(l)
		old, had, err = edit.Put(w.key, v)
	}
	if err != nil {
		return err
	}
	t.count(w, l, old, had, v)
	if id, ok := endedParts(old, had, v); ok {
		return t.dropParts(edit, id)
	}
	return nil
}

// leadsTo is what the index keeps of a put at l.
func (w *write) leadsTo(l LSN) index.Value {
	if len(w.value) <= maxInline {
		v := inline(w.value)
		v.Parted = w.parted
		return v
	}
	return index.Value{Addr: uint64(l), Len: uint32(len(w.value))}
}

// inline returns a short value as the index keeps it; there nil is no value.
func inline(value []byte) index.Value {
	if value == nil {
		value = []byte{}
	}
	return index.Value{Inline: value}
}
