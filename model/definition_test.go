package model

import (
	"strings"
	"testing"
	"time"
)

func TestParseDefinition(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct{ key, value, want string }{
		{"unit", "kg", "kg"}, {"unit", " min/day ", "min/day"}, {"unit", "", ""},
		{"day", "Mean", "mean"}, {"day", "count", "count"},
		{"merge", "ALL", "all"}, {"merge", "sum", "sum"},
		{"goal", "72@2027-03-01", "72@2027-03-01"}, {"goal", "-1.50@1 mar 2027", "-1.5@2027-03-01"}, {"goal", "70@tomorrow", "70@2026-11-23"},
		{"goal", "80@2026-11-22..72@2027-03-01", "80@2026-11-22..72@2027-03-01"}, {"goal", "80@today 9:00..72@2027-03-01", "80@2026-11-22..72@2027-03-01"},
		{"target", "3/week", "3/week"}, {"target", "3/w", "3/week"}, {"target", "30.5/days", "30.5/day"}, {"target", "1/mo", "1/month"}, {"target", "9/y", "9/year"},
	} {
		got, err := ParseDefinition(c.key, c.value, now)
		if err != nil || got != c.want {
			t.Errorf("%s:%s is %q, %v; want %q", c.key, c.value, got, err, c.want)
			continue
		}
		if again, err := ParseDefinition(c.key, got, now.AddDate(3, 0, 0)); err != nil || again != got {
			t.Errorf("%s:%s is %q when it is read again, %v", c.key, got, again, err)
		}
	}
	for _, c := range []struct{ key, value, says string }{
		{"unit", "72kg", "short word"}, {"unit", "a b", "short word"}, {"unit", strings.Repeat("k", 17), "short word"},
		{"day", "median", "one of mean"}, {"merge", "newest", "one of last"},
		{"goal", "72", "72@2027-03-01"}, {"goal", "@2027-03-01", "72@"}, {"goal", "NaN@2027-03-01", "72@"}, {"goal", "72@someday soon", "someday soon"},
		{"goal", "80@2027-03-01..72@2027-03-01", "not after"}, {"target", "3", "3/week"}, {"target", "0/week", "above 0"}, {"target", "3/m", "3/week"}, {"target", "x/day", "3/week"},
		{"colour", "red", "one of kind"},
	} {
		if got, err := ParseDefinition(c.key, c.value, now); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s:%s is %q, %v; want an error with %q", c.key, c.value, got, err, c.says)
		}
	}
}

func TestTargetBounds(t *testing.T) {
	day := func(s string) Date {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return Date{T: d, AllDay: true}
	}
	for _, c := range []struct {
		per, day, from, to string
		shift              int
	}{
		{"day", "2026-12-31", "2026-12-31", "2027-01-01", 0},
		{"week", "2026-11-22", "2026-11-16", "2026-11-23", 0}, {"week", "2026-11-23", "2026-11-23", "2026-11-30", 0}, {"week", "2027-01-01", "2026-12-28", "2027-01-04", 0},
		{"month", "2028-02-29", "2028-02-01", "2028-03-01", 0}, {"year", "2026-11-22", "2026-01-01", "2027-01-01", 0},
		{"week", "2026-11-22", "2026-11-22", "2026-11-29", 6}, {"week", "2026-11-21", "2026-11-15", "2026-11-22", 6}, {"week", "2026-11-21", "2026-11-21", "2026-11-28", 5},
	} {
		from, to := Target{1, c.per}.Bounds(day(c.day), c.shift)
		if !from.Equal(day(c.from)) || !to.Equal(day(c.to)) {
			t.Errorf("the %s of %s is from %v to %v", c.per, c.day, from, to)
		}
	}
}
