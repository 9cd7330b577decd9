package codec

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Codings of a column of integers. With u the column less its first value, divided by the common divisor of its differences:
const (
	codeOffset = 0 // u itself
	codeDelta  = 1 // u[i]-u[i-1]
	codeDouble = 2 // the difference of those; the first of them stands in the header
	codings    = 3
)

// appendInts appends the column v: its coding, first value, divisor, for codeDouble the first difference, then the blocks.
func appendInts(dst []byte, v []int64) []byte {
	if len(v) == 0 {
		return dst
	}
	g := divisor(v)
	by := exactly(uint64(g))
	code := by.choose(v)
	var work [MaxPoints]int64
	x := work[:len(v)-1]
	var sum, last int64
	for i := range x {
		r := by.quotient(v[i+1] - v[i])
		switch code {
		case codeOffset:
			sum += r
			x[i] = sum
		case codeDelta:
			x[i] = r
		case codeDouble:
			x[i] = r - last
			last = r
		}
	}
	dst = append(dst, byte(code))
	dst = appendVarint(dst, v[0])
	dst = binary.AppendUvarint(dst, uint64(g))
	if code == codeDouble {
		dst = appendVarint(dst, x[0])
		x[0] = 0
	}
	return appendBlocks(dst, x)
}

// stretch is how many numbers of every fourth block are looked at to choose a coding.
const stretch = 64

// choose returns the coding that makes stretches of v smallest, whose differences are divided.
func (by *exact) choose(v []int64) int {
	n := len(v) - 1
	if n <= 1 {
		return codeOffset
	}
	var cost [codings]int
	for from := 0; from < n; from += 4 * blockLen {
		var x [codings][stretch]int64
		var sum, last int64
		m := min(stretch, n-from)
		if last = by.quotient(v[from+1] - v[from]); from > 0 {
			last = by.quotient(v[from] - v[from-1])
		}
		for i, a := range v[from : from+m] {
			r := by.quotient(v[from+i+1] - a)
			sum += r
			x[codeOffset][i], x[codeDelta][i], x[codeDouble][i] = sum, r, r-last
			last = r
		}
		for c := range cost {
			_, bits := plan(x[c][:m])
			cost[c] += bits
		}
	}
	best := codeOffset
	for c := range cost {
		if cost[c] < cost[best] {
			best = c
		}
	}
	return best
}

// divisor returns the greatest common divisor of the differences of v, 1 if there is none above that an int64 holds.
func divisor(v []int64) int64 {
	var g uint64
	var by exact
	for i := 1; i < len(v) && g != 1; i++ {
		d := v[i] - v[i-1]
		a := uint64(d)
		if d < 0 {
			a = -a
		}
		if g == 0 || !by.divides(a) {
			if g = gcd(a, g); g != 0 {
				by = exactly(g)
			}
		}
	}
	if g == 0 || g > math.MaxInt64 {
		return 1
	}
	return int64(g)
}

// exact divides by a number without dividing, where nothing is left over: by the inverse of its odd part modulo 2^64 (Granlund and Montgomery,
// Division by Invariant Integers using Multiplication, 1994, section 9).
type exact struct {
	inverse, most uint64 // most is the greatest quotient there is
	shift         int
}

// exactly returns what divides by g, which is not 0.
func exactly(g uint64) exact {
	shift := bits.TrailingZeros64(g)
	odd := g >> shift
	inverse := odd*3 ^ 2 // right in five bits, and each step doubles these
	for range 4 {
		inverse *= 2 - odd*inverse
	}
	return exact{inverse, math.MaxUint64 / g, shift}
}

func (e *exact) divides(a uint64) bool {
	return bits.RotateLeft64(a*e.inverse, -e.shift) <= e.most
}

// quotient returns a through the number, which divides it.
func (e *exact) quotient(a int64) int64 {
	return a >> (e.shift & 63) * int64(e.inverse)
}

func gcd(a, b uint64) uint64 {
	if a == 0 {
		return b
	}
	if b == 0 {
		return a
	}
	shift := bits.TrailingZeros64(a | b)
	a >>= bits.TrailingZeros64(a)
	for b != 0 {
		b >>= bits.TrailingZeros64(b)
		if a > b {
			a, b = b, a
		}
		b -= a
	}
	return a << shift
}

// readInts fills out with the column at the front of r.
func readInts(r *reader, out []int64) bool {
	if len(out) == 0 {
		return true
	}
	code := r.byte()
	first := r.varint()
	g := int64(r.uvarint())
	if r.bad || code >= codings || g < 1 {
		return false
	}
	var d int64
	if code == codeDouble {
		d = r.varint()
	}
	out[0] = first
	rest := out[1:]
	if !readBlocks(r, rest) {
		return false
	}
	switch code {
	case codeOffset:
		for i, x := range rest {
			rest[i] = first + x*g
		}
	case codeDelta:
		v := first
		for i, x := range rest {
			v += x * g
			rest[i] = v
		}
	case codeDouble:
		v := first
		d *= g
		for i, x := range rest {
			d += x * g
			v += d
			rest[i] = v
		}
	}
	return true
}
