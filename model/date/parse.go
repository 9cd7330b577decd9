package date

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Someday is the day that Taskwarrior and we write for "not now, perhaps never".
var Someday = Date{T: time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC), AllDay: true}

// Years that a phrase may name or reach: those of four digits.
const minYear, maxYear = 1000, 9999

// Examples is what an error and a help text show of the grammar.
const Examples = "fri 17:00, tomorrow, in 3d, 24 dec, eom or 2026-12-24 08:30"

// Error says which part of a phrase was not understood.
type Error struct {
	Input string // the phrase
	Part  string // what of it was not understood; empty if it is the whole
	Why   string // what is wrong with it
}

func (e *Error) Error() string {
	why := e.Why
	if why == "" {
		why = "not understood; write for example " + Examples
	}
	if e.Part == "" || e.Part == e.Input {
		return fmt.Sprintf("date %s: %s", quote(e.Input), why)
	}
	return fmt.Sprintf("date %s: %s %s", quote(e.Input), quote(e.Part), why)
}

// quote shows at most a line's worth of what somebody gave us.
func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return strconv.Quote(s)
}

// Parse reads a phrase in the zone of now. A weekday, a day of a month or a time without more is the next one: a weekday 1 to 7 days
// ahead, "24 dec" today or later, "17:00" now or later. "next fri" is the Friday of next week (Monday to Sunday), "last fri" the latest
// before today. "midnight" is tonight's; beside a day it is refused, because nobody knows which end of the day is meant. A time that the
// clock skips is refused, of a time that comes twice the first is taken. The name of a zone at the end, as in "10:00 Europe/Paris", is that
// of the time said.
func Parse(s string, now time.Time) (Date, error) { return parse(s, now, 1) }

// ParsePast reads a phrase as Parse does, but what Parse would take as the next is the latest: it is for things that happened.
func ParsePast(s string, now time.Time) (Date, error) { return parse(s, now, -1) }

type parser struct {
	input string
	words []string
	now   time.Time
	today Date
	dir   int // 1: of several days take the next, -1: the latest
}

func parse(s string, now time.Time, dir int) (Date, error) {
	phrase, loc, err := zoned(s)
	if err != nil {
		return Date{}, err
	}
	if loc != nil {
		if _, other, err := zoned(phrase); other != nil || err != nil {
			return Date{}, &Error{Input: s, Part: loc.String(), Why: "is a second time zone"}
		}
		d, err := parse(phrase, now.In(loc), dir)
		if err == nil && d.AllDay {
			err = &Error{Input: s, Part: loc.String(), Why: "goes with a time of day; a day is the same day in every zone"}
		}
		return Date{T: d.T.In(now.Location())}, err
	}
	p := &parser{input: s, words: strings.Fields(strings.ToLower(s)), now: now, today: Day(now), dir: dir}
	if len(p.words) == 0 {
		return Date{}, &Error{Input: s, Why: "is empty; write for example " + Examples}
	}
	d, err := p.phrase()
	if err != nil {
		return Date{}, err
	}
	if len(p.words) > 0 {
		return Date{}, p.fail(strings.Join(p.words, " "), "")
	}
	if y := d.T.In(now.Location()).Year(); d.AllDay && (d.T.Year() < minYear || d.T.Year() > maxYear) || !d.AllDay && (y < minYear || y > maxYear) {
		return Date{}, p.fail("", fmt.Sprintf("is not between the years %d and %d", minYear, maxYear))
	}
	return d, nil
}

func (p *parser) fail(part, why string) error { return &Error{Input: p.input, Part: part, Why: why} }

// next takes the first word.
func (p *parser) next() string {
	w := p.words[0]
	p.words = p.words[1:]
	return w
}

// peek returns the i-th word from here, or "".
func (p *parser) peek(i int) string {
	if i < len(p.words) {
		return p.words[i]
	}
	return ""
}

func (p *parser) phrase() (Date, error) {
	if len(p.words) == 1 {
		switch p.words[0] {
		case "now":
			p.next()
			return At(p.now), nil
		case "someday":
			p.next()
			return Someday, nil
		case "midnight":
			p.next()
			return p.at(p.today.plus(0, 1), clock{})
		}
	}
	if c, ok, err := p.clock(); err != nil {
		return Date{}, err
	} else if ok {
		if len(p.words) == 0 {
			return p.nearest(c)
		}
		day, err := p.day()
		if err != nil {
			return Date{}, err
		}
		return p.at(day, c)
	}
	day, err := p.day()
	if err != nil || len(p.words) == 0 {
		return day, err
	}
	if !day.AllDay {
		return Date{}, p.fail(strings.Join(p.words, " "), "")
	}
	if p.words[0] == "midnight" {
		return Date{}, p.fail("midnight", "is at either end of a day; write 00:00 and the day that begins with it")
	}
	if c, ok, err := p.clock(); err != nil {
		return Date{}, err
	} else if ok {
		return p.at(day, c)
	}
	return day, nil // what is left over is the caller's error
}

// nearest returns the next, or the latest, instant at which the clock shows c.
func (p *parser) nearest(c clock) (Date, error) {
	d, err := p.at(p.today, c)
	if err == nil && d.T.Compare(p.now.Truncate(time.Second))*p.dir < 0 {
		return p.at(p.today.plus(0, p.dir), c)
	}
	return d, err
}

var (
	weekdays = map[string]time.Weekday{
		"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "tues": 2, "thur": 4, "thurs": 4,
		"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6,
	}
	months = map[string]time.Month{
		"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12, "sept": 9,
		"january": 1, "february": 2, "march": 3, "april": 4, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11,
		"december": 12,
	}
)

// day reads what names a day, or an instant that takes no time of day.
func (p *parser) day() (Date, error) {
	w := p.next()
	switch w {
	case "today", "eod":
		return p.today, nil
	case "tomorrow":
		return p.today.plus(0, 1), nil
	case "yesterday":
		return p.today.plus(0, -1), nil
	case "eow", "eom", "eoq", "eoy":
		return p.endOf(w), nil
	case "sow", "som", "soq", "soy":
		return p.startOf(w), nil
	case "next", "last", "this":
		return p.relativeWeekday(w)
	case "in":
		if p.peek(0) == "" {
			return Date{}, p.fail("in", "lacks a length; write for example in 3d")
		}
		return p.offset(p.next(), 1)
	}
	if wd, ok := weekdays[w]; ok {
		return p.weekday(w, wd)
	}
	if m, ok := months[w]; ok {
		return p.monthDay(w, m)
	}
	if _, err := number(w); err == nil {
		if m, ok := months[p.peek(0)]; ok {
			w += " " + p.next()
			return p.dayOfMonth(w, m, nil)
		}
	}
	if d, ok, err := p.ordinal(w); ok {
		return d, err
	}
	switch {
	case strings.HasPrefix(w, "+"):
		return p.offset(w[1:], 1)
	case strings.HasPrefix(w, "-"):
		return p.offset(w[1:], -1)
	case len(w) >= 7 && w[4:6] == "-w":
		return p.isoWeek(w)
	case len(w) >= 10 && w[4] == '-':
		return p.iso(w)
	case w[0] >= '0' && w[0] <= '9':
		if p.peek(0) == "ago" || steps[p.peek(0)] != (step{}) && p.peek(1) == "ago" {
			return p.ago(w)
		}
		return p.offset(w, 1)
	}
	return Date{}, p.fail(w, "")
}

// ago reads "3d ago" and "3 days ago".
func (p *parser) ago(w string) (Date, error) {
	d, err := p.offset(w, -1)
	if err == nil {
		p.next()
	}
	return d, err
}

func (p *parser) endOf(w string) Date {
	y, m, _ := p.today.T.Date()
	switch w {
	case "eow":
		return p.today.plus(0, (7-int(p.today.T.Weekday()))%7)
	case "eoq":
		m = (m-1)/3*3 + 3
	case "eoy":
		m = 12
	}
	return civil(y, m, daysIn(y, m))
}

// relativeWeekday reads the weekday after "next", "last" or "this".
func (p *parser) relativeWeekday(w string) (Date, error) {
	name := p.peek(0)
	wd, ok := weekdays[name]
	if !ok {
		return Date{}, p.fail(strings.TrimSpace(w+" "+name), "not understood; "+w+" takes a weekday, as in "+w+" fri")
	}
	p.next()
	if w == "last" {
		return p.today.plus(0, -back(p.today.T.Weekday(), wd)), nil
	}
	monday := p.today.plus(0, -(int(p.today.T.Weekday())+6)%7)
	if w == "next" {
		monday = monday.plus(0, 7)
	}
	return monday.plus(0, (int(wd)+6)%7), nil
}

// back returns how many days, 1 to 7, before a day of weekday from the latest of weekday to is.
func back(from, to time.Weekday) int { return (int(from-to)+6)%7 + 1 }

// weekday reads "fri", or "fri 27 nov [2026]" where the weekday must fit.
func (p *parser) weekday(w string, wd time.Weekday) (Date, error) {
	if _, err := number(p.peek(0)); err == nil && months[p.peek(1)] != 0 {
		day, name := p.next(), p.next()
		return p.dayOfMonth(day+" "+name, months[name], &wd)
	}
	if m := months[p.peek(0)]; m != 0 {
		if day, err := number(p.peek(1)); err == nil {
			name := p.next()
			p.next()
			return p.dayOfMonth(strconv.Itoa(day)+" "+name, m, &wd)
		}
	}
	if p.dir < 0 {
		return p.today.plus(0, -back(p.today.T.Weekday(), wd)), nil
	}
	return p.today.plus(0, back(wd, p.today.T.Weekday())), nil
}

// monthDay reads the day, and perhaps the year, after a month.
func (p *parser) monthDay(name string, m time.Month) (Date, error) {
	day := p.peek(0)
	if _, err := number(day); err != nil {
		return Date{}, p.fail(strings.TrimSpace(name+" "+day), "lacks the day; write for example "+name+" 24")
	}
	p.next()
	return p.dayOfMonth(day+" "+name, m, nil)
}

// dayOfMonth finishes "24 dec": it reads a year if one follows, and otherwise takes the next such day, or the latest. If the weekday is
// said too, this year's day is meant where it fits.
func (p *parser) dayOfMonth(part string, m time.Month, wd *time.Weekday) (Date, error) {
	day, _ := number(strings.Fields(part)[0])
	if day < 1 || day > daysIn(2000, m) {
		return Date{}, p.fail(part, fmt.Sprintf("does not exist: %s has %d days", m, daysIn(2000, m)))
	}
	fits := func(y int) bool {
		return day <= daysIn(y, m) && (wd == nil || civil(y, m, day).T.Weekday() == *wd)
	}
	if w := p.peek(0); len(w) == 4 {
		if y, err := number(w); err == nil {
			p.next()
			if day > daysIn(y, m) {
				return Date{}, p.fail(part, fmt.Sprintf("does not exist: %s %d has %d days", m, y, daysIn(y, m)))
			}
			if !fits(y) {
				return Date{}, p.fail(part, fmt.Sprintf("%d is a %s", y, civil(y, m, day).T.Weekday()))
			}
			return civil(y, m, day), nil
		}
	}
	this := p.today.T.Year()
	if wd != nil && fits(this) {
		return civil(this, m, day), nil
	}
	for i := range 9 { // eight years hold a 29 February, whatever the century does
		y := this + i*p.dir
		if d := civil(y, m, min(day, daysIn(y, m))); day <= daysIn(y, m) && d.Compare(p.today)*p.dir >= 0 {
			if !fits(y) {
				return Date{}, p.fail(part, fmt.Sprintf("%d is a %s; say the year", y, d.T.Weekday()))
			}
			return d, nil
		}
	}
	return Date{}, p.fail(part, "is too far away; say the year")
}

var errShape = errors.New("not of that shape")

// number reads at most four digits.
func number(s string) (int, error) {
	if len(s) == 0 || len(s) > 4 {
		return 0, strconv.ErrSyntax
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, strconv.ErrSyntax
		}
	}
	return strconv.Atoi(s)
}

func civil(y int, m time.Month, day int) Date {
	return Date{T: time.Date(y, m, day, 0, 0, 0, 0, time.UTC), AllDay: true}
}

func daysIn(y int, m time.Month) int { return time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// plus adds months, keeping the day or taking the last one of a shorter month, and then days.
func (d Date) plus(months, days int) Date {
	y, m, day := d.T.Date()
	first := time.Date(y, m+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	day = min(day, daysIn(first.Year(), first.Month()))
	return civil(first.Year(), first.Month(), day+days)
}
