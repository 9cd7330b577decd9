package model

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"arbor/model/date"
	"arbor/model/query"

	"pgregory.net/rapid"
)

// derivedTask is what the oracle knows of a task.
type derivedTask struct {
	made, closed, due time.Time
	cancelled         bool
}

func (x derivedTask) openAt(t time.Time) bool {
	return x.made.Before(t) && (x.closed.IsZero() || !x.closed.Before(t))
}

// TestDerived compares what follows from a tree with looking at every task at the end of every day, over a change of the clocks.
func TestDerived(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 5, 15, 0, 0, 0, berlin)
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		var all []derivedTask
		_, err := tree.Do("plant", func(e *Edit) error {
			all = nil
			for i := range rapid.IntRange(1, 12).Draw(rt, "tasks") {
				hour := func(label string) time.Duration {
					return time.Duration(rapid.IntRange(0, 24*20).Draw(rt, label)) * time.Hour
				}
				x := derivedTask{made: now.Add(-hour("made") - time.Minute)}
				id := Named(fmt.Sprint(i))
				errs := []error{e.CreateID(id, Root, Last, "task #x"), e.SetState(id, Todo), e.SetCreated(id, x.made)}
				if rapid.Bool().Draw(rt, "has due") {
					day := date.Day(now.Add(-hour("due") + 48*time.Hour))
					x.due = day.End(berlin)
					errs = append(errs, e.SetDue(id, day))
				}
				if rapid.Bool().Draw(rt, "is closed") {
					x.closed = x.made.Add(time.Duration(rapid.Int64Range(0, int64(now.Sub(x.made))-1).Draw(rt, "open for"))).Truncate(time.Millisecond)
					x.cancelled = rapid.Bool().Draw(rt, "cancelled")
					errs = append(errs, e.SetState(id, map[bool]State{false: Done, true: Cancelled}[x.cancelled]), e.SetFinished(id, x.closed))
				}
				if err := errors.Join(errs...); err != nil {
					return err
				}
				all = append(all, x)
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		q, err := query.Parse("+x", now)
		if err != nil {
			rt.Fatal(err)
		}
		from := date.Day(now.AddDate(0, 0, -12)).Start(berlin)
		if err := tree.View(func(v *View) error {
			for _, of := range Derivations {
				got, err := v.Derived(of.Name, q, from, time.Time{}, now)
				if err != nil {
					return err
				}
				at := map[int64]float64{}
				for _, s := range got {
					at[s.T] += s.V
				}
				for day := date.Day(from); day.Start(berlin).Before(now); day.T = day.T.AddDate(0, 0, 1) {
					want, has := derivedOn(of.Name, all, day, berlin, now)
					have, there := at[day.Start(berlin).UnixNano()], true
					if of.Gauge {
						_, there = at[day.Start(berlin).UnixNano()]
					} else {
						have, there = 0, has
						for _, s := range got {
							if s.T >= day.Start(berlin).UnixNano() && s.T < day.End(berlin).UnixNano() {
								have += s.V
							}
						}
					}
					if there != has || math.Abs(have-want) > 1e-6 {
						rt.Fatalf("%s on %s: %v (%v), want %v (%v)", of.Name, day, have, there, want, has)
					}
				}
			}
			return nil
		}); err != nil {
			rt.Fatal(err)
		}
	})
}

// derivedOn says of a day what a derivation should, and whether anything.
func derivedOn(name string, all []derivedTask, day Date, loc *time.Location, now time.Time) (sum float64, has bool) {
	begin, end := day.Start(loc), day.End(loc)
	if end.After(now) {
		end = now
	}
	week := Date{T: day.T.AddDate(0, 0, -6), AllDay: true}.Start(loc)
	n := 0.0
	for _, x := range all {
		done := !x.closed.IsZero() && !x.cancelled && x.closed.Before(end)
		switch {
		case name == "done" && done && !x.closed.Before(begin), name == "created" && !x.made.Before(begin) && x.made.Before(end),
			name == "backlog" && x.openAt(end), name == "overdue" && x.openAt(end) && !x.due.IsZero() && x.due.Before(end), name == "velocity" && done && !x.closed.Before(week):
			sum++
		case name == "age" && x.openAt(end):
			sum += end.Sub(x.made.Truncate(time.Second)).Hours() / 24
			n++
		}
	}
	if name == "age" {
		return sum / max(n, 1), n > 0
	}
	return sum, true
}

// Time worked and occurrences count too; another name is refused.
func TestDerivedEvents(t *testing.T) {
	tree := open(t)
	var id ID
	do(t, tree, func(e *Edit) (err error) {
		if id, err = e.Create(Root, Last, "run #sport"); err != nil {
			return err
		}
		below, err := e.Create(id, Last, "shoes")
		if err != nil {
			return err
		}
		_, err = e.AddInterval(below, clockTime.Add(-26*time.Hour), clockTime.Add(-25*time.Hour), "")
		return errors.Join(err, e.SetDue(id, date.Day(clockTime)), e.SetField(id, "rec", "daily"), e.SetState(id, Todo))
	})
	do(t, tree, func(e *Edit) error {
		_, err := e.Finish(id, Done, clockTime)
		return err
	})
	q, err := query.Parse("+sport", clockTime)
	if err != nil {
		t.Fatal(err)
	}
	view(t, tree, func(v *View) error {
		for name, want := range map[string]float64{"done": 1, "minutes": 60, "created": 1} {
			got, err := v.Derived(name, q, clockTime.AddDate(0, 0, -7), time.Time{}, clockTime.Add(time.Hour))
			sum := 0.0
			for _, s := range got {
				sum += s.V
			}
			if err != nil || sum != want {
				t.Errorf("%s: %v, %v, want %v", name, got, err, want)
			}
		}
		if _, err := v.Derived("none", q, time.Time{}, time.Time{}, clockTime); !errors.Is(err, ErrNoDerivation) {
			t.Errorf("another name: %v", err)
		}
		return nil
	})
}
