package fn

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"arbor/timeseries"
)

// Sample is a value at a time.
type Sample = timeseries.Sample

// ErrArgument means an argument for which a function has no meaning.
var ErrArgument = errors.New("argument out of range")

// window calls fn for each sample that is a number, with those before it that enter and leave the window (t-width, t].
func window(s []Sample, width time.Duration, enter, leave func(float64), fn func(Sample)) error {
	if width <= 0 {
		return fmt.Errorf("a window of %v: %w", width, ErrArgument)
	}
	first := 0
	for _, x := range s {
		if x.V != x.V {
			continue
		}
		enter(x.V)
		for ; s[first].T <= x.T-int64(width) && x.T >= math.MinInt64+int64(width); first++ {
			if v := s[first].V; v == v {
				leave(v)
			}
		}
		fn(x)
	}
	return nil
}

// MovingMean returns at each sample the mean of those in the time (t-width, t], which pandas calls rolling. It takes time with the samples alone.
func MovingMean(s []Sample, width time.Duration) ([]Sample, error) {
	out := make([]Sample, 0, len(s))
	var sum total
	n := 0
	err := window(s, width,
		func(v float64) { sum.add(v); n++ }, func(v float64) { sum.add(-v); n-- },
		func(x Sample) { out = append(out, Sample{T: x.T, V: sum.value() / float64(n)}) })
	return out, err
}

// MovingMedian is MovingMean of medians, which one wild value does not move. It takes time with the samples in a window.
func MovingMedian(s []Sample, width time.Duration) ([]Sample, error) {
	out := make([]Sample, 0, len(s))
	var in []float64 // sorted
	err := window(s, width,
		func(v float64) {
			i, _ := slices.BinarySearch(in, v)
			in = slices.Insert(in, i, v)
		},
		func(v float64) {
			i, _ := slices.BinarySearch(in, v)
			in = slices.Delete(in, i, i+1)
		},
		func(x Sample) { out = append(out, Sample{T: x.T, V: middle(in)}) })
	return out, err
}

// total is a sum that keeps what a float64 rounds off (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974).
type total struct{ sum, rest float64 }

func (t *total) add(v float64) {
	sum := t.sum + v
	if math.Abs(t.sum) >= math.Abs(v) {
		t.rest += t.sum - sum + v
	} else {
		t.rest += v - sum + t.sum
	}
	t.sum = sum
}

func (t *total) value() float64 { return t.sum + t.rest }

// EWMA returns an exponentially weighted mean: the first value, and from then on the last mean moved towards the value by alpha of the way for
// each period since the sample before, so that after days without one it moves as far as it would have by that value each day (Walker, "The
// Hacker's Diet", 1991, whose alpha is 0.1 a day). Samples of one time move it by nothing but the first.
func EWMA(s []Sample, alpha float64, period time.Duration) ([]Sample, error) {
	if !(alpha > 0 && alpha <= 1) || period <= 0 {
		return nil, fmt.Errorf("a weight of %v for each %v: %w", alpha, period, ErrArgument)
	}
	out := make([]Sample, 0, len(s))
	for _, x := range s {
		if x.V != x.V {
			continue
		}
		mean := x.V
		if n := len(out); n > 0 {
			last := out[n-1]
			periods := float64(x.T-last.T) / float64(period)
			mean = last.V - math.Expm1(periods*math.Log1p(-alpha))*(x.V-last.V)
			if periods == 0 {
				mean = last.V
			}
		}
		out = append(out, Sample{T: x.T, V: mean})
	}
	return out, nil
}

// Cumulative returns the sum of all values up to each sample.
func Cumulative(s []Sample) []Sample {
	out := make([]Sample, 0, len(s))
	var sum total
	for _, x := range s {
		if x.V == x.V {
			sum.add(x.V)
			out = append(out, Sample{T: x.T, V: sum.value()})
		}
	}
	return out
}

// Delta returns by how much each value differs from the one before.
func Delta(s []Sample) []Sample {
	return steps(s, func(last, x Sample) float64 { return x.V - last.V })
}

// Increase returns by how much a counter has grown since the sample before. One that is less than before began again at 0.
func Increase(s []Sample) []Sample {
	return steps(s, func(last, x Sample) float64 {
		if x.V < last.V {
			return x.V
		}
		return x.V - last.V
	})
}

// Rate returns by how much a counter has grown in each period since the sample before, as Increase counts. Of samples of one time the first
// counts, and the others say nothing.
func Rate(s []Sample, period time.Duration) ([]Sample, error) {
	if period <= 0 {
		return nil, fmt.Errorf("a rate in each %v: %w", period, ErrArgument)
	}
	apart := make([]Sample, 0, len(s))
	for _, x := range s {
		if n := len(apart); x.V == x.V && (n == 0 || apart[n-1].T < x.T) {
			apart = append(apart, x)
		}
	}
	out := Increase(apart)
	for i := range out {
		out[i].V /= float64(apart[i+1].T-apart[i].T) / float64(period)
	}
	return out, nil
}

// steps gives fn each sample with the one before.
func steps(s []Sample, fn func(last, x Sample) float64) []Sample {
	var out []Sample
	var last Sample
	first := true
	for _, x := range s {
		if x.V != x.V {
			continue
		}
		if !first {
			out = append(out, Sample{T: x.T, V: fn(last, x)})
		}
		last, first = x, false
	}
	return out
}
