package plot

import (
	"math"
	"strconv"
)

// scale is the range of values of a chart and the step of its ticks.
type scale struct{ low, high, step float64 }

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
		s := scale{math.Floor(low/step) * step, math.Ceil(high/step) * step, step}
		if math.IsInf(s.low, 0) || math.IsInf(s.high, 0) || s.step == 0 {
			return scale{low, high, 0}
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
