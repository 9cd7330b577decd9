package date

import (
	"fmt"
	"strings"
	"time"
)

// clock is a time of day, with a zone if one was said.
type clock struct {
	hour, min, sec, nsec int
	zone                 *time.Location
	said                 string
}

// named times of day
var clocks = map[string]clock{
	"noon": {hour: 12}, "morning": {hour: 9}, "afternoon": {hour: 15}, "evening": {hour: 18},
}

// clock takes a time of day, with or without "at", if the next word is one.
func (p *parser) clock() (c clock, ok bool, err error) {
	w := p.peek(0)
	if w == "at" {
		w = p.peek(1)
	}
	if c, ok = clocks[w]; !ok {
		if c, ok, err = p.readClock(w); err != nil || !ok {
			return c, false, err
		}
	}
	c.said = w
	if p.next() == "at" {
		p.next()
	}
	return c, true, nil
}

// readClock reads 7:00, 07:00:30.5, 5pm, 5:30pm, each with Z or +01:00 behind it but for those with am and pm.
func (p *parser) readClock(w string) (c clock, ok bool, err error) {
	body, noon := w, ""
	if strings.HasSuffix(w, "am") || strings.HasSuffix(w, "pm") {
		body, noon = w[:len(w)-2], w[len(w)-2:]
		if h, err := number(body); err == nil && len(body) <= 2 {
			c.hour = h
			return p.twelve(w, c, noon)
		}
	}
	hour, rest, found := strings.Cut(body, ":")
	h, errH := number(hour)
	if !found || errH != nil || len(hour) > 2 || len(rest) < 2 {
		return c, false, nil
	}
	m, errM := number(rest[:2])
	if errM != nil {
		return c, false, nil
	}
	c.hour, c.min, rest = h, m, rest[2:]
	if len(rest) >= 3 && rest[0] == ':' {
		if c.sec, err = number(rest[1:3]); err != nil {
			return c, false, nil
		}
		rest = rest[3:]
		if n := digits(rest); strings.HasPrefix(rest, ".") && n > 0 && n <= 9 {
			for i := range 9 {
				c.nsec *= 10
				if i < n {
					c.nsec += int(rest[1+i] - '0')
				}
			}
			rest = rest[1+n:]
		}
	}
	if c.zone, ok = zone(rest); !ok || noon != "" && c.zone != nil {
		return c, false, nil
	}
	if noon != "" {
		return p.twelve(w, c, noon)
	}
	if c.hour > 23 || c.min > 59 || c.sec > 59 {
		return c, false, p.fail(w, "is no time of day; they go from 00:00 to 23:59")
	}
	return c, true, nil
}

// digits counts the digits behind the first byte of s.
func digits(s string) int {
	n := 0
	for n+1 < len(s) && s[n+1] >= '0' && s[n+1] <= '9' {
		n++
	}
	return n
}

func (p *parser) twelve(w string, c clock, noon string) (clock, bool, error) {
	if c.hour < 1 || c.hour > 12 || c.min > 59 || c.sec > 59 {
		return c, false, p.fail(w, "is no time of day; with am and pm they go from 1 to 12")
	}
	c.hour %= 12
	if noon == "pm" {
		c.hour += 12
	}
	return c, true, nil
}

// zone reads nothing, Z, +01:00 or +0100.
func zone(s string) (*time.Location, bool) {
	switch {
	case s == "":
		return nil, true
	case s == "z":
		return time.UTC, true
	case s[0] != '+' && s[0] != '-':
		return nil, false
	}
	hm := strings.Replace(s[1:], ":", "", 1)
	if len(hm) == 2 {
		hm += "00"
	}
	n, err := number(hm)
	if err != nil || len(hm) != 4 || n/100 > 14 || n%100 > 59 {
		return nil, false
	}
	sec := (n/100*60 + n%100) * 60
	if s[0] == '-' {
		sec = -sec
	}
	return time.FixedZone("", sec), true
}

// at returns the instant of c on a day, in the person's zone if c says none.
func (p *parser) at(day Date, c clock) (Date, error) {
	if !day.AllDay {
		return Date{}, p.fail(c.said, "does not go with a length of hours or minutes")
	}
	loc := c.zone
	if loc == nil {
		loc = p.now.Location()
	}
	y, m, d := day.T.Date()
	t := first(time.Date(y, m, d, c.hour, c.min, c.sec, c.nsec, loc))
	if t.Hour() != c.hour || t.Minute() != c.min || t.Day() != day.T.Day() {
		return Date{}, p.fail(c.said, fmt.Sprintf("does not exist on %s: the clock is set forward then", day.T.Format("2 January 2006")))
	}
	return Date{T: t.In(p.now.Location())}, nil
}

// first returns the first of the two instants at which the clock shows what it shows at t, or t where there is only one.
func first(t time.Time) time.Time {
	start, _ := t.ZoneBounds()
	if start.IsZero() {
		return t
	}
	_, before := start.Add(-time.Second).Zone()
	_, after := t.Zone()
	if early := t.Add(-time.Duration(before-after) * time.Second); before > after && early.Before(start) {
		return early
	}
	return t
}

// iso reads 2026-12-24 and 2026-12-24T08:30, with seconds and a zone if they are there.
func (p *parser) iso(w string) (Date, error) {
	y, errY := number(w[:4])
	m, errM := number(w[5:7])
	d, errD := number(w[8:10])
	if errY != nil || errM != nil || errD != nil || w[7] != '-' {
		return Date{}, p.fail(w, "")
	}
	if m < 1 || m > 12 || d < 1 || d > daysIn(y, time.Month(m)) {
		return Date{}, p.fail(w[:10], "does not exist")
	}
	day := civil(y, time.Month(m), d)
	if len(w) == 10 {
		return day, nil
	}
	if w[10] != 't' {
		return Date{}, p.fail(w[10:], "not understood behind a date; write for example 2026-12-24T08:30")
	}
	c, ok, err := p.readClock(w[11:])
	if err != nil {
		return Date{}, err
	}
	if !ok {
		return Date{}, p.fail(w[11:], "is no time of day; write for example 08:30 or 08:30:00Z")
	}
	c.said = w[11:]
	return p.at(day, c)
}
