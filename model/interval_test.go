package model

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// spans writes intervals as the names of their nodes and the times of their ends.
func spans(t testing.TB, tree *Tree) string {
	t.Helper()
	var s []string
	view(t, tree, func(v *View) error {
		all, err := v.Intervals(time.Time{}, time.Time{}, clockTime)
		if err != nil {
			return err
		}
		for _, e := range all {
			n, err := v.Node(e.Node)
			if err != nil {
				return err
			}
			to := ""
			if !e.Running() {
				to = e.To.Format("15:04")
			}
			s = append(s, n.Text+" "+e.From.Format("15:04")+"-"+to)
		}
		return nil
	})
	return strings.Join(s, ", ")
}

// TestStartStop: one interval runs at a time, unless one says otherwise; what is closed does not run, and done stops.
func TestStartStop(t *testing.T) {
	tree := open(t)
	a, b := addLine(t, tree, Root, "a"), addLine(t, tree, Root, "b state:done")
	c := addLine(t, tree, Root, "c state:todo")
	clock := func(s string) time.Time { return at(t, "2026-11-20 "+s) }
	start := func(id ID, s string, parallel bool) {
		t.Helper()
		do(t, tree, func(e *Edit) error { _, err := e.Start(id, clock(s), "", parallel); return err })
	}
	start(a, "09:00", false)
	start(c, "10:00", false)
	start(a, "10:30", true)
	if got, want := spans(t, tree), "a 09:00-10:00, c 10:00-, a 10:30-"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for id, want := range map[ID]error{a: ErrRunning, b: ErrClosed} {
		if _, err := tree.Do("x", func(e *Edit) error { _, err := e.Start(id, clock("11:00"), "", false); return err }); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	if _, err := tree.Do("x", func(e *Edit) error { _, err := e.Stop(c, clock("09:59")); return err }); !errors.Is(err, ErrBackwards) {
		t.Errorf("stopped before it began: %v", err)
	}
	do(t, tree, func(e *Edit) error { _, err := e.Finish(c, Done, clock("12:00")); return err })
	do(t, tree, func(e *Edit) error { _, err := e.Stop(Root, clock("12:30")); return err })
	if got := spans(t, tree); strings.HasSuffix(got, "-") || !strings.Contains(got, "a 10:30-12:30") {
		t.Errorf("%s still runs", got)
	}
	if _, err := tree.Do("x", func(e *Edit) error { _, err := e.Stop(Root, clock("13:00")); return err }); !errors.Is(err, ErrIdle) {
		t.Errorf("%v, want %v", err, ErrIdle)
	}
	mustVerify(t, tree)
}

// TestStopAtOnce: what ends when it began was not worked on: no interval is left of it, whether it is stopped or another begins then.
func TestStopAtOnce(t *testing.T) {
	tree := open(t)
	a, b := addLine(t, tree, Root, "a"), addLine(t, tree, Root, "b")
	nine := at(t, "2026-11-20 09:00")
	do(t, tree, func(e *Edit) error { _, err := e.Start(a, nine, "", false); return err })
	do(t, tree, func(e *Edit) error {
		stopped, err := e.Start(b, nine, "", false)
		if len(stopped) != 1 || stopped[0].Length(nine) != 0 {
			t.Errorf("stopped %v", stopped)
		}
		return err
	})
	if got, want := spans(t, tree), "b 09:00-"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	do(t, tree, func(e *Edit) error { _, err := e.Stop(Root, nine); return err })
	if got := spans(t, tree); got != "" {
		t.Errorf("%s, want nothing", got)
	}
	mustVerify(t, tree)
}

// TestRepair: whatever was recorded side by side, afterwards no two intervals share a moment, every moment that was worked still is, and none
// other.
func TestRepair(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		var ids []ID
		for i := range 3 {
			ids = append(ids, addLine(t, tree, Root, fmt.Sprint("n", i)))
		}
		base := at(t, "2026-11-20 00:00")
		worked := map[int]bool{}
		do(t, tree, func(e *Edit) error {
			for range rapid.IntRange(0, 8).Draw(rt, "intervals") {
				from := rapid.IntRange(0, 40).Draw(rt, "from")
				to := from + rapid.IntRange(1, 20).Draw(rt, "length")
				for m := from; m < to; m++ {
					worked[m] = true
				}
				minute := func(n int) time.Time { return base.Add(time.Duration(n) * time.Minute) }
				if _, err := e.AddInterval(rapid.SampledFrom(ids).Draw(rt, "node"), minute(from), minute(to), ""); err != nil {
					return err
				}
			}
			return nil
		})
		do(t, tree, func(e *Edit) error { _, err := e.Repair(time.Time{}, time.Time{}, clockTime); return err })
		view(t, tree, func(v *View) error {
			all, err := v.Intervals(time.Time{}, time.Time{}, clockTime)
			if err != nil {
				return err
			}
			after := map[int]bool{}
			for i, e := range all {
				if i > 0 && e.From.Before(all[i-1].To) {
					rt.Fatalf("%v begins before %v ends", e.From, all[i-1].To)
				}
				for at := e.From; at.Before(e.To); at = at.Add(time.Minute) {
					after[int(at.Sub(base).Minutes())] = true
				}
			}
			for m := range 60 {
				if after[m] != worked[m] {
					rt.Fatalf("minute %d: worked %v, now %v", m, worked[m], after[m])
				}
			}
			return nil
		})
		do(t, tree, func(e *Edit) error {
			if n, err := e.Repair(time.Time{}, time.Time{}, clockTime); n != 0 || err != nil {
				rt.Fatalf("a second repair changes %d: %v", n, err)
			}
			return nil
		})
		mustVerify(t, tree)
	})
}

// TestTotals: by day with what lies over midnight cut there, by node, parent, top and tag, bounded, with estimates once.
func TestTotals(t *testing.T) {
	tree := open(t)
	work := addLine(t, tree, Root, "work +job")
	report := addLine(t, tree, work, "report +write est:2h")
	call := addLine(t, tree, work, "call")
	for _, x := range []struct {
		id       ID
		from, to string
	}{{report, "2026-11-20 23:00", "2026-11-21 01:00"}, {report, "2026-11-21 09:00", "2026-11-21 09:30"}, {call, "2026-11-22 10:00", "2026-11-22 10:15"}} {
		do(t, tree, func(e *Edit) error { _, err := e.AddInterval(x.id, at(t, x.from), at(t, x.to), ""); return err })
	}
	for _, c := range []struct {
		by         By
		from, want string
	}{
		{ByDay, "", "2026-11-20 1h0m0s 0s 1, 2026-11-21 1h30m0s 2h0m0s 2, 2026-11-22 15m0s 0s 1"},
		{ByNode, "", "report 2h30m0s 2h0m0s 2, call 15m0s 0s 1"},
		{ByParent, "", "work 2h45m0s 2h0m0s 3"},
		{ByTop, "", "work 2h45m0s 2h0m0s 3"},
		{ByTag, "", "+job 2h45m0s 2h0m0s 3, +write 2h30m0s 2h0m0s 2"},
		{ByWeek, "", "2026-W47 2h45m0s 2h0m0s 3"},
		{ByNode, "2026-11-21 00:30", "report 1h0m0s 2h0m0s 2, call 15m0s 0s 1"},
	} {
		view(t, tree, func(v *View) error {
			var from time.Time
			if c.from != "" {
				from = at(t, c.from)
			}
			all, err := v.Intervals(from, time.Time{}, clockTime)
			if err != nil {
				return err
			}
			totals, err := v.Totals(all, c.by, from, time.Time{}, clockTime)
			var s []string
			for _, x := range totals {
				est := x.Estimate
				if c.by == ByDay && x.Key != "2026-11-21" {
					est = 0 // the estimate is of the node, on each day that it was worked on
				}
				s = append(s, fmt.Sprint(x.Label, " ", x.Time, " ", est, " ", x.N))
			}
			if got := strings.Join(s, ", "); got != c.want {
				t.Errorf("by %s: %s, want %s", c.by, got, c.want)
			}
			return err
		})
	}
}

// TestSplitMergeMove: an interval cut and put together is what it was, and may go to another node.
func TestSplitMergeMove(t *testing.T) {
	tree := open(t)
	a, b := addLine(t, tree, Root, "a"), addLine(t, tree, Root, "b")
	var ev Event
	do(t, tree, func(e *Edit) (err error) {
		ev, err = e.AddInterval(a, at(t, "2026-11-20 09:00"), at(t, "2026-11-20 11:00"), "x")
		return err
	})
	var later Event
	do(t, tree, func(e *Edit) (err error) { later, err = e.SplitInterval(ev, at(t, "2026-11-20 10:00")); return err })
	if got, want := spans(t, tree), "a 09:00-10:00, a 10:00-11:00"; got != want {
		t.Errorf("split: %s, want %s", got, want)
	}
	view(t, tree, func(v *View) error {
		refs, err := v.IntervalRefs([]Event{ev, later})
		for id, ref := range refs {
			if e, err := v.Interval("@" + ref); err != nil || e.ID != id {
				t.Errorf("@%s is %v: %v", ref, e.ID, err)
			}
		}
		ev, _, _ = v.Event(a, Interval, ev.ID)
		if _, err := v.Interval("@zzzz"); !errors.Is(err, ErrNoInterval) {
			t.Error(err)
		}
		return err
	})
	do(t, tree, func(e *Edit) error { _, err := e.MergeIntervals(later, ev); return err })
	if got, want := spans(t, tree), "a 09:00-11:00"; got != want {
		t.Errorf("merged: %s, want %s", got, want)
	}
	do(t, tree, func(e *Edit) error { ev.To = at(t, "2026-11-20 11:00"); return e.MoveInterval(ev, b) })
	if got, want := spans(t, tree), "b 09:00-11:00"; got != want {
		t.Errorf("moved: %s, want %s", got, want)
	}
	for range 3 {
		if _, err := tree.Undo(ThisSession); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := spans(t, tree), "a 09:00-11:00"; got != want {
		t.Errorf("undone: %s, want %s", got, want)
	}
	do(t, tree, func(e *Edit) error { return e.Trash(a) })
	if got := spans(t, tree); got != "" {
		t.Errorf("of the trash: %s", got)
	}
	mustVerify(t, tree)
}
