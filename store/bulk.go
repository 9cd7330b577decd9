package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"iter"
	"slices"

	"arbor/store/index"
)

// bulk gathers changes in the order of the log and brings them into a tree in the order of their keys, which is several times as fast as one
// by one, and, if they are many beside what is in the tree, by building a new tree. What comes out is the same, also in the ledger.
type bulk struct {
	items  []bulkItem
	bytes  []byte // keys, and values that the index keeps
	common int    // bytes that all keys begin with
	// replaced has what ledger.replaced grew by the changes of each segment.
	replaced map[uint32]int64
	ended    []bulkEnd
}

// bulkEnd is the end of a value in parts, by the change at a place.
type bulkEnd struct {
	id uint64
	at LSN
}

// bulkItem is a put or a deletion.
type bulkItem struct {
	head uint64 // of the key behind what is common
	at   LSN
	key  uint32 // where in bytes the key lies; a value kept in the index follows
	klen uint16
	kind uint8 // a length of up to maxInline, or one of those below
	len  uint32
}

const (
	bulkAddress = maxInline + 1 + iota
	bulkDelete
	bulkParted // what leads to the parts follows the key
)

// maxBulk bounds the changes that are gathered, and maxBulkBytes their keys: some 100 MiB together.
const (
	maxBulk      = 1 << 20
	maxBulkBytes = 64 << 20
)

func (b *bulk) full() bool { return len(b.items) >= maxBulk || len(b.bytes) >= maxBulkBytes }

// add gathers a change at l, which is not one of a range.
func (b *bulk) add(w *write, l LSN) {
	x := bulkItem{at: l, key: uint32(len(b.bytes)), klen: uint16(len(w.key)), kind: bulkDelete}
	if len(b.items) == 0 {
		b.common = len(w.key)
	} else {
		b.common = commonPrefix(b.key(0), w.key, b.common)
	}
	b.bytes = append(b.bytes, w.key...)
	if !w.del {
		v := w.leadsTo(l)
		if x.kind, x.len = bulkAddress, v.Len; v.Inline != nil {
			if x.kind = uint8(len(v.Inline)); v.Parted {
				x.kind = bulkParted
			}
			b.bytes = append(b.bytes, v.Inline...)
		}
	}
	b.items = append(b.items, x)
}

// commonPrefix returns how many bytes, at most n, a and b begin with in common.
func commonPrefix(a, b []byte, n int) int {
	n = min(n, len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

func (b *bulk) key(i int) []byte {
	x := &b.items[i]
	return b.bytes[x.key:][:x.klen:x.klen]
}

// write returns item i as the change that it was, without a value that lies in the log, and what a put leads to.
func (b *bulk) write(i int) (w write, v index.Value) {
	x := &b.items[i]
	w.key = b.key(i)
	switch {
	case x.kind == bulkDelete:
		w.del = true
	case x.kind == bulkAddress:
		v = index.Value{Addr: uint64(x.at), Len: x.len}
	case x.kind == bulkParted:
		w.parted = true
		v = index.Value{Inline: b.bytes[x.key+uint32(x.klen):][:partsSize:partsSize], Parted: true}
	default:
		v.Inline = b.bytes[x.key+uint32(x.klen):][:x.kind:x.kind]
	}
	return w, v
}

// sort orders the items by key, those of one key as they came.
func (b *bulk) sort() {
	for i := range b.items {
		rest := b.key(i)[b.common:]
		if len(rest) >= 8 {
			b.items[i].head = binary.BigEndian.Uint64(rest)
			continue
		}
		var h [8]byte
		copy(h[:], rest)
		b.items[i].head = binary.BigEndian.Uint64(h[:])
	}
	slices.SortFunc(b.items, func(x, y bulkItem) int {
		if x.head != y.head {
			return cmp.Compare(x.head, y.head)
		}
		if c := bytes.Compare(b.bytes[x.key:][:x.klen], b.bytes[y.key:][:y.klen]); c != 0 {
			return c
		}
		return cmp.Compare(x.at, y.at)
	})
}

// end returns the item behind those that have the key of item i.
func (b *bulk) end(i int) int {
	key := b.key(i)
	for i++; i < len(b.items) && bytes.Equal(key, b.key(i)); i++ {
	}
	return i
}

// count adds up what items [from, to), all of one key, have done to the ledger; before them the key had old.
func (b *bulk) count(t *ledger, from, to int, old index.Value, had bool) {
	for i := from; i < to; i++ {
		w, v := b.write(i)
		before := t.replaced
		t.count(&w, b.items[i].at, old, had, v)
		b.grew(b.items[i].at, t.replaced-before)
		if id, ok := endedParts(old, had, v); ok {
			b.ended = append(b.ended, bulkEnd{id, b.items[i].at})
		}
		old, had = v, !w.del
	}
}

func (b *bulk) grew(l LSN, replaced int64) {
	if replaced != 0 {
		if b.replaced == nil {
			b.replaced = map[uint32]int64{}
		}
		b.replaced[l.ord()] += replaced
	}
}

// into brings the changes into a tree and is empty then.
func (b *bulk) into(tree *index.Tree, t *ledger) (*index.Tree, error) {
	if len(b.items) == 0 {
		return tree, nil
	}
	b.sort()
	var err error
	if 2*int64(len(b.items)) >= tree.Len() {
		tree, err = index.Build(b.merged(tree, t))
	} else {
		tree, err = b.edited(tree, t)
	}
	b.items, b.bytes = b.items[:0], b.bytes[:0]
	if err == nil && len(b.ended) > 0 {
		tree, err = b.withoutParts(tree, t)
	}
	return tree, err
}

// withoutParts removes the parts of the values that have ended. None of them was put behind the end of its value.
func (b *bulk) withoutParts(tree *index.Tree, t *ledger) (*index.Tree, error) {
	edit := tree.Edit()
	for _, x := range b.ended {
		before := t.replaced
		if err := t.dropParts(edit, x.id); err != nil {
			return nil, err
		}
		b.grew(x.at, t.replaced-before)
	}
	b.ended = b.ended[:0]
	return edit.Tree(), nil
}

// edited makes the changes one key after the other.
func (b *bulk) edited(tree *index.Tree, t *ledger) (*index.Tree, error) {
	edit := tree.Edit()
	for i := 0; i < len(b.items); {
		end := b.end(i)
		var old index.Value
		var had bool
		var err error
		if w, v := b.write(end - 1); w.del {
			old, had, err = edit.Delete(w.key)
		} else {
			old, had, err = edit.Put(w.key, v)
		}
		if err != nil {
			return nil, err
		}
		b.count(t, i, end, old, had)
		i = end
	}
	return edit.Tree(), nil
}

// merged yields the entries of the tree as the changes make it.
func (b *bulk) merged(tree *index.Tree, t *ledger) iter.Seq2[index.Entry, error] {
	return func(yield func(index.Entry, error) bool) {
		i := 0
		change := func(old index.Value, had bool) bool {
			end := b.end(i)
			b.count(t, i, end, old, had)
			w, v := b.write(end - 1)
			i = end
			return w.del || yield(index.Entry{Key: w.key, Value: v}, nil)
		}
		for x, err := range tree.Entries() {
			if err != nil {
				yield(index.Entry{}, err)
				return
			}
			order := 1
			for i < len(b.items) {
				if order = bytes.Compare(b.key(i), x.Key); order >= 0 {
					break
				}
				if !change(index.Value{}, false) {
					return
				}
			}
			if i < len(b.items) && order == 0 {
				if !change(x.Value, true) {
					return
				}
			} else if !yield(x, nil) {
				return
			}
		}
		for i < len(b.items) {
			if !change(index.Value{}, false) {
				return
			}
		}
	}
}
