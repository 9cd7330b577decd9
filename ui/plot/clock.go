package plot

import (
	"time"

	"arbor/timeseries"
)

// unit is a unit of the calendar.
type unit uint8

const (
	second unit = iota
	minute
	hour
	day
	week
	month
	year
)

// rung is a distance of ticks: every n units.
type rung struct {
	unit  unit
	n     int
	about time.Duration
	label string // of the time, as in package time
	width int
}

const (
	aDay  = 24 * time.Hour
	aYear = 365 * aDay
)

// ladder is every distance that ticks may have, from the least. Years go on by 1, 2 and 5.
var ladder = []rung{
	{second, 1, time.Second, "15:04:05", 8}, {second, 2, 2 * time.Second, "15:04:05", 8}, {second, 5, 5 * time.Second, "15:04:05", 8},
	{second, 10, 10 * time.Second, "15:04:05", 8}, {second, 15, 15 * time.Second, "15:04:05", 8}, {second, 30, 30 * time.Second, "15:04:05", 8},
	{minute, 1, time.Minute, "15:04", 5}, {minute, 2, 2 * time.Minute, "15:04", 5}, {minute, 5, 5 * time.Minute, "15:04", 5},
	{minute, 10, 10 * time.Minute, "15:04", 5}, {minute, 15, 15 * time.Minute, "15:04", 5}, {minute, 30, 30 * time.Minute, "15:04", 5},
	{hour, 1, time.Hour, "15:04", 5}, {hour, 2, 2 * time.Hour, "15:04", 5}, {hour, 3, 3 * time.Hour, "15:04", 5},
	{hour, 6, 6 * time.Hour, "15:04", 5}, {hour, 12, 12 * time.Hour, "15:04", 5},
	{day, 1, aDay, "2", 2}, {day, 2, 2 * aDay, "2", 2}, {week, 1, 7 * aDay, "2", 2},
	{month, 1, 30 * aDay, "Jan", 3}, {month, 3, 91 * aDay, "Jan", 3}, {month, 6, 182 * aDay, "Jan", 3},
	{year, 1, aYear, "2006", 4}, {year, 2, 2 * aYear, "2006", 4}, {year, 5, 5 * aYear, "2006", 4},
	{year, 10, 10 * aYear, "2006", 4}, {year, 20, 20 * aYear, "2006", 4}, {year, 50, 50 * aYear, "2006", 4},
	{year, 100, 100 * aYear, "2006", 4}, {year, 200, 200 * aYear, "2006", 4},
}

// context is the unit of the second row of labels, and how it is written, by the unit of the ticks.
func (r rung) context() (unit, string) {
	switch r.unit {
	case second, minute, hour:
		return day, "Mon 2 Jan 2006"
	case day, week:
		return month, "January 2006"
	case month:
		return year, "2006"
	}
	return year, ""
}

// mark is a time with a label, in Unix nanoseconds.
type mark struct {
	at    int64
	label string
	width int
}

// gapBetween is the least room between two labels, in cells.
const gapBetween = 3

// pick returns the closest ticks whose labels do not touch on an axis of w cells.
func pick(from, to int64, w int) rung {
	for _, r := range ladder {
		if float64(to-from)/float64(r.about)*float64(r.width+gapBetween) <= float64(w) {
			return r
		}
	}
	return ladder[len(ladder)-1]
}

// marks returns the ticks of a rung in [from, to), by the calendar of loc.
func (r rung) marks(from, to int64, loc *time.Location) []mark {
	var out []mark
	for _, at := range r.times(from, to, loc) {
		if at >= from && at < to {
			out = append(out, mark{at, time.Unix(0, at).In(loc).Format(r.label), r.width})
		}
	}
	return out
}

func (r rung) times(from, to int64, loc *time.Location) []int64 {
	switch r.unit {
	case second, minute:
		step := int64(r.about)
		_, offset := time.Unix(0, from).In(loc).Zone()
		var out []int64
		for t := from - mod(from+int64(offset)*int64(time.Second), step); t < to; t += step {
			out = append(out, t)
		}
		return out
	case hour:
		return r.hours(from, to, loc)
	case day:
		return keep(edges("day", from, to, loc), func(t time.Time) bool { return r.n == 1 || t.YearDay()%r.n == 1 }, loc)
	case week:
		return edges("week", from, to, loc)
	case month:
		return keep(edges("month", from, to, loc), func(t time.Time) bool { return int(t.Month()-1)%r.n == 0 }, loc)
	}
	return keep(edges("month", from, to, loc), func(t time.Time) bool { return t.Month() == time.January && t.Year()%r.n == 0 }, loc)
}

// hours steps by quarters of an hour, for there are zones that are shifted by as much, and keeps those that the clock shows as wanted.
func (r rung) hours(from, to int64, loc *time.Location) []int64 {
	const step = int64(15 * time.Minute)
	var out []int64
	for t := from - mod(from, step); t < to; t += step {
		c := time.Unix(0, t).In(loc)
		if c.Minute() == 0 && c.Hour()%r.n == 0 {
			out = append(out, t)
		}
	}
	return out
}

// edges returns the edges of periods of the clocks' own days: axes show what clocks do, whenever the days of a series begin.
func edges(period string, from, to int64, loc *time.Location) []int64 {
	return timeseries.Calendar{Zone: loc}.Edges(period, from, to)
}

func mod(a, b int64) int64 { return (a%b + b) % b }

func keep(times []int64, ok func(time.Time) bool, loc *time.Location) []int64 {
	var out []int64
	for _, t := range times {
		if ok(time.Unix(0, t).In(loc)) {
			out = append(out, t)
		}
	}
	return out
}

// periods returns the units of the second row that the window touches: where each begins, or the window, and its label.
func periods(u unit, format string, from, to int64, loc *time.Location) []mark {
	if format == "" {
		return nil
	}
	var at []int64
	switch u {
	case day:
		at = edges("day", from, to, loc)
	case month:
		at = edges("month", from, to, loc)
	default:
		at = keep(edges("month", from, to, loc), func(t time.Time) bool { return t.Month() == time.January }, loc)
	}
	if len(at) == 0 || at[0] > from {
		at = append([]int64{from}, at...)
	}
	var out []mark
	for _, e := range at {
		if e < to {
			label := time.Unix(0, max(e, from)).In(loc).Format(format)
			out = append(out, mark{max(e, from), label, len(label)})
		}
	}
	return out
}
