package store

import (
	"bytes"
	"errors"
	"fmt"
	"iter"

	"github.com/cespare/xxhash/v2"
)

// A transaction is one record: a header {word, count of changes}, then the changes. A change is
//
//	u64 checksum of what follows, bound to the place of the change
//	u32 length of the value
//	u16 length of the key
//	u8  1 put, 2 delete, 3 delete a range, 4 put, the value packed, 5 put of a value in parts
//	u8  0
//	key, value
//
// The key of a range is its first bound, and the value its second, which is not in it. In a transaction that is aborted the checksums are
// complemented.
//
// A value longer than maxInline is addressed by the place of its change, so that one checksum proves that these bytes are the value of
// this key, written here by this store.
const (
	changePut         = 1
	changeDelete      = 2
	changeDeleteRange = 3
	changePutPacked   = 4
	changePutParted   = 5 // the value is what leads to the parts
)

// kind is the change's in a record.
func (w *write) kind() byte {
	switch {
	case w.to != nil:
		return changeDeleteRange
	case w.del:
		return changeDelete
	case w.packed:
		return changePutPacked
	case w.parted:
		return changePutParted
	}
	return changePut
}

// encoded is a transaction's record before it has a place: the checksums are not yet bound to one.
type encoded struct {
	bytes   []byte
	offsets []uint32 // of the changes
	writes  []write  // the same, in these bytes: who helps to apply them may be late, and the caller's are gone by then
}

// encode makes the record of writes, in their order.
func encode(writes []write) (encoded, error) {
	n := recordHeader
	for _, w := range writes {
		n += changeHeader + len(w.key) + len(w.value) + len(w.to)
	}
	n = max((n+7)&^7, minRecord)
	if n > maxRecord {
		return encoded{}, fmt.Errorf("transaction of %d bytes in the log, at most %d: %w", n, maxRecord, ErrTooLarge)
	}
	rec := encoded{bytes: make([]byte, n)}
	if len(writes) == 1 {
		one := new(struct {
			write  [1]write
			offset [1]uint32
		})
		rec.writes, rec.offsets = one.write[:], one.offset[:]
	} else {
		rec.writes, rec.offsets = make([]write, len(writes)), make([]uint32, len(writes))
	}
	b := rec.bytes
	le.PutUint32(b[8:], uint32(len(writes)))
	at := recordHeader
	for i, w := range writes {
		rec.offsets[i] = uint32(at)
		le.PutUint32(b[at+8:], uint32(len(w.value)+len(w.to)))
		le.PutUint16(b[at+12:], uint16(len(w.key)))
		value := at + changeHeader + copy(b[at+changeHeader:], w.key)
		to := value + copy(b[value:], w.value)
		end := to + copy(b[to:], w.to)
		rec.writes[i] = write{key: b[at+changeHeader : value], value: b[value:to], del: w.del, packed: w.packed, parted: w.parted}
		if b[at+changeKind] = w.kind(); w.to != nil {
			rec.writes[i].to = b[to:end]
		}
		le.PutUint64(b[at:], xxhash.Sum64(b[at+8:end]))
		at = end
	}
	return rec, nil
}

// payload is the bytes of its keys and values, to a few.
func (r encoded) payload() int64 {
	return int64(len(r.bytes) - recordHeader - changeHeader*len(r.offsets))
}

// maxRecord is what the limit of a transaction, which counts a header for every change, allows.
const maxRecord = MaxTransaction + minRecord

// bind ties the checksums of a record's copy b to its place.
func (r encoded) bind(b []byte, id *storeID, l LSN) {
	for _, at := range r.offsets {
		le.PutUint64(b[at:], le.Uint64(b[at:])^id.mix(l+LSN(at)))
	}
}

// change is one change of a record that was read back.
type change struct {
	at   uint32 // offset within the record
	size uint32
	write
}

var errRecord = errors.New("not a transaction's record")

// changes yields what a record consists of. Lengths are checked against its bounds; checksums are not looked at.
func changes(rec []byte) iter.Seq2[change, error] {
	return func(yield func(change, error) bool) {
		if len(rec) < minRecord {
			yield(change{}, errRecord)
			return
		}
		at := uint32(recordHeader)
		for n := le.Uint32(rec[8:]); n > 0; n-- {
			c, ok := changeAt(rec, at)
			if !ok {
				yield(change{}, errRecord)
				return
			}
			if !yield(c, nil) {
				return
			}
			at += c.size
		}
	}
}

// changeAt reads the change at an offset of b, whose checksum is not looked at.
func changeAt(b []byte, at uint32) (change, bool) {
	if uint64(at)+changeHeader > uint64(len(b)) {
		return change{}, false
	}
	h := b[at:]
	vlen, klen, kind := uint64(le.Uint32(h[8:])), uint64(le.Uint16(h[12:])), h[changeKind]
	size := changeHeader + klen + vlen
	if size > uint64(len(h)) {
		return change{}, false
	}
	value := changeHeader + klen
	w, ok := makeWrite(kind, h[changeHeader:value], h[value:size])
	return change{at, uint32(size), w}, ok
}

// void marks the changes of a transaction that is aborted: their checksums become the complements, so that each alone tells that it never
// took effect, whatever becomes of the record's word.
func void(rec []byte) {
	for c, err := range changes(rec) {
		if err != nil {
			return
		}
		le.PutUint64(rec[c.at:], ^le.Uint64(rec[c.at:]))
	}
}

// makeWrite returns the write of a kind, of a key and a value, and whether there can be such a one.
func makeWrite(kind byte, key, value []byte) (w write, ok bool) {
	w = write{key: key, value: value}
	ok = 0 < len(key) && len(key) <= MaxKey+1
	switch kind {
	case changePut:
	case changePutPacked:
		w.packed, ok = true, ok && len(value) > maxInline
	case changeDelete:
		w.del, ok = true, ok && len(value) == 0
	case changeDeleteRange:
		w.del, w.value, w.to = true, nil, value
		ok = 0 < len(key) && len(key) <= maxBound && len(value) <= maxBound && bytes.Compare(key, value) < 0
	case changePutParted:
		w.parted, ok = true, ok && len(value) == partsSize
	default:
		ok = false
	}
	return w, ok
}

// maxBound is the longest bound of a range, keyspace included: one byte longer than a key, so that a range can begin right behind any.
const maxBound = MaxKey + 2

// checkChange proves the change of key at l, whose bytes are b, and returns its value.
func (id *storeID) checkChange(b []byte, l LSN, klen int) ([]byte, uint64, bool) {
	got := id.sum(b[8:], l)
	return b[changeHeader+klen:], got, got == le.Uint64(b)
}
