package date

import (
	"cmp"
	"time"
)

// Date is a civil day or an instant. The zero Date is no date.
type Date struct {
	// T is the instant; for a civil day it is midnight UTC of that day.
	T time.Time
	// AllDay says that the date is a civil day, without a time and without a zone.
	AllDay bool
}

// Day returns the civil day of t in t's own zone.
func Day(t time.Time) Date {
	y, m, d := t.Date()
	return Date{T: time.Date(y, m, d, 0, 0, 0, 0, time.UTC), AllDay: true}
}

// At returns the instant t, to the second.
func At(t time.Time) Date { return Date{T: t.Truncate(time.Second)} }

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d.T.IsZero() }

// Compare orders dates by T; at the same T a civil day comes before an instant. It needs no zone, so every device orders alike.
func (d Date) Compare(e Date) int {
	if c := d.T.Compare(e.T); c != 0 {
		return c
	}
	return cmp.Compare(rank(d), rank(e))
}

func rank(d Date) int {
	if d.AllDay {
		return 0
	}
	return 1
}

// Equal reports whether d and e are the same day or the same instant.
func (d Date) Equal(e Date) bool { return d.AllDay == e.AllDay && d.T.Equal(e.T) }

// Start returns the instant at which d begins for a person in loc: the first moment of a civil day, which where midnight does not exist
// is later than 00:00.
func (d Date) Start(loc *time.Location) time.Time {
	if d.IsZero() || !d.AllDay {
		return d.T.In(loc)
	}
	y, m, day := d.T.Date()
	return startOfDay(y, m, day, loc)
}

// End returns the instant at which d is over for a person in loc: the start of the next civil day, or the instant itself.
func (d Date) End(loc *time.Location) time.Time {
	if d.IsZero() || !d.AllDay {
		return d.T.In(loc)
	}
	y, m, day := d.T.Date()
	return startOfDay(y, m, day+1, loc)
}

// Day returns the civil day of d for a person in loc.
func (d Date) Day(loc *time.Location) Date {
	if d.IsZero() || d.AllDay {
		return d
	}
	return Day(d.T.In(loc))
}

// startOfDay returns the first instant of a civil day in loc. Midnight may not exist, or exist twice: then the day begins where the clock
// was set forward, or at the first of the two. Where the whole day does not exist it is the first instant after it.
func startOfDay(y int, m time.Month, day int, loc *time.Location) time.Time {
	want := time.Date(y, m, day, 0, 0, 0, 0, time.UTC)
	first := time.Date(y, m, day, 0, 0, 0, 0, loc)
	start, end := first.ZoneBounds()
	try := []time.Time{end, start}
	if !start.IsZero() {
		_, before := start.Add(-time.Second).Zone()
		try = append(try, want.Add(-time.Duration(before)*time.Second).In(loc))
	}
	for _, t := range try {
		if t.IsZero() || Day(t).T.Before(want) {
			continue
		}
		if t.Before(first) || Day(first).T.Before(want) {
			first = t
		}
	}
	return first
}
