package model

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"arbor/model/date"
	"arbor/model/query"
)

// A report counts what a reading of all nodes counts, in all and in each of its periods.
func TestReport(t *testing.T) {
	type life struct {
		made, closed time.Time
		state        State
	}
	tree := open(t)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var lives []life
	do(t, tree, func(e *Edit) error {
		lives = nil
		for i := range 300 {
			l := life{made: start.Add(time.Duration(i*i*7%8000) * time.Hour), state: []State{None, Todo, Done, Cancelled}[i%4]}
			id, err := e.Create(Root, Last, "x")
			if err == nil {
				err = e.SetCreated(id, l.made)
			}
			if err == nil && l.state != None {
				err = e.SetState(id, l.state)
			}
			if err == nil && l.state.Closed() {
				l.closed = l.made.Add(time.Duration(i*13%2000) * time.Hour)
				err = e.SetFinished(id, l.closed)
			}
			if err != nil {
				return err
			}
			lives = append(lives, l)
		}
		return nil
	})
	rapid.Check(t, func(rt *rapid.T) {
		from := date.Day(start.AddDate(0, 0, rapid.IntRange(-5, 400).Draw(rt, "from")))
		to := Date{T: from.T.AddDate(0, 0, rapid.IntRange(0, 400).Draw(rt, "days")), AllDay: true}
		view(t, tree, func(v *View) error {
			r, err := v.Report(&query.Query{Expr: query.And{}}, ByTop, from, to, start.AddDate(3, 0, 0))
			if err != nil {
				return err
			}
			for _, p := range append(r.Periods, Period{From: from, To: to, Done: r.Done, Added: r.Added, Open: r.Open}) {
				begin, end := p.From.Start(time.UTC), p.To.End(time.UTC)
				want := Period{From: p.From, To: p.To}
				for _, l := range lives {
					in := func(at time.Time) bool { return !at.Before(begin) && at.Before(end) }
					if in(l.made) {
						want.Added++
					}
					if l.state == Done && in(l.closed) {
						want.Done++
					}
					if l.state != None && l.made.Before(end) && (!l.state.Closed() || !l.closed.Before(end)) {
						want.Open++
					}
				}
				if p != want {
					rt.Errorf("%+v, want %+v", p, want)
				}
			}
			next := from
			for _, p := range r.Periods {
				if !p.From.Equal(next) || p.To.Compare(p.From) < 0 {
					rt.Errorf("a period from %s to %s, want one from %s on", p.From, p.To, next)
				}
				next = Date{T: p.To.T.AddDate(0, 0, 1), AllDay: true}
			}
			if end := (Date{T: to.T.AddDate(0, 0, 1), AllDay: true}); !next.Equal(end) {
				rt.Errorf("the periods end before %s, want %s", next, end)
			}
			return nil
		})
	})
}
