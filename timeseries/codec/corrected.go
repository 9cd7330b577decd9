package codec

import (
	"math"
	"math/bits"
)

// Many a series is decimals that went through arithmetic: 74.93588199999998 is 74.935882 less a unit in the last place. Such a value is
// kept as an integer over a power of ten and the difference between its bits and those of the quotient, modulo 2^64. The sum gives
// back any bits whatever, so that a NaN or an infinity is no exception but a great difference.

// nearest returns the integer nearest to v * 10^e, or instead if none is that a float64 holds exactly.
func nearest(v float64, e int, instead int64) int64 {
	x := v * powers[e]
	if !(x > -maxScaled && x < maxScaled) {
		return instead
	}
	return int64(math.RoundToEven(x))
}

// beside returns how far the bits of v lie from those of n / 10^e.
func beside(v float64, n int64, e int) int64 {
	return int64(math.Float64bits(v) - math.Float64bits(float64(n)/powers[e]))
}

// chooseCorrected returns the exponent at which the integers of a sample of v and their corrections have the fewest bits, and about how
// many bits a value takes packed.
func chooseCorrected(v []float64) (e, cost int) {
	best, least := 0, math.MaxInt
	for e := 0; e <= 17; e++ {
		cost, count, great := 0, 0, 0
		runs(v, func(v []float64) {
			var last int64
			for i, f := range v[:min(len(v), run/2)] {
				n := nearest(f, e, last)
				if i > 0 {
					cost += bits.Len64(zigzag(n - last))
				}
				if math.Abs(f)*powers[e] >= maxScaled {
					great++
				}
				cost += bits.Len64(zigzag(beside(f, n, e)))
				last = n
				count++
			}
		})
		if count > 0 && cost/count < least {
			best, least = e, cost/count
		}
		if great > count/2 {
			break
		}
	}
	cost, count := 0, 0
	runs(v, func(v []float64) {
		if len(v) == 0 {
			return
		}
		var ints, off [2 * run]int64
		var last int64
		for i, f := range v {
			last = nearest(f, best, last)
			ints[i], off[i] = last, beside(f, last, best)
		}
		cost += packed(ints[:len(v)]) + packed(off[:len(v)])
		count += len(v)
	})
	return best, cost / max(count, 1)
}

// appendCorrected appends the exponent, the integers and the corrections.
func appendCorrected(dst []byte, v []float64, e int) []byte {
	var ints, off [MaxPoints]int64
	var last int64
	for i, f := range v {
		last = nearest(f, e, last)
		ints[i], off[i] = last, beside(f, last, e)
	}
	dst = append(dst, byte(e))
	dst = appendInts(dst, ints[:len(v)])
	return appendInts(dst, off[:len(v)])
}

func readCorrected(r *reader, out []float64) bool {
	e := r.byte()
	if e > maxExponent {
		return false
	}
	var ints, off [MaxPoints]int64
	if !readInts(r, ints[:len(out)]) || !readInts(r, off[:len(out)]) {
		return false
	}
	p := powers[e]
	for i := range out {
		out[i] = math.Float64frombits(math.Float64bits(float64(ints[i])/p) + uint64(off[i]))
	}
	return true
}
