package model

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"arbor/model/date"
	"arbor/timeseries"
)

// KeepRule says what becomes of samples of some age: they are summed up, or go.
type KeepRule struct {
	Age  time.Duration
	Step string // one of timeseries.Periods but the year, or a length of time that divides an hour; "" removes
	age  string // as it was written
}

// Keep are the rules of a series, the youngest age first; none keeps all as it is.
type Keep []KeepRule

// maxKeepRules bounds how many there are.
const maxKeepRules = 8

// parseKeep reads AGE [then STEP], ...: 90d then hour, 5y.
func parseKeep(s string) (Keep, error) {
	wrong := func(why string) error {
		return fmt.Errorf("keep:%s %s; write '90d then hour, 5y': samples older than 90 days become one an hour, those older than 5 years go", s, why)
	}
	var out Keep
	for part := range strings.SplitSeq(strings.ToLower(s), ",") {
		age, step, sums := strings.Cut(strings.TrimSpace(part), " then ")
		r := KeepRule{age: strings.ReplaceAll(age, " ", "")}
		var err error
		if r.Age, err = date.ParseSpan(r.age); err != nil || r.Age < 24*time.Hour {
			return nil, wrong(fmt.Sprintf("has no age of a day or more in %q", part))
		}
		if sums {
			if r.Step, err = parseStep(strings.TrimSpace(step)); err != nil {
				return nil, wrong(err.Error())
			}
		}
		if n := len(out); n > 0 && (out[n-1].Age >= r.Age || out[n-1].Step == "") {
			return nil, wrong("has ages that do not rise, or a rule behind the one that removes")
		}
		out = append(out, r)
	}
	if len(out) > maxKeepRules {
		return nil, wrong(fmt.Sprintf("has more than %d rules", maxKeepRules))
	}
	return out, nil
}

// parseStep reads a period of the calendar, or a length of time that is one or divides an hour.
func parseStep(s string) (string, error) {
	s = strings.TrimPrefix(s, "1 ")
	if slices.Contains(timeseries.Periods, s) && s != "year" {
		return s, nil
	}
	switch d, err := date.ParseSpan(s); {
	case err != nil:
	case d == time.Hour:
		return "hour", nil
	case d == 24*time.Hour:
		return "day", nil
	case d == 7*24*time.Hour:
		return "week", nil
	case d >= time.Second && d < time.Hour && time.Hour%d == 0:
		if d%time.Minute == 0 {
			return strconv.Itoa(int(d/time.Minute)) + "min", nil
		}
		return strconv.Itoa(int(d/time.Second)) + "s", nil
	}
	return "", fmt.Errorf("has no step in %q, which is hour, day, week, month, quarter, or a length of time that divides an hour", s)
}

// String returns what ParseDefinition reads, "" if there are no rules.
func (k Keep) String() string {
	var parts []string
	for _, r := range k {
		text := r.age
		if r.Step != "" {
			text += " then " + r.Step
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// Written returns the age as it was written: 90d.
func (r KeepRule) Written() string { return r.age }

// bounds returns the step that an instant lies in.
func (r KeepRule) bounds(cal timeseries.Calendar, at int64) (from, to int64) {
	step := r.Step
	if step == "" {
		step = "day"
	}
	if edges := cal.Edges(step, at, at+1); len(edges) > 1 {
		return edges[0], edges[1]
	}
	d, _ := date.ParseSpan(step) // parseStep wrote it
	from = at - ((at%int64(d))+int64(d))%int64(d)
	return from, from + int64(d)
}

// cut returns where samples begin that are too young for the rule: with the step that now, less its age, lies in.
func (r KeepRule) cut(cal timeseries.Calendar, now time.Time) int64 {
	from, _ := r.bounds(cal, now.Add(-r.Age).UnixNano())
	return from
}

// Valid reports what of a definition contradicts itself.
func (d *Definition) Valid() error {
	if d.Day == DailyCount && slices.ContainsFunc(d.Keep, func(r KeepRule) bool { return r.Step != "" }) {
		return fmt.Errorf("day:count counts samples, which keep:%s would make fewer; remove them after some time instead, or count by day:sum", d.Keep)
	}
	if d.Kind == Words && (d.Merge != timeseries.Last && d.Merge != timeseries.All || d.Goal != (Goal{}) || d.Target.Value > 0 || len(d.Keep) > 1 || len(d.Keep) == 1 && d.Keep[0].Step != "" ||
		d.Day != "" && d.Day != DailyLast && d.Day != DailyFirst && d.Day != DailyCount) {
		return errors.New("texts are not added up: with kind:text, merge is last or all, day is last, first or count, and there is no goal, no target and no keep that sums up")
	}
	return nil
}

// summing returns how samples become one.
func (d *Definition) summing() Daily {
	switch {
	case d.Merge == timeseries.Sum: // what counts up
		return DailyLast
	case d.Day != "":
		return d.Day
	case d.Target.Value > 0:
		return DailySum
	case d.Merge == timeseries.Max:
		return DailyMax
	case d.Merge == timeseries.Min:
		return DailyMin
	}
	return DailyMean
}
