package timeseries

import (
	"math"
	"time"
)

// StartOfDay returns the first instant whose date in loc is the given one or a later one. That is not time.Date at midnight: where
// clocks go forward at midnight that time does not exist, and time.Date may even give the day before; where they go back after midnight
// it exists twice; and where a country crosses the date line a whole day is missing, so that it and the next start at one instant.
func StartOfDay(year int, month time.Month, day int, loc *time.Location) time.Time {
	civil := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	// No zone has ever been 26 hours from UTC, so at begins before the day does everywhere. From there it goes from one change of the
	// clocks to the next; between two of them local time only rises.
	at := civil.Add(-26 * time.Hour).In(loc)
	for {
		_, offset := at.Zone()
		_, end := ZoneBounds(at)
		midnight := civil.Add(-time.Duration(offset) * time.Second).In(loc)
		if midnight.Before(at) {
			midnight = at
		}
		if end.IsZero() || midnight.Before(end) {
			return midnight
		}
		at = end
	}
}

// ZoneBounds is t.ZoneBounds with an end that is after t. On the last day of a leap year behind the end of a zone's table the library gives
// one that is not; an hour later is then asked for again.
func ZoneBounds(t time.Time) (start, end time.Time) {
	start, end = t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		end = t.Add(time.Hour)
	}
	return start, end
}

// Days returns the edges of the days in loc that meet [from, to): the first is at from or before it, the last at to or after it, each
// between them is where a day ends and the next begins.
func Days(from, to int64, loc *time.Location) []int64 {
	y, m, d := time.Unix(0, from).In(loc).Date()
	return edges(from, to, func(i int) time.Time { return StartOfDay(y, m, d+i, loc) })
}

// Weeks is like Days for weeks that begin on first.
func Weeks(from, to int64, loc *time.Location, first time.Weekday) []int64 {
	t := time.Unix(0, from).In(loc)
	y, m, d := t.Date()
	d -= (int(t.Weekday()-first) + 7) % 7
	return edges(from, to, func(i int) time.Time { return StartOfDay(y, m, d+7*i, loc) })
}

// Months is like Days for months.
func Months(from, to int64, loc *time.Location) []int64 {
	y, m, _ := time.Unix(0, from).In(loc).Date()
	return edges(from, to, func(i int) time.Time { return StartOfDay(y, m+time.Month(i), 1, loc) })
}

// edges collects the instants of start, which rises with i, from the last that is not after from to the first that is not before to.
func edges(from, to int64, start func(i int) time.Time) []int64 {
	i := 0
	for i > -3 && nanoseconds(start(i)) > from { // a day may begin a second time when clocks go back over midnight
		i--
	}
	out := []int64{nanoseconds(start(i))}
	for out[len(out)-1] < to {
		i++
		if next := nanoseconds(start(i)); next > out[len(out)-1] {
			out = append(out, next)
		}
	}
	for len(out) > 1 && out[1] <= from {
		out = out[1:]
	}
	return out
}

// nanoseconds is t.UnixNano within what an int64 holds.
func nanoseconds(t time.Time) int64 {
	switch s := t.Unix(); {
	case s <= math.MinInt64/int64(time.Second):
		return math.MinInt64
	case s >= math.MaxInt64/int64(time.Second):
		return math.MaxInt64
	}
	return t.UnixNano()
}
