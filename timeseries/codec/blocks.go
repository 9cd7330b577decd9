package codec

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// blockLen is the number of integers that share a base and a width.
const blockLen = 128

// patched marks, in a block's first byte, that numbers outside the width follow its base. The low seven bits are the width.
const patched = 0x80

// same, as a block's first byte, says that all numbers that are left are its base.
const same = 0x7f

// block is how 128 integers are packed: those in [base, base+2^width) as width bits each, the others beside them.
type block struct {
	base  int64
	width int
	out   int // numbers outside
}

// outsideCost is roughly what a number outside costs in bits, beside its own length: its place and the slack of a varint.
const outsideCost = 8 + 4

// plan chooses base and width for x. ref is near the middle of x; numbers are ranked by their distance from it, so that outliers on
// either side can be left out.
func plan(x []int64) (block, int) {
	ref := middle(x[0], x[len(x)/2], x[len(x)-1])
	var count, odd [65]uint16 // two, for to count up one number again and again waits for itself
	low, high := x[0]-ref, x[0]-ref
	for i := 1; i < len(x); i += 2 {
		a, b := x[i-1]-ref, x[i]-ref
		count[bits.Len64(zigzag(a))]++
		odd[bits.Len64(zigzag(b))]++
		low, high = min(low, a, b), max(high, a, b)
	}
	if len(x)%2 != 0 {
		a := x[len(x)-1] - ref
		count[bits.Len64(zigzag(a))]++
		low, high = min(low, a), max(high, a)
	}
	far := bits.Len64(max(zigzag(low), zigzag(high)))
	best, least, outside := far, far*len(x), 0
	out := 0
	for w := far - 1; w >= 0 && far > 1; w-- {
		if out += int(count[w+1] + odd[w+1]); out > blockLen/4 {
			break
		}
		if cost := w*len(x) + out*(far+outsideCost); cost < least {
			best, least, outside = w, cost, out
		}
	}
	if outside > 0 {
		low, high = within(x, ref, best)
	}
	// The offsets kept lie within 2^63 of ref on either side, so high-low fits an unsigned 64-bit number.
	b := block{base: ref + low, width: bits.Len64(uint64(high - low)), out: outside}
	return b, 16 + b.width*len(x) + outside*(far+outsideCost)
}

// within returns the least and the greatest of those distances of x from ref that have so many bits at most, of which there is one.
func within(x []int64, ref int64, width int) (low, high int64) {
	low, high = math.MaxInt64, math.MinInt64
	for _, v := range x {
		if off := v - ref; bits.Len64(zigzag(off)) <= width {
			low, high = min(low, off), max(high, off)
		}
	}
	return low, high
}

// middle returns the median of three.
func middle(a, b, c int64) int64 { return max(min(a, b), min(max(a, b), c)) }

func appendBlocks(dst []byte, x []int64) []byte {
	for len(x) > 0 {
		if alike(x) {
			return appendVarint(append(dst, same), x[0])
		}
		m := min(blockLen, len(x))
		b, _ := plan(x[:m])
		dst = appendBlock(dst, b, x[:m])
		x = x[m:]
	}
	return dst
}

func alike(x []int64) bool {
	for _, v := range x {
		if v != x[0] {
			return false
		}
	}
	return true
}

// appendBlock appends width and flag, base, the numbers outside (count, places, their distance from base), then the packed bits.
func appendBlock(dst []byte, b block, x []int64) []byte {
	var off [blockLen]uint64
	var places [blockLen]byte
	k := 0
	for i, v := range x {
		off[i] = uint64(v - b.base)
		if b.width < 64 && off[i]>>b.width != 0 {
			places[k] = byte(i)
			k++
		}
	}
	head := byte(b.width)
	if k > 0 {
		head |= patched
	}
	dst = append(dst, head)
	dst = appendVarint(dst, b.base)
	if k > 0 {
		dst = append(dst, byte(k))
		dst = append(dst, places[:k]...)
		for _, i := range places[:k] {
			dst = binary.AppendUvarint(dst, zigzag(int64(off[i])))
			off[i] = 0
		}
	}
	return pack(dst, off[:len(x)], b.width)
}

// pack appends x as a little-endian stream of width bits each.
func pack(dst []byte, x []uint64, width int) []byte {
	if width == 0 {
		return dst
	}
	var acc uint64
	have := 0
	for _, v := range x {
		acc |= v << have
		have += width
		if have >= 64 {
			dst = binary.LittleEndian.AppendUint64(dst, acc)
			have -= 64
			acc = v >> (width - have) // a shift by 64 gives 0, as it must when nothing is left
		}
	}
	for ; have > 0; have -= 8 {
		dst = append(dst, byte(acc))
		acc >>= 8
	}
	return dst
}

func readBlocks(r *reader, out []int64) bool {
	for len(out) > 0 {
		if len(r.b) > 0 && r.b[0] == same {
			r.byte()
			base := r.varint()
			for i := range out {
				out[i] = base
			}
			return !r.bad
		}
		m := min(blockLen, len(out))
		if !readBlock(r, out[:m]) {
			return false
		}
		out = out[m:]
	}
	return true
}

func readBlock(r *reader, out []int64) bool {
	head := r.byte()
	width := int(head &^ patched)
	base := r.varint()
	if r.bad || width > 64 {
		return false
	}
	var places []byte
	var far [blockLen]int64
	if head&patched != 0 {
		k := int(r.byte())
		if k == 0 || k > len(out) {
			return false
		}
		places = r.take(k)
		for i := range places {
			far[i] = r.varint()
		}
	}
	p := r.take((width*len(out) + 7) / 8)
	if r.bad {
		return false
	}
	unpack(p, out, width, base)
	for i, at := range places {
		if int(at) >= len(out) {
			return false
		}
		out[at] = base + far[i]
	}
	return true
}
