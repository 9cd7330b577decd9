package fn

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// MinPairs is the least number of pairs of which a correlation says anything.
const MinPairs = 8

// Correlation is how two series go together.
type Correlation struct {
	Lag       int     // how many buckets the second one is behind the first
	N         int     // pairs
	Missing   int     // buckets in which one of the two has nothing
	Enough    bool    // N is at least MinPairs and both vary; else what follows is NaN
	R         float64 // Pearson's
	Low, High float64 // its 95 % interval, by Fisher's transformation
	Rho       float64 // Spearman's: Pearson's of the ranks, those of equal values their mean
}

// Correlate pairs the values of two series in the same buckets, such as days: a[i] with b[i+lag]. A bucket without a value is NaN, and one in which
// either has none makes no pair; what is missing at the ends because of the lag does not count as missing. The interval is that of pairs that are
// independent of each other, which values of consecutive days rarely are: it is rather too narrow.
func Correlate(a, b []float64, lag int) Correlation {
	c := Correlation{Lag: lag, R: math.NaN(), Low: math.NaN(), High: math.NaN(), Rho: math.NaN()}
	var x, y []float64
	for i := range a {
		j := i + lag
		if j < 0 || j >= len(b) {
			continue
		}
		if a[i] != a[i] || b[j] != b[j] {
			c.Missing++
			continue
		}
		x, y = append(x, a[i]), append(y, b[j])
	}
	if c.N = len(x); c.N < MinPairs {
		return c
	}
	r := pearson(x, y)
	if r != r {
		return c
	}
	c.Enough, c.R, c.Rho = true, r, pearson(ranks(x), ranks(y))
	const normal95 = 1.959963984540054
	z, wide := math.Atanh(r), normal95/math.Sqrt(float64(c.N-3))
	c.Low, c.High = math.Tanh(z-wide), math.Tanh(z+wide)
	return c
}

// Correlations is Correlate for each lag from one to another.
func Correlations(a, b []float64, from, to int) ([]Correlation, error) {
	if from > to || to-from > 10_000 {
		return nil, fmt.Errorf("lags from %d to %d: %w", from, to, ErrArgument)
	}
	var out []Correlation
	for lag := from; lag <= to; lag++ {
		out = append(out, Correlate(a, b, lag))
	}
	return out, nil
}

// pearson is the correlation of pairs, in two passes; NaN if one of the two does not vary.
func pearson(x, y []float64) float64 {
	mx, my := mean(x), mean(y)
	var xx, yy, xy total
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xx.add(dx * dx)
		yy.add(dy * dy)
		xy.add(dx * dy)
	}
	r := xy.value() / math.Sqrt(xx.value()) / math.Sqrt(yy.value())
	return max(-1, min(1, r))
}

func mean(x []float64) float64 {
	var t total
	for _, v := range x {
		t.add(v)
	}
	return t.value() / float64(len(x))
}

// ranks returns the place of each value, from 1 on; equal values share the mean of theirs.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	out := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, at := range order[i:j] {
			out[at] = float64(i+j+1) / 2
		}
		i = j
	}
	return out
}
