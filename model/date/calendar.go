package date

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// startOf returns the next, or the latest, first day of a week, month, quarter or year. Today is none of them for Parse, which looks ahead.
func (p *parser) startOf(w string) Date {
	y, m, _ := p.today.T.Date()
	var first Date
	var months, days int
	switch w {
	case "sow":
		first, days = p.today.plus(0, -(int(p.today.T.Weekday())+6)%7), 7
	case "som":
		first, months = civil(y, m, 1), 1
	case "soq":
		first, months = civil(y, (m-1)/3*3+1, 1), 3
	case "soy":
		first, months = civil(y, 1, 1), 12
	}
	if p.dir > 0 {
		return first.plus(months, days)
	}
	return first
}

// ordinal reads the day of a month alone, 15th, which is the next such day, today included, or the latest. ok is false if w is none.
func (p *parser) ordinal(w string) (d Date, ok bool, err error) {
	n := digits(" " + w)
	day, bad := number(w[:n])
	if bad != nil || w[n:] != suffix(day) {
		return Date{}, false, nil
	}
	if day < 1 || day > 31 {
		return Date{}, true, p.fail(w, "does not exist: no month has that day")
	}
	y, m, _ := p.today.T.Date()
	for i := 0; ; i++ { // at most one month in a row is too short
		first := civil(y, m, 1).plus(i*p.dir, 0)
		fy, fm, _ := first.T.Date()
		if at := civil(fy, fm, day); day <= daysIn(fy, fm) && at.Compare(p.today)*p.dir >= 0 {
			return at, true, nil
		}
	}
}

// suffix returns what is written behind a number that counts.
func suffix(n int) string {
	switch {
	case n%10 == 1 && n%100 != 11:
		return "st"
	case n%10 == 2 && n%100 != 12:
		return "nd"
	case n%10 == 3 && n%100 != 13:
		return "rd"
	}
	return "th"
}

// isoWeek reads 2026-w48, the Monday of that week, and 2026-w48-5, its Friday (ISO 8601: week 1 has the year's first Thursday).
func (p *parser) isoWeek(w string) (Date, error) {
	y, errY := number(w[:4])
	week, errW := number(w[6:min(8, len(w))])
	weekday := 1
	var errD error
	switch {
	case len(w) == 10 && w[8] == '-':
		weekday, errD = number(w[9:])
	case len(w) != 8:
		errD = errShape
	}
	if errY != nil || errW != nil || errD != nil {
		return Date{}, p.fail(w, "is no week; write for example 2026-W48 or 2026-W48-5")
	}
	fourth := civil(y, 1, 4) // always in week 1
	monday := fourth.plus(0, -(int(fourth.T.Weekday())+6)%7+(week-1)*7)
	if gotY, gotW := monday.T.ISOWeek(); gotY != y || gotW != week || weekday < 1 || weekday > 7 {
		return Date{}, p.fail(w, fmt.Sprintf("does not exist: %d has %d weeks of 7 days", y, weeksIn(y)))
	}
	return monday.plus(0, weekday-1), nil
}

// weeksIn returns 52 or 53.
func weeksIn(y int) int {
	_, w := civil(y, 12, 28).T.ISOWeek()
	return w
}

// zoned cuts the name of a zone, as in 10:00 Europe/Paris, from the end of a phrase. It returns nil if none is there.
func zoned(s string) (phrase string, loc *time.Location, err error) {
	words := strings.Fields(s)
	if len(words) < 2 {
		return s, nil, nil
	}
	name := words[len(words)-1]
	switch {
	case strings.EqualFold(name, "utc"):
		name = "UTC"
	case !strings.Contains(name, "/") || !unicode.IsLetter(rune(name[0])):
		return s, nil, nil
	}
	if loc, err = time.LoadLocation(name); err != nil {
		return s, nil, &Error{Input: s, Part: name, Why: "is no time zone that this machine knows; write for example Europe/Paris"}
	}
	return strings.Join(words[:len(words)-1], " "), loc, nil
}

// Shift moves d by a length such as 3d, -2w or +1h30min, written as in "in 3d" with a sign before it. Days and more walk on the calendar of
// loc and keep the time of day; hours and minutes walk on the clock, and make an instant of a civil day. "" moves nothing.
func Shift(d Date, by string, loc *time.Location) (Date, error) {
	if by == "" || d.IsZero() {
		return d, nil
	}
	sign := 1
	if by[0] == '-' {
		sign = -1
	}
	at := d.Start(loc)
	p := &parser{input: by, now: at, today: Day(at), dir: 1}
	to, err := p.offset(strings.TrimLeft(strings.ToLower(by), "+-"), sign)
	if err != nil || d.AllDay || !to.AllDay {
		return to, err
	}
	y, m, day := to.T.Date()
	t := time.Date(y, m, day, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), loc)
	return Date{T: first(t)}, nil
}
