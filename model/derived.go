package model

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"arbor/model/date"
	"arbor/model/query"
	"arbor/timeseries"
)

// Derivation is a series that nobody logs: it follows from the tree.
type Derivation struct {
	Name  string
	Unit  string
	Gauge bool // it has a sample for each day, of how things stood at its end; the others one for each event, to be added up
	What  string
}

// Derivations are all of them.
var Derivations = []Derivation{
	{"done", "", false, "what was done, an occurrence of what repeats each time"},
	{"created", "", false, "nodes that were made"},
	{"minutes", "min", false, "time worked, on the nodes and all below them"},
	{"backlog", "", true, "tasks that were open"},
	{"overdue", "", true, "open tasks whose due date, as it is now, was over"},
	{"age", "d", true, "how old the open tasks were, on the average"},
	{"velocity", "/week", true, "what was done in the seven days up to then"},
	{"chain", "", true, "how often in a row a habit was kept, or what repeats was done: the longest that ran then"},
}

// ErrNoDerivation means a name that is not one of Derivations.
var ErrNoDerivation = errors.New("no series that follows from the tree")

// maxDerivedDays bounds how many days one series is derived for: a hundred years.
const maxDerivedDays = 36_600

// Derived returns the samples of a Derivation in [from, to), in the order of time, over the nodes that q means. A gauge's sample stands at the
// beginning of its day, in the zone of now; of the day that is not over it says how things are now, of days to come nothing. A zero from is the
// day on which the first of the nodes was made. The cost is that of the query, and of the days.
//
// What a node was before it was changed is not asked: a task counts as open from when it was made until it was closed, with the due date that it
// has now.
func (v *View) Derived(name string, q *query.Query, from, to, now time.Time) ([]timeseries.Sample, error) {
	i := slices.IndexFunc(Derivations, func(d Derivation) bool { return d.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("%q: %w", name, ErrNoDerivation)
	}
	ids, err := v.Meant(&query.Query{Expr: q.Expr, Now: q.Now})
	if err != nil {
		return nil, err
	}
	d := derivation{report: report{v: v, q: q, now: now, loc: now.Location(), meant: make(map[ID]bool, len(ids))},
		cal: timeseries.Calendar{Zone: now.Location(), Starts: v.t.opt.Starts}}
	if d.s, err = v.Sheet(); err != nil {
		return nil, err
	}
	first := now
	for _, id := range ids {
		d.meant[id] = true
		if slot, ok := d.s.Slot(id); ok {
			d.slots = append(d.slots, slot)
			if made := d.s.Facts(slot).Created(); !made.IsZero() && made.Before(first) {
				first = made
			}
		}
	}
	if from.IsZero() {
		from = d.cal.StartOf(d.cal.DateOf(first))
	}
	if to.IsZero() || Derivations[i].Gauge && to.After(now) {
		to = now
	}
	d.start, d.end = from, to
	switch {
	case name == "chain":
		err = d.chains()
	case Derivations[i].Gauge:
		err = d.gauge(name)
	default:
		err = d.events(name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return d.out, nil
}

// derivation is one in the making.
type derivation struct {
	report
	s     *Sheet
	cal   timeseries.Calendar
	slots []int // of the nodes that are meant
	out   []timeseries.Sample
}

// add adds an event if it lies within.
func (d *derivation) add(at time.Time, value float64) {
	if !at.IsZero() && !at.Before(d.start) && at.Before(d.end) {
		d.out = append(d.out, timeseries.Sample{T: at.UnixNano(), V: value})
	}
}

func (d *derivation) events(name string) error {
	switch name {
	case "created":
		for _, slot := range d.slots {
			d.add(d.s.Facts(slot).Created(), 1)
		}
	case "done":
		if err := d.doneAt(func(at time.Time) { d.add(at, 1) }); err != nil {
			return err
		}
	case "minutes":
		all, err := d.v.Intervals(d.start, d.end, d.now)
		if err != nil {
			return err
		}
		if all, err = d.within(all); err != nil {
			return err
		}
		for piece := range d.v.Days(all, d.start, d.end, d.now) {
			d.add(piece.From, piece.To.Sub(piece.From).Minutes())
		}
	}
	slices.SortFunc(d.out, func(a, b timeseries.Sample) int { return cmp.Or(cmp.Compare(a.T, b.T), cmp.Compare(a.V, b.V)) })
	return nil
}

// doneAt calls fn with every instant at which something that is meant was done.
func (d *derivation) doneAt(fn func(time.Time)) error {
	for _, slot := range d.slots {
		if f := d.s.Facts(slot); f.State == Done && f.finished != noTime {
			fn(timeOf(f.finished))
		}
	}
	for e, err := range d.v.EventsFrom(Occurrence, time.Time{}, date.Someday.T) {
		if err != nil {
			return err
		}
		if e.Outcome != OutcomeDone || !d.meant[e.Node] {
			continue
		}
		if slot, ok := d.s.Slot(e.Node); ok {
			if f := d.s.Facts(slot); f.State == Done && timeOf(f.finished).Equal(e.At) { // its last one, which is there already
				continue
			}
		}
		fn(e.At)
	}
	return nil
}

// gauge says how things stood at the end of each day, by what changed in each.
func (d *derivation) gauge(name string) error {
	starts, ends, err := d.days()
	if err != nil {
		return err
	}
	counts, ages := make([]float64, len(ends)+1), make([]float64, len(ends)+1) // what each day adds to the count, and to the sum of instants
	span := func(from, to time.Time, weight float64) {
		i, j := dayOf(ends, from), len(ends)
		if !to.IsZero() {
			j = max(i, dayOf(ends, to))
		}
		counts[i]++
		counts[j]--
		ages[i] += weight
		ages[j] -= weight
	}
	if name == "velocity" {
		err = d.doneAt(func(at time.Time) {
			if at.Before(d.end) {
				y, m, day := d.cal.DateOf(at)
				span(at, d.cal.StartOf(y, m, day+7), 0)
			}
		})
	} else {
		d.openSpans(name == "overdue", span)
	}
	if err != nil {
		return err
	}
	count, sum := 0.0, 0.0
	for i, start := range starts {
		count, sum = count+counts[i], sum+ages[i]
		value := count
		if name == "age" {
			if count == 0 {
				continue // there is nothing that is old
			}
			end := min(ends[i], d.now.UnixNano())
			value = (float64(end)/1e9 - sum/count) / (24 * 60 * 60)
		}
		d.out = append(d.out, timeseries.Sample{T: start, V: value})
	}
	return nil
}

// openSpans calls fn with the time for which each task was open, or late, with a zero end if it is still, and the second of its creation.
func (d *derivation) openSpans(late bool, fn func(from, to time.Time, weight float64)) {
	for _, slot := range d.slots {
		f := d.s.Facts(slot)
		if !f.Task || f.State.Closed() && f.finished == noTime || f.created == noTime {
			continue
		}
		from, to := f.Created(), time.Time{}
		if f.State.Closed() {
			to = timeOf(f.finished)
		}
		if late {
			due := f.Due()
			if due.IsZero() {
				continue
			}
			if over := due.End(d.loc); over.After(from) {
				from = over
			}
		}
		if from.Before(d.now) && (to.IsZero() || from.Before(to)) {
			fn(from, to, float64(f.Created().Unix()))
		}
	}
}

// days returns where the days begin that begin in [start, end), and where they end.
func (d *derivation) days() (starts, ends []int64, err error) {
	if !d.start.Before(d.end) {
		return nil, nil, nil
	}
	if d.end.Sub(d.start) > (maxDerivedDays+2)*24*time.Hour {
		return nil, nil, fmt.Errorf("more than %d days; say since when", maxDerivedDays)
	}
	edges := d.cal.Edges("day", d.start.UnixNano(), d.end.UnixNano())
	for i, e := range edges[:len(edges)-1] {
		if e >= d.start.UnixNano() {
			starts, ends = append(starts, e), append(ends, edges[i+1])
		}
	}
	return starts, ends, nil
}

// dayOf returns which of some days in a row, of which these are the ends, an instant belongs to: the first one for all that was before, and how
// many there are for what comes after.
func dayOf(ends []int64, at time.Time) int {
	return sort.Search(len(ends), func(i int) bool { return ends[i] > at.UnixNano() })
}
