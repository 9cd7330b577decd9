package model

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"arbor/model/date"
	"arbor/model/query"
	"arbor/timeseries"
)

// Report is what happened between two days, both included.
type Report struct {
	From, To Date
	Groups   []DoneGroup // what was done; by tag it may be there more than once
	Done     int         // how much was done, an occurrence of what repeats each time
	Late     int         // how much of it after it was due
	Dropped  int         // how much was cancelled
	Added    int         // how many nodes were made
	Open     int         // how many tasks were open at the end
	Unit     string      // of the periods: day, week or month
	Periods  []Period
	Time     []Total
	Worked   time.Duration
	Series   []Logged
	Slipped  []Node // what was due by the end, or by now if that is earlier, and is open still: by when it was due
	Measured []Measured
}

// DoneItem is a node that was done, or an occurrence of it.
type DoneItem struct {
	Node Node
	At   time.Time
	Late bool
}

// DoneGroup is what was done under one key.
type DoneGroup struct {
	Key, Label string
	Items      []DoneItem // by when they were done
}

// Period is a day, a week from Monday on, or a month, as far as it lies in a report.
type Period struct {
	From, To Date // both included
	Done     int
	Added    int
	Open     int // tasks at its end
	Worked   time.Duration
}

// Logged is what a series had.
type Logged struct {
	Node    Node
	Summary timeseries.Summary
	Periods []timeseries.Bucket
}

// Measured is a node that was done, beside what was estimated.
type Measured struct {
	Node     Node
	Estimate time.Duration
	Worked   time.Duration // until the end of the report, however early it began
}

// Bounds of the days of a report that are shown by themselves, and by week.
const (
	reportDays  = 31
	reportWeeks = 26 * 7
)

// Report tells what happened to the nodes that q means between two days, both included: what was done by groups of top, parent, tag, day or
// week, and the time worked by the same. The cost is that of some queries, and of reading what is found.
func (v *View) Report(q *query.Query, by By, from, to Date, now time.Time) (*Report, error) {
	if _, err := v.Sheet(); err != nil { // which knows where all stand that were done
		return nil, fmt.Errorf("report: %w", err)
	}
	r := &report{Report: Report{From: from, To: to}, v: v, q: q, by: by, now: now, loc: now.Location()}
	r.start, r.end = from.Start(r.loc), to.End(r.loc)
	r.periods()
	for _, part := range []func() error{r.done, r.occurrences, r.group, r.counted, r.worked, r.logged, r.slipped} {
		if err := part(); err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
	}
	return &r.Report, nil
}

// report is one in the making.
type report struct {
	Report
	v          *View
	q          *query.Query
	by         By
	now        time.Time
	loc        *time.Location
	start, end time.Time
	items      []DoneItem
	meant      map[ID]bool
}

// periods cuts the report into days, weeks or months.
func (r *report) periods() {
	days := int(r.To.T.Sub(r.From.T)/(24*time.Hour)) + 1
	switch r.Unit = "day"; {
	case days > reportWeeks:
		r.Unit = "month"
	case days > reportDays:
		r.Unit = "week"
	}
	for d := r.From; d.Compare(r.To) <= 0; {
		next := d.T.AddDate(0, 0, 1)
		switch r.Unit {
		case "month":
			next = time.Date(d.T.Year(), d.T.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		case "week":
			next = d.T.AddDate(0, 0, 7-(int(d.T.Weekday())+6)%7)
		}
		last := Date{T: next.AddDate(0, 0, -1), AllDay: true}
		if last.Compare(r.To) > 0 {
			last = r.To
		}
		r.Periods = append(r.Periods, Period{From: d, To: last})
		d = Date{T: next, AllDay: true}
	}
}

// period returns the one in which an instant lies, nil if none does.
func (r *report) period(at time.Time) *Period {
	if at.Before(r.start) || !at.Before(r.end) {
		return nil
	}
	day := date.Day(at.In(r.loc))
	i, _ := slices.BinarySearchFunc(r.Periods, day, func(p Period, d Date) int { return p.To.Compare(d) })
	return &r.Periods[min(i, len(r.Periods)-1)]
}

// ask returns what is meant by a query beside that of the report.
func (r *report) ask(text string) (*query.Query, error) {
	q, err := query.Parse(text, r.now)
	if err != nil {
		return nil, err
	}
	return &query.Query{Expr: query.And{q.Expr, r.q.Expr}, Now: r.q.Now}, nil
}

// done finds what was closed.
func (r *report) done() error {
	q, err := r.ask(fmt.Sprintf("state:done,cancelled finished:%s..%s", r.From, r.To))
	if err != nil {
		return err
	}
	for n, err := range r.v.Select(q) {
		switch {
		case err != nil:
			return err
		case n.State == Cancelled:
			r.Dropped++
			continue
		}
		it := DoneItem{Node: n, At: n.Finished, Late: !n.Due.IsZero() && !n.Finished.Before(n.Due.End(r.loc))}
		r.items = append(r.items, it)
		if err := r.measure(&it); err != nil {
			return err
		}
	}
	return nil
}

// measure compares what was done with its estimate.
func (r *report) measure(it *DoneItem) error {
	est, ok := it.Node.Field("est")
	if !ok {
		return nil
	}
	m := Measured{Node: it.Node}
	m.Estimate, _ = date.ParseSpan(est) // of what is none there is nothing to compare
	for e, err := range r.v.Events(it.Node.ID, Interval) {
		if err != nil {
			return err
		}
		if e.From.Before(r.end) {
			m.Worked += min(e.Length(r.now), r.end.Sub(e.From))
		}
	}
	if m.Estimate > 0 && m.Worked > 0 {
		r.Measured = append(r.Measured, m)
	}
	return nil
}

// means reports whether the query of the report means a node of the tree.
func (r *report) means(id ID) (bool, error) {
	if r.meant == nil {
		ids, err := r.v.Meant(&query.Query{Expr: r.q.Expr, Now: r.q.Now})
		if err != nil {
			return false, err
		}
		r.meant = make(map[ID]bool, len(ids))
		for _, id := range ids {
			r.meant[id] = true
		}
	}
	return r.meant[id], nil
}

// occurrences finds the dates of what repeats that were done.
func (r *report) occurrences() error {
	const around = 366 // days between a date and when it was done, at most, that are looked for
	for e, err := range r.v.EventsFrom(Occurrence, r.From.T.AddDate(0, 0, -around), r.To.T.AddDate(0, 0, around)) {
		if err != nil {
			return err
		}
		if e.Outcome != OutcomeDone || r.period(e.At) == nil {
			continue
		}
		if in, err := r.means(e.Node); err != nil {
			return err
		} else if !in {
			continue
		}
		n, err := r.v.Node(e.Node)
		if err != nil {
			return err
		}
		if n.State == Done && n.Finished.Equal(e.At) { // its last one, which is there already
			continue
		}
		r.items = append(r.items, DoneItem{Node: n, At: e.At, Late: !e.At.Before(e.Date.End(r.loc))})
	}
	return nil
}

// ahead reads what some items hang from, which says in which groups they are.
func (r *report) ahead(some []DoneItem) error {
	ids := make([]ID, len(some))
	for i := range some {
		ids[i] = some[i].Node.ID
	}
	return r.v.ahead(ids)
}

// group puts what was done into groups, the largest first, days and weeks in their order.
func (r *report) group() error {
	slices.SortStableFunc(r.items, func(a, b DoneItem) int { return a.At.Compare(b.At) })
	at := map[string]int{}
	defer func() { r.v.near = nil }()
	for i, it := range r.items {
		if i%aheadNodes == 0 {
			if err := r.ahead(r.items[i:min(i+aheadNodes, len(r.items))]); err != nil {
				return err
			}
		}
		r.Done++
		if it.Late {
			r.Late++
		}
		if p := r.period(it.At); p != nil {
			p.Done++
		}
		keys, err := r.v.totalKeys(&Spent{Event: Event{Node: it.Node.ID}, Day: date.Day(it.At.In(r.loc))}, r.by)
		if err != nil {
			return err
		}
		for _, k := range keys {
			i, known := at[k.Key]
			if !known {
				i = len(r.Groups)
				at[k.Key] = i
				r.Groups = append(r.Groups, DoneGroup{Key: k.Key, Label: k.Label})
			}
			r.Groups[i].Items = append(r.Groups[i].Items, it)
		}
	}
	slices.SortStableFunc(r.Groups, func(a, b DoneGroup) int {
		if r.by == ByDay || r.by == ByWeek {
			return cmp.Compare(a.Key, b.Key)
		}
		return cmp.Or(cmp.Compare(len(b.Items), len(a.Items)), cmp.Compare(a.Label, b.Label))
	})
	return nil
}
