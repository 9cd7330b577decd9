package date

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// units of a span, the largest first. A month is 30 days and a year 365, as in void: a span is a length, not a walk on the calendar.
var units = []struct {
	name string
	is   time.Duration
}{{"y", 365 * day}, {"m", 30 * day}, {"w", 7 * day}, {"d", day}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}}

// ParseSpan reads a length of time: 7d, 2w, 12h, 3m (30 days each), 1y (365 days), 45min, or several from the larger to the smaller unit
// without a space: 1h30min.
func ParseSpan(s string) (time.Duration, error) {
	rest := strings.ToLower(strings.TrimSpace(s))
	if rest == "" {
		return 0, &Error{Input: s, Why: "is no length of time; write for example 7d, 2w or 1h30min"}
	}
	var sum time.Duration
	u := 0
	for rest != "" {
		n := digits(" " + rest)
		e := n + len(strings.TrimRight(alpha(rest[n:]), " "))
		count, err := strconv.ParseInt(rest[:n], 10, 64)
		for u < len(units) && units[u].name != rest[n:e] {
			u++
		}
		if n == 0 || u == len(units) {
			return 0, &Error{Input: s, Part: rest, Why: "is no length of time; write for example 7d, 2w or 1h30min"}
		}
		is := int64(units[u].is)
		if err != nil || count > (1<<63-1-int64(sum))/is {
			return 0, &Error{Input: s, Part: rest, Why: "is too long; at most 292y"}
		}
		sum += time.Duration(count * is)
		rest = rest[e:]
		u++
	}
	return sum, nil
}

// alpha returns the letters that s begins with.
func alpha(s string) string {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return s[:i]
		}
	}
	return s
}

// FormatSpan writes a length of time so that ParseSpan reads it back, to the second.
func FormatSpan(d time.Duration) string {
	if d < time.Second {
		return "0s"
	}
	for _, u := range units[:4] { // one unit where one is enough: 7d rather than 1w, but 2w rather than 14d
		if d%u.is == 0 && (u.name != "w" || d != u.is) && (u.name != "m" || d%(7*day) != 0) {
			return strconv.FormatInt(int64(d/u.is), 10) + u.name
		}
	}
	var b strings.Builder
	for _, u := range units[3:] {
		if n := d / u.is; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			d %= u.is
		}
	}
	return b.String()
}

// maxCount bounds the number in a phrase such as "in 3d"; the year that is reached is bounded too.
const maxCount = 4_000_000

// step is a unit of "in 3 days". Days and more walk on the calendar, hours and minutes on the clock.
type step struct {
	months, days int
	d            time.Duration
}

var steps = map[string]step{
	"d": {days: 1}, "day": {days: 1}, "days": {days: 1}, "w": {days: 7}, "week": {days: 7}, "weeks": {days: 7},
	"m": {months: 1}, "mo": {months: 1}, "month": {months: 1}, "months": {months: 1}, "q": {months: 3}, "quarter": {months: 3}, "quarters": {months: 3},
	"y": {months: 12}, "year": {months: 12}, "years": {months: 12},
	"h": {d: time.Hour}, "hour": {d: time.Hour}, "hours": {d: time.Hour},
	"min": {d: time.Minute}, "mins": {d: time.Minute}, "minute": {d: time.Minute}, "minutes": {d: time.Minute},
}

// offset reads a length from w on: 3d, or 3 and then days.
func (p *parser) offset(w string, sign int) (Date, error) {
	n := digits(" " + w)
	unit := w[n:]
	if unit == "" && p.peek(0) != "" {
		unit = p.next()
		w += " " + unit
	}
	step, ok := steps[unit]
	if n == 0 || !ok {
		return Date{}, p.fail(w, "")
	}
	count, err := strconv.Atoi(w[:n])
	if err != nil || count > maxCount {
		return Date{}, p.fail(w, "is too far away")
	}
	count *= sign
	if step.d != 0 {
		return At(p.now.Add(time.Duration(count) * step.d)), nil
	}
	return p.today.plus(count*step.months, count*step.days), nil
}

// FormatHours writes a length of time as a clock would, in hours and minutes: 1:05.
func FormatHours(d time.Duration) string {
	m := int(d.Round(time.Minute).Minutes())
	return fmt.Sprintf("%d:%02d", m/60, m%60)
}
