package timeseries

import (
	"math"
	"slices"
)

// Summary tells of a set of samples what a chart or a statistic needs. NaNs are not part of it. With N of 0 the rest means nothing. Of several
// samples of the first time First is the least, of several of the last time Last is the greatest, so that Merge may take them in any order.
type Summary struct {
	N           int64
	T0, T1      int64 // times of the first and the last sample
	First, Last float64
	Min, Max    float64
	Sum         float64
	Mean        float64
	M2          float64 // sum of the squared distances from the mean
}

// Variance returns the sample variance, NaN for fewer than two samples.
func (s Summary) Variance() float64 {
	if s.N < 2 {
		return math.NaN()
	}
	return s.M2 / float64(s.N-1)
}

// StdDev returns the sample standard deviation, NaN for fewer than two samples.
func (s Summary) StdDev() float64 { return math.Sqrt(s.Variance()) }

// Merge joins the summaries of two sets that share no sample. Mean and M2 follow Chan, Golub and LeVeque: unlike sums of squares they
// keep the digits of values that are large beside their spread.
func (s Summary) Merge(o Summary) Summary {
	s.add(&o)
	return s
}

// add is Merge in place.
func (s *Summary) add(o *Summary) {
	if o.N == 0 {
		return
	}
	if s.N == 0 {
		*s = *o
		return
	}
	if o.T0 < s.T0 || o.T0 == s.T0 && o.First < s.First {
		s.T0, s.First = o.T0, o.First
	}
	if o.T1 > s.T1 || o.T1 == s.T1 && o.Last > s.Last {
		s.T1, s.Last = o.T1, o.Last
	}
	if !(s.Min <= o.Min) {
		s.Min = o.Min
	}
	if !(s.Max >= o.Max) {
		s.Max = o.Max
	}
	s.Sum += o.Sum
	n := s.N + o.N
	d := o.Mean - s.Mean
	part := float64(o.N) / float64(n)
	s.Mean += d * part
	s.M2 += o.M2 + d*d*float64(s.N)*part
	s.N = n
}

// summarize returns the summary of samples in the order of time. Of several with one time each counts.
func summarize(t []int64, v []float64) Summary {
	var s Summary
	first := 0
	for first < len(v) && v[first] != v[first] {
		first++
	}
	if first == len(v) {
		return s
	}
	last := len(v) - 1
	for v[last] != v[last] {
		last--
	}
	s.T0, s.First, s.T1, s.Last = t[first], v[first], t[last], v[last]
	for i := first + 1; i < len(t) && t[i] == s.T0; i++ {
		if v[i] < s.First {
			s.First = v[i]
		}
	}
	for i := last - 1; i >= 0 && t[i] == s.T1; i-- {
		if v[i] > s.Last {
			s.Last = v[i]
		}
	}
	v = v[first : last+1]
	if s.Sum = sum(v); s.Sum != s.Sum { // a NaN is among them, or both infinities are
		v = slices.DeleteFunc(slices.Clone(v), func(x float64) bool { return x != x })
		s.Sum = sum(v)
	}
	s.N = int64(len(v))
	s.Min, s.Max = bounds(v)
	// The second pass takes the rounding error of the first out of the mean, and M2 from distances that are already small.
	s.Mean = s.Sum / float64(s.N)
	rest, squares := distances(v, s.Mean)
	s.Mean += rest / float64(s.N)
	s.M2 = squares - rest*rest/float64(s.N)
	return s
}

// The sums are taken in four parts, so that no addition waits for the one before it.

func sum(v []float64) float64 {
	var a, b, c, d float64
	for ; len(v) >= 4; v = v[4:] {
		a, b, c, d = a+v[0], b+v[1], c+v[2], d+v[3]
	}
	for _, x := range v {
		a += x
	}
	return (a + b) + (c + d)
}

// distances returns the sum of the distances from mean, and of their squares.
func distances(v []float64, mean float64) (rest, squares float64) {
	var a, b, c, d, aa, bb, cc, dd float64
	for ; len(v) >= 4; v = v[4:] {
		w, x, y, z := v[0]-mean, v[1]-mean, v[2]-mean, v[3]-mean
		a, b, c, d = a+w, b+x, c+y, d+z
		aa, bb, cc, dd = aa+w*w, bb+x*x, cc+y*y, dd+z*z
	}
	for _, x := range v {
		x -= mean
		a += x
		aa += x * x
	}
	return (a + b) + (c + d), (aa + bb) + (cc + dd)
}

// bounds returns the least and the greatest of v, of which none is NaN. It compares integers that are ordered like the values, which takes no
// branch that is hard to foresee.
func bounds(v []float64) (low, high float64) {
	least, most := rank(v[0]), rank(v[0])
	for _, x := range v {
		r := rank(x)
		least, most = min(least, r), max(most, r)
	}
	return unrank(least), unrank(most)
}

// rank maps values to integers of their order.
func rank(x float64) int64 {
	b := int64(math.Float64bits(x))
	return b ^ int64(uint64(b>>63)>>1)
}

func unrank(r int64) float64 { return math.Float64frombits(uint64(r ^ int64(uint64(r>>63)>>1))) }
