package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"arbor/model/date"
	"arbor/model/query"
)

// AgendaKind is why something stands on a day.
type AgendaKind uint8

// The kinds.
const (
	AgendaEvent  AgendaKind = iota // it takes place: when
	AgendaDue                      // it is to be done by then
	AgendaSched                    // it is to be begun
	AgendaWarned                   // its due date is near: as many days ahead as its field warn says
	AgendaDone                     // it was done that day
	agendaKinds
)

func (k AgendaKind) String() string {
	return [agendaKinds]string{"event", "due", "sched", "warned", "done"}[k]
}

// AgendaItem is one thing that stands on a day, and the same one on each day that an event of several days takes.
type AgendaItem struct {
	Node      Node
	Kind      AgendaKind
	From, To  Date // To is zero if it has no end: what takes place until the end of a day says that day
	Late      bool // it was due, or to be begun, on an earlier day, and is not done
	Projected bool // a date of what repeats that follows the one at hand
	Overlaps  []ID // other events with a time of day that are going on meanwhile
}

// AgendaDay is what stands on a civil day, in the order of the day: what is late, what takes all day, what has a time, what is due or to be
// begun that day, warnings, and what was done.
type AgendaDay struct {
	Day   Date
	Items []AgendaItem
}

// maxProjected bounds how many dates ahead of one node are shown.
const maxProjected = 366

// agenda is one being made.
type agenda struct {
	v        *View
	from, to Date // civil days, both included
	today    Date
	now      time.Time
	items    []AgendaItem
	repeats  map[ID]Node
}

// Agenda returns the days from one to another, both included, with what of the nodes that q means takes place, is due, is to be begun or was
// done on them. What is late stands on today. What repeats stands on its dates ahead too. Nodes that wait are left out up to the day on
// which they no longer do. The cost is that of Select with q, and of the dates that are found.
func (v *View) Agenda(q *query.Query, from, to Date, now time.Time) ([]AgendaDay, error) {
	a := agenda{v: v, from: from, to: to, now: now, today: date.Day(now), repeats: map[ID]Node{}}
	dated, err := query.Parse("due:any or sched:any or when:any or finished:>="+from.String(), now)
	if err != nil {
		return nil, err
	}
	for n, err := range v.Select(&query.Query{Expr: query.And{dated.Expr, q.Expr}, Now: q.Now}) {
		if err != nil {
			return nil, err
		}
		a.node(&n)
	}
	if err := a.chains(); err != nil {
		return nil, err
	}
	a.overlaps()
	return a.days(), nil
}

func (a *agenda) node(n *Node) {
	loc := a.now.Location()
	if n.State.Closed() {
		if !n.Finished.IsZero() {
			a.add(AgendaItem{Node: *n, Kind: AgendaDone, From: Date{T: n.Finished.In(loc)}})
		}
		return
	}
	if !n.Until.IsZero() && !a.now.Before(n.Until.End(loc)) {
		return
	}
	a.dates(n, 0, false)
	r, ok := a.v.Recurs(n)
	if !ok || r.Date.IsZero() {
		return
	}
	a.repeats[n.ID] = *n
	last := a.to.End(loc)
	for _, d := range a.v.Ahead(n, maxProjected) {
		if !d.Start(loc).Before(last) {
			break
		}
		a.dates(n, civilDays(r.Date, d, a.v.zoneOf(n)), true)
	}
}

// dates adds what the dates of a node say, moved by so many days.
func (a *agenda) dates(n *Node, days int, projected bool) {
	move := func(d Date) Date {
		if d.IsZero() {
			return d
		}
		return shift(d, days, a.v.zoneOf(n))
	}
	if from, to := whenOf(n); !from.IsZero() {
		a.add(AgendaItem{Node: *n, Kind: AgendaEvent, From: move(from), To: move(to), Projected: projected})
	}
	for _, x := range []struct {
		kind AgendaKind
		date Date
	}{{AgendaDue, n.Due}, {AgendaSched, n.Sched}} {
		if !x.date.IsZero() {
			a.add(AgendaItem{Node: *n, Kind: x.kind, From: move(x.date), Projected: projected})
		}
	}
}

// whenOf returns the ends of when a node takes place; to is zero if it has no end.
func whenOf(n *Node) (from, to Date) {
	value, _ := n.Field(fieldWhen)
	first, second, _ := strings.Cut(value, "/")
	from, err := date.ParseISO(first)
	if err != nil {
		return Date{}, Date{}
	}
	if to, err = date.ParseISO(second); err != nil {
		to = Date{}
	}
	return from, to
}

// add keeps an item that stands on one of the days, or on today because it is late or near.
func (a *agenda) add(it AgendaItem) {
	loc := a.now.Location()
	day := it.From.Day(loc)
	if w := it.Node.Wait; !w.IsZero() && it.Kind != AgendaDone && it.last(loc).Compare(w.Day(loc)) < 0 {
		return
	}
	if it.last(loc).Compare(a.from) >= 0 && day.Compare(a.to) <= 0 {
		a.items = append(a.items, it)
		return
	}
	if it.Projected || a.today.Compare(a.from) < 0 || a.today.Compare(a.to) > 0 {
		return
	}
	switch {
	case (it.Kind == AgendaDue || it.Kind == AgendaSched) && day.Compare(a.today) < 0:
		it.Late = true
		a.items = append(a.items, it)
	case it.Kind == AgendaDue && a.near(&it.Node, day):
		it.Kind = AgendaWarned
		a.items = append(a.items, it)
	}
}

// near reports whether a node asks to be shown ahead of its due day by now.
func (a *agenda) near(n *Node, day Date) bool {
	value, ok := n.Field("warn")
	if !ok {
		return false
	}
	span, err := date.ParseSpan(value)
	return err == nil && !a.today.T.Before(day.T.Add(-span))
}

// last is the last day on which an item stands.
func (it *AgendaItem) last(loc *time.Location) Date {
	if it.To.IsZero() {
		return it.From.Day(loc)
	}
	if it.To.AllDay {
		return it.To
	}
	return date.Day(it.To.T.In(loc).Add(-time.Nanosecond)) // what ends at midnight does not stand on the next day
}

// chains adds the dates of what repeats that were done on these days.
func (a *agenda) chains() error {
	loc := a.now.Location()
	const around = 31 // days between a date and when it was done, at most, that are looked for
	for e, err := range a.v.EventsFrom(Occurrence, a.from.T.AddDate(0, 0, -around), a.to.T.AddDate(0, 0, around)) {
		if err != nil {
			return err
		}
		n, ok := a.repeats[e.Node]
		day := date.Day(e.At.In(loc))
		if ok && e.Outcome == OutcomeDone && day.Compare(a.from) >= 0 && day.Compare(a.to) <= 0 {
			a.items = append(a.items, AgendaItem{Node: n, Kind: AgendaDone, From: Date{T: e.At.In(loc)}})
		}
	}
	return nil
}

// overlaps notes which events with a time of day are going on at the same time.
func (a *agenda) overlaps() {
	var timed []*AgendaItem
	for i := range a.items {
		if it := &a.items[i]; it.Kind == AgendaEvent && !it.From.AllDay && !it.To.IsZero() {
			timed = append(timed, it)
		}
	}
	slices.SortStableFunc(timed, func(x, y *AgendaItem) int { return x.From.T.Compare(y.From.T) })
	for i, x := range timed {
		for _, y := range timed[i+1:] {
			if !y.From.T.Before(x.To.T) {
				break
			}
			x.Overlaps = append(x.Overlaps, y.Node.ID)
			y.Overlaps = append(y.Overlaps, x.Node.ID)
		}
	}
}

// days puts the items on their days.
func (a *agenda) days() []AgendaDay {
	loc := a.now.Location()
	var out []AgendaDay
	for d := a.from; d.Compare(a.to) <= 0; d = (Date{T: d.T.AddDate(0, 0, 1), AllDay: true}) {
		out = append(out, AgendaDay{Day: d})
	}
	at := func(d Date) *AgendaDay { return &out[int(d.T.Sub(a.from.T)/(24*time.Hour))] }
	for _, it := range a.items {
		if it.Late || it.Kind == AgendaWarned {
			on := at(a.today)
			on.Items = append(on.Items, it)
			continue
		}
		first, last := it.From.Day(loc), it.last(loc)
		if first.Compare(a.from) < 0 {
			first = a.from
		}
		if last.Compare(a.to) > 0 {
			last = a.to
		}
		for d := first; d.Compare(last) <= 0; d = (Date{T: d.T.AddDate(0, 0, 1), AllDay: true}) {
			if w := it.Node.Wait; w.IsZero() || it.Kind == AgendaDone || d.Compare(w.Day(loc)) >= 0 {
				on := at(d)
				on.Items = append(on.Items, it)
			}
		}
	}
	for _, d := range out {
		slices.SortStableFunc(d.Items, func(x, y AgendaItem) int {
			return cmp.Or(cmp.Compare(x.rank(), y.rank()), x.From.T.Compare(y.From.T), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Node.Text, y.Node.Text))
		})
	}
	return out
}

// rank orders the items of a day.
func (it *AgendaItem) rank() int {
	switch {
	case it.Kind == AgendaDone:
		return 6
	case it.Kind == AgendaWarned:
		return 5
	case it.Late:
		return 0
	case it.From.AllDay && it.Kind == AgendaEvent:
		return 1
	case !it.From.AllDay:
		return 2
	case it.Kind == AgendaDue:
		return 3
	}
	return 4
}

// Says tells what a person has to know of an item beside its text, "" where the text is all.
func (it *AgendaItem) Says(now time.Time) string {
	switch {
	case it.Late && it.Kind == AgendaDue:
		return "was due " + date.Format(it.From, now)
	case it.Late:
		return "since " + date.Format(it.From, now)
	case it.Kind == AgendaWarned:
		return "due " + date.Format(it.From, now)
	case it.Kind == AgendaDue:
		return "due"
	case it.Kind == AgendaSched:
		return "scheduled"
	case it.Kind == AgendaDone:
		return "done"
	case len(it.Overlaps) == 1:
		return "overlaps 1 other"
	case len(it.Overlaps) > 1:
		return fmt.Sprintf("overlaps %d others", len(it.Overlaps))
	case !it.To.IsZero() && it.To.AllDay:
		return "until " + date.Format(it.To, now)
	}
	return ""
}

// Clock returns the times of day at which an item begins and ends on a day, in loc: "" for what has none, … for what lies on another day.
func (it *AgendaItem) Clock(day Date, loc *time.Location) (from, to string) {
	if it.From.AllDay || it.Late || it.Kind == AgendaWarned {
		return "", ""
	}
	from = it.From.T.In(loc).Format("15:04")
	if !date.Day(it.From.T.In(loc)).Equal(day) {
		from = "…"
	}
	switch {
	case it.To.IsZero():
	case it.To.T.After(day.End(loc)):
		to = "…"
	default:
		to = it.To.T.In(loc).Format("15:04")
	}
	return from, to
}
