package store

import (
	"encoding/binary"
	"fmt"

	"github.com/cespare/xxhash/v2"
)

// FORMAT.md gives every byte; the constants here are its numbers.
const (
	formatVersion = 0

	pageSize     = 4096     // frames begin at multiples of it
	segmentStart = pageSize // offset of the first frame of a segment, behind its header

	frameHeader  = 64
	recordHeader = 16
	changeHeader = 16
	changeKind   = 14 // offset of a change's kind
	minRecord    = 64 // so that at most one transaction begins in any 64 bytes of a segment

	maxInline = 16 // the longest value kept in the index

	minSegment = 64 << 10
	maxSegment = 8 << 20
)

var le = binary.LittleEndian

// makeLSN returns the place at offset off of segment ord.
func makeLSN(ord, off uint32) LSN { return LSN(ord)<<32 | LSN(off) }

// maxLSN is above every place.
const maxLSN = ^LSN(0)

// ord is the number of the segment that l lies in.
func (l LSN) ord() uint32 { return uint32(l >> 32) }

// off is the byte within the segment.
func (l LSN) off() uint32 { return uint32(l) }

func (l LSN) String() string { return fmt.Sprintf("%d:%d", l.ord(), l.off()) }

// storeID is drawn at random when a store is made. All checksums are bound to it.
type storeID [16]byte

// mix spreads the store's id and a place over 64 bits. A checksum is xored with it, so that bytes that were written elsewhere, or by
// another store, do not pass.
func (id *storeID) mix(l LSN) uint64 {
	x := uint64(l) ^ le.Uint64(id[:8])
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31 ^ le.Uint64(id[8:])
}

// sum is the checksum of b at l.
func (id *storeID) sum(b []byte, l LSN) uint64 { return xxhash.Sum64(b) ^ id.mix(l) }

// A record begins with its word, which says what it is: its length in bytes, header included; its kind; flags; and a tag that depends on
// its place. The word is never zero, and storing it publishes the record.
type word uint64

type recordKind byte

const (
	kindFrame recordKind = 1 + iota // the header of a frame
	kindPad                         // nothing, up to the end of the frame
	kindEnd                         // nothing, up to the end of the segment
	kindTx                          // a transaction
)

const (
	flagAborted = 1 << 40 // a transaction that lost against an earlier one; it changes nothing
	flagMoved   = 1 << 41 // one of the cleaner: it changes where records lie and nothing that a reader sees
	flagsUnused = 0x3f << 42
)

func (id *storeID) word(kind recordKind, n uint32, l LSN) word {
	return word(n) | word(kind)<<32 | word(id.mix(l))<<48
}

func (w word) size() uint32     { return uint32(w) }
func (w word) kind() recordKind { return recordKind(w >> 32) }
func (w word) aborted() bool    { return w&flagAborted != 0 }
func (w word) moved() bool      { return w&flagMoved != 0 }

// belongs tells whether w can be the word of a record at l that ends at limit or before.
func (id *storeID) belongs(w word, l LSN, limit uint32) bool {
	n := w.size()
	return w>>48 == word(id.mix(l))<<48>>48 && w&flagsUnused == 0 && n >= 8 && n%8 == 0 && uint64(l.off())+uint64(n) <= uint64(limit)
}

// roundUp returns the next multiple of the page size.
func roundUp(off uint32) uint32 { return (off + pageSize - 1) &^ (pageSize - 1) }

// little turns a word of this machine into one of little-endian bytes, and back: words are stored whole, by atomic operations.
func little(x uint64) uint64 {
	var b [8]byte
	binary.NativeEndian.PutUint64(b[:], x)
	return le.Uint64(b[:])
}
