package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// blob is one packed, sorted run of entries: a leaf, or the separators of an inner node. doc.go gives its bytes. A blob reachable from a
// Tree is never written again. Accessors trust the layout: bytes that came from a disk pass validate first.
type blob []byte

const (
	headerSize = 8              // count, prefix length, size
	perEntry   = 8 + 2 + 1      // head, offset, tag
	fixedSize  = headerSize + 2 // beside entries: the header and the last offset
	headBytes  = 8
	addrSize   = 8 + 4 // an address and a length in the tail
)

// A tag's low five bits tell the kind of the value, its high three how many bytes of the head are padding.
const (
	kindMask = 0x1f
	kindAddr = maxInline + 1
	padShift = 5
)

var (
	le = binary.LittleEndian
	be = binary.BigEndian
)

func (b blob) count() int { return int(le.Uint16(b)) }
func (b blob) plen() int  { return int(le.Uint16(b[2:])) }

// offsAt, tagsAt and prefixAt are where the sections of a blob of n entries begin.
func offsAt(n int) int   { return headerSize + headBytes*n }
func tagsAt(n int) int   { return offsAt(n) + 2*(n+1) }
func prefixAt(n int) int { return tagsAt(n) + n }

func (b blob) off(n, i int) int { return int(le.Uint16(b[offsAt(n)+2*i:])) }

func (b blob) prefix() []byte {
	at := prefixAt(b.count())
	return b[at : at+b.plen()]
}

// tail returns what entry i keeps outside the arrays: the bytes of its key after the head, and its value's.
func (b blob) tail(i int) (rest, val []byte) {
	n := b.count()
	base := prefixAt(n) + b.plen()
	from, to := base+b.off(n, i), base+b.off(n, i+1)
	mid := to - valueSize(b.tag(n, i))
	return b[from:mid], b[mid:to:to]
}

func (b blob) tag(n, i int) byte { return b[tagsAt(n)+i] }

// headLen returns how many bytes of its head an entry of that tag uses.
func headLen(tag byte) int { return headBytes - int(tag>>padShift) }

// valueSize returns the bytes that the value of an entry of that tag takes in the tail.
func valueSize(tag byte) int {
	if k := int(tag & kindMask); k != kindAddr {
		return k
	}
	return addrSize
}

// appendKey appends the key of entry i to dst.
func (b blob) appendKey(dst []byte, i int) []byte {
	dst = append(dst, b.prefix()...)
	return b.appendSuffix(dst, i)
}

func (b blob) appendSuffix(dst []byte, i int) []byte {
	at := headerSize + headBytes*i
	dst = append(dst, b[at:at+headLen(b.tag(b.count(), i))]...)
	rest, _ := b.tail(i)
	return append(dst, rest...)
}

// value returns the value of entry i; an inline one lies in the blob.
func (b blob) value(i int) Value {
	_, val := b.tail(i)
	return decodeValue(b.tag(b.count(), i), val)
}

func decodeValue(tag byte, val []byte) Value {
	if tag&kindMask != kindAddr {
		return Value{Inline: val}
	}
	return Value{Addr: le.Uint64(val), Len: le.Uint32(val[8:])}
}

// head returns the first eight bytes of a suffix as a number that orders as they do, and how many there were.
func head(suffix []byte) (uint64, int) {
	if len(suffix) >= headBytes {
		return be.Uint64(suffix), headBytes
	}
	var h [headBytes]byte
	n := copy(h[:], suffix)
	return be.Uint64(h[:]), n
}

// search returns the place of the first entry whose key is not below key, and whether it is key itself.
func (b blob) search(key []byte) (int, bool) {
	n, p := b.count(), b.plen()
	if p > 0 {
		at := prefixAt(n)
		prefix := b[at : at+p]
		if len(key) < p || string(key[:p]) != string(prefix) {
			if bytes.Compare(key, prefix) < 0 {
				return 0, false
			}
			return n, false
		}
		key = key[p:]
	}
	h, hl := head(key)
	heads := b[headerSize : headerSize+headBytes*n]
	lo, hi := 0, n
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		x := be.Uint64(heads[headBytes*m:])
		if x < h {
			lo = m + 1
			continue
		}
		if x == h {
			c := b.compareTail(m, key, hl)
			if c == 0 {
				return m, true
			}
			if c < 0 {
				lo = m + 1
				continue
			}
		}
		hi = m
	}
	return lo, false
}

// compareTail compares entry i with a suffix of the same head of which hl bytes are not padding. Of two equal heads the one with more
// padding is the shorter key, a prefix of the other.
func (b blob) compareTail(i int, suffix []byte, hl int) int {
	if d := headLen(b.tag(b.count(), i)) - hl; d != 0 {
		return d
	}
	rest, _ := b.tail(i)
	return bytes.Compare(rest, suffix[hl:])
}

var errLayout = errors.New("bad leaf layout")

// validate proves that no accessor leaves the bounds of b and that its keys ascend and are within MaxKey.
func (b blob) validate() error {
	if len(b) < fixedSize {
		return fmt.Errorf("%w: %d bytes", errLayout, len(b))
	}
	n, p := b.count(), b.plen()
	base := prefixAt(n) + p
	if int(le.Uint32(b[4:])) != len(b) || base > len(b) {
		return fmt.Errorf("%w: %d bytes for %d entries and a prefix of %d", errLayout, len(b), n, p)
	}
	if b.off(n, 0) != 0 || base+b.off(n, n) != len(b) || n == 0 && p > 0 {
		return fmt.Errorf("%w: the tail does not fill the leaf", errLayout)
	}
	for i := range n {
		tag, size := b.tag(n, i), b.off(n, i+1)-b.off(n, i)
		rest := size - valueSize(tag)
		at := headerSize + headBytes*i
		if tag&kindMask > kindAddr || b.off(n, i+1) > b.off(n, n) || rest < 0 || headLen(tag) < headBytes && rest > 0 ||
			p+headLen(tag)+rest > MaxKey || be.Uint64(b[at:])<<(8*uint(headLen(tag))) != 0 {
			return fmt.Errorf("%w: entry %d of %d", errLayout, i, n)
		}
	}
	for i := 1; i < n; i++ {
		if !b.less(i-1, i) {
			return fmt.Errorf("%w: entries %d and %d are out of order", errLayout, i-1, i)
		}
	}
	return nil
}

func (b blob) less(i, j int) bool {
	x, y := be.Uint64(b[headerSize+headBytes*i:]), be.Uint64(b[headerSize+headBytes*j:])
	if x != y {
		return x < y
	}
	n := b.count()
	if d := headLen(b.tag(n, i)) - headLen(b.tag(n, j)); d != 0 {
		return d < 0
	}
	p, _ := b.tail(i)
	q, _ := b.tail(j)
	return bytes.Compare(p, q) < 0
}
