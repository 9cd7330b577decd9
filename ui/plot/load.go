package plot

import (
	"math"
	"slices"
	"time"

	"arbor/model"
	"arbor/timeseries"
)

// Data is what a chart of a given size shows of a series: its samples in [From, To), summed up for every column of dots, or, By a period of the
// calendar, one value for each.
type Data struct {
	Name, Unit string
	Kind       model.SampleKind // of what the values are
	By         string           // day, week…; empty for columns of equal width
	From, To   int64            // Unix nanoseconds
	Total      timeseries.Summary
	Columns    []timeseries.Bucket
}

// Load reads what a chart of w×h cells shows of the samples of each series in [from, to), one for every curve. It takes O(w), whatever the number
// of samples. With rough it reads no chunk between the ends where that is faster, for the picture until the exact one is there, and reports true: a
// sample may be counted into the column beside its own, see timeseries.Book.Approx.
func (c *Chart) Load(b *timeseries.Book, v *model.View, series []model.Node, from, to int64, w, h int, rough bool) (bool, error) {
	for len(c.Curves) < len(series) {
		c.Curves = append(c.Curves, Curve{})
	}
	for i, n := range series {
		d := Data{Name: n.Text, From: from, To: max(to, from+1)}
		def := n.Definition()
		d.Unit, d.Kind = def.Unit, def.Kind
		total, err := b.Buckets(v.Reader(), n.Source(), []int64{d.From, d.To})
		if err != nil {
			return false, err
		}
		d.Total = total[0].Summary
		c.Curves[i].Data = d
	}
	f, any := c.frame(w, h, c.Image), false
	for i, n := range series {
		d := &c.Curves[i].Data
		if d.Total.N == 0 || f.w <= 0 {
			continue
		}
		edges, ok := d.edges(f.w*f.dx), false
		var err error
		if rough {
			if d.Columns, ok, err = b.Approx(v.Reader(), n.Source(), edges); err != nil {
				return false, err
			}
		}
		if !ok {
			if d.Columns, err = b.Buckets(v.Reader(), n.Source(), edges); err != nil {
				return false, err
			}
		}
		any = any || ok
	}
	return any, nil
}

// Periods returns the data of a series by periods of the calendar: one value for each bucket that has one, which is not NaN.
func Periods(name, unit, by string, buckets []timeseries.Bucket, value func(timeseries.Summary) float64) Data {
	d := Data{Name: name, Unit: unit, By: by}
	if len(buckets) == 0 {
		return d
	}
	d.From, d.To = buckets[0].From, buckets[len(buckets)-1].To
	sum := 0.0
	for _, b := range buckets {
		v := value(b.Summary)
		c := timeseries.Bucket{From: b.From, To: b.To}
		if b.N > 0 && !math.IsNaN(v) {
			c.Summary = timeseries.Summary{N: 1, T0: b.From, T1: b.From, Min: v, Max: v, First: v, Last: v, Sum: v, Mean: v}
			t := &d.Total
			if t.N == 0 {
				*t = c.Summary
			}
			sum += v
			t.N++
			t.T1, t.Last, t.Min, t.Max = b.From, v, min(t.Min, v), max(t.Max, v)
		}
		d.Columns = append(d.Columns, c)
	}
	if d.Total.N > 0 {
		d.Total.N-- // the first was counted twice
		d.Total.Sum, d.Total.Mean = sum, sum/float64(d.Total.N)
	}
	return d
}

// edges divides the window into n parts that differ by a nanosecond at most; fewer if there are not as many nanoseconds.
func (d *Data) edges(n int) []int64 {
	n = int(min(int64(n), d.To-d.From))
	edges := make([]int64, n+1)
	for i := range edges {
		edges[i] = d.From + int64(float64(d.To-d.From)*float64(i)/float64(n))
	}
	edges[n] = d.To
	return edges
}

// Window returns what to show of a series at first: all of it, with a little room behind the last sample.
func Window(all timeseries.Summary) (from, to int64) {
	room := max((all.T1-all.T0)/50, int64(time.Second))
	if all.N == 1 {
		room = int64(12 * time.Hour)
		return all.T0 - room, all.T1 + room
	}
	return all.T0, all.T1 + room
}

// gap returns the time between two samples beyond which the line is broken: three times what is usual between them.
func (d *Data) gap() int64 {
	var steps []int64
	last := -1
	for i, c := range d.Columns {
		if c.N == 0 {
			continue
		}
		if c.N > 1 {
			steps = append(steps, (c.T1-c.T0)/(c.N-1))
		}
		if last >= 0 {
			steps = append(steps, c.T0-d.Columns[last].T1)
		}
		last = i
	}
	if len(steps) == 0 {
		return d.To - d.From
	}
	slices.Sort(steps)
	return 3 * max(steps[len(steps)/2], 1)
}

// GoalOf returns the goal of a series as a line; it begins where the goal says, or at the first sample. It is false for a series without one.
func GoalOf(n *model.Node, all timeseries.Summary, loc *time.Location) (Goal, bool) {
	g := n.Definition().Goal
	if g.To.IsZero() || all.N == 0 {
		return Goal{}, false
	}
	line := Goal{From: all.T0, First: all.First, To: g.To.Start(loc).UnixNano(), Last: g.Last}
	if !g.From.IsZero() {
		line.From, line.First = g.From.Start(loc).UnixNano(), g.First
	}
	return line, true
}
