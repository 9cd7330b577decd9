package recur

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"arbor/model/date"
)

var now = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

// TestParse: what each phrase is shown as, and that this is the same rule.
func TestParse(t *testing.T) {
	for _, c := range []struct{ in, is string }{
		{"daily", "every day"}, {"weekdays", "weekdays"}, {"weekly", "every week"}, {"biweekly", "every 2 weeks"}, {"Monthly", "every month"},
		{"quarterly", "every 3 months"}, {"semiannual", "every 6 months"}, {"yearly", "every year"}, {"biannual", "every 2 years"},
		{"3d", "every 3 days"}, {"every 3 days", "every 3 days"}, {"every other week", "every 2 weeks"}, {"P2W", "every 2 weeks"},
		{"3wks", "every 3 weeks"}, {"2q", "every 6 months"}, {"sennight", "every week"}, {"each day", "every day"}, {"8h", "every 8 hours"},
		{"+1w", "+1w"}, {"++1w", "every week"}, {".+1m", ".+1m"}, {"3d after done", ".+3d"}, {"every 3 days after completion", ".+3d"}, {"+ weekly", "+1w"},
		{"mon,thu", "every mon,thu"}, {"every thursday and monday", "every mon,thu"}, {"mon, wed, fri", "every mon,wed,fri"}, {"+ mon", "+ every mon"},
		{"every 2 weeks on tue", "every 2 weeks on tue"}, {"sat and sun", "weekends"}, {"mondays", "every mon"},
		{"1st mon", "1st mon"}, {"first monday of the month", "1st mon"}, {"2nd,4th tue", "2nd,4th tue"}, {"last fri of every 3 months", "last fri of every 3 months"},
		{"last fri of every quarter", "last fri of every 3 months"}, {"last workday", "last workday"}, {"the 1st workday of every month", "1st workday"},
		{"2nd-last workday", "2nd-last workday"}, {"1st sun of oct", "1st sun of oct"}, {"15th", "15th"}, {"weekly on fri", "every fri"}, {"monthly on the 2nd tue", "2nd tue"}, {"every 2 months on 15th", "15th of every 2 months"}, {"1st and 15th", "1st,15th"}, {"31st", "31st"},
		{"15th,last day", "15th,last day"}, {"eom", "last day"}, {"1st of jan,jul", "1st of jan,jul"}, {"24 dec", "24th of dec"}, {"dec 24 every 4 years", "24th of dec every 4 years"},
		{"29 feb", "29th of feb"}, {"weekly until 2027-01-31", "every week until 2027-01-31"}, {"daily 12 times", "every day 12 times"},
		{"every mon until 24 dec", "every mon until 2026-12-24"},
		{"RRULE:FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1", "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=TU"}, {"freq=weekly;count=4", "FREQ=WEEKLY 4 times"},
		{"INTERVAL=2;FREQ=DAILY;UNTIL=20270101T000000Z", "FREQ=DAILY;INTERVAL=2 until 2027-01-01T00:00:00Z"},
	} {
		r, err := Parse(c.in, now)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if r.String() != c.is {
			t.Errorf("%s: %s, want %s", c.in, r, c.is)
		}
		if again, err := Parse(r.String(), now); err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%s: read back %+v %v, want %+v", r, again, err, r)
		}
	}
}

// TestRefused: what is not understood is shown, and nothing is guessed.
func TestRefused(t *testing.T) {
	for in, says := range map[string]string{
		"": "is empty", "sometimes": `"sometimes"`, "every": "not understood", "0d": "number of steps", "every 99999 days": "number of steps", "weekly fri": `"fri"`,
		"1st": "", "32nd": "does not exist", "6th mon": "does not exist", "24th workday": "does not exist", "30 feb": "does not exist", "30th,31st": "meet",
		"30th,last": "meet", ".+ mon": "do not go with", "every 2 weeks on feb": "no day of the week", "1st mon of smarch": "no month", "daily until smarch": "smarch",
		"daily 0 times": "number of times", "24 dec every 2 weeks": "years", "1st of jan,jul every 2 years": "name one", "last fri of every 2 weeks": "months",
		"FREQ=MINUTELY": "too often", "FREQ=DAILY;BYHOUR=3": "times of day", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30": "never", "FREQ=NEVER": "RRULE", "FREQ=MONTHLY;BYDAY=10FR": "no period", "FREQ=WEEKLY;BYDAY=1FR": "no period", "FREQ=DAILY;COUNT=0": "number of times",
		"FREQ=DAILY;UNTIL=x": "iCalendar", "FREQ=DAILY;INTERVAL=-3": "steps", "mon,": "", "of": "", "every the": "",
	} {
		r, err := Parse(in, now)
		if says == "" && err == nil {
			if again, err := Parse(r.String(), now); err != nil || !reflect.DeepEqual(again, r) {
				t.Errorf("%q: read back %v %v", in, again, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %+v %v, want %s", in, r, err, says)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"every 2 weeks on mon,thu", "last workday", "1st,15th of jan", "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270101", ".+3d", "24 dec every 2 years until fri"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 200 {
			return
		}
		r, err := Parse(s, now)
		if err != nil {
			return
		}
		again, err := Parse(r.String(), now)
		if err != nil || !reflect.DeepEqual(again, r) {
			t.Fatalf("%q is %q, read back as %+v %v, want %+v", s, r, again, err, r)
		}
		due := date.At(now)
		for range 5 {
			next, ok, err := r.Next(date.At(now), due, due.T, time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				return
			}
			if !next.T.After(due.T) {
				t.Fatalf("%q: %v behind %v", r, next, due)
			}
			due = next
		}
	})
}

// ruleGen makes rules that Parse could.
func ruleGen() *rapid.Generator[Rule] {
	return rapid.Custom(func(t *rapid.T) Rule {
		r := Rule{Mode: Mode(rapid.IntRange(0, 1).Draw(t, "mode")), Every: rapid.IntRange(1, 5).Draw(t, "every"), Unit: Unit(rapid.IntRange(1, 4).Draw(t, "unit"))}
		some := func(n int, name string) []int {
			return rapid.SliceOfNDistinct(rapid.IntRange(1, n), 1, 3, rapid.ID[int]).Draw(t, name)
		}
		if rapid.Bool().Draw(t, "plain") || r.Unit == Day {
			return r
		}
		if r.Unit == Week {
			for _, d := range some(7, "days") {
				r.Days = append(r.Days, time.Weekday(d%7))
			}
			return r
		}
		day, most := AnyDay, 28
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			day, most = Named(rapid.IntRange(0, 6).Draw(t, "weekday")), 5
		case 1:
			day, most = Workday, 20
		}
		for _, n := range some(most, "nths") {
			r.Nths = append(r.Nths, Nth{n, day})
		}
		if day == AnyDay && rapid.Bool().Draw(t, "late") {
			r.Nths = append(r.Nths, Nth{rapid.SampledFrom([]int{29, 30, 31, -1, -2}).Draw(t, "late day"), AnyDay})
		}
		if r.Unit == Year {
			for _, m := range some(12, "months") {
				r.Months = append(r.Months, time.Month(m))
			}
			if r.Every > 1 {
				r.Months = r.Months[:1]
			}
		}
		return r
	})
}

// TestRoundTrip: any rule that can be shown is read back as the same dates.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := ruleGen().Draw(t, "rule")
		again, err := Parse(r.String(), now)
		if err != nil {
			t.Fatalf("%s: %v", r, err)
		}
		if again.String() != r.String() {
			third, err := Parse(again.String(), now)
			if err != nil || third.String() != again.String() {
				t.Fatalf("%s, %s, %s: %v", r, again, third, err)
			}
		}
		start := date.Day(now)
		n := 0
		for d := range again.Between(start, now, now.AddDate(9, 0, 0), time.UTC) {
			want, ok, err := r.Next(start, d, time.Time{}, time.UTC)
			got, ok2, err2 := again.Next(start, d, time.Time{}, time.UTC)
			if ok != ok2 || err != nil || err2 != nil || got != want {
				t.Fatalf("%s: %v, read back as %s: %v", r, want, again, got)
			}
			if n++; n > 20 {
				break
			}
		}
	})
}
