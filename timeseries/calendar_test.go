package timeseries

import (
	"math"
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's zones
)

func zone(t *testing.T, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// hardZones are where clocks change at or over midnight, by half an hour, or by a day.
var hardZones = []string{
	"America/Sao_Paulo", "America/Asuncion", "Pacific/Apia", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe",
	"America/St_Johns", "Asia/Beirut", "Africa/Cairo", "Africa/Casablanca", "Asia/Kathmandu", "UTC",
}

// TestStartOfDay compares with a search over the instants around each day, in steps that no change of the clocks undercuts.
func TestStartOfDay(t *testing.T) {
	years := 3
	if !testing.Short() {
		years = 12
	}
	for _, name := range hardZones {
		loc := zone(t, name)
		for civil := time.Date(2010, 12, 1, 0, 0, 0, 0, time.UTC); civil.Year() < 2050; civil = civil.AddDate(0, 0, 1) {
			y, m, d := civil.Date()
			if y > 2010+years && (y < 2040 || m < 12) { // far off only the ends of years, where the library's tables have ended
				continue
			}
			got := StartOfDay(y, m, d, loc)
			reached := func(at time.Time) bool {
				ay, am, ad := at.In(loc).Date()
				return !time.Date(ay, am, ad, 0, 0, 0, 0, time.UTC).Before(civil)
			}
			if !reached(got) {
				t.Fatalf("%s: %v starts at %v, the day before", name, civil.Format(time.DateOnly), got)
			}
			for back := time.Duration(1); back < 5*time.Hour; back += 15*time.Minute - 1 {
				if reached(got.Add(-back)) {
					t.Fatalf("%s: %v starts at %v, but is reached %v before", name, civil.Format(time.DateOnly), got, back)
				}
			}
		}
	}
}

func TestDaysThatAreOdd(t *testing.T) {
	for _, c := range []struct {
		zone, day string
		start     string
		hours     float64
	}{
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00", 23}, // no midnight
		{"America/Asuncion", "2023-10-01", "2023-10-01T01:00:00-03:00", 23},
		{"Asia/Beirut", "2022-03-27", "2022-03-27T01:00:00+03:00", 23},
		{"Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00", 24},
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00", 0}, // no such day
		{"Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00", 24},
		{"Europe/Berlin", "2024-03-31", "2024-03-31T00:00:00+01:00", 23},
		{"Europe/Berlin", "2024-10-27", "2024-10-27T00:00:00+02:00", 25},
		{"America/Havana", "2023-11-05", "2023-11-05T00:00:00-04:00", 25}, // midnight comes twice
		{"America/Havana", "2023-03-12", "2023-03-12T01:00:00-04:00", 23},
		{"Australia/Lord_Howe", "2024-04-07", "2024-04-07T00:00:00+11:00", 24.5},
		{"Africa/Casablanca", "2023-03-19", "2023-03-19T00:00:00+01:00", 25},
	} {
		loc := zone(t, c.zone)
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		y, m, d := day.Date()
		start, next := StartOfDay(y, m, d, loc), StartOfDay(y, m, d+1, loc)
		if got := start.Format(time.RFC3339); got != c.start {
			t.Errorf("%s %s starts at %s, want %s", c.zone, c.day, got, c.start)
		}
		if got := next.Sub(start).Hours(); got != c.hours {
			t.Errorf("%s %s has %v hours, want %v", c.zone, c.day, got, c.hours)
		}
	}
}

func TestWeekdays(t *testing.T) {
	loc := zone(t, "Europe/Berlin")
	at := time.Date(2024, 10, 30, 12, 0, 0, 0, loc).UnixNano() // a Wednesday
	for first, want := range map[time.Weekday]int{time.Monday: 28, time.Sunday: 27, time.Saturday: 26, time.Wednesday: 30, time.Thursday: 24} {
		if got := time.Unix(0, Calendar{Zone: loc, WeekShift: (int(first) + 6) % 7}.Edges("week", at, at+1)[0]).In(loc); got.Day() != want || got.Weekday() != first {
			t.Errorf("the week from %v begins on %v", first, got)
		}
	}
}

func TestEdgesAtTheEndsOfTime(t *testing.T) {
	utc := Calendar{Zone: time.UTC}
	for _, e := range [][]int64{
		utc.Edges("day", math.MaxInt64-5, math.MaxInt64), utc.Edges("day", math.MinInt64, math.MinInt64+5),
		utc.Edges("month", math.MinInt64, math.MaxInt64), utc.Edges("week", math.MinInt64, math.MinInt64+1),
		utc.Edges("hour", math.MinInt64, math.MinInt64+5), utc.Edges("hour", math.MaxInt64-5, math.MaxInt64), utc.Edges("year", math.MinInt64, math.MaxInt64),
	} {
		for i := 1; i < len(e); i++ {
			if e[i] <= e[i-1] {
				t.Fatalf("edges fall at %d: %v", i, e)
			}
		}
	}
	if n := len(utc.Edges("month", math.MinInt64, math.MaxInt64)); n < 584*12 || n > 585*12+3 {
		t.Errorf("%d months in all", n)
	}
}

func BenchmarkDays(b *testing.B) {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	from := time.Date(2014, 1, 1, 0, 0, 0, 0, loc)
	for b.Loop() {
		Calendar{Zone: loc}.Edges("day", from.UnixNano(), from.AddDate(10, 0, 0).UnixNano())
	}
}
