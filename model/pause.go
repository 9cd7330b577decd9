package model

import (
	"errors"
	"fmt"
	"time"

	"arbor/model/date"
	"arbor/model/recur"
)

// Pause leaves out what a node has to be done between two days, the last included: the date at hand moves behind them. Without a last day
// the node waits, hidden, until Resume.
func (e *Edit) Pause(id ID, from, to Date) (Finished, error) {
	n, err := e.need(id)
	if err != nil {
		return Finished{}, err
	}
	r, repeats := e.Recurs(n)
	if !repeats {
		return Finished{}, fmt.Errorf("%s %w", id, ErrNoRule)
	}
	loc := e.t.opt.Location
	from = from.Day(loc)
	if to.IsZero() {
		return Finished{}, errors.Join(e.SetField(id, fieldPause, from.String()+"/"), e.SetWait(id, date.Someday))
	}
	to = to.Day(loc)
	if to.Compare(from) < 0 {
		return Finished{}, fmt.Errorf("a pause until %s would end before it begins, on %s", to, from)
	}
	if err := e.SetField(id, fieldPause, from.String()+"/"+to.String()); err != nil {
		return Finished{}, err
	}
	r.PausedFrom, r.PausedTo = from, to
	if r.Date.IsZero() || !r.paused(r.Date) {
		return Finished{Was: r.Date, Next: r.Date}, nil
	}
	return e.over(n, r, to.Start(loc))
}

// over moves the date at hand, which is not to be done, behind an instant.
func (e *Edit) over(n *Node, r Recurrence, at time.Time) (Finished, error) {
	f := Finished{Was: r.Date}
	next, _, ok, err := r.next(r.Date, at, e.zoneOf(n))
	if err != nil || !ok {
		return f, errors.Join(err, e.SetState(n.ID, Done))
	}
	f.Next = next
	return f, e.moveOn(n, r, next)
}

// Resume ends a pause. If the date at hand passed meanwhile, it moves to the next one that has not.
func (e *Edit) Resume(id ID) (Finished, error) {
	n, err := e.need(id)
	if err != nil {
		return Finished{}, err
	}
	r, repeats := e.Recurs(n)
	if !repeats {
		return Finished{}, fmt.Errorf("%s %w", id, ErrNoRule)
	}
	if r.PausedFrom.IsZero() {
		return Finished{}, fmt.Errorf("%s %w", id, ErrPaused)
	}
	if err := e.ClearField(id, fieldPause); err != nil {
		return Finished{}, err
	}
	if n.Wait.Equal(date.Someday) {
		if err := e.SetWait(id, Date{}); err != nil {
			return Finished{}, err
		}
	}
	loc := e.t.opt.Location
	now := e.batch.stamp.Time()
	r.PausedFrom, r.PausedTo = Date{}, Date{}
	if today := date.Day(now.In(loc)); r.Date.IsZero() || r.Date.Day(loc).Compare(today) >= 0 {
		return Finished{Was: r.Date, Next: r.Date}, nil
	}
	yesterday := date.Day(now.In(loc).AddDate(0, 0, -1))
	r.Rule.Mode = recur.CatchUp
	if n, err = e.need(id); err != nil {
		return Finished{}, err
	}
	return e.over(n, r, yesterday.End(loc).Add(-time.Second))
}
