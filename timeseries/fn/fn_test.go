package fn

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const day = int64(24 * time.Hour)

var nan = math.NaN()

// daily is a sample a day.
func daily(values ...float64) []Sample {
	out := make([]Sample, len(values))
	for i, v := range values {
		out[i] = Sample{T: int64(i) * day, V: v}
	}
	return out
}

// near compares numbers to a relative error, and takes two NaNs for equal.
func near(a, b, to float64) bool {
	return a != a && b != b || math.Abs(a-b) <= to*max(1, math.Abs(a), math.Abs(b))
}

func wantValues(t *testing.T, what string, got []Sample, want ...float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d samples, want %d: %v", what, len(got), len(want), got)
	}
	for i, x := range got {
		if !near(x.V, want[i], 1e-9) {
			t.Errorf("%s: sample %d is %v, want %v", what, i, x.V, want[i])
		}
	}
}

// pandas: Series([80.1, 80.4, 79.9]).ewm(alpha=0.1, adjust=False).mean(); from the day that is missing on by the definition, T += (1-0.9²)(v-T).
func TestEWMA(t *testing.T) {
	got, err := EWMA(daily(80.1, 80.4, 79.9, nan, 80, 79.5), 0.1, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	wantValues(t, "ewma", got, 80.1, 80.13, 80.107, 80.08667, 80.028003)
	all, err := EWMA(daily(1, 5, 2), 1, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	wantValues(t, "alpha of 1", all, 1, 5, 2)
	for _, alpha := range []float64{0, -1, 1.1, nan} {
		if _, err := EWMA(nil, alpha, time.Hour); !errors.Is(err, ErrArgument) {
			t.Errorf("alpha %v: %v", alpha, err)
		}
	}
}

// pandas: Series(range(10), date_range("2026-01-01", periods=10, freq="2D")).rolling("7D").mean() and .median()
func TestMoving(t *testing.T) {
	var s []Sample
	for i := range 10 {
		s = append(s, Sample{T: int64(2*i) * day, V: float64(i)})
	}
	mean, err := MovingMean(s, 7*24*time.Hour)
	median, err2 := MovingMedian(s, 7*24*time.Hour)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	wantValues(t, "mean", mean, 0, .5, 1, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5)
	wantValues(t, "median", median, 0, .5, 1, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5)
}

// Moving means and medians are those of the window, whatever came before.
func TestMovingAgainstAll(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var s []Sample
		at := int64(0)
		for range rapid.IntRange(0, 60).Draw(rt, "n") {
			at += rapid.Int64Range(0, 5).Draw(rt, "step")
			v := rapid.Float64Range(-1e6, 1e6).Draw(rt, "v")
			if rapid.IntRange(0, 9).Draw(rt, "none") == 0 {
				v = nan
			}
			s = append(s, Sample{T: at, V: v})
		}
		width := rapid.Int64Range(1, 20).Draw(rt, "width")
		means, _ := MovingMean(s, time.Duration(width))
		medians, _ := MovingMedian(s, time.Duration(width))
		k := 0
		for i, x := range s {
			if x.V != x.V {
				continue
			}
			var in []float64
			for _, y := range s[:i+1] {
				if y.T > x.T-width && y.V == y.V {
					in = append(in, y.V)
				}
			}
			slices.Sort(in)
			sum := 0.0
			for _, v := range in {
				sum += v
			}
			if !near(means[k].V, sum/float64(len(in)), 1e-9) || medians[k].V != middle(in) || means[k].T != x.T {
				rt.Fatalf("at %d: mean %v, median %v of %v", x.T, means[k].V, medians[k].V, in)
			}
			k++
		}
		if k != len(means) || k != len(medians) {
			rt.Fatalf("%d means and %d medians of %d", len(means), len(medians), k)
		}
	})
}

func TestCounters(t *testing.T) {
	s := daily(10, 13, nan, 19, 4, 4)
	wantValues(t, "delta", Delta(s), 3, 6, -15, 0)
	wantValues(t, "increase", Increase(s), 3, 6, 4, 0)
	wantValues(t, "cumulative", Cumulative(s), 10, 23, 42, 46, 50)
	rate, err := Rate(append(s, Sample{T: 5 * day, V: 9}), 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	wantValues(t, "rate", rate, 3, 3, 4, 0)
	if _, err := Rate(s, 0); !errors.Is(err, ErrArgument) {
		t.Errorf("a rate in no time: %v", err)
	}
}

// numpy.percentile([1, 2, 3, 4, 10], [25, 50, 90, 99]) with method linear and inverted_cdf
func TestPercentile(t *testing.T) {
	for m, want := range map[Method][]float64{Linear: {2, 3, 7.6, 9.76, 1, 10}, InvertedCDF: {2, 3, 10, 10, 1, 10}} {
		for i, p := range []float64{25, 50, 90, 99, 0, 100} {
			if got, err := Percentile([]float64{10, nan, 3, 1, 4, 2}, p, m); err != nil || !near(got, want[i], 1e-12) {
				t.Errorf("percentile %v by %d: %v, %v, want %v", p, m, got, err, want[i])
			}
		}
	}
	if got, err := Percentile(nil, 50, Linear); err != nil || got == got {
		t.Errorf("of nothing: %v, %v", got, err)
	}
	if _, err := Percentile([]float64{1}, 101, Linear); !errors.Is(err, ErrArgument) {
		t.Errorf("more than all: %v", err)
	}
}

// Every value is in one bin, the bins are without gaps, and each holds what it says.
func TestHistogram(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOf(rapid.Float64Range(-1e300, 1e300)).Draw(rt, "values")
		bins, err := Histogram(values, rapid.IntRange(1, 20).Draw(rt, "bins"))
		if err != nil {
			rt.Fatal(err)
		}
		n := 0
		for i, b := range bins {
			n += b.N
			if i > 0 && b.From != bins[i-1].To || b.From > b.To {
				rt.Fatalf("bin %d: %+v after %+v", i, b, bins[max(i-1, 0)])
			}
			in := 0
			for _, v := range values {
				if v >= b.From && (v < b.To || i == len(bins)-1 && v == b.To) {
					in++
				}
			}
			if in != b.N {
				rt.Fatalf("bin %d: %+v, want %d", i, b, in)
			}
		}
		if n != len(values) {
			rt.Fatalf("%d of %d values", n, len(values))
		}
	})
}

func TestBox(t *testing.T) {
	b := BoxOf([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 100, nan})
	if b.N != 10 || b.Q1 != 3.25 || b.Median != 5.5 || b.Q3 != 7.75 || b.Low != 1 || b.High != 9 || !slices.Equal(b.Beyond, []float64{100}) {
		t.Errorf("box %+v", b)
	}
}

func TestOutliers(t *testing.T) {
	if got := Outliers(daily(1, 2, nan, 3, 4, 100), 0); len(got) != 1 || got[0].V != 100 {
		t.Errorf("outliers %v", got)
	}
	if got := Outliers(daily(5, 5, 5, 6, 5), 0); len(got) != 1 || got[0].V != 6 {
		t.Errorf("where most are one: %v", got)
	}
	week := []float64{1, 9, 1, 9, 1.1, 9, 1, 9.1, 1, 1, 1.1, 9.1} // every other is 9, but one
	if got := Outliers(daily(week...), 2); len(got) != 2 || got[0].T != 9*day {
		t.Errorf("out of season: %v", got)
	}
}

// Anscombe's first set. R: cor.test(anscombe$x1, anscombe$y1) gives r and its interval, cor(…, method="spearman") the other.
func TestCorrelate(t *testing.T) {
	x := []float64{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5}
	y := []float64{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68}
	c := Correlate(append(x, nan, 3), append(y, 4, nan), 0)
	if c.N != 11 || c.Missing != 2 || !c.Enough || !near(c.R, 0.81642051634484, 1e-13) || !near(c.Low, 0.4243912, 1e-6) || !near(c.High, 0.9506933, 1e-6) ||
		!near(c.Rho, 0.81818181818, 1e-10) {
		t.Errorf("correlation %+v", c)
	}
	late := append([]float64{0, 0}, x...)
	lags, err := Correlations(x, late, -1, 3)
	if err != nil || len(lags) != 5 {
		t.Fatal(lags, err)
	}
	for _, c := range lags {
		if (c.Lag == 2) != near(c.R, 1, 1e-12) {
			t.Errorf("lag %d: %v", c.Lag, c.R)
		}
	}
	for name, few := range map[string]Correlation{"seven": Correlate(x[:7], y[:7], 0), "constant": Correlate(x, make([]float64, 11), 0)} {
		if few.Enough || few.R == few.R || few.Rho == few.Rho {
			t.Errorf("%s: %+v", name, few)
		}
	}
	if got := ranks([]float64{3, 1, 3, 2}); !slices.Equal(got, []float64{3.5, 1, 3.5, 2}) {
		t.Errorf("ranks %v", got)
	}
}

// TestNorris: the certified values of NIST's Norris, of which the research asks for 12 digits; and the interval by t(0.975, 34) of a table.
func TestNorris(t *testing.T) {
	x, y := nist(t, "Norris.dat")
	f := Fit(x, y)
	for name, v := range map[string][2]float64{
		"slope": {f.Slope, 1.00211681802045}, "intercept": {f.Intercept, -0.262323073774029}, "its error": {f.InterceptError, 0.232818234301152},
		"error": {f.SlopeError, 0.429796848199937e-03}, "residual": {f.Residual, 0.884796396144373}, "r2": {f.R2, 0.999993745883712},
		"interval": {f.SlopeHigh - f.Slope, 2.032244509317719 * 0.429796848199937e-03},
	} {
		if lre := -math.Log10(math.Abs(v[0]-v[1]) / math.Abs(v[1])); lre < 12 {
			t.Errorf("%s is %.16g, want %.16g: %.1f digits", name, v[0], v[1], lre)
		}
	}
	if f := Fit([]float64{1, 1}, []float64{2, 3}); f.Slope == f.Slope {
		t.Errorf("through points above each other: %+v", f)
	}
	if f := Fit([]float64{1, 2, nan}, []float64{2, 4, 5}); f.Slope != 2 || f.Intercept != 0 || f.SlopeLow == f.SlopeLow {
		t.Errorf("through two points: %+v", f)
	}
}

// nist reads the pairs of a file of linear regression.
func nist(t *testing.T, name string) (x, y []float64) {
	t.Helper()
	var b []byte
	for _, up := range []string{"../../..", "../../../.."} {
		if b == nil {
			b, _ = os.ReadFile(filepath.Join(up, "shared/samples/nist", name))
		}
	}
	if b == nil {
		t.Skip("no ../shared/samples beside the checkout")
	}
	_, data, _ := strings.Cut(string(b), "Data:       y")
	for line := range strings.Lines(data) {
		f := strings.Fields(line)
		if len(f) != 2 {
			continue
		}
		a, err := strconv.ParseFloat(f[0], 64)
		c, err2 := strconv.ParseFloat(f[1], 64)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		y, x = append(y, a), append(x, c)
	}
	if len(x) != 36 {
		t.Fatalf("%d pairs", len(x))
	}
	return x, y
}

// The hours are those that clocks show, also where they are put back and show one twice.
func TestDayHour(t *testing.T) {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	var s []Sample
	for at := time.Date(2026, 10, 25, 0, 0, 0, 0, loc); at.Day() == 25; at = at.Add(30 * time.Minute) { // a Sunday of 25 hours
		s = append(s, Sample{T: at.UnixNano(), V: 2})
	}
	week := DayHour(append(s, Sample{T: s[0].T, V: nan}), loc)
	for d := range week {
		for h, c := range week[d] {
			want := 0
			if d == 6 {
				want = 2
				if h == 2 {
					want = 4
				}
			}
			if c.N != want || c.Sum != float64(2*want) || want > 0 && c.Mean() != 2 {
				t.Errorf("day %d, hour %d: %+v, want %d", d, h, c, want)
			}
		}
	}
}

func TestYearOverYear(t *testing.T) {
	at := func(s string) int64 {
		x, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return x.UnixNano()
	}
	years := YearOverYear([]Sample{{T: at("2023-12-31"), V: 1}, {T: at("2024-02-29"), V: 2}, {T: at("2024-03-01"), V: 3}, {T: at("2025-03-01"), V: 4}}, time.UTC)
	want := []Year{{2023, []Sample{{T: at("2000-12-31"), V: 1}}}, {2024, []Sample{{T: at("2000-02-29"), V: 2}, {T: at("2000-03-01"), V: 3}}}, {2025, []Sample{{T: at("2000-03-01"), V: 4}}}}
	if fmt.Sprint(years) != fmt.Sprint(want) {
		t.Errorf("years %v, want %v", years, want)
	}
}

func TestGaps(t *testing.T) {
	s := []Sample{{T: 0}, {T: day}, {T: 2 * day}, {T: 6 * day}, {T: 9 * day}, {T: 10 * day}}
	if got := Gaps(s, 0); !slices.Equal(got, []Gap{{2 * day, 6 * day}}) {
		t.Errorf("gaps %v", got)
	}
	if got := Gaps(s, 5*24*time.Hour); got != nil {
		t.Errorf("gaps of more than five days: %v", got)
	}
}

// From 80 down to 72 in eighty days, a tenth a day.
func TestRoad(t *testing.T) {
	road := Road{Points: []Sample{{T: 0, V: 80}, {T: 80 * day, V: 72}}}
	if err := road.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		value  float64
		at     int64
		line   float64
		buffer float64
		safe   time.Duration
		never  bool
	}{
		{78, 10 * day, 79, 1, time.Duration(10 * day), false},
		{79.5, 10 * day, 79, -0.5, 0, false},
		{79, 10 * day, 79, 0, 0, false},
		{71, 10 * day, 79, 8, 0, true},
		{72, 100 * day, 72, 0, 0, true},
		{81, -5 * day, 80, -1, 0, false},
	} {
		s := road.Stand(c.value, c.at)
		if !near(s.Line, c.line, 1e-12) || !near(s.Buffer, c.buffer, 1e-9) || (s.Safe-c.safe).Abs() > time.Second || s.Never != c.never {
			t.Errorf("%v on day %d: %+v, want %+v", c.value, c.at/day, s, c)
		}
	}
	up := Road{Points: []Sample{{T: 0, V: 0}, {T: 10 * day, V: 10}, {T: 20 * day, V: 30}}, Up: true}
	if s := up.Stand(14, 8*day); (s.Safe-time.Duration(4*day)).Abs() > time.Second || !near(s.Buffer, 6, 1e-9) {
		t.Errorf("up a road that turns: %+v", s)
	}
	for _, bad := range []Road{{}, {Points: []Sample{{T: 1}, {T: 1}}}, {Points: []Sample{{V: nan}}}} {
		if err := bad.Validate(); !errors.Is(err, ErrArgument) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}
