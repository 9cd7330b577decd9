package fn

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Trend is a straight line through points, by least squares.
type Trend struct {
	N                int
	Slope, Intercept float64 // y = Intercept + Slope·x
	SlopeError       float64 // standard deviation of Slope
	InterceptError   float64
	SlopeLow         float64 // 95 % interval of Slope, by Student's t with N-2 degrees of freedom
	SlopeHigh        float64
	R2               float64 // how much of the variation the line explains, from 0 to 1
	Residual         float64 // standard deviation of what the line leaves
}

// Fit returns the trend of y over x. Errors and interval are NaN for fewer than three points, all is NaN if x does not vary. The interval takes what
// the line leaves as independent, which values of consecutive days rarely are: it is rather too narrow.
func Fit(x, y []float64) Trend {
	var px, py []float64
	for i := range min(len(x), len(y)) {
		if x[i] == x[i] && y[i] == y[i] {
			px, py = append(px, x[i]), append(py, y[i])
		}
	}
	nan := math.NaN()
	t := Trend{N: len(px), Slope: nan, Intercept: nan, SlopeError: nan, InterceptError: nan, SlopeLow: nan, SlopeHigh: nan, R2: nan, Residual: nan}
	if t.N < 2 {
		return t
	}
	mx, my := mean(px), mean(py)
	var xx, xy, yy total
	for i := range px {
		dx, dy := px[i]-mx, py[i]-my
		xx.add(dx * dx)
		xy.add(dx * dy)
		yy.add(dy * dy)
	}
	sxx := xx.value()
	if sxx == 0 {
		return t
	}
	t.Slope = xy.value() / sxx
	t.Intercept = my - t.Slope*mx
	var rest total
	for i := range px {
		r := py[i] - my - t.Slope*(px[i]-mx) // about the means: Intercept may be far away
		rest.add(r * r)
	}
	if syy := yy.value(); syy > 0 {
		t.R2 = 1 - rest.value()/syy
	}
	if t.N < 3 {
		return t
	}
	n := float64(t.N)
	t.Residual = math.Sqrt(rest.value() / (n - 2))
	t.SlopeError = t.Residual / math.Sqrt(sxx)
	t.InterceptError = t.Residual * math.Sqrt(1/n+mx*mx/sxx)
	wide := studentT(0.975, n-2) * t.SlopeError
	t.SlopeLow, t.SlopeHigh = t.Slope-wide, t.Slope+wide
	return t
}

// studentT returns the quantile p, above a half, of Student's distribution.
func studentT(p, freedom float64) float64 {
	x := mathext.InvRegIncBeta(freedom/2, 0.5, 2*(1-p))
	return math.Sqrt(freedom * (1 - x) / x)
}
