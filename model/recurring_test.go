package model

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"arbor/model/inline"
)

// addLine makes a node of a line of the inline grammar, read at clockTime.
func addLine(t testing.TB, tree *Tree, parent ID, line string) (id ID) {
	t.Helper()
	l, err := inline.Parse(line, inline.Env{Now: clockTime})
	if err != nil {
		t.Fatal(err)
	}
	do(t, tree, func(e *Edit) error {
		var err error
		if id, err = e.Create(parent, Last, l.Text); err != nil {
			return err
		}
		return e.Apply(id, l)
	})
	return id
}

// look writes the dates of a node and what became of those before.
func look(t testing.TB, tree *Tree, id ID) string {
	t.Helper()
	var b strings.Builder
	view(t, tree, func(v *View) error {
		n, err := v.Node(id)
		if err != nil {
			return err
		}
		b.WriteString(n.State.String())
		for _, d := range []struct {
			name string
			is   Date
		}{{"due", n.Due}, {"sched", n.Sched}, {"wait", n.Wait}} {
			if !d.is.IsZero() {
				fmt.Fprintf(&b, " %s %s", d.name, d.is)
			}
		}
		if when, ok := n.Field("when"); ok {
			fmt.Fprintf(&b, " when %s", when)
		}
		chain, err := v.Chain(id)
		for _, e := range chain {
			fmt.Fprintf(&b, "; %s %s", e.Date, e.Outcome)
		}
		return err
	})
	return b.String()
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	d, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func finish(t testing.TB, tree *Tree, id ID, when string) {
	t.Helper()
	do(t, tree, func(e *Edit) error {
		_, err := e.Finish(id, Done, at(t, when))
		return err
	})
}

// TestFinish: what each way of repeating makes of being done.
func TestFinish(t *testing.T) {
	for _, c := range []struct{ line, done, looks string }{
		{"rent rec:monthly due:2027-01-31 state:todo", "2027-01-31 10:00", "todo due 2027-02-28; 2027-01-31 done"},
		{"rent rec:monthly due:2027-01-31 state:todo", "2027-01-31 10:00, 2027-02-28 10:00", "todo due 2027-03-31; 2027-01-31 done; 2027-02-28 done"},
		{"rent rec:monthly due:2027-01-31 state:todo", "2027-02-03 10:00", "todo due 2027-02-28; 2027-01-31 done"},
		{"water rec:daily due:2027-01-01", "2027-01-04 18:00", "none due 2027-01-05; 2027-01-01 missed; 2027-01-02 missed; 2027-01-03 missed; 2027-01-04 done"},
		{"bill rec:+1w due:2027-01-01", "2027-01-20 18:00", "none due 2027-01-08; 2027-01-01 done"},
		{"filter rec:.+3m due:2027-01-01", "2027-01-31 18:00", "none due 2027-04-30; 2027-01-01 done"},
		{"early rec:weekly due:2027-01-08", "2027-01-05 18:00", "none due 2027-01-15; 2027-01-08 done"},
		{`call rec:weekly due:"2027-01-08 09:00" sched:2027-01-06 wait:2027-01-05`, "2027-01-08 18:00", "none due 2027-01-15T09:00:00Z sched 2027-01-13 wait 2027-01-12; 2027-01-08T09:00:00Z done"},
		{`choir rec:"every mon" when:"2027-01-04 19:00..21:00"`, "2027-01-04 22:00", "none when 2027-01-11T19:00:00Z/2027-01-11T21:00:00Z; 2027-01-04T19:00:00Z done"},
		{"plan rec:weekly sched:2027-01-04 state:doing", "2027-01-04 22:00", "todo sched 2027-01-11; 2027-01-04 done"},
		{"stretch rec:.+2d", "2027-01-04 22:00", "none due 2027-01-06; 2027-01-04 done"},
		{`course rec:"weekly 2 times" due:2027-01-04 state:todo`, "2027-01-04 22:00, 2027-01-11 22:00", "done due 2027-01-11; 2027-01-04 done; 2027-01-11 done"},
		{`course rec:"weekly until 2027-01-12" due:2027-01-04 state:todo`, "2027-01-04 22:00, 2027-01-11 22:00", "done due 2027-01-11; 2027-01-04 done; 2027-01-11 done"},
		{"course rec:weekly due:2027-01-04 until:2027-01-10 state:todo", "2027-01-04 22:00", "done due 2027-01-04; 2027-01-04 done"},
		{"once due:2027-01-04 state:todo", "2027-01-04 22:00", "done due 2027-01-04"},
	} {
		tree := open(t)
		id := addLine(t, tree, Root, c.line)
		for _, when := range strings.Split(c.done, ", ") {
			finish(t, tree, id, when)
		}
		if got := look(t, tree, id); got != c.looks {
			t.Errorf("%s, done %s:\n%s, want\n%s", c.line, c.done, got, c.looks)
		}
		mustVerify(t, tree)
	}
}

// TestMovedDateCountsAnew: who moves the date at hand moves those that follow.
func TestMovedDateCountsAnew(t *testing.T) {
	tree := open(t)
	id := addLine(t, tree, Root, "rent rec:monthly due:2027-01-31 state:todo")
	finish(t, tree, id, "2027-01-31 10:00")
	do(t, tree, func(e *Edit) error { return e.SetDue(id, Date{T: at(t, "2027-03-05 00:00"), AllDay: true}) })
	finish(t, tree, id, "2027-03-05 10:00")
	if got, want := look(t, tree, id), "todo due 2027-04-05; 2027-01-31 done; 2027-03-05 done"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestChecklist: what is below is to be done again, but for what repeats by itself, and what one has asked to leave.
func TestChecklist(t *testing.T) {
	tree := open(t)
	id := addLine(t, tree, Root, "pack rec:weekly due:2027-01-04 state:todo")
	socks := addLine(t, tree, id, "socks state:done")
	pair := addLine(t, tree, socks, "second pair state:cancelled")
	own := addLine(t, tree, id, "passport rec:yearly due:2027-01-04 state:todo")
	below := addLine(t, tree, own, "photo state:done")
	do(t, tree, func(e *Edit) error {
		f, err := e.Finish(id, Done, at(t, "2027-01-04 10:00"))
		if f.Reset != 2 || err != nil {
			t.Errorf("%+v %v", f, err)
		}
		return err
	})
	view(t, tree, func(v *View) error {
		for id, want := range map[ID]State{socks: Todo, pair: Todo, own: Todo, below: Done} {
			if n, err := v.Node(id); err != nil || n.State != want || want != Done && !n.Finished.IsZero() {
				t.Errorf("%s is %v, finished %v: %v", n.Text, n.State, n.Finished, err)
			}
		}
		return nil
	})
	if _, err := tree.Undo(ThisSession); err != nil {
		t.Fatal(err)
	}
	if got := look(t, tree, socks) + " " + look(t, tree, id); got != "done todo due 2027-01-04" {
		t.Errorf("undone: %s", got)
	}
	kept := addLine(t, tree, Root, "trip rec:weekly due:2027-01-04 state:todo")
	do(t, tree, func(e *Edit) error { return e.SetField(kept, "reset", "none") })
	ticket := addLine(t, tree, kept, "ticket state:done")
	finish(t, tree, kept, "2027-01-04 10:00")
	if got := look(t, tree, ticket); got != "done" {
		t.Errorf("ticket is %s", got)
	}
}

// TestPause: skipped, paused with an end and without one, and gone on with.
func TestPause(t *testing.T) {
	tree := open(t)
	id := addLine(t, tree, Root, "gym rec:weekly due:2026-11-23 state:todo")
	day := func(s string) Date { return Date{T: at(t, s+" 00:00"), AllDay: true} }
	steps := []struct {
		what, looks string
		fn          func(*Edit) (Finished, error)
	}{
		{"skipped", "todo due 2026-11-30; 2026-11-23 skipped", func(e *Edit) (Finished, error) { return e.Skip(id, at(t, "2026-11-23 10:00")) }},
		{"paused", "todo due 2026-12-21; 2026-11-23 skipped", func(e *Edit) (Finished, error) { return e.Pause(id, day("2026-11-28"), day("2026-12-14")) }},
		{"paused on", "todo due 2026-12-21 wait 9999-12-30; 2026-11-23 skipped", func(e *Edit) (Finished, error) { return e.Pause(id, day("2026-12-01"), Date{}) }},
		{"resumed", "todo due 2026-12-21; 2026-11-23 skipped", func(e *Edit) (Finished, error) { return e.Resume(id) }},
	}
	for _, s := range steps {
		do(t, tree, func(e *Edit) error { _, err := s.fn(e); return err })
		if got := look(t, tree, id); got != s.looks {
			t.Errorf("%s: %s, want %s", s.what, got, s.looks)
		}
	}
	old := addLine(t, tree, Root, "swim rec:weekly due:2020-01-06 state:todo")
	do(t, tree, func(e *Edit) error { _, err := e.Pause(old, day("2020-01-06"), Date{}); return err })
	do(t, tree, func(e *Edit) error { _, err := e.Resume(old); return err })
	view(t, tree, func(v *View) error {
		n, err := v.Node(old)
		if err == nil && (n.Due.T.Weekday() != time.Monday || n.Due.T.Before(clockTime.AddDate(0, 0, -1)) || n.Due.T.After(clockTime.AddDate(0, 0, 7))) {
			t.Errorf("resumed at %v, it is %v", n.Due, clockTime)
		}
		return err
	})
	for _, c := range []struct {
		want error
		fn   func(*Edit) error
	}{
		{ErrPaused, func(e *Edit) error { _, err := e.Resume(id); return err }},
		{ErrNoRule, func(e *Edit) error { _, err := e.Skip(Root, clockTime); return err }},
	} {
		if _, err := tree.Do("x", c.fn); !errors.Is(err, c.want) {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
	mustVerify(t, tree)
}

// TestFinishUndone: whatever is done to what repeats, undo leads back to what was, redo to what came.
func TestFinishUndone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		rule := rapid.SampledFrom([]string{"daily", "+1w", ".+2d", "every mon,thu", "last workday", "monthly", "weekly 3 times"}).Draw(rt, "rule")
		id := addLine(t, tree, Root, `x rec:"`+rule+`" due:2027-01-31 state:todo`)
		addLine(t, tree, id, "y state:done")
		looks := []string{look(t, tree, id)}
		when := at(t, "2027-01-30 10:00")
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			when = when.AddDate(0, 0, rapid.IntRange(0, 9).Draw(rt, "days"))
			kind := rapid.IntRange(0, 3).Draw(rt, "kind")
			day := Date{T: when.Truncate(24 * time.Hour), AllDay: true}
			r, err := tree.Do("step", func(e *Edit) (err error) {
				switch kind {
				case 0, 1:
					_, err = e.Finish(id, Done, when)
				case 2:
					_, err = e.Skip(id, when)
				default:
					_, err = e.Pause(id, day, Date{T: day.T.AddDate(0, 0, 9), AllDay: true})
				}
				return err
			})
			if err != nil {
				rt.Fatal(err)
			}
			if r.Seq != 0 {
				looks = append(looks, look(t, tree, id))
			}
		}
		for i := len(looks) - 2; i >= 0; i-- {
			if _, err := tree.Undo(ThisSession); err != nil {
				rt.Fatal(err)
			}
			if got := look(t, tree, id); got != looks[i] {
				rt.Fatalf("undo: %s, want %s", got, looks[i])
			}
		}
		for _, want := range looks[1:] {
			if _, err := tree.Redo(ThisSession); err != nil {
				rt.Fatal(err)
			}
			if got := look(t, tree, id); got != want {
				rt.Fatalf("redo: %s, want %s", got, want)
			}
		}
		mustVerify(t, tree)
	})
}

// TestZoneOfWhatRepeats: ten in the morning in New York stays ten in New York when its clock changes, and all that belongs to it moves along.
func TestZoneOfWhatRepeats(t *testing.T) {
	tree := open(t)
	ny := addLine(t, tree, Root, `call rec:weekly due:"2026-10-26 10:00" sched:due-1h zone:America/New_York`)
	here := addLine(t, tree, Root, `tea rec:weekly due:"2026-10-26 14:00"`)
	finish(t, tree, ny, "2026-10-26 15:00")
	finish(t, tree, here, "2026-10-26 15:00")
	if got, want := look(t, tree, ny), "none due 2026-11-02T15:00:00Z sched 2026-11-02T14:00:00Z; 2026-10-26T14:00:00Z done"; got != want {
		t.Errorf("in New York:\n got %s\nwant %s", got, want)
	}
	if got, want := look(t, tree, here), "none due 2026-11-02T14:00:00Z; 2026-10-26T14:00:00Z done"; got != want {
		t.Errorf("here:\n got %s\nwant %s", got, want)
	}
	view(t, tree, func(v *View) error {
		n, err := v.Node(ny)
		if ahead := v.Ahead(&n, 1); len(ahead) != 1 || ahead[0].String() != "2026-11-09T15:00:00Z" {
			t.Errorf("ahead: %v", ahead)
		}
		return err
	})
}
