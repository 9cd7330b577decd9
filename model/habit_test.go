package model

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"arbor/store"
	"arbor/timeseries"
)

// TestDayValues: the days of a series by each way of making one value, in a zone with short, long and missing days; and what devices count up.
func TestDayValues(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	apia, err := time.LoadLocation("Pacific/Apia")
	if err != nil {
		t.Fatal(err)
	}
	at := func(loc *time.Location, s string) int64 {
		x, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
		if err != nil {
			t.Fatal(err)
		}
		return x.UnixNano()
	}
	night := []timeseries.Sample{{T: at(berlin, "2026-10-24 23:59"), V: 1}, {T: at(berlin, "2026-10-25 00:00"), V: 2}, {T: at(berlin, "2026-10-25 12:00"), V: 6},
		{T: at(berlin, "2026-10-25 23:59"), V: 4}, {T: at(berlin, "2026-10-26 00:00"), V: 8}}
	line := []timeseries.Sample{{T: at(apia, "2011-12-29 23:00"), V: 1}, {T: at(apia, "2011-12-31 00:00"), V: 2}}
	for _, c := range []struct {
		loc     *time.Location
		from    string
		days    int
		day     string
		merge   string
		samples map[uint64][]timeseries.Sample // by device
		want    string
	}{
		{berlin, "2026-10-24", 4, "", "", map[uint64][]timeseries.Sample{3: night}, "1:1 3:4 1:8 0:NaN"},
		{berlin, "2026-10-24", 4, "sum", "", map[uint64][]timeseries.Sample{3: night}, "1:1 3:12 1:8 0:0"},
		{berlin, "2026-10-24", 3, "last", "", map[uint64][]timeseries.Sample{3: night}, "1:1 3:4 1:8"},
		{berlin, "2026-10-24", 3, "count", "", map[uint64][]timeseries.Sample{3: night}, "1:1 3:3 1:1"},
		{berlin, "2026-10-24", 3, "", "sum", map[uint64][]timeseries.Sample{3: night, 9: night[1:2]}, "1:1 2:6 1:8"},
		{apia, "2011-12-29", 3, "", "", map[uint64][]timeseries.Sample{3: line}, "1:1 0:0 1:2"},
		{apia, "2011-12-29", 3, "", "sum", map[uint64][]timeseries.Sample{3: line, 4: line}, "2:2 0:0 2:4"},
	} {
		db, err := store.Open("", store.Options{Memory: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		tree, err := Open(db, Options{Machine: "m", Location: c.loc, Now: func() time.Time { return clockTime }})
		if err != nil {
			t.Fatal(err)
		}
		id, err := tree.SeriesNode("x")
		if err != nil {
			t.Fatal(err)
		}
		do(t, tree, func(e *Edit) error {
			if c.merge != "" {
				if err := e.SetField(id, FieldMerge, c.merge); err != nil {
					return err
				}
			}
			if c.day == "" {
				return nil
			}
			return e.SetField(id, fieldDay, c.day)
		})
		for d, xs := range c.samples {
			if err := db.Update(func(tx *store.Tx) error { return tree.ks.book.Append(tx, timeseries.ID(id), d, xs) }); err != nil {
				t.Fatal(err)
			}
		}
		view(t, tree, func(v *View) error {
			n, err := v.Node(id)
			if err != nil {
				return err
			}
			first, err := time.Parse(time.DateOnly, c.from)
			if err != nil {
				return err
			}
			days, err := v.DayValues(&n, Date{T: first, AllDay: true}, Date{T: first.AddDate(0, 0, c.days), AllDay: true})
			got := ""
			for _, d := range days {
				got += fmt.Sprintf(" %d:%v", d.N, d.V)
			}
			if got != " "+c.want {
				t.Errorf("%s %s %s: %s, want %s", c.loc, c.day, c.merge, got, c.want)
			}
			return err
		})
	}
}

// TestNights: a series whose days begin at 04:00 counts what is after midnight for the day before, in its days, its periods and its streaks; what is said of all
// holds where a series says nothing.
func TestNights(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ all, own string }{{"04:00", ""}, {"", "04:00"}, {"12:00", "4"}, {"04:00", ""}} {
		db, err := store.Open("", store.Options{Memory: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		opt := Options{Machine: "m", Location: berlin, Now: func() time.Time { return clockTime }}
		if c.all != "" {
			if opt.Starts, err = timeseries.ParseStarts(c.all); err != nil {
				t.Fatal(err)
			}
		}
		tree, err := Open(db, opt)
		if err != nil {
			t.Fatal(err)
		}
		id, err := tree.SeriesNode("walk")
		if err != nil {
			t.Fatal(err)
		}
		at := func(s string) int64 {
			x, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
			if err != nil {
				t.Fatal(err)
			}
			return x.UnixNano()
		}
		do(t, tree, func(e *Edit) error {
			if c.own != "" {
				own, err := ParseDefinition(fieldStarts, c.own, clockTime)
				if err != nil {
					return err
				}
				if err := e.SetField(id, fieldStarts, own); err != nil {
					return err
				}
			}
			if err := e.SetField(id, fieldTarget, "1/day"); err != nil {
				return err
			}
			var samples []timeseries.Sample // in the night in which clocks go back from 3:00 to 2:00
			for i, when := range []string{"2026-10-23 23:00", "2026-10-25 00:30", "2026-10-26 03:59", "2026-10-26 04:00"} {
				samples = append(samples, timeseries.Sample{T: at(when), V: float64(1 + i)})
			}
			return e.Log(id, samples...)
		})
		view(t, tree, func(v *View) error {
			n, err := v.Node(id)
			if err != nil {
				return err
			}
			day := func(d int) Date { return Date{T: time.Date(2026, 10, d, 0, 0, 0, 0, time.UTC), AllDay: true} }
			days, err := v.DayValues(&n, day(23), day(28))
			if got := fmt.Sprint(days[0].V, days[1].V, days[2].V, days[3].V, days[4].N); got != "1 2 3 4 0" || err != nil {
				t.Errorf("%+v: days of %s, %v", c, got, err)
			}
			if s, err := v.Streak(&n, day(26)); s != (Streak{4, 4}) || err != nil {
				t.Errorf("%+v: %+v, %v", c, s, err)
			}
			if got := tree.DayOf(&n, time.Unix(0, at("2026-10-26 03:59"))); !got.Equal(day(25)) {
				t.Errorf("%+v: 3:59 is of %v", c, got)
			}
			return nil
		})
	}
}

// TestProgress: a habit counts what was logged in its period, tells the days left out, and both can be taken back.
func TestProgress(t *testing.T) {
	tree := open(t)
	id, err := tree.SeriesNode("gym")
	if err != nil {
		t.Fatal(err)
	}
	do(t, tree, func(e *Edit) error { return e.SetField(id, "target", "3/week") })
	monday := Date{T: time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC), AllDay: true}
	plus := func(days int) Date { return Date{T: monday.T.AddDate(0, 0, days), AllDay: true} }
	log := func(days int, v float64) {
		do(t, tree, func(e *Edit) error {
			return e.Log(id, timeseries.Sample{T: plus(days).T.Add(9 * time.Hour).UnixNano(), V: v})
		})
	}
	log(-1, 1)
	log(0, 1)
	log(6, 1)
	log(7, 1)
	check := func(done float64, skipped ...Date) {
		t.Helper()
		view(t, tree, func(v *View) error {
			n, err := v.Node(id)
			if err != nil {
				return err
			}
			p, err := v.Progress(&n, plus(3))
			if p.Done != done || !slices.EqualFunc(p.Skipped, skipped, Date.Equal) || !p.From.Equal(monday) {
				t.Errorf("progress %+v, want %v without %v", p, done, skipped)
			}
			return err
		})
	}
	check(2)
	skip := func(d Date, want bool) {
		t.Helper()
		do(t, tree, func(e *Edit) error {
			ok, err := e.SkipDay(id, d)
			if ok != want {
				t.Errorf("skipping %v gives %v", d, ok)
			}
			return err
		})
	}
	skip(plus(4), true)
	skip(plus(4), false)
	skip(plus(8), true)
	check(2, plus(4))
	log(2, 2)
	check(4, plus(4))
	do(t, tree, func(e *Edit) error { return e.SetField(id, "day", "count") })
	check(3, plus(4))
	do(t, tree, func(e *Edit) error {
		ok, err := e.UnskipDay(id, plus(4))
		if !ok {
			t.Error("it was not skipped")
		}
		return err
	})
	check(3)
	mustVerify(t, tree)
}

// TestStreak: weeks and days that reach the target in a row, with skipped days, and the one at hand.
func TestStreak(t *testing.T) {
	monday := time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)
	day := func(n int) Date { return Date{T: monday.AddDate(0, 0, n), AllDay: true} }
	for _, c := range []struct {
		name, target string
		days, skips  []int // on which it was done, or skipped
		now          int
		want         Streak
		misses       string
	}{
		{"none", "3/week", nil, nil, 9, Streak{}, ""},
		{"weeks", "2/week", []int{0, 1, 7, 8, 14, 15}, nil, 20, Streak{3, 3}, ""},
		{"the week at hand has time", "2/week", []int{0, 1, 7, 8, 14}, nil, 16, Streak{2, 2}, ""},
		{"it is over", "2/week", []int{0, 1, 7, 8, 14}, nil, 21, Streak{0, 2}, ""},
		{"a week skipped", "2/week", []int{0, 1, 7, 14, 15}, []int{9}, 20, Streak{2, 2}, ""},
		{"begun again", "2/week", []int{0, 1, 7, 8, 21, 22}, nil, 22, Streak{1, 2}, ""},
		{"days", "1/day", []int{0, 1, 2, 4, 5}, nil, 5, Streak{2, 3}, ""},
		{"today not yet", "1/day", []int{0, 1, 2}, nil, 3, Streak{3, 3}, ""},
		{"a day skipped", "1/day", []int{0, 1, 2, 4, 5}, []int{3}, 5, Streak{5, 5}, ""},
		{"months", "2/month", []int{0, 1, 30, 40, 60}, nil, 61, Streak{2, 2}, ""},
		{"a day missed", "1/day", []int{0, 1, 3, 4, 6}, nil, 6, Streak{5, 5}, "1"},
		{"two are too many", "1/day", []int{0, 1, 4, 5}, nil, 5, Streak{2, 2}, "1"},
		{"two are not", "1/day", []int{0, 1, 4, 5}, nil, 7, Streak{4, 4}, "2"},
		{"a skipped one between", "1/day", []int{0, 1, 5}, []int{3}, 5, Streak{3, 3}, "2"},
		{"over at last", "1/day", []int{0, 1}, nil, 4, Streak{0, 2}, "1"},
		{"a week missed", "2/week", []int{0, 1, 7, 14, 15}, nil, 20, Streak{2, 2}, "1"},
	} {
		for _, merge := range []string{"last", "sum"} {
			tree := open(t)
			id, err := tree.SeriesNode("x")
			if err != nil {
				t.Fatal(err)
			}
			do(t, tree, func(e *Edit) error {
				for key, value := range map[string]string{fieldTarget: c.target, FieldMerge: merge, fieldMisses: cmp.Or(c.misses, "0")} {
					if err := e.SetField(id, key, value); err != nil {
						return err
					}
				}
				for _, d := range c.days {
					if err := e.Log(id, timeseries.Sample{T: day(d).T.Add(20 * time.Hour).UnixNano(), V: 1}); err != nil {
						return err
					}
				}
				for _, d := range c.skips {
					if _, err := e.SkipDay(id, day(d)); err != nil {
						return err
					}
				}
				return nil
			})
			view(t, tree, func(v *View) error {
				n, err := v.Node(id)
				if err != nil {
					return err
				}
				got, err := v.Streak(&n, day(c.now))
				if got != c.want {
					t.Errorf("%s, %s: %+v, want %+v", c.name, merge, got, c.want)
				}
				return err
			})
		}
	}
}
