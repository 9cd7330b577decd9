package codec

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Modes of the column of values.
const (
	modeRaw       = 0 // eight bytes a value
	modeDecimal   = 1 // integers over a power of ten, and exceptions
	modeCorrected = 2 // integers over a power of ten, and how many units in the last place each value lies beside that
	modeSplit     = 3 // leading bits as integers, trailing bits as they are
)

// appendValues appends the column v in the mode it returns: the one that a sample of v finds smallest. It looks at no more than v, so that
// the same values give the same bytes everywhere.
func appendValues(dst []byte, v []float64) ([]byte, byte) {
	start := len(dst)
	e, cost, exact := chooseExponent(v)
	if exact {
		dst = appendDecimal(dst, v, e)
		if len(dst)-start < 7*len(v) { // with few exceptions none other comes near
			return dst, modeDecimal
		}
		dst = dst[:start]
	}
	type choice struct {
		mode    byte
		e, cost int
	}
	best := choice{modeDecimal, e, cost}
	if e, cost := chooseCorrected(v); cost < best.cost {
		best = choice{modeCorrected, e, cost}
	}
	if best.cost > cuts[0] { // bits that are not packed
		if cut, cost := chooseCut(v); cost <= best.cost { // which is the faster one to decode
			best = choice{modeSplit, cut, cost}
		}
	}
	switch {
	case best.cost >= 64:
	case best.mode == modeDecimal:
		dst = appendDecimal(dst, v, best.e)
	case best.mode == modeCorrected:
		dst = appendCorrected(dst, v, best.e)
	default:
		dst = appendSplit(dst, v, best.e)
	}
	if size := len(dst) - start; 0 < size && size < 8*len(v) {
		return dst, best.mode
	}
	dst = dst[:start]
	for _, f := range v {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
	}
	return dst, modeRaw
}

// readValues fills out with a column of that mode.
func readValues(r *reader, mode byte, out []float64) bool {
	switch mode {
	case modeRaw:
		p := r.take(8 * len(out))
		if r.bad {
			return false
		}
		for i := range out {
			out[i] = math.Float64frombits(binary.LittleEndian.Uint64(p[8*i:]))
		}
		return true
	case modeDecimal:
		return readDecimal(r, out)
	case modeCorrected:
		return readCorrected(r, out)
	case modeSplit:
		return readSplit(r, out)
	}
	return false
}

// probes is how many values chooseExponent looks at.
const probes = 32

// never is the cost in bits a value of a mode that is not to be tried.
const never = 1 << 20

// manyDigits is where an integer has as many digits as only the result of arithmetic is likely to have.
const manyDigits = 1e14

// chooseExponent returns the exponent that makes a sample of v cheapest as decimals, about how many bits a value takes then, and whether
// nearly all of the sample are such decimals, of few digits.
func chooseExponent(v []float64) (e, cost int, exact bool) {
	step := max(1, len(v)/probes)
	var seen [maxExponent + 1]bool
	for i := 0; i < len(v); i += step {
		if e := exponent(v[i], 0); e >= 0 {
			seen[e] = true
		}
	}
	best, least, fit, of, few := 0, math.MaxInt, 0, 0, false
	for e := range seen {
		if !seen[e] {
			continue
		}
		cost, kept, low, high := 0, 0, int64(0), int64(0)
		of = 0
		for i := 0; i < len(v); i += step {
			of++
			n, ok := scale(v[i], e)
			if !ok {
				cost += 80 // eight bytes and a place
				continue
			}
			if kept == 0 {
				low, high = n, n
			}
			low, high = min(low, n), max(high, n)
			kept++
		}
		cost += kept * bits.Len64(uint64(high-low))
		if cost < least {
			best, least, fit, few = e, cost, kept, -manyDigits < low && high < manyDigits
		}
	}
	if least == math.MaxInt {
		return 0, never, false
	}
	return best, least / of, few && fit*16 >= of*15
}

// run is how many neighbours chooseCorrected and chooseCut look at, in each of two places.
const run = 32

// runs calls f for two stretches of v, the whole of it if it is short.
func runs(v []float64, f func([]float64)) {
	if len(v) <= 2*run {
		f(v)
		return
	}
	f(v[len(v)/8:][:run])
	f(v[min(len(v)*5/8, len(v)-run):][:run])
}

// spans returns about how many bits a number of x takes as a column, as offsets or as differences, if none is left out. len(x) is at least 1.
func spans(x []int64) int {
	low, high := x[0], x[0]
	var least, most int64
	for i := 1; i < len(x); i++ {
		d := x[i] - x[i-1]
		low, high = min(low, x[i]), max(high, x[i])
		least, most = min(least, d), max(most, d)
	}
	return min(bits.Len64(uint64(high-low)), bits.Len64(uint64(most-least)))
}

// packed returns about how many bits x takes as a column, as offsets or as differences. len(x) is at least 1 and at most 2 * run.
func packed(x []int64) int {
	var d [2 * run]int64
	for i := 1; i < len(x); i++ {
		d[i] = x[i] - x[i-1]
	}
	_, a := plan(x)
	_, b := plan(d[:len(x)])
	return min(a, b)
}
