package model

import (
	"slices"

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
		out, edges = append(out, DayValue{Day: day}), append(edges, v.startOf(day))
	}
	if len(out) == 0 {
		return nil, nil
	}
	edges = append(edges, v.startOf(to))
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

// startOf is the time at which a civil day begins; that of one that the calendar leaves out is the next one's.
func (v *View) startOf(day Date) int64 {
	y, m, d := day.T.Date()
	return timeseries.StartOfDay(y, m, d, v.t.opt.Location).UnixNano()
}

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
	p.From, p.To = d.Target.Bounds(day)
	if p.Done, err = v.done(n, &d, p.From, p.To); err != nil {
		return p, err
	}
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

// done is what counts towards a target in [from, to).
func (v *View) done(n *Node, d *Definition, from, to Date) (sum float64, err error) {
	if d.Merge == timeseries.Sum {
		days, err := v.DayValues(n, from, to)
		for _, day := range days {
			sum += day.V
		}
		return sum, err
	}
	buckets, err := v.t.ks.book.Buckets(v.r, n.Source(), []int64{v.startOf(from), v.startOf(to)})
	switch {
	case err != nil:
		return 0, err
	case d.Day == DailyCount:
		return float64(buckets[0].N), nil
	}
	return buckets[0].Sum, nil
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
