package model

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"arbor/store"
)

// Errors of time worked.
var (
	ErrIdle       = errors.New("nothing is running")
	ErrNoInterval = errors.New("no such interval")
	ErrBackwards  = errors.New("an interval ends after it begins")
	ErrClosed     = errors.New("is closed; set it to do first")
	ErrRunning    = errors.New("is running already")
)

// Length is how long an interval has lasted; one that runs, until now.
func (e *Event) Length(now time.Time) time.Duration {
	if e.Running() {
		return max(0, now.Sub(e.From))
	}
	return e.To.Sub(e.From)
}

// newEventID returns a random id.
func (e *Edit) newEventID() (id EventID, err error) {
	if _, err = io.ReadFull(e.draws(), id[:]); err != nil {
		err = fmt.Errorf("make an id: %w", err)
	}
	return id, err
}

// Start begins to count time on a node, and returns the intervals that it ended for that: one runs at a time, unless parallel is said. An
// open node becomes doing.
func (e *Edit) Start(id ID, at time.Time, text string, parallel bool) (stopped []Event, err error) {
	n, err := e.need(id)
	if err != nil {
		return nil, err
	}
	if n.State.Closed() {
		return nil, fmt.Errorf("%s %w", id, ErrClosed)
	}
	running, err := e.running()
	if err != nil {
		return nil, err
	}
	for _, r := range running {
		if r.Node == id {
			return nil, fmt.Errorf("%s %w, since %s", id, ErrRunning, r.From.In(e.t.opt.Location).Format("15:04"))
		}
	}
	if !parallel {
		if stopped, err = e.stop(running, at); err != nil {
			return nil, err
		}
	}
	if _, err := e.AddInterval(id, at, time.Time{}, text); err != nil {
		return nil, err
	}
	return stopped, e.SetState(id, Doing)
}

// Stop ends what is running, of one node if it is not Root, and returns it.
func (e *Edit) Stop(id ID, at time.Time) ([]Event, error) {
	running, err := e.running()
	if err != nil {
		return nil, err
	}
	if id != Root {
		running = slices.DeleteFunc(running, func(r Event) bool { return r.Node != id })
	}
	if len(running) == 0 {
		return nil, ErrIdle
	}
	return e.stop(running, at)
}

// stopDone ends what runs on a node that is done: then, or now if it was begun later.
func (e *Edit) stopDone(id ID, at time.Time) error {
	running, err := e.running()
	if err != nil {
		return err
	}
	for _, r := range running {
		if r.Node != id {
			continue
		}
		to := at
		if !to.After(r.From) {
			to = e.batch.stamp.Time()
		}
		if !to.After(r.From) {
			to = r.From.Add(time.Second)
		}
		if _, err := e.stop([]Event{r}, to); err != nil {
			return err
		}
	}
	return nil
}

func (e *Edit) running() (out []Event, err error) {
	for r, err := range e.RunningEvents() {
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// stop ends intervals at a time. One that began at that very time was never worked on, and is no more.
func (e *Edit) stop(running []Event, at time.Time) ([]Event, error) {
	for i := range running {
		running[i].To = at.Truncate(time.Millisecond)
		if running[i].To.Equal(running[i].From) {
			if err := e.ClearEvent(running[i].Node, Interval, running[i].ID); err != nil {
				return nil, err
			}
			continue
		}
		if err := e.SetInterval(running[i]); err != nil {
			return nil, err
		}
	}
	return running, nil
}

// AddInterval says that somebody worked on a node from one time to another; a zero end is not yet.
func (e *Edit) AddInterval(id ID, from, to time.Time, text string) (Event, error) {
	ev := Event{Node: id, Kind: Interval, From: from.Truncate(time.Millisecond), To: to.Truncate(time.Millisecond), Text: text}
	var err error
	if ev.ID, err = e.newEventID(); err != nil {
		return ev, err
	}
	return ev, e.SetInterval(ev)
}

// SetInterval puts an interval in place of the one that has its id, or adds it.
func (e *Edit) SetInterval(ev Event) error {
	if !ev.To.IsZero() && !ev.To.After(ev.From) {
		return fmt.Errorf("%s to %s: %w", ev.From.In(e.t.opt.Location).Format(time.DateTime), ev.To.In(e.t.opt.Location).Format(time.DateTime), ErrBackwards)
	}
	return e.SetEvent(ev)
}

// MoveInterval gives an interval to another node.
func (e *Edit) MoveInterval(ev Event, to ID) error {
	if err := e.ClearEvent(ev.Node, Interval, ev.ID); err != nil {
		return err
	}
	ev.Node = to
	return e.SetEvent(ev)
}

// SplitInterval cuts an interval in two, and returns the later one.
func (e *Edit) SplitInterval(ev Event, at time.Time) (Event, error) {
	if !at.After(ev.From) || !ev.To.IsZero() && !at.Before(ev.To) {
		return Event{}, fmt.Errorf("%s is not within: %w", at.In(e.t.opt.Location).Format(time.DateTime), ErrBackwards)
	}
	later, err := e.AddInterval(ev.Node, at, ev.To, ev.Text)
	if err != nil {
		return later, err
	}
	ev.To = later.From
	return later, e.SetInterval(ev)
}

// MergeIntervals makes one interval of two of the same node, from the first beginning to the last end; what lay between them counts then.
func (e *Edit) MergeIntervals(a, b Event) (Event, error) {
	if a.Node != b.Node {
		return a, fmt.Errorf("they are of two nodes, %s and %s: %w", a.Node, b.Node, ErrNoInterval)
	}
	if b.From.Before(a.From) {
		a, b = b, a
	}
	if a.Running() || b.Running() {
		a.To = time.Time{}
	} else if b.To.After(a.To) {
		a.To = b.To
	}
	if a.Text == "" {
		a.Text = b.Text
	}
	return a, errors.Join(e.ClearEvent(b.Node, Interval, b.ID), e.SetEvent(a))
}

// Intervals returns the intervals that share some time with [from, to), by their beginning; zero bounds are none. Those of nodes in the trash
// are left out.
func (v *View) Intervals(from, to, now time.Time) ([]Event, error) {
	r := store.Prefix([]byte{eventAtTime, byte(Interval)})
	if !to.IsZero() {
		r.To = timeKey(Interval, to)
	}
	var out []Event
	shown := map[ID]bool{}
	for e, err := range v.eventsAt(Interval, r, 10) {
		if err != nil {
			return nil, err
		}
		if end := e.From.Add(e.Length(now)); !from.IsZero() && !end.After(from) && !e.Running() {
			continue
		}
		in, known := shown[e.Node]
		if !known {
			top, err := v.Top(e.Node)
			if err != nil {
				return nil, err
			}
			in = top == Root
			shown[e.Node] = in
		}
		if in {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Event) int { return a.From.Compare(b.From) })
	return out, nil
}

// Interval returns the interval that a reference names: the beginning of its id, at least four digits of it, with or without @ before.
func (v *View) Interval(ref string) (Event, error) {
	prefix := strings.TrimPrefix(strings.ToLower(ref), "@")
	var found []Event
	if len(prefix) >= minPrefix {
		for e, err := range v.eventsAt(Interval, store.Prefix([]byte{eventAtTime, byte(Interval)}), 10) {
			if err != nil {
				return Event{}, err
			}
			if strings.HasPrefix(ID(e.ID).String(), prefix) {
				found = append(found, e)
			}
		}
	}
	switch len(found) {
	case 0:
		return Event{}, fmt.Errorf("%s: %w", ref, ErrNoInterval)
	case 1:
		return found[0], nil
	}
	a := &AmbiguousError{Ref: ref}
	for _, e := range found {
		a.Candidates = append(a.Candidates, ID(e.ID))
	}
	return Event{}, a
}

// IntervalRefs returns what names each of some intervals among all there are.
func (v *View) IntervalRefs(of []Event) (map[EventID]string, error) {
	var all []string
	for e, err := range v.eventsAt(Interval, store.Prefix([]byte{eventAtTime, byte(Interval)}), 10) {
		if err != nil {
			return nil, err
		}
		all = append(all, ID(e.ID).String())
	}
	slices.Sort(all)
	refs := map[EventID]string{}
	for _, e := range of {
		s := ID(e.ID).String()
		i, _ := slices.BinarySearch(all, s)
		n := minPrefix
		for _, j := range []int{i - 1, i + 1} {
			if j >= 0 && j < len(all) && all[j] != s {
				n = max(n, common(all[j], s)+1)
			}
		}
		refs[e.ID] = s[:min(n, len(s))]
	}
	return refs, nil
}

func common(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// Repair has intervals that were recorded side by side follow one another: the earlier one ends where the later begins, and goes on behind it
// if it lasted longer. It returns how many it changed.
func (e *Edit) Repair(from, to, now time.Time) (changed int, err error) {
	all, err := e.Intervals(from, to, now)
	if err != nil {
		return 0, err
	}
	touched := map[EventID]bool{}
	for len(all) > 1 {
		a, b := all[0], all[1]
		if end := a.From.Add(a.Length(now)); !end.After(b.From) {
			all = all[1:]
			continue
		}
		touched[a.ID] = true
		rest := a
		if a.To = b.From; a.To.Equal(a.From) { // they begin together: the first is no more, but for what lies behind
			if err := e.ClearEvent(a.Node, Interval, a.ID); err != nil {
				return 0, err
			}
		} else if err := e.SetInterval(a); err != nil {
			return 0, err
		}
		all = all[1:]
		if b.Running() || !rest.Running() && !rest.To.After(b.To) {
			continue
		}
		if rest, err = e.AddInterval(rest.Node, b.To, rest.To, rest.Text); err != nil {
			return 0, err
		}
		touched[rest.ID] = true
		i, _ := slices.BinarySearchFunc(all[1:], rest, func(x, y Event) int { return x.From.Compare(y.From) })
		all = slices.Insert(all, 1+i, rest)
	}
	return len(touched), nil
}
