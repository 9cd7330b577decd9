package model

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"arbor/model/inline"
)

// reviewed lists what a review brings up.
func reviewed(t testing.TB, tree *Tree, since, now time.Time) string {
	t.Helper()
	var out []string
	view(t, tree, func(v *View) error {
		items, err := v.Review(everything(t, now, ""), DefaultWeights(), Date{T: since, AllDay: true}, 30*24*time.Hour, now)
		for _, it := range items {
			out = append(out, fmt.Sprintf("%s: %s", it.Why, it.Node.Text))
		}
		return err
	})
	return strings.Join(out, ", ")
}

func TestReview(t *testing.T) {
	now := at(t, "2026-03-10 12:00") // six days after the clock of the tree, so that nothing is stale
	monday := at(t, "2026-03-09 00:00")
	tree := open(t)
	do(t, tree, func(e *Edit) error {
		_, err := e.Inbox()
		return err
	})
	addLine(t, tree, Inbox, "thought")
	addLine(t, tree, Root, "note")
	late := addLine(t, tree, Root, "late due:2026-03-01 state:todo")
	addLine(t, tree, Root, "over until:2026-03-01 state:todo")
	stuck := addLine(t, tree, Root, "stuck state:todo")
	inner := addLine(t, tree, stuck, "inner state:todo")
	addLine(t, tree, inner, "asked state:waiting")
	goes := addLine(t, tree, Root, "goes state:todo")
	addLine(t, tree, goes, "step state:todo")
	if got, want := reviewed(t, tree, monday, now), "inbox: thought, overdue: late, expired: over, no next step: inner"; got != want {
		t.Errorf("a review brings up %s; want %s", got, want)
	}
	april := at(t, "2026-04-20 12:00")
	if got, want := reviewed(t, tree, monday, april), "inbox: thought, overdue: late, expired: over, no next step: inner, waiting: asked, stale: step"; got != want {
		t.Errorf("weeks later it brings up %s; want %s", got, want)
	}

	decide := func(id ID, a ReviewAnswer, until Date, text string) {
		t.Helper()
		do(t, tree, func(e *Edit) error { return e.Decide(id, a, until, text, now) })
	}
	decide(late, ReviewDefer, Date{T: at(t, "2026-03-20 00:00"), AllDay: true}, "")
	decide(inner, ReviewStep, Date{}, "call")
	if got, want := reviewed(t, tree, monday, now), "inbox: thought, expired: over"; got != want {
		t.Errorf("after two answers it brings up %s; want %s", got, want)
	}
	if got, want := reviewed(t, tree, at(t, "2026-03-16 00:00"), at(t, "2026-03-17 12:00")), "inbox: thought, overdue: late, expired: over"; got != want {
		t.Errorf("a week later it brings up %s; want %s", got, want)
	}
	for _, a := range []ReviewAnswer{ReviewDefer, ReviewStep} {
		if _, err := tree.Do("test", func(e *Edit) error { return e.Decide(late, a, Date{}, "", now) }); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("answer %d without what it needs: %v", a, err)
		}
	}
	decide(late, ReviewDelegate, Date{}, "anna")
	decide(stuck, ReviewDelete, Date{}, "")
	decide(goes, ReviewDo, Date{}, "")
	view(t, tree, func(v *View) error {
		n, err := v.Node(late)
		if n.State != Waiting || !n.HasTag("anna") || n.Wait.String() != "2026-03-20" {
			t.Errorf("late is %+v", n)
		}
		if g, _ := v.Node(goes); g.State != Doing {
			t.Errorf("goes is %v", g.State)
		}
		return err
	})
}

// TestDay: the page of a day is one, and comes back from the trash.
func TestDay(t *testing.T) {
	tree := open(t)
	day := Date{T: at(t, "2026-03-04 00:00"), AllDay: true}
	open := func() (id ID) {
		var p *Page
		view(t, tree, func(v *View) (err error) {
			p, err = v.Page(day, inline.Env{Now: day.T})
			return err
		})
		do(t, tree, func(e *Edit) (err error) {
			id, err = e.Open(p)
			return err
		})
		return id
	}
	first := open()
	open()
	do(t, tree, func(e *Edit) error { return e.Trash(Journal) })
	if again := open(); again != first {
		t.Errorf("a second page %s of the day, beside %s", again, first)
	}
	view(t, tree, func(v *View) error {
		n, err := v.Node(first)
		if n.Text != "2026-03-04 Wed" || n.Parent != Journal {
			t.Errorf("the page is %+v", n)
		}
		if top, _ := v.Top(first); top != Root {
			t.Error("the page lies in the trash")
		}
		return err
	})
}
