package timeseries

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Calendar is by what a person's days, weeks, months and years begin and end.
type Calendar struct {
	Zone      *time.Location
	Starts    time.Duration // what clocks show when a day begins, in [0, 24h): with 4h, what is at 3:59 is of the day before
	WeekShift int           // how many days after Monday weeks begin: 0 as in ISO 8601, 5 for Saturday, 6 for Sunday
}

// Periods are the names of what Edges knows, the shortest first.
var Periods = []string{"hour", "day", "week", "month", "quarter", "year"}

// StartOf returns the first instant at which clocks have reached that day and Starts. That is not time.Date: where clocks go forward at
// midnight that time does not exist, and time.Date may even give the day before; where they go back after midnight it exists twice; and
// where a country crosses the date line a whole day is missing, so that it and the next start at one instant.
func (c Calendar) StartOf(year int, month time.Month, day int) time.Time {
	civil := time.Date(year, month, day, 0, 0, 0, int(c.Starts), time.UTC)
	// No zone has ever been 26 hours from UTC, so at begins before the day does everywhere. From there it goes from one change of the
	// clocks to the next; between two of them local time only rises.
	at := civil.Add(-26 * time.Hour).In(c.Zone)
	for {
		_, offset := at.Zone()
		_, end := ZoneBounds(at)
		begin := civil.Add(-time.Duration(offset) * time.Second).In(c.Zone)
		if begin.Before(at) {
			begin = at
		}
		if end.IsZero() || begin.Before(end) {
			return begin
		}
		at = end
	}
}

// DateOf returns the day that an instant belongs to.
func (c Calendar) DateOf(t time.Time) (year int, month time.Month, day int) {
	t = t.In(c.Zone)
	_, offset := t.Zone()
	year, month, day = t.UTC().Add(time.Duration(offset)*time.Second - c.Starts).Date()
	if !c.StartOf(year, month, day+1).After(t) { // clocks were put back over the beginning of a day: it has begun all the same
		year, month, day = time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC).Date()
	}
	return year, month, day
}

// ParseStarts reads what clocks show when a day begins: 04:00, or 4.
func ParseStarts(s string) (time.Duration, error) {
	for _, form := range []string{"15:04", "15"} {
		if t, err := time.Parse(form, s); err == nil {
			return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
		}
	}
	return 0, fmt.Errorf("%q is no time of day at which days begin; write 04:00", s)
}

// Clock writes what clocks show when a day begins, as ParseStarts reads it.
func (c Calendar) Clock() string {
	return fmt.Sprintf("%02d:%02d", c.Starts/time.Hour, c.Starts%time.Hour/time.Minute)
}

// StartOfDay is StartOf where days begin at midnight.
func StartOfDay(year int, month time.Month, day int, loc *time.Location) time.Time {
	return Calendar{Zone: loc}.StartOf(year, month, day)
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

// Edges returns the edges of the periods of that name, one of Periods, that meet [from, to): the first is at from or before it, the last at to
// or after it, each between them is where a period ends and the next begins. There is none for another name. The cost is that of the edges.
func (c Calendar) Edges(period string, from, to int64) []int64 {
	y, m, d := c.DateOf(time.Unix(0, from))
	switch period {
	case "hour":
		return c.hours(from, to)
	case "week":
		d -= (int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Weekday()) + 6 - c.WeekShift + 7) % 7
		return edges(from, to, func(i int) time.Time { return c.StartOf(y, m, d+7*i) })
	case "day":
		return edges(from, to, func(i int) time.Time { return c.StartOf(y, m, d+i) })
	case "month":
		return c.months(1, from, to, y, m)
	case "quarter":
		return c.months(3, from, to, y, m)
	case "year":
		return c.months(12, from, to, y, m)
	}
	return nil
}

// months returns the edges of periods of n months, counted from January.
func (c Calendar) months(n int, from, to int64, y int, m time.Month) []int64 {
	m -= (m - 1) % time.Month(n)
	return edges(from, to, func(i int) time.Time { return c.StartOf(y, m+time.Month(i*n), 1) })
}

// hours returns where clocks show a full hour, or go on to another one. An hour that they show twice is two; one that is shown in part is a
// short one.
func (c Calendar) hours(from, to int64) []int64 {
	const hour = int64(time.Hour)
	var out []int64
	at := time.Unix(0, from).Add(-2 * time.Hour).In(c.Zone)
	for {
		start, end := ZoneBounds(at)
		_, seconds := at.Zone()
		offset := int64(seconds) * int64(time.Second)
		first, last := int64(math.MinInt64), int64(math.MaxInt64)
		if !start.IsZero() {
			first = nanoseconds(start)
			if before := start.Add(-1).In(c.Zone); before.Hour() != start.In(c.Zone).Hour() {
				out = append(out, first)
			}
		}
		if !end.IsZero() {
			last = nanoseconds(end)
		}
		low := max(first, nanoseconds(at))
		past := ((low%hour+offset)%hour + hour) % hour // since the hour was full
		if low < math.MinInt64+past {
			out, past = append(out, low), past-hour
		}
		for t := low - past; t < last; t += hour {
			if t >= first {
				out = append(out, t)
			}
			if t >= to {
				return within(out, from)
			}
			if t > math.MaxInt64-hour {
				return within(append(out, math.MaxInt64), from)
			}
		}
		at = end
	}
}

// Like returns, for edges of periods of another calendar in the same zone, those of the same periods in this one: of the same days, whenever these begin.
func (c Calendar) Like(of Calendar, period string, edges []int64) []int64 {
	if of.Starts == c.Starts || period == "hour" {
		return edges
	}
	out := make([]int64, len(edges))
	for i, e := range edges {
		out[i] = nanoseconds(c.StartOf(of.DateOf(time.Unix(0, e))))
		if i > 0 { // a day that this one leaves out, as where a country crosses the date line
			out[i] = max(out[i], out[i-1]+1)
		}
	}
	return out
}

// Name returns what the period that begins at an instant is called: 2026-11-22T10, 2026-11-22, 2026-W47, 2026-11, 2026-Q4 or 2026. A week that does not
// begin on Monday has the name of its first day, for the numbers of weeks are those of ISO 8601.
func (c Calendar) Name(period string, at int64) string {
	t := time.Unix(0, at)
	y, m, d := c.DateOf(t)
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	switch {
	case period == "hour":
		return t.In(c.Zone).Format("2006-01-02T15")
	case period == "week" && c.WeekShift == 0:
		year, week := day.ISOWeek()
		return fmt.Sprintf("%d-W%02d", year, week)
	case period == "month":
		return day.Format("2006-01")
	case period == "quarter":
		return fmt.Sprintf("%d-Q%d", y, (m+2)/3)
	case period == "year":
		return day.Format("2006")
	}
	return day.Format(time.DateOnly)
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
		next := nanoseconds(start(i))
		if next > out[len(out)-1] {
			out = append(out, next)
		}
		if next == math.MaxInt64 {
			break
		}
	}
	return within(out, from)
}

// within drops what ends before from, and what comes twice.
func within(edges []int64, from int64) []int64 {
	edges = slices.Compact(edges)
	for len(edges) > 1 && edges[1] <= from {
		edges = edges[1:]
	}
	return edges
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
