package model

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"arbor/model/date"
	"arbor/model/recur"
	"arbor/timeseries"
)

// What repeats is one node. Its dates move on when it is done, and what became of each date stays behind as an Occurrence: so that what hangs
// below it, its arrows, its note and its place stay where they are, and ten years of a daily task are no more than one line.
//
// An occurrence has an id made of the node and the date, and everything else that follows from doing it is computed from the node as it was.
// Two devices that do the same occurrence, each without the other, write the same.
const (
	fieldRule  = "rec"       // the rule, as recur.Rule.String writes it
	fieldFrom  = "rec.from"  // the date that the rule counts from
	fieldPause = "rec.pause" // what Pause has said: two days with a slash between them, the second empty if it is not known yet
	fieldReset = "reset"     // "none" leaves what is below as it is
	fieldWhen  = "when"
	fieldZone  = "zone" // the time zone in which its times of day stay what they are
)

// Errors of what repeats.
var (
	ErrNoRule = errors.New("does not repeat; give it a rule with rec:, such as rec:weekly")
	ErrPaused = errors.New("is not paused")
)

// maxPassed bounds how many dates that passed unnoticed one action writes down.
const maxPassed = 1000

// Recurrence is how a node repeats.
type Recurrence struct {
	Rule recur.Rule
	From Date // what it counts from
	Date Date // of the occurrence that is to be done: due, else when, else sched
	// Paused says that no occurrence lies between two days; the second is zero while it is not known.
	PausedFrom, PausedTo Date
}

// Recurs returns how a node repeats, and false if it does not, or by a rule that this version cannot read.
func (v *View) Recurs(n *Node) (Recurrence, bool) {
	i, ok := findField(n.Fields, fieldRule)
	if !ok {
		return Recurrence{}, false
	}
	loc := v.zoneOf(n)
	rule, err := recur.Parse(n.Fields[i].Value, v.t.opt.Now().In(loc))
	if err != nil {
		return Recurrence{}, false
	}
	r := Recurrence{Rule: rule, Date: movingDate(n)}
	if value, ok := n.Field(fieldPause); ok {
		from, to, _ := strings.Cut(value, "/")
		r.PausedFrom, _ = date.ParseISO(from)
		r.PausedTo, _ = date.ParseISO(to)
	}
	r.From = r.Date
	if value, ok := n.Field(fieldFrom); ok {
		if from, err := date.ParseISO(value); err == nil && from.AllDay == r.Date.AllDay && r.counts(from, loc) {
			r.From = from
		}
	}
	return r, true
}

// counts reports whether the date at hand is one of those that the rule gives from a day on: else somebody has moved it since.
func (r *Recurrence) counts(from Date, loc *time.Location) bool {
	if r.Date.Equal(from) {
		return true
	}
	at := r.Date.Start(loc)
	for d := range r.Rule.Between(from, at, at.Add(time.Second), loc) {
		return d.Equal(r.Date)
	}
	return false
}

// movingDate returns the date that a rule moves: due, else when, else sched.
func movingDate(n *Node) Date {
	if !n.Due.IsZero() {
		return n.Due
	}
	if from := whenFrom(n); !from.IsZero() {
		return from
	}
	return n.Sched
}

// zoneOf returns the zone on whose calendar what repeats moves: the node's own, if it has one and a time of day, else that of the tree.
func (v *View) zoneOf(n *Node) *time.Location {
	if i, ok := findField(n.Fields, fieldZone); ok && !movingDate(n).AllDay {
		if loc, err := time.LoadLocation(n.Fields[i].Value); err == nil {
			return loc
		}
	}
	return v.t.opt.Location
}

// whenFrom returns the beginning of when a node takes place.
func whenFrom(n *Node) Date {
	i, ok := findField(n.Fields, fieldWhen)
	if !ok {
		return Date{}
	}
	from, _, _ := strings.Cut(n.Fields[i].Value, "/")
	d, _ := date.ParseISO(from)
	return d
}

// next returns the date behind d, of an occurrence that ended at some instant, outside the pause, and those in between that had begun by
// then. ok is false if there is no date left.
func (r *Recurrence) next(d Date, at time.Time, loc *time.Location) (next Date, passed []Date, ok bool, err error) {
	next, ok, err = r.Rule.Next(r.From, d, at, loc)
	if err != nil {
		return next, nil, false, err
	}
	if r.Rule.Mode == recur.CatchUp {
		for m := range r.Rule.Between(r.From, d.Start(loc).Add(time.Second), at, loc) {
			if m.Compare(d) > 0 && !r.paused(m) && len(passed) < maxPassed {
				passed = append(passed, m)
			}
		}
	}
	step := r.Rule
	if step.Mode != recur.After {
		step.Mode = recur.Fixed
	}
	for ok && r.paused(next) {
		next, ok, err = step.Next(r.From, next, next.Start(loc), loc)
		if err != nil {
			return next, nil, false, err
		}
	}
	return next, passed, ok, nil
}

// paused reports whether d lies between the days of a pause whose end is known.
func (r *Recurrence) paused(d Date) bool {
	return !r.PausedTo.IsZero() && !d.T.Before(r.PausedFrom.T) && d.T.Before(r.PausedTo.T.AddDate(0, 0, 1))
}

// PausedAt reports whether a pause holds at a time: from its first day to its last, or, where that is not known, until Resume.
func (r *Recurrence) PausedAt(now time.Time) bool {
	if r.PausedFrom.IsZero() || now.Before(r.PausedFrom.Start(now.Location())) {
		return false
	}
	return r.PausedTo.IsZero() || now.Before(r.PausedTo.End(now.Location()))
}

// Finished is what Finish or Skip did.
type Finished struct {
	Was    Date // the date of the occurrence that ended; zero of what does not repeat
	Next   Date // the one that follows, zero if that was the last
	Missed int  // how many dates before Was had passed without it
	Reset  int  // how many nodes below are to be done again
}

// Finish closes a node as of an instant. What repeats is closed only by its last occurrence: otherwise what became of this one is written
// down, and the node, with all that is below it, is to be done again on the next date. To cancel what repeats ends it. Time that runs on the
// node is stopped.
func (e *Edit) Finish(id ID, to State, at time.Time) (Finished, error) {
	n, err := e.need(id)
	if err != nil {
		return Finished{}, err
	}
	if to.Closed() && !n.State.Closed() {
		if err := e.stopDone(id, at); err != nil {
			return Finished{}, err
		}
	}
	r, repeats := e.Recurs(n)
	if !repeats || to != Done || n.State.Closed() {
		if err := e.SetState(id, to); err != nil || !to.Closed() || n.State.Closed() {
			return Finished{}, err
		}
		return Finished{}, e.SetFinished(id, at)
	}
	return e.endOccurrence(n, r, OutcomeDone, at)
}

// Skip leaves the occurrence at hand out, and goes on to the next.
func (e *Edit) Skip(id ID, at time.Time) (Finished, error) {
	n, err := e.need(id)
	if err != nil {
		return Finished{}, err
	}
	r, repeats := e.Recurs(n)
	if !repeats {
		return Finished{}, fmt.Errorf("%s %w", id, ErrNoRule)
	}
	return e.endOccurrence(n, r, OutcomeSkipped, at)
}

// endOccurrence writes down what became of the occurrence at hand, and moves the node on. Where others have begun since, by a rule that
// catches up, it is the latest of them that was done, and those before were missed: who waters the plants on Sunday has not done so on Friday.
func (e *Edit) endOccurrence(n *Node, r Recurrence, how Outcome, at time.Time) (f Finished, err error) {
	loc := e.zoneOf(n)
	if r.Date.IsZero() { // done now, for the first time
		r.Date = date.Day(at.In(loc))
		r.From = r.Date
	}
	next, passed, ok, err := r.next(r.Date, at, loc)
	if err != nil {
		return f, err
	}
	passed = append([]Date{r.Date}, passed...)
	f.Missed = len(passed) - 1
	f.Was = passed[f.Missed]
	for _, m := range passed[:f.Missed] {
		if err := e.noteOccurrence(n.ID, m, OutcomeMissed, at); err != nil {
			return f, err
		}
	}
	if err := e.noteOccurrence(n.ID, f.Was, how, at); err != nil {
		return f, err
	}
	if !ok || !n.Until.IsZero() && next.Compare(n.Until) > 0 {
		if err := e.SetState(n.ID, Done); err != nil {
			return f, err
		}
		return f, e.SetFinished(n.ID, at)
	}
	f.Next = next
	if err := e.moveOn(n, r, next); err != nil {
		return f, err
	}
	f.Reset, err = e.reset(n)
	return f, err
}

// noteOccurrence writes down what became of a date: in the chain, and in the series that plots show, 1 for done and 0 for missed.
func (e *Edit) noteOccurrence(id ID, d Date, how Outcome, at time.Time) error {
	ev := Event{Node: id, Kind: Occurrence, ID: OccurrenceID(id, d), Date: d, Outcome: how, At: at.Truncate(time.Millisecond)}
	old, had, err := e.Event(id, Occurrence, ev.ID)
	if err != nil || had && old.Outcome == how {
		return err
	}
	if err := e.SetEvent(ev); err != nil || how == OutcomeSkipped {
		return err
	}
	v := 1.0
	if how == OutcomeMissed {
		v = 0
	}
	return e.Log(id, timeseries.Sample{T: e.OccurrenceTime(d), V: v})
}

// OccurrenceTime is the time at which the series of what repeats has what became of a date.
func (v *View) OccurrenceTime(d Date) int64 { return d.Start(v.t.opt.Location).UnixNano() }

// moveOn gives a node the dates of its next occurrence: they keep their distance in days, and their time of day.
func (e *Edit) moveOn(n *Node, r Recurrence, next Date) error {
	id, was := n.ID, r.Date
	due, sched, wait, when := n.Due, n.Sched, n.Wait, ""
	if i, ok := findField(n.Fields, fieldWhen); ok {
		when = n.Fields[i].Value
	}
	loc := e.zoneOf(n)
	days := civilDays(was, next, loc)
	if err := e.SetField(id, fieldFrom, r.From.String()); err != nil {
		return err
	}
	if !sched.IsZero() {
		sched = shift(sched, days, loc)
	}
	if !wait.IsZero() && !wait.Equal(date.Someday) {
		wait = shift(wait, days, loc)
	}
	switch {
	case !due.IsZero() || when == "" && sched.IsZero():
		due = next
	case when == "":
		sched = next
	}
	if when != "" {
		if err := e.SetField(id, fieldWhen, shiftWhen(when, days, loc)); err != nil {
			return err
		}
	}
	return errors.Join(e.SetDue(id, due), e.SetSched(id, sched), e.SetWait(id, wait))
}

// civilDays is how many days lie between two dates on the calendar of loc.
func civilDays(a, b Date, loc *time.Location) int {
	return int(b.Day(loc).T.Sub(a.Day(loc).T).Hours() / 24)
}

// shift moves a date by civil days; its time of day in loc stays.
func shift(d Date, days int, loc *time.Location) Date {
	if d.AllDay {
		return Date{T: d.T.AddDate(0, 0, days), AllDay: true}
	}
	return date.At(d.T.In(loc).AddDate(0, 0, days))
}

// shiftWhen moves a date, or two with a slash between them.
func shiftWhen(when string, days int, loc *time.Location) string {
	ends := strings.Split(when, "/")
	for i, s := range ends {
		if d, err := date.ParseISO(s); err == nil {
			ends[i] = shift(d, days, loc).String()
		}
	}
	return strings.Join(ends, "/")
}

// reset makes a node, and what is closed below it, to be done again, and returns how many those below were. What repeats by itself is left
// alone, with all below it.
func (e *Edit) reset(n *Node) (int, error) {
	if n.State != None {
		if err := e.SetState(n.ID, Todo); err != nil {
			return 0, err
		}
	}
	if how, _ := n.Field(fieldReset); how == "none" {
		return 0, nil
	}
	return e.resetBelow(n.ID)
}

func (e *Edit) resetBelow(id ID) (sum int, err error) {
	var children []Child
	for c, err := range e.Children(id) {
		if err != nil {
			return sum, err
		}
		children = append(children, c)
	}
	for _, c := range children {
		n, err := e.need(c.ID)
		if err != nil {
			return sum, err
		}
		if _, repeats := e.Recurs(n); repeats {
			continue
		}
		if c.State.Closed() {
			if err := e.SetState(c.ID, Todo); err != nil {
				return sum, err
			}
			sum++
		}
		below, err := e.resetBelow(c.ID)
		if sum += below; err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// Ahead returns the dates of a node that would follow the one at hand, at most k of them, if each were done on its day.
func (v *View) Ahead(n *Node, k int) []Date {
	r, ok := v.Recurs(n)
	loc := v.zoneOf(n)
	var out []Date
	for d := r.Date; ok && !d.IsZero() && len(out) < k; {
		next, _, more, err := r.next(d, d.Start(loc), loc)
		if err != nil || !more || !n.Until.IsZero() && next.Compare(n.Until) > 0 {
			break
		}
		out = append(out, next)
		d = next
	}
	return out
}

// Chain returns what became of the dates of a node, by date.
func (v *View) Chain(id ID) ([]Event, error) {
	var out []Event
	for e, err := range v.Events(id, Occurrence) {
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Event) int { return cmp.Or(a.Date.Compare(b.Date), a.At.Compare(b.At)) })
	return out, nil
}
