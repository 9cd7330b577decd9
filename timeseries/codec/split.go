package codec

import (
	"math"
	"math/bits"
)

// Values of full precision have random trailing bits, which nothing packs, and leading bits that are much alike: exponent and the top of
// the mantissa. ALP (Afroozeh, Kuffo, Boncz 2023) calls this RD and gives the leading bits a dictionary; here they are a column of
// integers, which follows a series that moves. The sign is the lowest bit of these integers, so that where all values have one sign the
// common divisor takes it out, and where they change it costs a bit.

// The cuts between leading and trailing bits that are tried.
var cuts = [...]int{36, 40, 44, 48, 50, 52}

func leading(f float64, cut int) int64 {
	b := math.Float64bits(f)
	return int64(b<<1>>1>>cut<<1 | b>>63)
}

// chooseCut returns the cut that makes a sample of v cheapest, and about how many bits a value takes then.
func chooseCut(v []float64) (cut, cost int) {
	best, least := cuts[0], math.MaxInt
	for _, cut := range cuts {
		cost, count := 0, 0
		runs(v, func(v []float64) {
			if len(v) == 0 {
				return
			}
			var x [2 * run]int64
			for i, f := range v {
				x[i] = leading(f, cut)
			}
			cost += (spans(x[:len(v)]) + cut) * len(v)
			count += len(v)
		})
		if count > 0 && cost/count < least {
			best, least = cut, cost/count
		}
	}
	return best, least
}

// appendSplit appends the cut, the leading bits and the trailing bits.
func appendSplit(dst []byte, v []float64, cut int) []byte {
	var lead [MaxPoints]int64
	var tail [MaxPoints]uint64
	mask := uint64(1)<<cut - 1
	for i, f := range v {
		lead[i], tail[i] = leading(f, cut), math.Float64bits(f)&mask
	}
	dst = append(dst, byte(cut))
	dst = appendInts(dst, lead[:len(v)])
	return pack(dst, tail[:len(v)], cut)
}

func readSplit(r *reader, out []float64) bool {
	cut := int(r.byte())
	if cut < 1 || cut > 52 {
		return false
	}
	var lead, tail [MaxPoints]int64
	if !readInts(r, lead[:len(out)]) {
		return false
	}
	p := r.take((cut*len(out) + 7) / 8)
	if r.bad {
		return false
	}
	unpack(p, tail[:len(out)], cut, 0)
	for i := range out {
		l := uint64(lead[i])
		out[i] = math.Float64frombits(bits.RotateLeft64(l&1, 63) | l>>1<<cut | uint64(tail[i]))
	}
	return true
}
