package model

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"arbor/model/inline"
	"arbor/model/query"

	"pgregory.net/rapid"
)

// linesOf makes nodes of lines of the inline grammar.
func linesOf(t testing.TB, tree *Tree, now time.Time, lines ...string) (ids []ID) {
	t.Helper()
	do(t, tree, func(e *Edit) error {
		ids = nil
		for _, l := range lines {
			p, err := inline.Parse(l, inline.Env{Now: now})
			if err != nil {
				return err
			}
			id, err := e.Create(Root, Last, p.Text)
			if err == nil {
				err = e.Apply(id, p)
			}
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	return ids
}

// remindersSaid lists reminders: when they are said, and of what.
func remindersSaid(t testing.TB, tree *Tree, m Moments) (out []string) {
	t.Helper()
	q, err := query.Parse("", m.Now)
	if err != nil {
		t.Fatal(err)
	}
	view(t, tree, func(v *View) error {
		out = nil
		all, err := v.Reminders(q, m)
		for _, r := range all {
			out = append(out, r.Say.Format("2 15:04 ")+r.Node.Text+" "+r.Kind.String())
		}
		return err
	})
	return out
}

func TestReminders(t *testing.T) {
	tree := open(t)
	now := at(t, "2026-11-20 08:00")
	linesOf(t, tree, now, "letter due:'2026-11-20 12:00' warn:90min", "tax due:2026-11-20", "cake due:2026-11-23 warn:3d", "dentist when:'2026-11-20 10:00..10:30'",
		"stand up rec:daily when:'2026-11-19 9:55'", "old due:'2026-11-20 09:30' state:done", "hidden due:'2026-11-20 09:00' wait:2026-11-21", "gone due:'2026-11-20 13:00' until:2026-11-19",
		"begin sched:'2026-11-20 11:00'", "night due:'2026-11-21 01:00' warn:2h")
	want := []string{"20 09:00 cake warned", "20 09:00 tax due", "20 09:55 stand up event", "20 10:00 dentist event", "20 10:30 letter warned", "20 11:00 begin sched",
		"20 12:00 letter due", "20 23:00 night warned", "21 01:00 night due", "21 09:55 stand up event"}
	got := remindersSaid(t, tree, Moments{From: now, Until: now.Add(26 * time.Hour), Now: now, DayAt: 9 * time.Hour})
	if !slices.Equal(got, want) {
		t.Errorf("said\n%q, want\n%q", got, want)
	}
}

// TestRemindersOnce: however the time is cut, each reminder is in one part of it, and the first of some nodes is the first that all are asked for.
func TestRemindersOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		now := at(t, "2026-11-20 08:00")
		minute := rapid.IntRange(0, 4*24*60)
		var lines []string
		for i := range rapid.IntRange(1, 8).Draw(rt, "nodes") {
			when := now.Add(time.Duration(minute.Draw(rt, "at")) * time.Minute)
			key := rapid.SampledFrom([]string{"due", "sched", "when"}).Draw(rt, "key")
			form := rapid.SampledFrom([]string{"2006-01-02", "2006-01-02 15:04"}).Draw(rt, "form")
			more := rapid.SampledFrom([]string{"", " warn:2h", " warn:2d", " rec:daily", " rec:weekly warn:1d"}).Draw(rt, "more")
			lines = append(lines, fmt.Sprintf("n%d %s:'%s'%s", i, key, when.Format(form), more))
		}
		ids := linesOf(t, tree, now, lines...)
		m := Moments{From: now, Until: now.Add(5 * 24 * time.Hour), Now: now, DayAt: 9 * time.Hour}
		whole := remindersSaid(t, tree, m)
		cut := m
		cut.Until = now.Add(time.Duration(minute.Draw(rt, "cut")) * time.Minute)
		rest := m
		rest.From = cut.Until
		if parts := append(remindersSaid(t, tree, cut), remindersSaid(t, tree, rest)...); !slices.Equal(parts, whole) {
			rt.Fatalf("%q\nin parts\n%q\nwhole\n%q", lines, parts, whole)
		}
		view(t, tree, func(v *View) error {
			first, err := v.FirstReminder(append(ids, ID{9}), m)
			if (len(whole) > 0) == first.IsZero() || len(whole) > 0 && first.Format("2 15:04") != whole[0][:len(first.Format("2 15:04"))] {
				rt.Fatalf("%q: the first is at %v, of %q", lines, first, whole)
			}
			return err
		})
	})
}
