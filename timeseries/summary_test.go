package timeseries

import (
	"bufio"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// digits is how many decimal digits of got agree with want: minus the log of the relative error, 15 at most.
func digits(got, want float64) float64 {
	if got == want {
		return 15
	}
	return min(15, -math.Log10(math.Abs(got-want)/math.Abs(want)))
}

// merged is the summary of v made from chunks of size n.
func merged(v []float64, n int) Summary {
	var s Summary
	for i := 0; i < len(v); i += n {
		part := v[i:min(i+n, len(v))]
		t := make([]int64, len(part))
		for k := range t {
			t[k] = int64(i + k)
		}
		s = s.Merge(summarize(t, part))
	}
	return s
}

// TestAccuracy holds the spread of values to the data sets that NIST made for it (Simon and Lesage 1989): y is base+0.2, then base+0.1
// and base+0.3 in turn; the standard deviation is 0.1 exactly. What float64 leaves of the last input is 8 digits.
func TestAccuracy(t *testing.T) {
	for _, c := range []struct {
		name string
		base float64
		want float64 // digits
	}{{"NumAcc2", 1, 14}, {"NumAcc3", 1e6, 9.4}, {"NumAcc4", 1e7, 8.2}} {
		y := []float64{c.base + 0.2}
		for range 500 {
			y = append(y, c.base+0.1, c.base+0.3)
		}
		for _, n := range []int{1, 7, 64, 1024} {
			s := merged(y, n)
			if d := digits(s.StdDev(), 0.1); d < c.want-0.3 {
				t.Errorf("%s in chunks of %d: deviation %v has %.1f digits, want %.1f", c.name, n, s.StdDev(), d, c.want)
			}
			if d := digits(s.Mean, c.base+0.2); d < 14 {
				t.Errorf("%s in chunks of %d: mean %v has %.1f digits", c.name, n, s.Mean, d)
			}
		}
	}
}

// samplesDir returns the folder of other people's files that lies beside the checkout, and skips the test where there is none.
func samplesDir(t *testing.T, sub string) string {
	for _, up := range []string{"../..", "../../.."} {
		dir := filepath.Join(up, "shared/samples", sub)
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
	}
	t.Skip("no ../shared/samples beside the checkout")
	return ""
}

func TestNIST(t *testing.T) {
	dir := samplesDir(t, "nist")
	for name, want := range map[string]float64{"Lew": 14.5, "Lottery": 14.5, "Mavro": 12, "NumAcc1": 14.5, "NumAcc2": 14, "NumAcc3": 9.4} {
		mean, sd, y := nist(t, filepath.Join(dir, name+".dat"))
		for _, n := range []int{3, 50, 1024} {
			s := merged(y, n)
			if d := digits(s.Mean, mean); d < 14 {
				t.Errorf("%s in chunks of %d: mean %v, certified %v", name, n, s.Mean, mean)
			}
			if d := digits(s.StdDev(), sd); d < want-0.3 {
				t.Errorf("%s in chunks of %d: deviation %v, certified %v: %.1f digits", name, n, s.StdDev(), sd, d)
			}
		}
	}
}

// nist reads a file of univariate data with certified values.
func nist(t *testing.T, name string) (mean, sd float64, y []float64) {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	number := func(s string) float64 {
		fields := strings.Fields(s)
		for i := len(fields) - 1; i >= 0; i-- {
			if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
				return v
			}
		}
		t.Fatalf("%s: no number in %q", name, s)
		return 0
	}
	data := false
	for sc := bufio.NewScanner(f); sc.Scan(); {
		line := sc.Text()
		_, after, colon := strings.Cut(line, ":")
		switch {
		case data && strings.TrimSpace(line) != "" && !strings.HasPrefix(strings.TrimSpace(line), "-----"):
			y = append(y, number(line))
		case strings.HasPrefix(line, "Sample Mean"):
			mean = number(strings.ReplaceAll(after, "(exact)", ""))
		case strings.HasPrefix(line, "Sample Standard Deviation") && colon:
			sd = number(strings.ReplaceAll(after, "(exact)", ""))
		case strings.HasPrefix(line, "Data: Y") || strings.HasPrefix(line, "Data:   Y"):
			data = true
		}
	}
	if len(y) == 0 {
		t.Fatalf("%s: no data", name)
	}
	return mean, sd, y
}

func TestMergeNothing(t *testing.T) {
	s := summarize([]int64{5}, []float64{2})
	if got := s.Merge(Summary{}); got != s {
		t.Errorf("with nothing on the right: %+v", got)
	}
	if got := (Summary{}).Merge(s); got != s {
		t.Errorf("with nothing on the left: %+v", got)
	}
	if !math.IsNaN(s.Variance()) {
		t.Errorf("one sample has a variance of %v", s.Variance())
	}
}
