package recur

import (
	"errors"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/teambition/rrule-go"

	"arbor/model/date"
)

// ErrNoTime says that a rule of hours needs a date with a time.
var ErrNoTime = errors.New("a rule of hours needs a date with a time of day, such as due:\"fri 9:00\"")

// Next returns the date that follows due, of a rule that began at start, when due was done at the instant done: false if none does. Dates
// are those of the wall clock in loc, and all are civil days if start is one. Cost: some microseconds, whatever lies between.
func (r *Rule) Next(start, due date.Date, done time.Time, loc *time.Location) (date.Date, bool, error) {
	if r.Unit == Hour && r.rfc == nil && start.AllDay {
		return date.Date{}, false, ErrNoTime
	}
	after := wall(due, loc)
	switch r.Mode {
	case After:
		next, ok := r.after(due, done, loc)
		return next, ok && !r.ended(next, loc) && (r.Count == 0 || r.number(start, due, loc) < r.Count), nil
	case CatchUp:
		now := wall(date.At(done), loc)
		if start.AllDay {
			now = wall(date.Day(done.In(loc)), loc)
		}
		if now.After(after) {
			after = now
		}
	}
	for next := range r.dates(start, after, loc) {
		return next, true, nil
	}
	return date.Date{}, false, nil
}

// Between yields the dates of the rule that began at start from from until before to, in order, as the calendar has them: of a rule that
// counts from when it was done those there would be if each were done on its day.
func (r *Rule) Between(start date.Date, from, to time.Time, loc *time.Location) iter.Seq[date.Date] {
	return func(yield func(date.Date) bool) {
		if r.Unit == Hour && r.rfc == nil && start.AllDay {
			return
		}
		for d := range r.dates(start, wall(date.At(from), loc).Add(-time.Second-24*time.Hour), loc) {
			if at := d.Start(loc); !at.Before(to) {
				return
			} else if !at.Before(from) && !yield(d) {
				return
			}
		}
	}
}

// number is which of the dates of the rule due is, the first being 1. It is exact where nothing was done late or early.
func (r *Rule) number(start, due date.Date, loc *time.Location) int {
	n := 0
	for d := range r.grid(start, start.T.Add(-time.Second), loc) {
		if n++; !d.Start(loc).Before(due.Start(loc)) || n > r.Count {
			break
		}
	}
	return n
}

func (r *Rule) ended(d date.Date, loc *time.Location) bool {
	return !r.Until.IsZero() && d.Start(loc).After(last(r.Until, loc))
}

// last is the last instant of a date.
func last(d date.Date, loc *time.Location) time.Time {
	if d.AllDay {
		return d.End(loc).Add(-time.Nanosecond)
	}
	return d.T
}

// after is a length after done, at the time of day of due.
func (r *Rule) after(due date.Date, done time.Time, loc *time.Location) (date.Date, bool) {
	if r.Unit == Hour {
		return date.At(done.Add(time.Duration(r.Every) * time.Hour).In(loc)), true
	}
	from := wall(date.Day(done.In(loc)), loc)
	clock := wall(due, loc)
	day := step(from, r.Unit, r.Every)
	if day.Year() > maxYear {
		return date.Date{}, false
	}
	return unwall(day.Add(clock.Sub(clock.Truncate(24*time.Hour))), due.AllDay, loc), true
}

// Dates lie in years of four digits.
const minYear, maxYear = 1000, 9999

// step goes n units on from a day; of a month that is too short it takes the last day.
func step(t time.Time, u Unit, n int) time.Time {
	switch u {
	case Day:
		return t.AddDate(0, 0, n)
	case Week:
		return t.AddDate(0, 0, 7*n)
	case Year:
		n *= 12
	}
	y, m, d := t.Date()
	end := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return end.AddDate(0, 0, min(d, end.Day())-end.Day())
}

// dates yields the dates of the rule whose wall clock lies behind after, up to its end.
func (r *Rule) dates(start date.Date, after time.Time, loc *time.Location) iter.Seq[date.Date] {
	return func(yield func(date.Date) bool) {
		if r.Count > 0 {
			n := 0
			for d := range r.grid(start, wall(start, loc).Add(-time.Second), loc) {
				if n++; n > r.Count || r.ended(d, loc) || wall(d, loc).After(after) && !yield(d) {
					return
				}
			}
			return
		}
		for d := range r.grid(start, after, loc) {
			if r.ended(d, loc) || !yield(d) {
				return
			}
		}
	}
}

// grid yields the dates of the rule without its bounds, from start on, whose wall clock lies behind after.
func (r *Rule) grid(start date.Date, after time.Time, loc *time.Location) iter.Seq[date.Date] {
	return func(yield func(date.Date) bool) {
		if r.Unit == Hour && r.rfc == nil {
			for t := range r.hours(start.T, unwall(after, false, loc).T) {
				if !yield(date.At(t.In(loc))) {
					return
				}
			}
			return
		}
		rule, err := rrule.NewRRule(r.option(wall(start, loc), after))
		if err != nil { // Parse has made it once
			return
		}
		next := rule.Iterator()
		for t, ok := next(); ok; t, ok = next() {
			if t.After(after) && !t.Before(wall(start, loc)) && !yield(unwall(t, start.AllDay, loc)) {
				return
			}
		}
	}
}

// hours yields start and what is whole steps behind it, on the clock that runs on while others are set.
func (r *Rule) hours(start, after time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		step := time.Duration(r.Every) * time.Hour
		t := start
		if gap := after.Sub(start); gap >= 0 && gap < math.MaxInt64-step {
			t = start.Add(gap/step*step + step)
		}
		for ; t.Year() <= maxYear; t = t.Add(step) {
			if t.After(after) && !yield(t) {
				return
			}
		}
	}
}

// option returns the rule for a start on the wall clock, given as if it were UTC, as rrule takes it. To spare a walk of many years it begins
// whole steps later than start where only what lies behind after is wanted.
func (r *Rule) option(start, after time.Time) rrule.ROption {
	if r.rfc != nil {
		o := *r.rfc
		o.Dtstart = start
		return o
	}
	o := rrule.ROption{Interval: r.Every, Dtstart: start, Freq: [...]rrule.Frequency{rrule.HOURLY, rrule.DAILY, rrule.WEEKLY, rrule.MONTHLY, rrule.YEARLY}[r.Unit]}
	y, m, d := start.Date()
	nths := r.Nths
	switch {
	case r.Unit == Day:
		days := int(after.Sub(start).Hours()/24) / r.Every * r.Every
		o.Dtstart = start.AddDate(0, 0, max(days, 0))
	case r.Unit == Week:
		days := int(after.Sub(start).Hours()/24) / (7 * r.Every) * 7 * r.Every
		o.Dtstart = start.AddDate(0, 0, max(days, 0))
		for _, day := range r.Days {
			o.Byweekday = append(o.Byweekday, byDay[day])
		}
	case len(nths) == 0:
		nths = []Nth{{d, AnyDay}}
	}
	clock := start.Sub(start.Truncate(24 * time.Hour))
	if r.Unit == Year {
		if o.Bymonth = []int{int(m)}; len(r.Months) > 0 {
			o.Bymonth = nil
			for _, m := range r.Months {
				o.Bymonth = append(o.Bymonth, int(m))
			}
		}
	}
	switch {
	case r.Unit == Month || r.Unit == Year && r.Every == 1: // the latter by months, for BYSETPOS counts within the period
		o.Freq = rrule.MONTHLY
		gone := (after.Year()-y)*12 + int(after.Month()) - int(m)
		if gone = gone / r.Every * r.Every; gone > 0 {
			o.Dtstart = time.Date(y, m+time.Month(gone), 1, 0, 0, 0, 0, time.UTC).Add(clock)
		}
		byNths(&o, nths)
	case r.Unit == Year: // of one month
		if gone := (after.Year() - y) / r.Every * r.Every; gone > 0 {
			o.Dtstart = time.Date(y+gone, 1, 1, 0, 0, 0, 0, time.UTC).Add(clock)
		}
		byNths(&o, nths)
	}
	return o
}

var byDay = [...]rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}

// byNths has o give the days that are numbered. A day behind the 28th is the last one of those from the 28th up to it that there are.
func byNths(o *rrule.ROption, nths []Nth) {
	if day := nths[0].Day; day < Workday {
		for _, n := range nths {
			o.Byweekday = append(o.Byweekday, byDay[day].Nth(n.N))
		}
		return
	} else if day == Workday {
		for _, d := range workdays {
			o.Byweekday = append(o.Byweekday, byDay[d])
		}
		for _, n := range nths {
			o.Bysetpos = append(o.Bysetpos, n.N)
		}
		return
	}
	late := slices.IndexFunc(nths, func(n Nth) bool { return n.N > 28 })
	for i, n := range nths {
		if i != late {
			o.Bymonthday = append(o.Bymonthday, n.N)
			o.Bysetpos = append(o.Bysetpos, i+1)
			continue
		}
		for d := 28; d <= n.N; d++ {
			o.Bymonthday = append(o.Bymonthday, d)
		}
		o.Bysetpos = append(o.Bysetpos, -1)
	}
	if late < 0 {
		o.Bysetpos = nil
	}
}

// wall is what the clock and calendar in loc show at d, as if that were UTC.
func wall(d date.Date, loc *time.Location) time.Time {
	if d.AllDay {
		return d.T
	}
	t := d.T.In(loc)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// unwall is the date at which the clock in loc shows w: the first instant, and where the clock is set forward over w, w as far behind that.
func unwall(w time.Time, allDay bool, loc *time.Location) date.Date {
	if allDay {
		y, m, d := w.Date()
		return date.Date{T: time.Date(y, m, d, 0, 0, 0, 0, time.UTC), AllDay: true}
	}
	_, before := w.Add(-24 * time.Hour).In(loc).Zone()
	t := w.Add(-time.Duration(before) * time.Second).In(loc)
	if wall(date.At(t), loc).Equal(w) {
		return date.At(t)
	}
	_, now := t.Zone()
	if u := w.Add(-time.Duration(now) * time.Second).In(loc); wall(date.At(u), loc).Equal(w) {
		return date.At(u)
	}
	return date.At(t)
}
