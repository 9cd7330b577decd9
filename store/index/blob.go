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
	headerSize = 8     // count, prefix length, size
	headBytes  = 8     // a head
	metaSize   = 2 + 1 // an offset and a tag
	perEntry   = headBytes + metaSize
	addrSize   = 8 + 4 // an address and a length in the tail
	partedSize = 8 + 8 // what leads to the parts of a value

	// maxBlob bounds a blob read from a disk. What an edit writes stays far below; above, offsets of 16 bits could overflow.
	maxBlob = 32 << 10
)

// A tag's low five bits tell the kind of the value, its high three how many bytes of the head are padding.
const (
	kindMask   = 0x1f
	kindAddr   = maxInline + 1
	kindParted = maxInline + 2
	padShift   = 5
)

var (
	le = binary.LittleEndian
	be = binary.BigEndian
)

func (b blob) count() int { return int(le.Uint16(b)) }
func (b blob) plen() int  { return int(le.Uint16(b[2:])) }

// headsAt, metaAt and tailAt are where the sections of a blob of n entries with a prefix of p bytes begin.
func headsAt(p int) int   { return headerSize + padded(p) }
func metaAt(n, p int) int { return headsAt(p) + headBytes*n }
func tailAt(n, p int) int { return metaAt(n, p) + metaSize*n + 2 }

// padded returns the multiple of 8 that n is padded to.
func padded(n int) int { return (n + 7) &^ 7 }

func (b blob) prefix() []byte { return b[headerSize : headerSize+b.plen()] }

// view is a blob with its sections taken apart.
type view struct {
	prefix, heads, meta, tail []byte
}

func (b blob) view() view {
	n, p := b.count(), b.plen()
	heads, meta, tail := headsAt(p), metaAt(n, p), tailAt(n, p)
	return view{b[headerSize : headerSize+p], b[heads:meta], b[meta:tail], b[tail:]}
}

// entry returns the tag of entry i and what it keeps in the tail: the bytes of its key after the head, and its value's.
func (v *view) entry(i int) (tag byte, rest, val []byte) {
	m := v.meta[metaSize*i:][:metaSize+2]
	tag = m[2]
	from, to := int(le.Uint16(m)), int(le.Uint16(m[metaSize:]))
	mid := to - valueSize(tag)
	return tag, v.tail[from:mid], v.tail[mid:to:to]
}

// appendSuffix appends the key of entry i without its prefix to dst.
func (v *view) appendSuffix(dst []byte, i int) []byte {
	tag, rest, _ := v.entry(i)
	dst = append(dst, v.heads[headBytes*i:][:headLen(tag)]...)
	return append(dst, rest...)
}

// headLen returns how many bytes of its head an entry of that tag uses.
func headLen(tag byte) int { return headBytes - int(tag>>padShift) }

// valueSize returns the bytes that the value of an entry of that tag takes in the tail.
func valueSize(tag byte) int {
	k := int(tag & kindMask)
	if k < kindAddr {
		return k
	}
	if k == kindAddr {
		return addrSize
	}
	return partedSize
}

// appendKey appends the key of entry i to dst.
func (b blob) appendKey(dst []byte, i int) []byte {
	v := b.view()
	return v.appendSuffix(append(dst, v.prefix...), i)
}

// value returns the value of entry i; an inline one lies in the blob.
func (b blob) value(i int) Value {
	v := b.view()
	tag, _, val := v.entry(i)
	return decodeValue(tag, val)
}

func decodeValue(tag byte, val []byte) Value {
	if k := tag & kindMask; k != kindAddr {
		return Value{Inline: val, Parted: k == kindParted}
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
		prefix := b[headerSize : headerSize+p]
		if len(key) < p || string(key[:p]) != string(prefix) {
			if bytes.Compare(key, prefix) < 0 {
				return 0, false
			}
			return n, false
		}
		key = key[p:]
	}
	h, hl := head(key)
	heads := b[headsAt(p):metaAt(n, p)]
	i := lowerBound(heads, h)
	if i == n || be.Uint64(heads[headBytes*i:]) != h {
		return i, false
	}
	v := b.view()
	c := v.compareTail(i, key, hl)
	for i++; c < 0 && i < n && be.Uint64(heads[headBytes*i:]) == h; i++ {
		c = v.compareTail(i, key, hl)
	}
	if c < 0 {
		return i, false
	}
	return i - 1, c == 0
}

// lowerBound returns the number of heads below h. It looks at every eighth, the last of each cache line, then into one line: the loads of
// each round do not depend on each other, so that they are waited for together.
func lowerBound(heads []byte, h uint64) int {
	i := 0
	for at := 7 * headBytes; at < len(heads); at += 8 * headBytes {
		if be.Uint64(heads[at:at+headBytes]) < h {
			i += 8
		}
	}
	line := heads[headBytes*i:]
	line = line[:min(len(line), 8*headBytes)]
	for ; len(line) >= headBytes; line = line[headBytes:] {
		if be.Uint64(line) < h {
			i++
		}
	}
	return i
}

// compareTail compares entry i with a suffix of the same head of which hl bytes are not padding. Of two equal heads the one with more
// padding is the shorter key, a prefix of the other.
func (v *view) compareTail(i int, suffix []byte, hl int) int {
	tag, rest, _ := v.entry(i)
	if d := headLen(tag) - hl; d != 0 {
		return d
	}
	return bytes.Compare(rest, suffix[hl:])
}

var errLayout = errors.New("bad leaf layout")

// validate proves that no accessor leaves the bounds of b and that its keys ascend and are within MaxKey.
func (b blob) validate() error {
	if len(b) < tailAt(0, 0) || len(b) > maxBlob {
		return fmt.Errorf("%w: %d bytes", errLayout, len(b))
	}
	n, p := b.count(), b.plen()
	if int(le.Uint32(b[4:])) != len(b) || tailAt(n, p) > len(b) || n == 0 && p > 0 {
		return fmt.Errorf("%w: %d bytes for %d entries and a prefix of %d", errLayout, len(b), n, p)
	}
	v := b.view()
	for _, pad := range b[headerSize+p : headsAt(p)] {
		if pad != 0 {
			return fmt.Errorf("%w: padding of the prefix", errLayout)
		}
	}
	at := 0
	for i := range n {
		m := v.meta[metaSize*i:][:metaSize+2]
		from, tag, to := int(le.Uint16(m)), m[2], int(le.Uint16(m[metaSize:]))
		rest := to - from - valueSize(tag)
		hl := headLen(tag)
		if from != at || to > len(v.tail) || tag&kindMask > kindParted || rest < 0 || hl < headBytes && rest > 0 ||
			p+hl+rest > MaxKey || be.Uint64(v.heads[headBytes*i:])<<(8*uint(hl)) != 0 {
			return fmt.Errorf("%w: entry %d of %d", errLayout, i, n)
		}
		at = to
		if i > 0 && !v.less(i-1, i) {
			return fmt.Errorf("%w: entries %d and %d are out of order", errLayout, i-1, i)
		}
	}
	if at != len(v.tail) || int(le.Uint16(v.meta[metaSize*n:])) != at {
		return fmt.Errorf("%w: the tail does not fill the leaf", errLayout)
	}
	return nil
}

func (v *view) less(i, j int) bool {
	x, y := be.Uint64(v.heads[headBytes*i:]), be.Uint64(v.heads[headBytes*j:])
	if x != y {
		return x < y
	}
	r, p, _ := v.entry(i)
	s, q, _ := v.entry(j)
	if d := headLen(r) - headLen(s); d != 0 {
		return d < 0
	}
	return bytes.Compare(p, q) < 0
}
