package recur

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	"arbor/model/date"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skip(err)
	}
	return loc
}

func on(t testing.TB, s string, loc *time.Location) date.Date {
	t.Helper()
	d, err := date.Parse(s, time.Date(2026, 11, 22, 17, 0, 0, 0, loc))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func show(d date.Date, loc *time.Location) string {
	if d.AllDay {
		return d.T.Format("2006-01-02")
	}
	return d.T.In(loc).Format("2006-01-02T15:04")
}

// TestCalendar are dates that were looked up on a calendar: ends of months, leap years, changes of the clock, numbered days.
func TestCalendar(t *testing.T) {
	for _, c := range []struct{ zone, rule, start, dates string }{
		{"UTC", "monthly", "2027-01-31", "2027-02-28 2027-03-31 2027-04-30 2027-05-31"},
		{"UTC", "monthly", "2028-01-30", "2028-02-29 2028-03-30 2028-04-30"},
		{"UTC", "quarterly", "2026-11-30", "2027-02-28 2027-05-30 2027-08-30 2027-11-30 2028-02-29"},
		{"UTC", "yearly", "2028-02-29", "2029-02-28 2030-02-28 2031-02-28 2032-02-29"},
		{"UTC", "every 4 years", "2028-02-29", "2032-02-29 2036-02-29"},
		{"UTC", "29 feb", "2026-11-22", "2027-02-28 2028-02-29 2029-02-28"},
		{"UTC", "eom", "2026-11-30", "2026-12-31 2027-01-31 2027-02-28"},
		{"UTC", "15th,last day", "2027-02-01", "2027-02-15 2027-02-28 2027-03-15 2027-03-31"},
		{"UTC", "15th,31st", "2027-02-01", "2027-02-15 2027-02-28 2027-03-15 2027-03-31"},
		{"UTC", "every 6 weeks", "2026-11-22", "2027-01-03 2027-02-14"},
		{"UTC", "every 2 weeks on mon,thu", "2026-11-26", "2026-12-07 2026-12-10 2026-12-21"},
		{"UTC", "weekdays", "2026-11-26", "2026-11-27 2026-11-30 2026-12-01"},
		{"UTC", "1st mon", "2026-11-22", "2026-12-07 2027-01-04 2027-02-01"},
		{"UTC", "5th sun", "2026-11-30", "2027-01-31 2027-05-30 2027-08-29"},
		{"UTC", "last fri", "2026-11-22", "2026-11-27 2026-12-25 2027-01-29"},
		{"UTC", "last workday", "2026-11-22", "2026-11-30 2026-12-31 2027-01-29 2027-02-26"},
		{"UTC", "1st workday", "2026-11-22", "2026-12-01 2027-01-01 2027-02-01 2027-03-01 2027-04-01 2027-05-03"},
		{"UTC", "2nd-last workday", "2026-11-22", "2026-11-27 2026-12-30"},
		{"UTC", "last fri of every 3 months", "2026-11-27", "2027-02-26 2027-05-28"},
		{"UTC", "1st sun of apr,oct", "2026-11-22", "2027-04-04 2027-10-03 2028-04-02"},
		{"UTC", "last day of jan,jul", "2026-11-22", "2027-01-31 2027-07-31 2028-01-31"},
		{"UTC", "last workday of jan,jul", "2026-11-22", "2027-01-29 2027-07-30"},
		{"UTC", "24 dec", "2026-11-22", "2026-12-24 2027-12-24"},
		{"UTC", "last sun of mar every 2 years", "2026-11-22", "2028-03-26 2030-03-31"},
		{"UTC", "daily 3 times", "2026-11-22", "2026-11-23 2026-11-24 -"},
		{"UTC", "weekly until 2026-12-06", "2026-11-22", "2026-11-29 2026-12-06 -"},
		{"UTC", "FREQ=MONTHLY", "2027-01-31", "2027-03-31 2027-05-31 2027-07-31"},
		{"UTC", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "2026-11-22", "2026-11-27 2026-12-30"},
		{"UTC", "FREQ=YEARLY;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;INTERVAL=4;COUNT=3", "2024-11-05", "2028-11-07 2032-11-02 -"},
		// In Berlin the clock goes from 02:00 to 03:00 on 28 March 2027, and from 03:00 back to 02:00 on 31 October 2027.
		{"Europe/Berlin", "daily", "2027-03-26 09:00", "2027-03-27T09:00 2027-03-28T09:00 2027-03-29T09:00"},
		{"Europe/Berlin", "daily", "2027-03-26 02:30", "2027-03-27T02:30 2027-03-28T03:30 2027-03-29T02:30"},
		{"Europe/Berlin", "weekly", "2027-10-24 02:30", "2027-10-31T02:30 2027-11-07T02:30"},
		{"Europe/Berlin", "last sun", "2027-02-01 02:30", "2027-02-28T02:30 2027-03-28T03:30 2027-04-25T02:30"},
		{"Europe/Berlin", "8h", "2027-03-27 22:00", "2027-03-28T07:00 2027-03-28T15:00 2027-03-28T23:00"},
		// In Santiago midnight does not exist on 5 September 2027; a civil day does.
		{"America/Santiago", "daily", "2027-09-04", "2027-09-05 2027-09-06"},
		{"America/Santiago", "daily", "2027-09-04 00:00", "2027-09-05T01:00 2027-09-06T00:00"},
		// Lord Howe goes forward by half an hour, on 3 October 2027.
		{"Australia/Lord_Howe", "daily", "2027-10-02 02:15", "2027-10-03T02:45 2027-10-04T02:15"},
		// Samoa had no 30 December 2011.
		{"Pacific/Apia", "daily", "2011-12-28", "2011-12-29 2011-12-30 2011-12-31"},
	} {
		loc := zone(t, c.zone)
		r, err := Parse(c.rule, now)
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
			continue
		}
		start := on(t, c.start, loc)
		due, got := start, []string(nil)
		for range strings.Fields(c.dates) {
			next, ok, err := r.Next(start, due, time.Time{}, loc)
			if err != nil {
				t.Errorf("%s: %v", c.rule, err)
			}
			if !ok {
				got = append(got, "-")
				break
			}
			got = append(got, show(next, loc))
			due = next
		}
		if s := strings.Join(got, " "); s != c.dates {
			t.Errorf("%s from %s in %s: %s, want %s", c.rule, c.start, c.zone, s, c.dates)
		}
	}
}

// TestModes: what comes behind a date that was done early, late, or on its day.
func TestModes(t *testing.T) {
	for _, c := range []struct{ rule, start, due, done, next string }{
		{"+1w", "2026-11-02", "2026-11-02", "2026-11-20 12:00", "2026-11-09"},
		{"++1w", "2026-11-02", "2026-11-02", "2026-11-20 12:00", "2026-11-23"},
		{"++1w", "2026-11-02", "2026-11-02", "2026-11-23 09:00", "2026-11-30"},
		{"weekly", "2026-11-02", "2026-11-30", "2026-11-20 12:00", "2026-12-07"},
		{".+1w", "2026-11-02", "2026-11-02", "2026-11-20 12:00", "2026-11-27"},
		{".+1m", "2027-01-02", "2027-01-02", "2027-01-31 23:59", "2027-02-28"},
		{".+1w", "2026-11-02 08:30", "2026-11-02 08:30", "2026-11-20 22:00", "2026-11-27T08:30"},
		{".+8h", "2026-11-02 08:30", "2026-11-02 08:30", "2026-11-20 22:00", "2026-11-21T06:00"},
		{"mon,thu", "2026-11-02", "2026-11-02", "2026-11-19 12:00", "2026-11-23"},
		{"+ mon,thu", "2026-11-02", "2026-11-02", "2026-11-19 12:00", "2026-11-05"},
		{"daily", "2026-11-20 08:00", "2026-11-20 08:00", "2026-11-22 07:00", "2026-11-22T08:00"},
		{"daily", "2026-11-20 08:00", "2026-11-20 08:00", "2026-11-22 09:00", "2026-11-23T08:00"},
	} {
		r, err := Parse(c.rule, now)
		if err != nil {
			t.Fatal(err)
		}
		next, ok, err := r.Next(on(t, c.start, time.UTC), on(t, c.due, time.UTC), on(t, c.done, time.UTC).T, time.UTC)
		if s := show(next, time.UTC); !ok || err != nil || s != c.next {
			t.Errorf("%s due %s done %s: %s %v %v, want %s", c.rule, c.due, c.done, s, ok, err, c.next)
		}
	}
	r, _ := Parse("every 8 hours", now)
	if _, _, err := r.Next(on(t, "2026-11-02", time.UTC), on(t, "2026-11-02", time.UTC), now, time.UTC); err != ErrNoTime {
		t.Errorf("hours of a civil day: %v", err)
	}
}

// TestAgainstRRule: the dates are those that rrule-go finds walking from the start, wherever one begins to look.
func TestAgainstRRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := ruleGen().Draw(t, "rule")
		start := date.Date{T: time.Date(2020, 1, 1+rapid.IntRange(0, 1500).Draw(t, "start"), 0, 0, 0, 0, time.UTC), AllDay: true}
		rule, err := rrule.NewRRule(r.option(start.T, start.T))
		if err != nil {
			t.Fatal(err)
		}
		all := rule.Between(start.T, start.T.AddDate(12, 0, 0), true)
		from := start.T.AddDate(0, 0, rapid.IntRange(0, 3000).Draw(t, "from"))
		var got, want []string
		for d := range r.Between(start, from, from.AddDate(3, 0, 0), time.UTC) {
			got = append(got, d.String())
		}
		for _, d := range all {
			if !d.Before(from) && d.Before(from.AddDate(3, 0, 0)) {
				want = append(want, d.Format("2006-01-02"))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s from %v, from %v on: %v, want %v", r, start, from, got, want)
		}
	})
}

// TestMonthsKeepTheirDay: in whatever month, the day is that of the start, or the last there is.
func TestMonthsKeepTheirDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := date.Date{T: time.Date(2020, 1, 1+rapid.IntRange(0, 4000).Draw(t, "start"), 0, 0, 0, 0, time.UTC), AllDay: true}
		every := rapid.IntRange(1, 30).Draw(t, "every")
		r, err := Parse(fmt.Sprintf("%dm", every), now)
		if err != nil {
			t.Fatal(err)
		}
		due := start
		for i := 1; i < 30; i++ {
			next, ok, err := r.Next(start, due, time.Time{}, time.UTC)
			want := start.T.AddDate(0, i*every, 1-start.T.Day())
			want = want.AddDate(0, 0, min(start.T.Day(), time.Date(want.Year(), want.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day())-1)
			if !ok || err != nil || !next.T.Equal(want) {
				t.Fatalf("%s behind %v is %v, want %v", r, due, next, want)
			}
			due = next
		}
	})
}

func BenchmarkNext(b *testing.B) {
	r, _ := Parse("last workday", now)
	start := date.Date{T: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), AllDay: true}
	for b.Loop() {
		r.Next(start, date.Day(now), now, time.UTC)
	}
}
