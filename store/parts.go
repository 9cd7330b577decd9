package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"

	"arbor/store/index"
)

// A value that is too large for one record is kept in parts, each under a key of the store's own; the user's key then leads to 16 bytes by
// which they are found. To the log, the checkpoint and all who work on them a part is a key and a value like any other.
//
//	\0 p id n   the nth part of the value of that id; id is 8 bytes, n 4, big-endian, so that the parts lie in order
//	\0 q id     is there while the parts of that id are, and nothing leads to them yet: see staging.go
//
// The parts belong to the one key that leads to them. Whoever applies a change that ends this, in the fold or in replay, takes the parts out
// of the index in the same step (ledger.apply), so that the log need not say so.

// maxWhole is the longest value that is kept whole, and how long parts are.
const maxWhole = 64 << 10

// parts leads to the parts of a value.
type parts struct {
	id    uint64
	size  uint32 // of the value
	count uint32 // of the parts
}

// partsSize is the length of encoded parts.
const partsSize = 16

func (p parts) encode() []byte {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, partsSize), p.id)
	b = binary.LittleEndian.AppendUint32(b, p.size)
	return binary.LittleEndian.AppendUint32(b, p.count)
}

// parseParts takes apart what a key of a value in parts leads to.
func parseParts(b []byte) (p parts, ok bool) {
	if len(b) != partsSize {
		return parts{}, false
	}
	p = parts{id: le.Uint64(b), size: le.Uint32(b[8:]), count: le.Uint32(b[12:])}
	return p, p.count > 0 && p.count <= p.size && p.size <= MaxValue
}

var (
	partPrefix   = []byte{0, 'p'}
	markerPrefix = []byte{0, 'q'}
)

func partKey(id uint64, n uint32) []byte {
	k := binary.BigEndian.AppendUint64(slices.Clone(partPrefix), id)
	return binary.BigEndian.AppendUint32(k, n)
}

func markerKey(id uint64) []byte {
	return binary.BigEndian.AppendUint64(slices.Clone(markerPrefix), id)
}

// parsePart tells of which value key is a part.
func parsePart(key []byte) (id uint64, n uint32, ok bool) {
	if len(key) != len(partPrefix)+12 || !bytes.HasPrefix(key, partPrefix) {
		return 0, 0, false
	}
	key = key[len(partPrefix):]
	return binary.BigEndian.Uint64(key), binary.BigEndian.Uint32(key[8:]), true
}

// parseMarker tells of which value key is the marker.
func parseMarker(key []byte) (id uint64, ok bool) {
	if len(key) != len(markerPrefix)+8 || !bytes.HasPrefix(key, markerPrefix) {
		return 0, false
	}
	return binary.BigEndian.Uint64(key[len(markerPrefix):]), true
}

// partBounds are the bounds of the parts of id.
func partBounds(id uint64) (from, to []byte) {
	from = binary.BigEndian.AppendUint64(slices.Clone(partPrefix), id)
	return from, prefixEnd(from)
}

// stored is a value as the store keeps it: whole, or the 16 bytes that lead to its parts.
type stored struct {
	bytes  []byte
	parted bool
}

// whole returns the value that is stored so in f.
func (v stored) whole(f frozen) ([]byte, error) {
	if !v.parted {
		return v.bytes, nil
	}
	return v.read(f, nil)
}

// read appends the bytes of a value in parts to dst.
func (v stored) read(f frozen, dst []byte) ([]byte, error) {
	p, ok := parseParts(v.bytes)
	if !ok {
		return nil, &CorruptError{File: "index", Err: fmt.Errorf("%x does not lead to the parts of a value", v.bytes)}
	}
	dst = slices.Grow(dst, int(p.size))
	n, left := uint32(0), int(p.size)
	from, to := partBounds(p.id)
	for e, err := range f.scan(from, to, false) {
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(e.Key, partKey(p.id, n)) || len(e.Value) > left {
			break
		}
		dst = append(dst, e.Value...)
		n, left = n+1, left-len(e.Value)
	}
	if n != p.count || left != 0 {
		return nil, p.missing(n)
	}
	return dst, nil
}

func (p parts) missing(n uint32) error {
	return &CorruptError{File: "index", Err: fmt.Errorf("part %d of %d of value %d, of %d bytes, is missing", n, p.count, p.id, p.size)}
}

// wholes makes the values of seq whole, which are those of f, and takes the keyspace off the keys.
func wholes(f frozen, seq iter.Seq2[Entry, error]) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		var large []byte
		for e, err := range seq {
			if err == nil {
				e.Key = e.Key[1:]
				if e.parted {
					large, err = stored{e.Value, true}.read(f, large[:0])
					e.Value, e.parted = large, false
				}
			}
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// wholeChanges makes the values of changes whole, which are those of f, and takes the keyspace off the keys.
func wholeChanges(f frozen, changes iter.Seq2[Change, error]) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		var large []byte
		for c, err := range changes {
			if err == nil {
				c.Key = c.Key[1:]
				if c.parted {
					large, err = stored{c.Value, true}.read(f, large[:0])
					c.Value, c.parted = large, false
				}
			}
			if err != nil {
				yield(Change{}, err)
				return
			}
			if !yield(c, nil) {
				return
			}
		}
	}
}

// endedParts tells whether what a key has led to, if it had old and has v now, was a value in parts that has ended, and its number.
func endedParts(old index.Value, had bool, v index.Value) (id uint64, ok bool) {
	if !had || !old.Parted || old.Equal(v) { // equal is what the cleaner has moved
		return 0, false
	}
	p, ok := parseParts(old.Inline) // else it is damage, which a read of that value would have told
	return p.id, ok
}

// dropParts removes the parts of a value.
func (t *ledger) dropParts(edit *index.Edit, id uint64) error {
	from, to := partBounds(id)
	return edit.DeleteRange(from, to, t.gone)
}

// deleteRange removes the keys of [from, to), with the parts of their values.
func (t *ledger) deleteRange(edit *index.Edit, from, to []byte) error {
	var ids []uint64
	err := edit.DeleteRange(from, to, func(key []byte, v index.Value) {
		t.gone(key, v)
		if id, ok := endedParts(v, true, index.Value{}); ok {
			ids = append(ids, id)
		}
	})
	for _, id := range ids {
		if err == nil {
			err = t.dropParts(edit, id)
		}
	}
	return err
}

// complete tells whether all parts are there that w, a value in parts, leads to. They are not if they were staged for an owner of the store
// that is gone, or swept since.
func complete(edit *index.Edit, w *write) (bool, error) {
	p, ok := parseParts(w.value)
	for n := range p.count {
		if _, ok, err := edit.Get(partKey(p.id, n)); err != nil || !ok {
			return false, err
		}
	}
	return ok, nil
}
