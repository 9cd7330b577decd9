package model

import (
	"slices"
	"time"

	"arbor/timeseries"
)

// DayValue is what the samples of a civil day come to. N is how many there are, of what devices count up the number of devices; 0 without any.
type DayValue struct {
	Day Date
	N   int64
	V   float64
}

// DayValues returns a value for each civil day in [from, to): by the day of the series' definition, the mean where that says nothing, and of what
// devices count up, which is merged by its sum, what each has last on the day, added up.
func (v *View) DayValues(n *Node, from, to Date) ([]DayValue, error) {
	var out []DayValue
	var edges []int64
	for d := from.T; d.Before(to.T); d = d.AddDate(0, 0, 1) {
		day := Date{T: d, AllDay: true}
		out, edges = append(out, DayValue{Day: day}), append(edges, v.startOf(n, day))
	}
	if len(out) == 0 {
		return nil, nil
	}
	edges = append(edges, v.startOf(n, to))
	days := make([]int, 0, len(out)) // of the spans between edges that rise: a day may be missing on the calendar
	rising := edges[:1:1]
	for i, e := range edges[1:] {
		if e > rising[len(rising)-1] {
			rising, days = append(rising, e), append(days, i)
		}
	}
	if len(days) == 0 {
		return out, nil
	}
	source, def := n.Source(), n.Definition()
	if source.Merge == timeseries.Sum {
		totals, err := v.t.ks.book.Totals(v.r, source.ID, rising)
		for i, x := range totals {
			out[days[i]].N, out[days[i]].V = int64(x.Devices), x.Sum
		}
		return out, err
	}
	buckets, err := v.t.ks.book.Buckets(v.r, source, rising)
	for i, b := range buckets {
		out[days[i]].N, out[days[i]].V = b.N, def.Day.Of(b.Summary)
	}
	return out, err
}

// Calendar is by what the days of a series begin: what its definition says, else what holds for all.
func (t *Tree) Calendar(n *Node) timeseries.Calendar {
	c := timeseries.Calendar{Zone: t.opt.Location, Starts: t.opt.Starts, WeekShift: t.opt.WeekShift}
	if starts := n.Definition().Starts; starts >= 0 {
		c.Starts = starts
	}
	return c
}

// Calendar is that of Tree.
func (v *View) Calendar(n *Node) timeseries.Calendar { return v.t.Calendar(n) }

// DayOf returns the day of a series that an instant belongs to.
func (t *Tree) DayOf(n *Node, at time.Time) Date {
	y, m, d := t.Calendar(n).DateOf(at)
	return Date{T: time.Date(y, m, d, 0, 0, 0, 0, time.UTC), AllDay: true}
}

// StartOf returns when a date of a series begins. A day begins where its days do; one that the calendar leaves out, where the next one does.
func (t *Tree) StartOf(n *Node, d Date) time.Time {
	if !d.AllDay {
		return d.T
	}
	return t.Calendar(n).StartOf(d.T.Date())
}

func (v *View) startOf(n *Node, day Date) int64 { return v.t.StartOf(n, day).UnixNano() }

// Progress is how a habit stands in one period.
type Progress struct {
	From, To Date // [From, To), civil days
	Done     float64
	Skipped  []Date // days left out on purpose
}

// Progress returns what a series with a target has come to in the period that day lies in: the sum of its samples, with day:count how many they
// are, and of what devices count up the sum of its days.
func (v *View) Progress(n *Node, day Date) (p Progress, err error) {
	d := n.Definition()
	p.From, p.To = d.Target.Bounds(day, v.t.opt.WeekShift)
	done, err := v.doneIn(n, &d, []Date{p.From, p.To})
	if err != nil {
		return p, err
	}
	p.Done = done[0]
	for ev, err := range v.Events(n.ID, Occurrence) {
		if err != nil {
			return p, err
		}
		if ev.Outcome == OutcomeSkipped && ev.Date.Compare(p.From) >= 0 && ev.Date.Compare(p.To) < 0 {
			p.Skipped = append(p.Skipped, ev.Date)
		}
	}
	slices.SortFunc(p.Skipped, Date.Compare)
	return p, nil
}

// doneIn returns what counts towards a target between consecutive days.
func (v *View) doneIn(n *Node, d *Definition, days []Date) ([]float64, error) {
	out := make([]float64, len(days)-1)
	if d.Merge == timeseries.Sum {
		values, err := v.DayValues(n, days[0], days[len(days)-1])
		i := 0
		for _, x := range values {
			for x.Day.Compare(days[i+1]) >= 0 {
				i++
			}
			out[i] += x.V
		}
		return out, err
	}
	edges := []int64{v.startOf(n, days[0])}
	var of []int // the spans between edges that rise
	for i, day := range days[1:] {
		if at := v.startOf(n, day); at > edges[len(edges)-1] {
			edges, of = append(edges, at), append(of, i)
		}
	}
	if len(of) == 0 {
		return out, nil
	}
	buckets, err := v.t.ks.book.Buckets(v.r, n.Source(), edges)
	for i, b := range buckets {
		if out[of[i]] = b.Sum; d.Day == DailyCount {
			out[of[i]] = float64(b.N)
		}
	}
	return out, err
}

// Streak is how many periods in a row have reached a target.
type Streak struct {
	Now     int // up to the one at hand, which does not end it as long as it lasts
	Longest int
}

// maxPeriods bounds how many periods a streak looks at: a hundred years of days.
const maxPeriods = 36_600

// Streak returns the streaks of a series with a target, from its first sample to day. A period that did not reach the target but has a day that was
// skipped neither counts nor ends a streak, nor do as many missed ones in a row as the series allows. The cost is that of a query with a bucket for each period.
func (v *View) Streak(n *Node, day Date) (s Streak, err error) {
	err = v.streaks(n, day, func(_ Date, now int) { s = Streak{now, max(s.Longest, now)} })
	return s, err
}

// streaks calls fn with each period, by the day after its last, and the streak that it leaves.
func (v *View) streaks(n *Node, day Date, fn func(end Date, now int)) error {
	d := n.Definition()
	all, err := v.t.ks.book.Span(v.r, n.Source())
	if err != nil || all.N == 0 {
		return err
	}
	from, _ := d.Target.Bounds(v.t.DayOf(n, time.Unix(0, all.T0)), v.t.opt.WeekShift)
	_, end := d.Target.Bounds(day, v.t.opt.WeekShift)
	var periods []Date
	for at := from; at.Compare(end) < 0 && len(periods) < maxPeriods; {
		periods = append(periods, at)
		_, at = d.Target.Bounds(at, v.t.opt.WeekShift)
	}
	if len(periods) == 0 {
		return nil
	}
	done, err := v.doneIn(n, &d, append(slices.Clone(periods), end))
	if err != nil {
		return err
	}
	skipped := map[Date]bool{}
	for ev, err := range v.Events(n.ID, Occurrence) {
		if err != nil {
			return err
		}
		if ev.Outcome == OutcomeSkipped {
			first, _ := d.Target.Bounds(ev.Date, v.t.opt.WeekShift)
			skipped[first] = true
		}
	}
	now, missed := 0, 0 // in a row
	for i, at := range periods {
		switch {
		case done[i] >= d.Target.Value:
			now, missed = now+1, 0
		case !skipped[at] && i < len(periods)-1:
			if missed++; missed > d.Misses {
				now = 0
			}
		}
		_, next := d.Target.Bounds(at, v.t.opt.WeekShift)
		fn(next, now)
	}
	return nil
}

// SkipDay says that a habit is left out on a day on purpose; it reports false if that was said already.
func (e *Edit) SkipDay(id ID, day Date) (bool, error) {
	if old, had, err := e.Event(id, Occurrence, OccurrenceID(id, day)); err != nil || had && old.Outcome == OutcomeSkipped {
		return false, err
	}
	return true, e.SetEvent(Event{Node: id, Kind: Occurrence, ID: OccurrenceID(id, day), Date: day, Outcome: OutcomeSkipped, At: e.batch.stamp.Time()})
}

// UnskipDay takes back what SkipDay said of a day, and reports whether anything was.
func (e *Edit) UnskipDay(id ID, day Date) (bool, error) {
	old, had, err := e.Event(id, Occurrence, OccurrenceID(id, day))
	if err != nil || !had || old.Outcome != OutcomeSkipped {
		return false, err
	}
	return true, e.ClearEvent(id, Occurrence, old.ID)
}
