package plot

import (
	"math"
	"slices"
	"strconv"
)

// scale is the range of values of a chart and the step of its ticks; on a scale of factors, how many ticks there may be.
type scale struct {
	low, high, step float64
	log             bool
	unit            float64 // of lengths of time, in seconds: the labels are so many of it; 0 of numbers
}

// newLengthScale is newScale of lengths of time in seconds, with ticks at round hours, minutes or seconds.
func newLengthScale(low, high float64, n int) scale {
	unit := 1.0
	for _, x := range []float64{60, 3600} {
		if max(math.Abs(low), math.Abs(high)) >= 2*x {
			unit = x
		}
	}
	s := newScale(low/unit, high/unit, n)
	return scale{low: s.low * unit, high: s.high * unit, step: s.step * unit, unit: unit}
}

// units are the names of lengths of time in seconds.
var units = map[float64]string{1: "s", 60: "min", 3600: "h"}

// below returns how far down from the top a value lies: 0 is the greatest of the scale, 1 the least.
func (s scale) below(v float64) float64 {
	if s.log {
		if !(v > 0) {
			return 1
		}
		return (math.Log10(s.high) - math.Log10(v)) / (math.Log10(s.high) - math.Log10(s.low))
	}
	return (s.high/2 - v/2) / (s.high/2 - s.low/2) // halved: the span of doubles may overflow
}

// width returns the cells of the longest label.
func (s scale) width() int {
	w := 0
	for _, t := range s.ticks() {
		w = max(w, len(s.label(t)))
	}
	return w
}

// newLogScale returns the least scale of factors from one power of ten, or 2 or 5 times one, to another that holds [low, high]; both are above 0.
func newLogScale(low, high float64, n int) scale {
	if low > 0 && high/low < narrow {
		if s := newScale(low, high, n); s.low > 0 {
			return scale{low: s.low, high: s.high, step: float64(max(n, 2)), log: true}
		}
	}
	low, high = roundDown(low), roundUp(high)
	if low == 0 || math.IsInf(low, 0) || high == 0 {
		return scale{low: math.SmallestNonzeroFloat64, high: math.MaxFloat64, step: float64(max(n, 2)), log: true}
	}
	if low == high {
		low, high = roundDown(low/2), roundUp(high*2)
	}
	return scale{low: low, high: high, step: float64(max(n, 2)), log: true}
}

// narrow is the factor between the ends of a scale of factors up to which its ticks lie as those of a plain one.
const narrow = 5

// roundDown returns the greatest of 1, 2, 5 times a power of ten that is at most x.
func roundDown(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 0) {
		return 0
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{5, 2} {
		if m*power <= x*(1+1e-12) {
			return m * power
		}
	}
	return power
}

// factors returns the ticks of a scale of factors, from the greatest: 1, 2 and 5 of each power of ten, or each power, or every so many.
func (s scale) factors() []float64 {
	if s.high/s.low < narrow {
		plain := newScale(s.low, s.high, int(s.step))
		return slices.DeleteFunc(plain.ticks(), func(v float64) bool { return v < s.low*(1-1e-9) || v > s.high*(1+1e-9) })
	}
	first, last := math.Floor(math.Log10(s.low)+1e-9), math.Ceil(math.Log10(s.high)-1e-9)
	steps, every := []float64{5, 2, 1}, 1.0
	if n := s.step; (last-first)*3 > n {
		steps, every = []float64{1}, max(math.Ceil((last-first)/n), 1)
	}
	var out []float64
	for e := last; e >= first; e -= every {
		for _, m := range steps {
			if v := m * math.Pow(10, e); v >= s.low*(1-1e-9) && v <= s.high*(1+1e-9) {
				out = append(out, v)
			}
		}
	}
	if len(out) < 2 {
		return []float64{s.high, s.low}
	}
	return out
}

// newScale returns the least scale of round ticks, of 1, 2 or 5 times a power of ten, that holds [low, high] in at most n ticks.
func newScale(low, high float64, n int) scale {
	n = max(n, 2)
	if low == high {
		pad := math.Abs(low) / 20
		if pad == 0 || math.IsInf(low+pad, 0) {
			pad = 1
		}
		low, high = low-pad, high+pad
	}
	step := roundUp((high/float64(n) - low/float64(n))) // the difference itself may overflow
	for {
		s := scale{low: math.Floor(low/step) * step, high: math.Ceil(high/step) * step, step: step}
		if math.IsInf(s.low, 0) || math.IsInf(s.high, 0) || s.step == 0 {
			return scale{low: low, high: high}
		}
		if s.high-s.low <= step*float64(n)+step/2 {
			return s
		}
		step = roundUp(step * 1.01)
	}
}

// roundUp returns the least of 1, 2, 5 times a power of ten that is at least x.
func roundUp(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 0) {
		return 0
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*power >= x*(1-1e-12) {
			return m * power
		}
	}
	return 10 * power
}

// ticks returns the values with a label, from the greatest.
func (s scale) ticks() []float64 {
	if s.log {
		return s.factors()
	}
	if s.step == 0 {
		return []float64{s.high, s.low}
	}
	var out []float64
	for i := math.Round(s.high / s.step); i*s.step >= s.low-s.step/2 && len(out) < 100; i-- {
		out = append(out, i*s.step)
	}
	return out
}

// label formats a value of the scale such that neighbouring ticks never read the same.
func (s scale) label(v float64) string {
	if u := s.unit; u > 0 {
		return scale{low: s.low / u, high: s.high / u, step: s.step / u}.label(v/u) + units[u]
	}
	if s.log {
		plain := scale{low: v, high: v, step: roundDown(v)}
		if s.high/s.low < narrow {
			plain = newScale(s.low, s.high, int(s.step))
		}
		s = plain
	}
	top := max(math.Abs(s.low), math.Abs(s.high))
	unit, suffix := 1.0, ""
	switch {
	case top >= 1e15 || top < 1e-6 && top > 0:
		digits := 2
		if s.step > 0 { // as many as it takes to tell a step
			digits = min(max(int(math.Ceil(math.Log10(top/s.step))), 2), 16)
		}
		return strconv.FormatFloat(v, 'e', digits, 64)
	case top >= 1e12:
		unit, suffix = 1e12, "T"
	case top >= 1e9:
		unit, suffix = 1e9, "G"
	case top >= 1e6:
		unit, suffix = 1e6, "M"
	case top >= 1e4:
		unit, suffix = 1e3, "k"
	}
	decimals := 0
	if s.step > 0 {
		decimals = min(max(int(-math.Floor(math.Log10(s.step/unit)+1e-9)), 0), 12)
	}
	v /= unit
	if v == 0 {
		v = 0 // no minus sign
	}
	return strconv.FormatFloat(v, 'f', decimals, 64) + suffix
}

// Number formats a value for people, in as many digits as it takes and no more than seven.
func Number(v float64) string {
	switch a := math.Abs(v); {
	case a >= 1e15 || a < 1e-5 && a > 0:
		return strconv.FormatFloat(v, 'g', 6, 64)
	case a >= 1e6 || v == math.Trunc(v):
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	digits := 7 - max(int(math.Floor(math.Log10(math.Abs(v))))+1, 1)
	p := math.Pow(10, float64(digits))
	return strconv.FormatFloat(math.Round(v*p)/p, 'f', -1, 64)
}
