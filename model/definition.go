package model

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"arbor/model/date"
	"arbor/timeseries"
)

// Definition is what a person has said of a series: fields of its node, each of which stands alone.
type Definition struct {
	Kind   SampleKind
	Unit   string
	Day    Daily
	Merge  timeseries.Policy
	Goal   Goal
	Target Target
	Misses int           // how many periods in a row may miss the target without ending a streak
	Keep   Keep          // what becomes of samples of some age
	Starts time.Duration // what clocks show when its days begin, below 0 where it says nothing
}

// Daily is how the samples of a day become its value.
type Daily string

// The ways. What says none is DailyMean.
const (
	DailyMean  Daily = "mean"
	DailyLast  Daily = "last"
	DailyFirst Daily = "first"
	DailySum   Daily = "sum"
	DailyMin   Daily = "min"
	DailyMax   Daily = "max"
	DailyCount Daily = "count"
)

var dailies = []Daily{DailyMean, DailyLast, DailyFirst, DailySum, DailyMin, DailyMax, DailyCount}

// Of returns the value of a day, or of another span, NaN where it has no samples; 0 for the sum and the count.
func (d Daily) Of(s timeseries.Summary) float64 {
	switch {
	case d == DailyCount:
		return float64(s.N)
	case d == DailySum && s.N == 0:
		return 0
	case s.N == 0:
		return math.NaN()
	case d == DailyLast:
		return s.Last
	case d == DailyFirst:
		return s.First
	case d == DailySum:
		return s.Sum
	case d == DailyMin:
		return s.Min
	case d == DailyMax:
		return s.Max
	}
	return s.Mean
}

// Goal is a value to be reached on a day. The line to it begins at First on From, or, without From, at the first sample.
type Goal struct {
	From, To    Date // civil days; without To there is no goal
	First, Last float64
}

// Target is what a habit is to come to in each period.
type Target struct {
	Value float64 // 0 without a target
	Per   string  // day, week, month or year
}

// Periods are those that a target can be for.
var Periods = []string{"day", "week", "month", "year"}

// Bounds returns the first day of the period that d lies in, and that of the next one. Weeks begin so many days after Monday.
func (t Target) Bounds(d Date, weekShift int) (from, to Date) {
	y, m, day := d.T.Date()
	at := func(y int, m time.Month, day int) Date {
		return Date{T: time.Date(y, m, day, 0, 0, 0, 0, time.UTC), AllDay: true}
	}
	switch t.Per {
	case "week":
		day -= (int(d.T.Weekday()) + 13 - weekShift) % 7
		return at(y, m, day), at(y, m, day+7)
	case "month":
		return at(y, m, 1), at(y, m+1, 1)
	case "year":
		return at(y, 1, 1), at(y+1, 1, 1)
	}
	return at(y, m, day), at(y, m, day+1)
}

// The fields of a definition.
const (
	fieldUnit   = "unit"
	fieldDay    = "day"
	fieldGoal   = "goal"
	fieldTarget = "target"
	fieldMisses = "misses"
	fieldStarts = "starts"
	fieldKeep   = "keep"
	fieldKind   = "kind"
)

// DefinitionKeys are the fields of a definition, in the order in which a person is told of them.
var DefinitionKeys = []string{fieldKind, fieldUnit, fieldDay, FieldMerge, fieldGoal, fieldTarget, fieldMisses, fieldStarts, fieldKeep}

// Definition returns what the fields of the node say. What is not understood counts as not said.
func (n *Node) Definition() Definition {
	d := Definition{Merge: n.Source().Merge, Starts: -1}
	d.Unit, _ = n.Field(fieldUnit)
	if s, ok := n.Field(fieldKind); ok {
		d.Kind, _ = parseKind(s)
	}
	if s, ok := n.Field(fieldDay); ok && slices.Contains(dailies, Daily(s)) {
		d.Day = Daily(s)
	}
	if s, ok := n.Field(fieldGoal); ok {
		d.Goal, _ = parseGoal(s, date.ParseISO)
	}
	if s, ok := n.Field(fieldTarget); ok {
		d.Target, _ = parseTarget(s)
	}
	if s, ok := n.Field(fieldMisses); ok {
		d.Misses, _ = parseMisses(s)
	}
	if s, ok := n.Field(fieldKeep); ok {
		d.Keep, _ = parseKeep(s)
	}
	if s, ok := n.Field(fieldStarts); ok {
		if starts, err := timeseries.ParseStarts(s); err == nil {
			d.Starts = starts
		}
	}
	return d
}

// ParseDefinition reads a value that a person gives to one of DefinitionKeys, and returns it as the field holds it. Dates are read as of now.
func ParseDefinition(key, value string, now time.Time) (string, error) {
	value = strings.TrimSpace(value)
	if value == "" {
		return "", nil
	}
	switch key {
	case fieldKind:
		k, err := parseKind(value)
		return string(k), err
	case fieldUnit:
		odd := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.IsDigit(r) }
		if len(value) > maxUnit || strings.IndexFunc(value, odd) >= 0 {
			return "", fmt.Errorf("unit:%s is no unit; write a short word without digits, such as kg or min/day", value)
		}
		return value, nil
	case fieldDay:
		if d := Daily(strings.ToLower(value)); slices.Contains(dailies, d) {
			return string(d), nil
		}
		return "", fmt.Errorf("day:%s says no way to make one value of a day; write one of %s", value, strings.Trim(fmt.Sprint(dailies), "[]"))
	case FieldMerge:
		p, err := timeseries.ParsePolicy(value)
		return p.String(), err
	case fieldGoal:
		g, err := parseGoal(value, func(s string) (Date, error) { return date.Parse(s, now) })
		return g.String(), err
	case fieldTarget:
		t, err := parseTarget(value)
		return t.String(), err
	case fieldMisses:
		n, err := parseMisses(value)
		if n == 0 {
			return "", err
		}
		return strconv.Itoa(n), err
	case fieldKeep:
		k, err := parseKeep(value)
		return k.String(), err
	case fieldStarts:
		starts, err := timeseries.ParseStarts(value)
		return timeseries.Calendar{Starts: starts}.Clock(), err
	}
	return "", fmt.Errorf("%s is nothing that a series has; write one of %s", key, strings.Join(DefinitionKeys, ", "))
}

const maxUnit = 16

// parseNumber reads a finite decimal number.
func parseNumber(s string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) && !strings.ContainsAny(s, "xX_")
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// parseGoal reads VALUE@DAY, or VALUE@DAY..VALUE@DAY.
func parseGoal(s string, read func(string) (Date, error)) (g Goal, err error) {
	point := func(s string) (float64, Date, error) {
		value, day, ok := strings.Cut(s, "@")
		v, isNumber := parseNumber(value)
		if !ok || !isNumber {
			return 0, Date{}, fmt.Errorf("goal:%s is no value and day; write 72@2027-03-01, or 80@2026-11-22..72@2027-03-01", s)
		}
		d, err := read(strings.TrimSpace(day))
		if err == nil && !d.AllDay {
			d = date.Day(d.T)
		}
		return v, d, err
	}
	first, last, both := strings.Cut(s, "..")
	if !both {
		last = first
	} else if g.First, g.From, err = point(first); err != nil {
		return Goal{}, err
	}
	if g.Last, g.To, err = point(last); err != nil {
		return Goal{}, err
	}
	if both && g.From.Compare(g.To) >= 0 {
		return Goal{}, fmt.Errorf("goal:%s ends on %s, which is not after %s", s, g.To, g.From)
	}
	return g, nil
}

// String returns what ParseDefinition reads, "" if there is no goal.
func (g Goal) String() string {
	switch {
	case g.To.IsZero():
		return ""
	case g.From.IsZero():
		return number(g.Last) + "@" + g.To.String()
	}
	return number(g.First) + "@" + g.From.String() + ".." + number(g.Last) + "@" + g.To.String()
}

// parseTarget reads VALUE/PERIOD: 3/week.
func parseTarget(s string) (Target, error) {
	value, per, _ := strings.Cut(strings.ToLower(s), "/")
	v, ok := parseNumber(value)
	at := slices.IndexFunc(Periods, func(p string) bool {
		return per == p || per == p+"s" || per == p[:1] && p != "month" || per == "mo" && p == "month"
	})
	if !ok || v <= 0 || at < 0 {
		return Target{}, fmt.Errorf("target:%s is no amount above 0 and a period; write 3/week, or 30/day, /month or /year", s)
	}
	return Target{v, Periods[at]}, nil
}

// maxMisses bounds how many periods a streak may outlast.
const maxMisses = 100

func parseMisses(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 || n > maxMisses {
		return 0, fmt.Errorf("misses:%s is no number from 0 to %d: of how many periods in a row may miss the target without ending a streak", s, maxMisses)
	}
	return n, nil
}

// String returns what ParseDefinition reads, "" if there is no target.
func (t Target) String() string {
	if t.Value == 0 {
		return ""
	}
	return number(t.Value) + "/" + t.Per
}
