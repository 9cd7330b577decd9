package timeseries

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// step is what every change of the clocks since 1970 is a multiple of, and every beginning of a day in these tests.
const step = 15 * time.Minute

// walked works out the edges of periods by walking through time: the day is the latest that clocks have shown so far, and a period begins
// where that is of another one.
func walked(c Calendar, period string, from, to time.Time) []int64 {
	name := func(day time.Time) int {
		switch period {
		case "week":
			return (int(day.Unix()/86400) + 3 - c.WeekShift) / 7 // 1970 began on a Thursday
		case "month":
			return day.Year()*12 + int(day.Month())
		case "quarter":
			return day.Year()*4 + (int(day.Month())-1)/3
		case "year":
			return day.Year()
		}
		return int(day.Unix() / 86400)
	}
	var out []int64
	latest, wall := -1<<62, time.Time{}
	for at := from.Add(-400 * 24 * time.Hour).Truncate(step); ; at = at.Add(step) {
		t := at.In(c.Zone)
		before := wall
		wall = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
		edge := false
		if period == "hour" {
			edge = wall.Minute() == 0 || wall.Sub(before) != step && wall.Hour() != before.Hour()
		} else if now := name(wall.Add(-c.Starts)); now > latest {
			latest, edge = now, true
		}
		if !edge {
			continue
		}
		if out = append(out, at.UnixNano()); !at.Before(to) {
			return out
		}
	}
}

// around returns those of edges that periods of [from, to) have.
func around(edges []int64, from, to time.Time) []int64 {
	end, _ := slices.BinarySearch(edges, to.UnixNano())
	return within(edges[:end+1], from.UnixNano())
}

// TestCalendarTraps compares edges with a walk through time around what research has found to trap programs.
func TestCalendarTraps(t *testing.T) {
	for _, c := range []struct{ zone, around, why string }{
		{"America/Sao_Paulo", "2018-11-04", "midnight does not exist, and time.Date gives the day before"},
		{"America/Sao_Paulo", "2018-02-18", "clocks go back at midnight, to the day before"},
		{"America/Asuncion", "2023-10-01", "midnight does not exist"},
		{"Asia/Beirut", "2022-03-27", "midnight does not exist, and time.Date gives 01:00"},
		{"Africa/Cairo", "2023-04-28", "midnight does not exist"},
		{"Pacific/Apia", "2011-12-30", "the day does not exist at all"},
		{"Europe/Berlin", "2024-03-31", "a day of 23 hours, with none from 2 to 3"},
		{"Europe/Berlin", "2024-10-27", "a day of 25 hours, with two from 2 to 3"},
		{"America/Havana", "2023-11-05", "midnight comes twice"},
		{"America/Havana", "2023-03-12", "midnight does not exist"},
		{"Australia/Lord_Howe", "2024-04-07", "a day of 24 hours and a half"},
		{"Australia/Lord_Howe", "2024-10-06", "a day of 23 hours and a half"},
		{"Africa/Casablanca", "2023-03-19", "a day of 25 hours for the Ramadan"},
		{"Africa/Casablanca", "2023-04-23", "and back"},
		{"America/St_Johns", "2010-11-07", "clocks go back at one minute past midnight"},
		{"Asia/Kathmandu", "2024-01-01", "45 minutes from full hours"},
		{"UTC", "2020-12-31", "2020 ends in week 53, of which 2021 has three days"},
	} {
		loc := zone(t, c.zone)
		middle, err := time.ParseInLocation(time.DateOnly, c.around, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if c.zone == "America/St_Johns" {
			continue // its change is at 0:01, between two steps: TestMinutePastMidnight
		}
		for _, starts := range []time.Duration{0, 2*time.Hour + 30*time.Minute, 4 * time.Hour, 18 * time.Hour, 23*time.Hour + 45*time.Minute} {
			for _, period := range Periods {
				for _, shift := range []int{0, 5, 6} {
					if shift > 0 && (period != "week" || starts%time.Hour != 0) {
						continue
					}
					cal := Calendar{loc, starts, shift}
					all := walked(cal, period, middle.Add(-31*time.Hour), middle.Add(80*time.Hour))
					for _, hours := range []int{-31, -2, 0, 1, 3, 17} {
						from := middle.Add(time.Duration(hours)*time.Hour + 7*time.Minute)
						to := from.Add(59 * time.Hour)
						want, got := around(all, from, to), cal.Edges(period, from.UnixNano(), to.UnixNano())
						if !slices.Equal(got, want) {
							t.Fatalf("%s, %s (%s): %s from %v with days from %v, weeks shifted by %d:\n got %v\nwant %v", c.zone, c.around, c.why, period, from, starts, shift,
								shown(got, loc), shown(want, loc))
						}
					}
				}
			}
		}
	}
}

// TestEdgesHoldTheTime: the edges of every period rise, hold the time asked for, and only the first and the last lie outside.
func TestEdgesHoldTheTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"}).Draw(t, "zone"))
		if err != nil {
			t.Skip(err)
		}
		from := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC).Add(-time.Duration(rapid.IntRange(0, 3e7).Draw(t, "minutes")) * time.Minute).UnixNano()
		to := from + int64(rapid.IntRange(1, 3e6).Draw(t, "span"))*int64(time.Second)
		by := rapid.SampledFrom(Periods).Draw(t, "by")
		e := Calendar{Zone: zone, Starts: time.Duration(rapid.IntRange(0, 95).Draw(t, "starts")) * step}.Edges(by, from, to)
		if len(e) < 2 || e[0] > from || e[len(e)-1] < to || e[1] <= from || e[len(e)-2] >= to {
			t.Fatalf("edges of %ss of [%d, %d): %v", by, from, to, e)
		}
		for i := 1; i < len(e); i++ {
			if e[i] <= e[i-1] {
				t.Fatalf("edges %v do not rise", e)
			}
		}
	})
}

func shown(edges []int64, loc *time.Location) (out []string) {
	for _, e := range edges {
		out = append(out, time.Unix(0, e).In(loc).Format(time.RFC3339))
	}
	return out
}

func TestMinutePastMidnight(t *testing.T) {
	loc := zone(t, "America/St_Johns") // until 2011 clocks went back at 0:01, to 23:01 of the day before
	for _, c := range []struct {
		starts time.Duration
		want   string
	}{{0, "2010-11-07T00:00:00-02:30"}, {4 * time.Hour, "2010-11-07T04:00:00-03:30"}} {
		cal := Calendar{Zone: loc, Starts: c.starts}
		if got := cal.StartOf(2010, 11, 7).Format(time.RFC3339); got != c.want {
			t.Errorf("a day from %v on begins at %s, want %s", c.starts, got, c.want)
		}
	}
	if _, _, d := (Calendar{Zone: loc}).DateOf(time.Date(2010, 11, 7, 2, 40, 0, 0, time.UTC)); d != 7 { // 23:10 of the 6th, after the 7th had begun
		t.Errorf("once begun, the day is the %d", d)
	}
}

// TestDateOf has every instant be of the day between whose edges it lies.
func TestDateOf(t *testing.T) {
	for _, name := range hardZones {
		for _, starts := range []time.Duration{0, 4 * time.Hour, 21 * time.Hour} {
			cal := Calendar{Zone: zone(t, name), Starts: starts}
			for at := time.Date(2011, 12, 27, 0, 7, 0, 0, time.UTC); at.Year() < 2013; at = at.Add(5*time.Hour + 11*time.Minute) {
				y, m, d := cal.DateOf(at)
				if from, to := cal.StartOf(y, m, d), cal.StartOf(y, m, d+1); at.Before(from) || !at.Before(to) {
					t.Fatalf("%s, days from %v: %v is of %d-%d-%d, which is from %v to %v", name, starts, at.In(cal.Zone), y, m, d, from, to)
				}
			}
		}
	}
}

func TestNamesOfPeriods(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	at := func(s string) int64 {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return x.UnixNano()
	}
	night := Calendar{Zone: berlin, Starts: 4 * time.Hour}
	for _, c := range []struct {
		cal          Calendar
		period, when string
		want         string
	}{
		{Calendar{Zone: berlin}, "week", "2024-12-30 00:00", "2025-W01"}, // a week of the year to come
		{Calendar{Zone: berlin}, "week", "2021-01-01 12:00", "2020-W53"}, // and of the one that is over
		{Calendar{Zone: berlin}, "week", "2026-12-31 00:00", "2026-W53"},
		{Calendar{Zone: berlin, WeekShift: 6}, "week", "2026-11-22 00:00", "2026-11-22"},
		{Calendar{Zone: berlin}, "quarter", "2026-10-01 00:00", "2026-Q4"},
		{night, "quarter", "2026-10-01 03:59", "2026-Q3"},
		{night, "day", "2026-10-01 03:59", "2026-09-30"},
		{night, "day", "2026-10-01 04:00", "2026-10-01"},
		{night, "year", "2027-01-01 03:00", "2026"},
		{night, "month", "2026-12-01 03:00", "2026-11"},
		{night, "hour", "2026-12-01 03:00", "2026-12-01T03"},
	} {
		if got := c.cal.Name(c.period, at(c.when)); got != c.want {
			t.Errorf("the %s of %s is %s, want %s", c.period, c.when, got, c.want)
		}
	}
}

func TestLike(t *testing.T) {
	loc := zone(t, "Pacific/Apia")
	plain, night := Calendar{Zone: loc}, Calendar{Zone: loc, Starts: 4 * time.Hour}
	from := time.Date(2011, 12, 27, 12, 0, 0, 0, loc)
	edges := plain.Edges("day", from.UnixNano(), from.Add(100*time.Hour).UnixNano())
	like := night.Like(plain, "day", edges)
	for i, e := range like {
		if i > 0 && e <= like[i-1] {
			t.Fatalf("edges fall: %v", shown(like, loc))
		}
		if got, want := night.Name("day", e), plain.Name("day", edges[i]); got != want {
			t.Errorf("%s in place of %s", got, want)
		}
	}
	hours := plain.Edges("hour", from.UnixNano(), from.Add(100*time.Hour).UnixNano())
	if got := night.Like(plain, "hour", hours); !slices.Equal(got, hours) {
		t.Errorf("hours differ: %v", shown(got, loc))
	}
}
