package codec

import (
	"encoding/binary"
	"math"
)

// maxExponent is the greatest power of ten that a float64 holds exactly.
const maxExponent = 22

var powers = [maxExponent + 1]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// maxScaled bounds the integers: below it each is a float64 and its division by a power of ten is the decimal it came from.
const maxScaled = 1 << 53

// scale returns the integer n with n / 10^e == v to the bit.
func scale(v float64, e int) (n int64, ok bool) {
	x := v * powers[e]
	if !(x > -maxScaled && x < maxScaled) { // so that NaN fails too
		return 0, false
	}
	n = int64(math.RoundToEven(x))
	return n, math.Float64bits(float64(n)/powers[e]) == math.Float64bits(v)
}

// exponent returns the least e at which v is an integer, trying from low upwards, or -1.
func exponent(v float64, low int) int {
	for e := low; e <= maxExponent; e++ {
		if _, ok := scale(v, e); ok {
			return e
		}
		if math.Abs(v*powers[e]) >= maxScaled {
			break
		}
	}
	return -1
}

// appendDecimal appends v as n / 10^e: the exponent, the integers, the exceptions.
func appendDecimal(dst []byte, v []float64, e int) []byte {
	var ints [MaxPoints]int64
	var except [MaxPoints]uint16
	k := 0
	var last int64
	for i, f := range v {
		n, ok := scale(f, e)
		if !ok {
			n = last // costs no bits
			except[k] = uint16(i)
			k++
		}
		ints[i], last = n, n
	}
	dst = append(dst, byte(e))
	dst = appendInts(dst, ints[:len(v)])
	dst = binary.AppendUvarint(dst, uint64(k))
	at := 0
	for _, i := range except[:k] {
		dst = binary.AppendUvarint(dst, uint64(int(i)-at))
		at = int(i)
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(v[i]))
	}
	return dst
}

func readDecimal(r *reader, out []float64) bool {
	e := r.byte()
	if e > maxExponent {
		return false
	}
	var ints [MaxPoints]int64
	if !readInts(r, ints[:len(out)]) {
		return false
	}
	p := powers[e]
	for i, n := range ints[:len(out)] {
		out[i] = float64(n) / p
	}
	k := r.uvarint()
	if r.bad || k > uint64(len(out)) {
		return false
	}
	at := uint64(0)
	for range k {
		at += r.uvarint()
		bits := r.take(8)
		if r.bad || at >= uint64(len(out)) {
			return false
		}
		out[at] = math.Float64frombits(binary.LittleEndian.Uint64(bits))
	}
	return true
}
