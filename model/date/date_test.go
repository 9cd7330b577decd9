package date

import (
	"testing"
	"time"

	"arbor/timeseries"

	"pgregory.net/rapid"
)

func TestShift(t *testing.T) {
	berlin := zoneOf(t, "Europe/Berlin")
	for _, c := range []struct{ from, by, want string }{
		{"2026-11-27", "", "2026-11-27"},
		{"2026-11-27", "-3d", "2026-11-24"},
		{"2026-01-31", "+1m", "2026-02-28"},
		{"2026-11-27", "2 weeks", ""},
		{"2027-03-27T11:00:00Z", "+1d", "2027-03-28T10:00:00Z"}, // noon again, over the change of the clock
		{"2027-03-27T11:00:00Z", "+24h", "2027-03-28T11:00:00Z"},
		{"2026-11-27", "-2h", "2026-11-26T21:00:00Z"},
		{"", "-2h", ""},
		{"2026-11-27", "-x", ""},
	} {
		d, err := ParseISO(c.from)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Shift(d, c.by, berlin)
		if (err == nil || c.want != "") && got.String() != c.want {
			t.Errorf("%s %s is %s, %v; want %s", c.from, c.by, got, err, c.want)
		}
	}
}

func TestFormat(t *testing.T) {
	now := sunday(t)
	for _, c := range []struct{ iso, want string }{
		{"", ""},
		{"2026-11-27", "Fri 27 Nov"},
		{"2026-11-27T08:00:00Z", "Fri 27 Nov 09:00"},
		{"2027-01-01T08:00:00Z", "Fri 1 Jan 2027 09:00"},
		{"2026-01-01", "Thu 1 Jan"},
		{"2026-11-27T08:00:07Z", "Fri 27 Nov 09:00:07"},
		{"2026-10-25T00:30:00Z", "Sun 25 Oct 02:30"},
		{"2026-10-25T01:30:00Z", "Sun 25 Oct 02:30+01:00"},
		{"9999-12-30", "someday"},
	} {
		d, err := ParseISO(c.iso)
		if err != nil {
			t.Fatal(err)
		}
		if got := Format(d, now); got != c.want {
			t.Errorf("Format(%s) = %q, want %q", c.iso, got, c.want)
		}
	}
}

func TestStartAndEnd(t *testing.T) {
	for _, c := range []struct{ name, zone, day, start, end string }{
		{"plain", "Europe/Berlin", "2026-11-22", "2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z"},
		{"23 hours", "Europe/Berlin", "2027-03-28", "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"},
		{"no midnight", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		{"two midnights", "America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{"set back over midnight", "America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z", "2018-02-19T03:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := ParseISO(c.day)
			if err != nil {
				t.Fatal(err)
			}
			loc := zoneOf(t, c.zone)
			start, end := At(d.Start(loc)).String(), At(d.End(loc)).String()
			if start != c.start || end != c.end {
				t.Errorf("%s goes from %s to %s, want %s to %s", c.day, start, end, c.start, c.end)
			}
			if got := At(d.Start(loc)).Day(loc); !got.Equal(d) {
				t.Errorf("the start of %s is on %s", d, got)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	day, instant := Date{T: time.Unix(0, 0).UTC(), AllDay: true}, Date{T: time.Unix(0, 0)}
	if day.Compare(instant) >= 0 || instant.Compare(day) <= 0 || day.Compare(day) != 0 || (Date{}).Compare(day) >= 0 {
		t.Error("no date < civil day < the instant at its midnight UTC does not hold")
	}
}

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		in   string
		want time.Duration
	}{
		{"7d", 7 * day}, {"2w", 14 * day}, {"12h", 12 * time.Hour}, {"3m", 90 * day}, {"1y", 365 * day}, {"45min", 45 * time.Minute},
		{"1h30min", 90 * time.Minute}, {"1w2d", 9 * day}, {"30s", 30 * time.Second}, {"0d", 0}, {" 7D ", 7 * day}, {"292y", 292 * 365 * day},
	} {
		if got, err := ParseSpan(c.in); err != nil || got != c.want {
			t.Errorf("ParseSpan(%q) = %v, %v; want %v", c.in, got, err, c.want)
		}
	}
	for _, in := range []string{"", "d", "7", "7x", "-7d", "7 d", "293y", "99999999999999999999d", "292y300d", "2d1w", "1d1d", "7d!"} {
		if got, err := ParseSpan(in); err == nil {
			t.Errorf("ParseSpan(%q) = %v, want an error", in, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, 9e9).Draw(t, "s")) * time.Second
		if rapid.Bool().Draw(t, "whole days") {
			d = d.Truncate(day)
		}
		if got, err := ParseSpan(FormatSpan(d)); err != nil || got != d {
			t.Fatalf("%v is written %q, read as %v, %v", d, FormatSpan(d), got, err)
		}
	})
}

// A civil day begins where the calendar of the series has it begin, in every zone of traps: midnights that do not exist or exist twice, and a day
// that does not exist at all.
func TestStartsOfDays(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "America/Asuncion", "Asia/Beirut", "Africa/Cairo", "America/Havana", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "America/Scoresbysund"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for day := time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2027; day = day.AddDate(0, 0, 1) {
			y, m, d := day.Date()
			if got, want := (Date{T: day, AllDay: true}).Start(loc), timeseries.StartOfDay(y, m, d, loc); !got.Equal(want) {
				t.Errorf("%s in %s begins at %v, want %v", day.Format(time.DateOnly), name, got, want)
			}
		}
	}
}
