package date

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests name zones

	"pgregory.net/rapid"
)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// sunday is the now of most tests: Sunday 2026-11-22 17:00 in Berlin.
func sunday(t testing.TB) time.Time {
	return time.Date(2026, 11, 22, 17, 0, 0, 0, zoneOf(t, "Europe/Berlin"))
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"2026-12-24", "2026-12-24"},
		{"2026-12-24T08:30", "2026-12-24T07:30:00Z"},
		{"2026-12-24T08:30:15", "2026-12-24T07:30:15Z"},
		{"2026-12-24T08:30Z", "2026-12-24T08:30:00Z"},
		{"2026-12-24T08:30:00+05:30", "2026-12-24T03:00:00Z"},
		{"2026-12-24T08:30:00-0800", "2026-12-24T16:30:00Z"},
		{"2026-12-24T08:30:00.25Z", "2026-12-24T08:30:00.25Z"},
		{"2026-12-24 08:30", "2026-12-24T07:30:00Z"},
		{"2026-12-24 08:30:05", "2026-12-24T07:30:05Z"},
		{"2026-12-24 08:30+00:00", "2026-12-24T08:30:00Z"},
		{"2026-12-24 noon", "2026-12-24T11:00:00Z"},
		{"2024-02-29", "2024-02-29"},
		{"1999-01-01", "1999-01-01"},
		{"today", "2026-11-22"},
		{"TODAY", "2026-11-22"},
		{"  tomorrow ", "2026-11-23"},
		{"yesterday", "2026-11-21"},
		{"now", "2026-11-22T16:00:00Z"},
		{"today 23:59", "2026-11-22T22:59:00Z"},
		{"today 9:00", "2026-11-22T08:00:00Z"},
		{"tomorrow morning", "2026-11-23T08:00:00Z"},
		{"tomorrow noon", "2026-11-23T11:00:00Z"},
		{"tomorrow at 5pm", "2026-11-23T16:00:00Z"},
		{"noon tomorrow", "2026-11-23T11:00:00Z"},
		{"fri", "2026-11-27"},
		{"Friday", "2026-11-27"},
		{"mon", "2026-11-23"},
		{"sat", "2026-11-28"},
		{"sun", "2026-11-29"},
		{"thurs", "2026-11-26"},
		{"fri 7:00", "2026-11-27T06:00:00Z"},
		{"fri 17:00", "2026-11-27T16:00:00Z"},
		{"17:00 fri", "2026-11-27T16:00:00Z"},
		{"next friday", "2026-11-27"},
		{"next mon", "2026-11-23"},
		{"next sun", "2026-11-29"},
		{"next fri 12:30", "2026-11-27T11:30:00Z"},
		{"this fri", "2026-11-20"},
		{"this sun", "2026-11-22"},
		{"last mon", "2026-11-16"},
		{"last fri", "2026-11-20"},
		{"last sun", "2026-11-15"},
		{"last sat 8am", "2026-11-21T07:00:00Z"},
		{"in 3d", "2026-11-25"},
		{"in 3 days", "2026-11-25"},
		{"in 1 week", "2026-11-29"},
		{"in 2m", "2027-01-22"},
		{"in 1 month", "2026-12-22"},
		{"in 12h", "2026-11-23T04:00:00Z"},
		{"in 90min", "2026-11-22T17:30:00Z"},
		{"+3d", "2026-11-25"},
		{"+1q", "2027-02-22"},
		{"+1y", "2027-11-22"},
		{"+3d 17:00", "2026-11-25T16:00:00Z"},
		{"-2w", "2026-11-08"},
		{"-1h", "2026-11-22T15:00:00Z"},
		{"3d", "2026-11-25"},
		{"3 days", "2026-11-25"},
		{"3d ago", "2026-11-19"},
		{"2 weeks ago", "2026-11-08"},
		{"2 weeks ago noon", "2026-11-08T11:00:00Z"},
		{"0d", "2026-11-22"},
		{"eod", "2026-11-22"},
		{"eow", "2026-11-22"},
		{"eom", "2026-11-30"},
		{"eom 17:00", "2026-11-30T16:00:00Z"},
		{"eoq", "2026-12-31"},
		{"eoy", "2026-12-31"},
		{"24 dec", "2026-12-24"},
		{"dec 24", "2026-12-24"},
		{"24 December", "2026-12-24"},
		{"24 dec 2027", "2027-12-24"},
		{"dec 24 2027 08:30", "2027-12-24T07:30:00Z"},
		{"24 dec 08:30", "2026-12-24T07:30:00Z"},
		{"september 5", "2027-09-05"},
		{"22 nov", "2026-11-22"},
		{"21 nov", "2027-11-21"},
		{"29 feb", "2028-02-29"},
		{"fri 27 nov", "2026-11-27"},
		{"fri 27 nov 9:00", "2026-11-27T08:00:00Z"},
		{"thu 1 jan", "2026-01-01"},
		{"fri 1 jan", "2027-01-01"},
		{"fri nov 27", "2026-11-27"},
		{"17:00", "2026-11-22T16:00:00Z"},
		{"16:59", "2026-11-23T15:59:00Z"},
		{"5:30pm", "2026-11-22T16:30:00Z"},
		{"12am", "2026-11-22T23:00:00Z"},
		{"12pm", "2026-11-23T11:00:00Z"},
		{"noon", "2026-11-23T11:00:00Z"},
		{"evening", "2026-11-22T17:00:00Z"},
		{"midnight", "2026-11-22T23:00:00Z"},
		{"someday", "9999-12-30"},
		{"sow", "2026-11-23"},
		{"som", "2026-12-01"},
		{"som 9:00", "2026-12-01T08:00:00Z"},
		{"soq", "2027-01-01"},
		{"soy", "2027-01-01"},
		{"22nd", "2026-11-22"},
		{"21st", "2026-12-21"},
		{"23rd 7:00", "2026-11-23T06:00:00Z"},
		{"11th", "2026-12-11"},
		{"30TH", "2026-11-30"},
		{"31st", "2026-12-31"},
		{"2026-W48", "2026-11-23"},
		{"2026-w48-5", "2026-11-27"},
		{"2026-W53", "2026-12-28"},
		{"2026-W53-7", "2027-01-03"},
		{"2020-W01", "2019-12-30"},
		{"2026-W48-5 17:00", "2026-11-27T16:00:00Z"},
		{"fri 10:00 America/New_York", "2026-11-27T15:00:00Z"},
		{"2027-07-01 10:00 Europe/London", "2027-07-01T09:00:00Z"},
		{"12:00 utc", "2026-11-23T12:00:00Z"},
		{"tomorrow 0:30 Asia/Tokyo", "2026-11-23T15:30:00Z"},
	} {
		t.Run(c.in, func(t *testing.T) {
			got, err := Parse(c.in, sunday(t))
			if err != nil || got.String() != c.want {
				t.Errorf("Parse(%q) = %s, %v; want %s", c.in, got, err, c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ in, part string }{
		{"", ""},
		{"   ", ""},
		{"blorp", "blorp"},
		{"buy 2 apples", "buy"},
		{"2 apples", "2 apples"},
		{"tomorrow blorp", "blorp"},
		{"fri 17", "17"},
		{"17", "17"},
		{"end of month", "end"},
		{"31 feb", "31 feb"},
		{"feb 30", "30 feb"},
		{"29 feb 2027", "29 feb"},
		{"2026-02-31", "2026-02-31"},
		{"2026-13-01", "2026-13-01"},
		{"2026-1-1", "2026-1-1"},
		{"2026-12-24T", "no time of day"},
		{"2026-12-24T25:00", "25:00"},
		{"2026-12-24x08:30", "x08:30"},
		{"0999-01-01", "years"},
		{"+9999y", "years"},
		{"+99999999d", "99999999d"},
		{"11/5/2020", "11/5/2020"},
		{"thu 27 nov 2026", "2026 is a Friday"},
		{"sat 27 nov", "2026 is a Friday"},
		{"25:00", "25:00"},
		{"13pm", "13pm"},
		{"0am", "0am"},
		{"7:5", "7:5"},
		{"fri midnight", "midnight"},
		{"next", "next"},
		{"next week", "next week"},
		{"in", "in"},
		{"in blorp", "blorp"},
		{"+3h 17:00", "17:00"},
		{"17:00 +3h", "17:00"},
		{"+3d ago", "ago"},
		{"+", "+"},
		{"-", "-"},
		{"dec", "dec"},
		{"24 dec 2027 2028", "2028"},
		{"now 17:00", "now"},
		{"noon noon", "noon"},
		{"１２:00", "１２:00"},
		{"0th", "0th"},
		{"32nd", "32nd"},
		{"21th", "21th"},
		{"2027-W53", "2027 has 52 weeks"},
		{"2026-W00", "2026 has 53 weeks"},
		{"2026-W48-8", "2026-w48-8"},
		{"2026-W4", "2026-w4"},
		{"2026-W48-55", "2026-w48-55"},
		{"fri Europe/Paris", "time of day"},
		{"10:00 Europe/Paris UTC", "UTC"},
		{"10:00 Europe/Nowhere", "Europe/Nowhere"},
		{"10:00 ../etc/passwd", "../etc/passwd"},
		{"Europe/Paris", "europe/paris"},
	} {
		t.Run(c.in, func(t *testing.T) {
			got, err := Parse(c.in, sunday(t))
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("Parse(%q) = %s, %v; want an *Error", c.in, got, err)
			}
			if !strings.Contains(err.Error(), c.part) {
				t.Errorf("error of %q is %q; it should show %q", c.in, err, c.part)
			}
		})
	}
}

func TestParseDaylightSaving(t *testing.T) {
	for _, c := range []struct{ name, zone, now, in, want string }{
		{"a day is not 24 hours", "Europe/Berlin", "2027-03-27T12:00:00Z", "+1d 12:00", "2027-03-28T10:00:00Z"},
		{"hours walk on the clock", "Europe/Berlin", "2027-03-27T12:00:00Z", "in 24h", "2027-03-28T12:00:00Z"},
		{"skipped time is refused", "Europe/Berlin", "2027-03-27T12:00:00Z", "tomorrow 2:30", ""},
		{"of a double time the first", "Europe/Berlin", "2026-10-24T12:00:00Z", "tomorrow 2:30", "2026-10-25T00:30:00Z"},
		{"the second with its zone", "Europe/Berlin", "2026-10-24T12:00:00Z", "tomorrow 2:30+01:00", "2026-10-25T01:30:00Z"},
		{"skipped midnight is refused", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "tomorrow 00:00", ""},
		{"month-end is kept, not passed", "Europe/Berlin", "2026-01-31T12:00:00Z", "+1m", "2026-02-28"},
		{"and leaps", "Europe/Berlin", "2024-02-29T12:00:00Z", "+1y", "2025-02-28"},
		{"today is the person's", "Pacific/Auckland", "2026-11-22T17:00:00Z", "today", "2026-11-23"},
		{"next week begins on Monday", "Europe/Berlin", "2026-11-25T12:00:00Z", "next fri", "2026-12-04"},
		{"a bare weekday is the nearest", "Europe/Berlin", "2026-11-25T12:00:00Z", "fri", "2026-11-27"},
		{"and never today", "Europe/Berlin", "2026-11-25T12:00:00Z", "wed", "2026-12-02"},
		{"end of week is Sunday", "Europe/Berlin", "2026-11-25T12:00:00Z", "eow", "2026-11-29"},
		{"end of first quarter", "Europe/Berlin", "2026-02-01T12:00:00Z", "eoq", "2026-03-31"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse(c.in, at.In(zoneOf(t, c.zone)))
			if got.String() != c.want || (err != nil) != (c.want == "") {
				t.Errorf("Parse(%q) = %q, %v; want %q", c.in, got, err, c.want)
			}
		})
	}
}

func TestParsePast(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"fri 7:00", "2026-11-20T06:00:00Z"},
		{"sun", "2026-11-15"},
		{"17:00", "2026-11-22T16:00:00Z"},
		{"17:01", "2026-11-21T16:01:00Z"},
		{"24 dec", "2025-12-24"},
		{"22 nov", "2026-11-22"},
		{"29 feb", "2024-02-29"},
		{"2027-01-01", "2027-01-01"},
		{"sow", "2026-11-16"},
		{"som", "2026-11-01"},
		{"soq", "2026-10-01"},
		{"soy", "2026-01-01"},
		{"15th", "2026-11-15"},
		{"31st", "2026-10-31"},
	} {
		t.Run(c.in, func(t *testing.T) {
			if got, err := ParsePast(c.in, sunday(t)); err != nil || got.String() != c.want {
				t.Errorf("ParsePast(%q) = %s, %v; want %s", c.in, got, err, c.want)
			}
		})
	}
}

// Every date that can be echoed is read back as itself, whatever the zone and whenever now is.
func TestFormatParseRoundTrip(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia"}
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		now := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "now"), 0).In(loc)
		at := now.Add(time.Duration(rapid.Int64Range(-8e7, 8e7).Draw(t, "seconds")) * time.Second)
		if rapid.Bool().Draw(t, "whole minutes") {
			at = at.Truncate(time.Minute)
		}
		if s, _ := at.ZoneBounds(); rapid.Bool().Draw(t, "near a change of the clock") && !s.IsZero() {
			at = s.Add(time.Duration(rapid.IntRange(-120, 120).Draw(t, "minutes")) * time.Minute)
		}
		d := At(at)
		if rapid.Bool().Draw(t, "all day") {
			d = Day(at)
		}
		echo := Format(d, now)
		back, err := Parse(echo, now)
		if err != nil || !back.Equal(d) {
			t.Fatalf("%s is echoed as %q, read back as %s, %v", d, echo, back, err)
		}
		if word, err := Parse(Phrase(d, now), now); err != nil || !word.Equal(d) {
			t.Fatalf("%s is written %q, read back as %s, %v", d, Phrase(d, now), word, err)
		}
		if iso, err := ParseISO(d.String()); err != nil || !iso.Equal(d) {
			t.Fatalf("ParseISO(%q) = %s, %v", d, iso, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"fri 17:00", "24 dec 2027", "+3d", "2026-12-24T08:30:00.5+01:00", "next fri", "-", "\xff", "29 feb", "3 days ago", "15th", "2026-W53-7", "10:00 Europe/Paris", "soq"} {
		f.Add(s, int64(1795363200))
	}
	berlin := zoneOf(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, s string, unix int64) {
		now := time.Unix(unix%4e9, 0).In(berlin)
		_, _ = ParseSpan(s)
		_, _ = ParseISO(s)
		_, _ = ParsePast(s, now)
		d, err := Parse(s, now)
		if err != nil {
			return
		}
		if back, err := Parse(Format(d, now), now); err != nil || !back.Equal(d) {
			t.Fatalf("%q is %s, echoed %q, read back as %s, %v", s, d, Format(d, now), back, err)
		}
	})
}
