package fn

import (
	"fmt"
	"math"
	"slices"

	"arbor/timeseries"
)

// Method is how a percentile that lies between two values is found: names and meanings are those of numpy.
type Method uint8

const (
	Linear      Method = iota // on the line between the two; Hyndman and Fan's seventh, which spreadsheets have
	InvertedCDF               // the least value that at least so many are not above; Hyndman and Fan's first
)

// Percentile returns what p percent of the values are not above (Hyndman, Fan, "Sample quantiles in statistical packages", 1996). NaN if there are none.
func Percentile(values []float64, p float64, m Method) (float64, error) {
	if !(p >= 0 && p <= 100) {
		return 0, fmt.Errorf("percentile %v: %w", p, ErrArgument)
	}
	in := numbers(values)
	slices.Sort(in)
	return percentile(in, p, m), nil
}

// percentile is Percentile of sorted numbers.
func percentile(in []float64, p float64, m Method) float64 {
	n := len(in)
	if n == 0 {
		return math.NaN()
	}
	if m == InvertedCDF {
		return in[max(int(math.Ceil(p/100*float64(n)))-1, 0)]
	}
	at := p / 100 * float64(n-1)
	i := int(at)
	if i >= n-1 {
		return in[n-1]
	}
	return in[i] + (at-float64(i))*(in[i+1]-in[i])
}

// middle is the median of sorted numbers.
func middle(in []float64) float64 { return percentile(in, 50, Linear) }

// numbers returns a copy of values without those that are none.
func numbers(values []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return v != v })
}

// Values returns the values of samples.
func Values(s []timeseries.Sample) []float64 {
	out := make([]float64, len(s))
	for i, x := range s {
		out[i] = x.V
	}
	return out
}

// Bin is the values in [From, To); in the last one of a histogram To itself counts.
type Bin struct {
	From, To float64
	N        int
}

// Histogram counts values in n bins of equal width between the least and the greatest. One value fills one bin.
func Histogram(values []float64, n int) ([]Bin, error) {
	if n < 1 {
		return nil, fmt.Errorf("a histogram of %d bins: %w", n, ErrArgument)
	}
	in := slices.DeleteFunc(numbers(values), func(v float64) bool { return math.IsInf(v, 0) })
	if len(in) == 0 {
		return nil, nil
	}
	low, high := slices.Min(in), slices.Max(in)
	if low == high {
		return []Bin{{low, high, len(in)}}, nil
	}
	edge := func(i int) float64 { // halved: the span of doubles may overflow
		part := float64(i) / float64(n)
		return 2 * (low/2*(1-part) + high/2*part)
	}
	out := make([]Bin, n)
	for i := range out {
		out[i].From, out[i].To = edge(i), edge(i+1)
	}
	out[0].From, out[n-1].To = low, high
	for _, v := range in {
		i, exact := slices.BinarySearchFunc(out, v, func(b Bin, v float64) int {
			switch {
			case v < b.From:
				return 1
			case v >= b.To:
				return -1
			}
			return 0
		})
		if !exact {
			i = n - 1
		}
		out[i].N++
	}
	return out, nil
}

// Box is the five numbers of a box plot, and what lies beyond its whiskers, which reach to the last value within one and a half times the box
// (Tukey, "Exploratory Data Analysis", 1977). Quartiles are Linear.
type Box struct {
	N               int
	Low, Q1, Median float64
	Q3, High        float64
	Beyond          []float64
}

// BoxOf returns the box of some values; N is 0 if there are none.
func BoxOf(values []float64) Box {
	in := numbers(values)
	slices.Sort(in)
	b := Box{N: len(in)}
	if b.N == 0 {
		return b
	}
	b.Q1, b.Median, b.Q3 = percentile(in, 25, Linear), middle(in), percentile(in, 75, Linear)
	reach := 1.5 * (b.Q3 - b.Q1)
	b.Low, b.High = math.Inf(1), math.Inf(-1)
	for _, v := range in {
		if v < b.Q1-reach || v > b.Q3+reach {
			b.Beyond = append(b.Beyond, v)
			continue
		}
		b.Low, b.High = min(b.Low, v), max(b.High, v)
	}
	return b
}

// outlierScore is from which modified score on a value is an outlier (Iglewicz, Hoaglin, "How to Detect and Handle Outliers", 1993).
const outlierScore = 3.5

// Outliers returns the samples that lie far from the median, by the modified score 0.6745·(v−median)/MAD of more than 3.5; if more than half of all
// values are one, those that are not that one. season, if it is not 0, is how many samples make one: then it is the differences from the season
// before that are judged (the residuals of a seasonal naive forecast), and the first season is not.
func Outliers(s []Sample, season int) []Sample {
	s = slices.DeleteFunc(slices.Clone(s), func(x Sample) bool { return x.V != x.V })
	if season < 0 || season >= len(s) {
		return nil
	}
	judged := Values(s)
	if season > 0 {
		for i := len(s) - 1; i >= season; i-- {
			judged[i] -= judged[i-season]
		}
		s, judged = s[season:], judged[season:]
	}
	sorted := slices.Sorted(slices.Values(judged))
	center := middle(sorted)
	away := make([]float64, len(judged))
	for i, v := range judged {
		away[i] = math.Abs(v - center)
	}
	mad := middle(slices.Sorted(slices.Values(away)))
	var out []Sample
	for i, x := range s {
		if mad > 0 && 0.6745*away[i]/mad > outlierScore || mad == 0 && away[i] > 0 {
			out = append(out, x)
		}
	}
	return out
}
