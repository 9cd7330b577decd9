package model

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"arbor/model/date"
	"arbor/model/query"
)

// Reminder is something that a person wants to be told of at a time: an event begins, something is due or to be begun, or a field warn asks to
// be told ahead of a due date.
type Reminder struct {
	Node  Node
	Kind  AgendaKind // never AgendaDone
	At    Date       // of the thing itself
	Start time.Time  // when that is; of what has no time of day, the time at which to say it
	Say   time.Time  // when to say it: Start, but earlier for AgendaWarned
}

// Moments is the time in which reminders are looked for: (From, Until].
type Moments struct {
	From, Until time.Time
	Now         time.Time     // in the person's zone
	DayAt       time.Duration // after midnight: when to say what has no time of day
}

// Reminders returns what is to be said at these moments of the nodes that q means, by time. What is closed, expired, or waits longer than until
// the day itself, is left out. The cost is that of Select with q.
func (v *View) Reminders(q *query.Query, m Moments) ([]Reminder, error) {
	dated, err := query.Parse("due:any or sched:any or when:any", m.Now)
	if err != nil {
		return nil, err
	}
	var all []Reminder
	for n, err := range v.Select(&query.Query{Expr: query.And{dated.Expr, q.Expr}, Now: q.Now}) {
		if err != nil {
			return nil, err
		}
		all = v.appendReminders(all, &n, m)
	}
	slices.SortStableFunc(all, func(a, b Reminder) int { return cmp.Or(a.Say.Compare(b.Say), cmp.Compare(a.Node.Text, b.Node.Text)) })
	return all, nil
}

// FirstReminder returns when the first reminder of these nodes is to be said at these moments, the zero time if none is. Nodes that are gone have
// none; those in the trash may have one. The cost is that of reading the nodes.
func (v *View) FirstReminder(ids []ID, m Moments) (first time.Time, err error) {
	for _, id := range ids {
		n, err := v.Node(id)
		if errors.Is(err, ErrNoNode) {
			continue
		}
		if err != nil {
			return first, err
		}
		for _, r := range v.appendReminders(nil, &n, m) {
			if first.IsZero() || r.Say.Before(first) {
				first = r.Say
			}
		}
	}
	return first, nil
}

// appendReminders adds the reminders of one node, each once.
func (v *View) appendReminders(all []Reminder, n *Node, m Moments) []Reminder {
	loc := m.Now.Location()
	if n.State.Closed() || !n.Until.IsZero() && !m.Now.Before(n.Until.End(loc)) {
		return all
	}
	value, _ := n.Field("warn")
	warn, err := date.ParseSpan(value)
	if err != nil {
		warn = 0
	}
	days := []int{0}
	if r, ok := v.Recurs(n); ok && !r.Date.IsZero() {
		for _, d := range v.Ahead(n, maxProjected) {
			if d.Start(loc).After(m.Until.Add(warn)) {
				break
			}
			days = append(days, civilDays(r.Date, d, v.zoneOf(n)))
		}
	}
	from, to := whenOf(n)
	had := len(all)
	add := func(kind AgendaKind, at, end Date, ahead time.Duration) {
		start := at.T
		if at.AllDay {
			y, month, d := at.T.Date()
			start = time.Date(y, month, d, 0, int(m.DayAt/time.Minute), 0, 0, loc)
		}
		r := Reminder{Node: *n, Kind: kind, At: at, Start: start, Say: start.Add(-ahead)}
		it := AgendaItem{From: at, To: end}
		if at.IsZero() || !r.Say.After(m.From) || r.Say.After(m.Until) || !n.Wait.IsZero() && it.last(loc).Compare(n.Wait.Day(loc)) < 0 ||
			slices.ContainsFunc(all[had:], func(o Reminder) bool { return o.Kind == kind && o.At.Equal(at) }) {
			return
		}
		all = append(all, r)
	}
	for _, d := range days {
		move := func(at Date) Date {
			if at.IsZero() {
				return at
			}
			return shift(at, d, v.zoneOf(n))
		}
		add(AgendaEvent, move(from), move(to), 0)
		add(AgendaDue, move(n.Due), Date{}, 0)
		add(AgendaSched, move(n.Sched), Date{}, 0)
		if warn > 0 {
			add(AgendaWarned, move(n.Due), Date{}, warn)
		}
	}
	return all
}
