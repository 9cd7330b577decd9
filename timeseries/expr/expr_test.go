package expr

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/timeseries"

	"pgregory.net/rapid"
)

const day = int64(24 * time.Hour)

var periods = []string{"day", "week"}

// given are the series of the tests, in days.
var given = map[string][]Sample{
	"x":             {{T: 0, V: 10}, {T: 1 * day, V: 12}, {T: 2 * day, V: 11}, {T: 4 * day, V: 15}, {T: 7 * day, V: 3}, {T: 8 * day, V: 5}},
	"y":             {{T: 0, V: 1}, {T: 3 * day, V: 2}, {T: 8 * day, V: 0}},
	"two words":     {{T: 0, V: 1}},
	"minutes(+a b)": {{T: 0, V: 30}, {T: 1 * day, V: 60}},
}

// env reads the given series. Weeks begin at day 0.
func env(read *[]string) *Env {
	samples := func(name string, from, to int64) (out []Sample) {
		for _, x := range given[name] {
			if x.T >= from && x.T < to {
				out = append(out, x)
			}
		}
		return out
	}
	note := func(what string) {
		if read != nil {
			*read = append(*read, what)
		}
	}
	return &Env{
		Range: func(name string, from, to int64) ([]Sample, error) {
			note("samples of " + name)
			return samples(name, from, to), nil
		},
		Buckets: func(name string, edges []int64) ([]timeseries.Bucket, error) {
			note("buckets of " + name)
			return timeseries.Fill(edges, samples(name, edges[0], edges[len(edges)-1])), nil
		},
		Edges: func(period string, from, to int64) (edges []int64, err error) {
			width := map[string]int64{"day": day, "week": 7 * day}[period]
			for at := max(from, 0) / width * width; at < to+width; at += width {
				edges = append(edges, at)
			}
			return edges, nil
		},
	}
}

// said writes samples as value@day.
func said(s []Sample) string {
	var words []string
	for _, x := range s {
		words = append(words, fmt.Sprintf("%.4g@%g", x.V, float64(x.T)/float64(day)))
	}
	return strings.Join(words, " ")
}

// Each function and sign gives what was worked out by hand, here of days 2 to 9: samples before count where a function looks back.
func TestEval(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"x", "11@2 15@4 3@7 5@8"},
		{"-x", "-11@2 -15@4 -3@7 -5@8"},
		{"2 * x + 1", "23@2 31@4 7@7 11@8"},
		{"30 / x", "2.727@2 2@4 10@7 6@8"},
		{"x - y", "10@2 13@4 1@7 5@8"},
		{"x / y", "11@2 7.5@4 1.5@7"},
		{"y - x", "-9@3 -5@8"},
		{"delta(x)", "-1@2 4@4 -12@7 2@8"},
		{"increase(x)", "11@2 4@4 3@7 2@8"},
		{"rate(x)", "11@2 2@4 1@7 2@8"},
		{"rate(x, 12h)", "5.5@2 1@4 0.5@7 1@8"},
		{"cumulative(x)", "33@2 48@4 51@7 56@8"},
		{"mean(x, 2d)", "11.5@2 15@4 3@7 4@8"},
		{"median(x, 7d)", "11@2 11.5@4 11.5@7 8@8"},
		{"ewma(x, 0.5)", "11@2 14@4 4.375@7 4.688@8"},
		{"ewma(x, 0.5, 2d)", "10.71@2 12.85@4 6.484@7 6.049@8"},
		{"shift(x, 2d)", "10@2 12@3 11@4 15@6"},
		{"abs(-x)", "11@2 15@4 3@7 5@8"},
		{"round(x / 2)", "6@2 8@4 2@7 2@8"},
		{"sqrt(x - 11)", "0@2 2@4"},
		{"log(x)", "2.398@2 2.708@4 1.099@7 1.609@8"},
		{"sum(x) by week", "48@0 8@7"},
		{"x by week", "12@0 4@7"},
		{"mean(x) by week", "12@0 4@7"},
		{"count(x) by week", "4@0 2@7"},
		{"min(x) by week", "10@0 3@7"},
		{"max(x) by week", "15@0 5@7"},
		{"first(x) by week", "10@0 3@7"},
		{"last(x) by week", "15@0 5@7"},
		{"median(x) by week", "11.5@0 4@7"},
		{"rate(x) by week", "5@0 1.5@7"},
		{"max(2 * x) by week", "30@0 10@7"},
		{"(sum(x) by week) / (count(x) by week)", "12@0 4@7"},
		{"(sum(x) by week) - 8", "40@0 0@7"},
		{`"two words" + 1`, ""},
		{"x - minutes(+a b)", "-49@2 -45@4 -57@7 -55@8"},
	} {
		e, err := Parse(row.text, periods, []string{"minutes"})
		if err != nil {
			t.Fatalf("%s: %v", row.text, err)
		}
		s, err := e.Eval(env(nil), 2*day, 9*day)
		if got := said(s); err != nil || got != row.want {
			t.Errorf("%s gives %s, want %s, %v", row.text, got, row.want, err)
		}
	}
}

// What is summed up is read as summaries.
func TestEvalReadsSummaries(t *testing.T) {
	for text, want := range map[string]string{
		"sum(x) by week": "buckets of x", "x by day": "buckets of x", "(x by week) - (y by week)": "buckets of x buckets of y", "median(x) by week": "samples of x",
	} {
		e, err := Parse(text, periods, nil)
		if err != nil {
			t.Fatal(err)
		}
		var read []string
		if _, err := e.Eval(env(&read), 0, 9*day); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(slices.Compact(read), " "); got != want {
			t.Errorf("%s reads %s, want %s", text, got, want)
		}
	}
}

// What makes no sense is refused where it stands.
func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "0 a series, a number or a function is expected, not the end",
		"x +":                     "3 a series, a number or a function is expected, not the end",
		"x y":                     `2 "y" is not expected here`,
		"(x":                      "2 a parenthesis is not closed before the end",
		"1 + 2":                   "2 this is a number, and what is asked for is a series",
		"7d":                      "0 this is a span of time, such as 7d, and what is asked for is a series",
		"x + 7d":                  "4 a span of time cannot be reckoned with; write a number",
		"mean(x, 7)":              "8 this is a number, and mean takes a span of time, such as 7d here: mean(x, 7d), or mean(x) by week",
		"ewma(x)":                 "0 ewma is written ewma(x, 0.1) or ewma(x, 0.1, 1d)",
		"ewma(x, 2)":              "8 the weight of ewma is above 0 and at most 1",
		"sum(x)":                  "0 sum(…) sums up and wants a period behind it: sum(…) by week",
		"1 + sum(x)":              "4 sum(…) sums up and wants a period behind it: sum(…) by week",
		"abs(mean(x)) by week":    "4 mean(…) sums up and wants a period behind it: mean(…) by week",
		"x by fortnight":          `5 "fortnight" is no period; there are day, week`,
		"1 by week":               "0 this is a number; only a series is summed up by a period",
		"x / (1 - 1) + 1 / 0":     "16 this gives no number",
		"9 lives":                 `2 "lives" is not expected here`,
		"9lives":                  `0 "9lives" is no span of time; there are 30s, 15min, 6h, 7d and 2w`,
		"1.2.3":                   `0 "1.2.3" is no number; a name that begins with a digit stands in quotes`,
		"'x":                      "0 a name in quotes is not closed, or empty",
		"minutes(+a":              "7 the parenthesis is not closed",
		"rate(x; 1h)":             `6 rate(…) is not closed before ";"`,
		strings.Repeat("(", 100):  "32 parentheses are more than 64 deep",
		strings.Repeat("x", 5000): "0 an expression of 5000 bytes; 4096 are the most",
	} {
		_, err := Parse(text, periods, []string{"minutes"})
		var wrong *Error
		if !errors.As(err, &wrong) {
			t.Errorf("%s is taken", text)
			continue
		}
		if got := fmt.Sprint(wrong.At, " ", wrong.Message); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	_, err := Parse("nothing(x)", periods, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "there is no function nothing; there are abs, count,") {
		t.Error(err)
	}
}

// An expression that is written out reads the same, and gives the same.
func TestString(t *testing.T) {
	var series func(depth int) *rapid.Generator[string]
	series = func(depth int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			if depth == 0 {
				return rapid.SampledFrom([]string{"x", "y", "'two words'", "minutes(+a b)"}).Draw(t, "name")
			}
			of := func(name string) string { return series(depth-1).Draw(t, name) }
			switch rapid.IntRange(0, 6).Draw(t, "kind") {
			case 0:
				return of("a") + rapid.SampledFrom([]string{"+", " - ", "*", "/"}).Draw(t, "sign") + of("b")
			case 1:
				return "(" + of("a") + " by week)"
			case 2:
				return rapid.SampledFrom([]string{"delta", "rate", "abs"}).Draw(t, "function") + "(" + of("a") + ")"
			case 3:
				return "mean(" + of("a") + ", 1.5d)"
			case 4:
				return "(" + rapid.SampledFrom(summaries).Draw(t, "summary") + "(" + of("a") + ") by day)"
			case 5:
				return "-" + of("a") + " * 2.5"
			}
			return "ewma(" + of("a") + ", 0.25)"
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		text := series(rapid.IntRange(0, 4).Draw(t, "depth")).Draw(t, "text")
		e, err := Parse(text, periods, []string{"minutes"})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		again, err := Parse(e.String(), periods, []string{"minutes"})
		if err != nil || again.String() != e.String() {
			t.Fatalf("%s is written %s, and that %v, %v", text, e, again, err)
		}
		a, errA := e.Eval(env(nil), 0, 9*day)
		b, errB := again.Eval(env(nil), 0, 9*day)
		if said(a) != said(b) || errA != nil || errB != nil {
			t.Fatalf("%s gives %s and %s, %v, %v", text, said(a), said(b), errA, errB)
		}
		for i, x := range a {
			if math.IsNaN(x.V-x.V) || i > 0 && x.T < a[i-1].T {
				t.Fatalf("%s gives %s", text, said(a))
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"rate(coffee) by week", "weight - ewma(weight, 0.1)", "(a by day)/-2", "'", "9d", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text, periods, []string{"minutes"})
		if err != nil {
			var wrong *Error
			if !errors.As(err, &wrong) || wrong.At < 0 || wrong.At > len(text) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if len(text) > maxLength/8 {
			return // written out it may be longer than is read
		}
		again, err := Parse(e.String(), periods, []string{"minutes"})
		if err != nil || again.String() != e.String() {
			t.Fatalf("%q is written %q, and that %v, %v", text, e, again, err)
		}
	})
}
