package model

import (
	"fmt"
	"testing"
	"time"

	"arbor/model/query"
	"arbor/timeseries"
)

// TestChains: what repeats and habits have chains that go on, pause and end; of several the longest counts.
func TestChains(t *testing.T) {
	tree := open(t)
	var run, gym ID
	day := func(n int) Date { return Date{T: time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC), AllDay: true} }
	do(t, tree, func(e *Edit) (err error) {
		run, err = e.Create(Root, Last, "run #sport")
		return err
	})
	do(t, tree, func(e *Edit) error {
		for d, outcome := range map[int]Outcome{2: OutcomeDone, 3: OutcomeDone, 4: OutcomeSkipped, 5: OutcomeDone, 6: OutcomeMissed, 7: OutcomeDone} {
			ev := Event{Node: run, Kind: Occurrence, ID: OccurrenceID(run, day(d)), Date: day(d), Outcome: outcome, At: day(d).T.Add(20 * time.Hour)}
			if err := e.SetEvent(ev); err != nil {
				return err
			}
		}
		return nil
	})
	chain := func(text string, now time.Time) string {
		t.Helper()
		q, err := query.Parse(text, now)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		view(t, tree, func(v *View) error {
			out, err := v.Derived("chain", q, day(1).T, time.Time{}, now)
			for _, x := range out {
				got += fmt.Sprintf(" %d:%v", time.Unix(0, x.T).UTC().Day(), x.V)
			}
			return err
		})
		return got
	}
	if got, want := chain("+sport", day(8).T.Add(9*time.Hour)), " 1:0 2:1 3:2 4:2 5:3 6:0 7:1 8:1"; got != want {
		t.Errorf("what repeats: %s, want %s", got, want)
	}
	gym, err := tree.SeriesNode("gym")
	if err != nil {
		t.Fatal(err)
	}
	do(t, tree, func(e *Edit) error {
		if err := e.SetField(gym, fieldTarget, "1/day"); err != nil {
			return err
		}
		if err := e.AddTag(gym, "sport"); err != nil {
			return err
		}
		for _, d := range []int{4, 5, 6, 8} {
			if err := e.Log(gym, timeseries.Sample{T: day(d).T.Add(10 * time.Hour).UnixNano(), V: 1}); err != nil {
				return err
			}
		}
		return nil
	})
	if got, want := chain("gym", day(8).T.Add(12*time.Hour)), " 1:0 2:0 3:0 4:1 5:2 6:3 7:0 8:1"; got != want {
		t.Errorf("a habit: %s, want %s", got, want)
	}
	if got, want := chain("+sport", day(8).T.Add(12*time.Hour)), " 1:0 2:1 3:2 4:2 5:3 6:3 7:1 8:1"; got != want {
		t.Errorf("both: %s, want %s", got, want)
	}
}
