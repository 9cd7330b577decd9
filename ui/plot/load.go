package plot

import (
	"slices"
	"time"

	"arbor/model"
	"arbor/timeseries"
)

// Data is what a chart of a given size shows of a series: its samples in [From, To), summed up for every column of dots.
type Data struct {
	Name, Unit string
	From, To   int64 // Unix nanoseconds
	Total      timeseries.Summary
	Columns    []timeseries.Bucket // of equal width; one for every column of dots
}

// Load reads what a chart of w×h cells shows of the samples in [from, to). It takes O(w), whatever the number of samples.
func Load(b *timeseries.Book, v *model.View, series model.Node, from, to int64, w, h int) (Data, error) {
	d, n, err := outline(b, v, series, from, to, w, h)
	if err != nil || n <= 0 {
		return d, err
	}
	d.Columns, err = b.Buckets(v.Reader(), series.Source(), d.edges(n))
	return d, err
}

// First is Load in a tenth of the time and without reading a chunk between the ends, for the picture until Load has answered: a sample may be
// counted into the column beside its own, see timeseries.Book.Approx. It reports false where Load is as fast.
func First(b *timeseries.Book, v *model.View, series model.Node, from, to int64, w, h int) (d Data, ok bool, err error) {
	d, n, err := outline(b, v, series, from, to, w, h)
	if err != nil || n <= 0 {
		return d, false, err
	}
	d.Columns, ok, err = b.Approx(v.Reader(), series.Source(), d.edges(n))
	return d, ok, err
}

// outline reads all of a chart but its columns, and returns how many there are.
func outline(b *timeseries.Book, v *model.View, series model.Node, from, to int64, w, h int) (Data, int, error) {
	d := Data{Name: series.Text, From: from, To: max(to, from+1)}
	d.Unit, _ = series.Field("unit")
	total, err := b.Buckets(v.Reader(), series.Source(), []int64{d.From, d.To})
	if err != nil {
		return d, 0, err
	}
	if d.Total = total[0].Summary; d.Total.N == 0 {
		return d, 0, nil
	}
	return d, d.area(w, h).w * dotsX, nil
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
