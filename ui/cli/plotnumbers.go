package cli

import (
	"cmp"
	"fmt"
	"math"
	"time"

	"arbor/model"
	"arbor/timeseries/fn"
	"arbor/ui/plot"
)

// Bounds of the plots of numbers.
const (
	maxBoxes    = 400
	maxCounted  = 1 << 18 // samples that are counted one by one; of more their sketches are taken
	daysPerWeek = 7
)

// numbers reads a figure that is not drawn along time; false if there is nothing to draw.
func (p *plotQuery) numbers(kind plot.Kind, from, to int64) (bool, error) {
	if want := 1 + btoi(kind == plot.Scatter); len(p.series) != want {
		return false, usagef("--kind %s is of %s", kind, count(want, "series", "series"))
	}
	switch kind {
	case plot.Histogram:
		return p.histogram(from, to)
	case plot.Heat:
		p.weekHigh()
		return p.heat(from, to)
	case plot.Calendar:
		p.weekHigh()
		return p.calendar(from, to)
	case plot.Box:
		return p.boxes(from, to)
	}
	return p.scatter(from, to)
}

// weekHigh makes the plot no higher than the rows of a week are, and two lines of words.
func (p *plotQuery) weekHigh() {
	p.opt.height = min(p.opt.height, 2+daysPerWeek*min(max((p.opt.height-2)/daysPerWeek, 1), 3))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *plotQuery) histogram(from, to int64) (bool, error) {
	var values, counts []float64
	n := p.series[0]
	if p.opt.by != "" {
		if err := p.periods(from, to); err != nil {
			return false, err
		}
		for _, b := range p.chart.Curves[0].Columns {
			if b.N > 0 {
				values = append(values, b.Last)
			}
		}
	} else {
		all, err := p.book.Buckets(p.v.Reader(), n.Source(), []int64{from, to})
		if err != nil {
			return false, err
		}
		p.chart.Curves[0].Total, p.chart.Curves[0].Columns = all[0].Summary, all
		if all[0].N > maxCounted {
			h, err := p.book.Distribution(p.v.Reader(), n.Source(), from, to)
			if err != nil {
				return false, err
			}
			for b := range h.Buckets() {
				values, counts = append(values, b.Low/2+b.High/2), append(counts, float64(b.Count))
			}
		} else {
			for s, err := range p.book.Range(p.v.Reader(), n.Source(), from, to) {
				if err != nil {
					return false, err
				}
				values = append(values, s.V)
			}
		}
	}
	b := plot.NewBins(values, counts, p.opt.width/3)
	b.Name, b.Unit, b.Marks = n.Text, p.unit(0), p.chart.Marks
	p.figure = &b
	return p.any(), nil
}

func (p *plotQuery) heat(from, to int64) (bool, error) {
	p.opt.by = "hour"
	if err := p.periods(from, to); err != nil {
		return false, err
	}
	var at []int64
	var values []float64
	for _, b := range p.buckets[0] {
		if b.N > 0 {
			at, values = append(at, b.From), append(values, b.Mean)
		}
	}
	n := p.series[0]
	m := plot.ByHour(n.Text, p.unit(0), at, values, p.r.config.Zone)
	m.Marks, m.Facts = p.chart.Marks, []string{"mean by hour", p.days(from, to)}
	p.figure = &m
	return p.any(), nil
}

// days says what days a window spans.
func (p *plotQuery) days(from, to int64) string {
	day := func(at int64) string { return time.Unix(0, at).In(p.r.config.Zone).Format("2 Jan 2006") }
	return day(from) + " – " + day(to-1)
}

func (p *plotQuery) calendar(from, to int64) (bool, error) {
	weeks := int64(max(p.opt.width-5, 1))
	from = max(from, to-weeks*daysPerWeek*int64(24*time.Hour))
	p.opt.by = "day"
	if err := p.periods(from, to); err != nil {
		return false, err
	}
	d := p.chart.Curves[0].Data
	how := string(cmp.Or(p.series[0].Definition().Day, model.DailyMean))
	if p.derived[0] != nil {
		how = "value"
	}
	m := plot.ByDay(d.Name, d.Unit, time.Unix(0, d.From).In(p.r.config.Zone), valuesOf(&d))
	m.Marks, m.Facts = p.chart.Marks, []string{how + " of each day", p.days(from, to)}
	p.figure = &m
	return p.any(), nil
}

func (p *plotQuery) boxes(from, to int64) (bool, error) {
	if p.derived[0] != nil {
		return false, usagef("%s follows from the tree and has one value a day; --kind box is of what is logged", p.series[0].Text)
	}
	if p.opt.by == "" {
		switch days := (to - from) / int64(24*time.Hour); {
		case days > 3*365:
			p.opt.by = "year"
		case days > 100:
			p.opt.by = "month"
		case days > 20:
			p.opt.by = "week"
		default:
			p.opt.by = "day"
		}
	}
	if err := p.periods(from, to); err != nil {
		return false, err
	}
	if n := len(p.buckets[0]); n > maxBoxes {
		return false, usagef("there are %d periods of a %s, more than %d boxes; take a longer one with --by, or --since", n, p.opt.by, maxBoxes)
	}
	n := p.series[0]
	b := plot.Boxes{Name: n.Text, Unit: p.unit(0), By: p.opt.by, Marks: p.chart.Marks, Location: p.r.config.Zone}
	for _, of := range p.buckets[0] {
		q := plot.Quartiles{From: of.From, To: of.To, N: of.N, Min: of.Min, Max: of.Max}
		if of.N > 0 {
			v, _, err := p.book.Quantiles(p.v.Reader(), n.Source(), of.From, of.To, []float64{0.25, 0.5, 0.75})
			if err != nil {
				return false, err
			}
			q.Q1, q.Median, q.Q3 = v[0], v[1], v[2]
		}
		b.Periods = append(b.Periods, q)
	}
	p.figure = &b
	return p.any(), nil
}

// scatter pairs the values of two series in each period in which both have one.
func (p *plotQuery) scatter(from, to int64) (bool, error) {
	if err := p.periods(from, to); err != nil {
		return false, err
	}
	a, b := p.chart.Curves[0].Data, p.chart.Curves[1].Data
	x, y := valuesOf(&a), valuesOf(&b)
	s := plot.Pairs{XName: a.Name, XUnit: a.Unit, YName: b.Name, YUnit: b.Unit, Marks: p.chart.Marks}
	var sx, sy float64
	for i := range x {
		if j := i + p.opt.lag; j >= 0 && j < len(y) && x[i] == x[i] && y[j] == y[j] {
			s.X, s.Y = append(s.X, x[i]), append(s.Y, y[j])
			sx, sy = sx+x[i], sy+y[j]
		}
	}
	c := fn.Correlate(x, y, p.opt.lag)
	switch n := float64(c.N); {
	case c.N < fn.MinPairs:
		s.Facts = append(s.Facts, fmt.Sprintf("fewer than %d pairs: no correlation", fn.MinPairs))
	case !c.Enough:
		s.Facts = append(s.Facts, "one of them never changes: no correlation")
	default:
		s.Facts = append(s.Facts, fmt.Sprintf("r %.2f, 95%% from %.2f to %.2f", c.R, c.Low, c.High))
		s.Slope = slope(s.X, s.Y, sx/n, sy/n)
		s.Intercept = sy/n - s.Slope*sx/n
	}
	s.Facts = append(s.Facts, "of one "+p.opt.by)
	if p.opt.lag != 0 {
		s.Facts[len(s.Facts)-1] = fmt.Sprintf("%s later", count(p.opt.lag, p.opt.by, p.opt.by+"s"))
	}
	if c.Missing > 0 {
		s.Facts = append(s.Facts, count(c.Missing, p.opt.by+" has", p.opt.by+"s have")+" only one")
	}
	p.figure = &s
	return p.any(), nil
}

// valuesOf returns the value of each period, NaN where there is none.
func valuesOf(d *plot.Data) []float64 {
	values := make([]float64, len(d.Columns))
	for i, b := range d.Columns {
		if values[i] = math.NaN(); b.N > 0 {
			values[i] = b.Last
		}
	}
	return values
}

// slope returns that of the line of least squares of y over x, about their means.
func slope(x, y []float64, mx, my float64) float64 {
	var xx, xy float64
	for i := range x {
		xx, xy = xx+(x[i]-mx)*(x[i]-mx), xy+(x[i]-mx)*(y[i]-my)
	}
	return xy / xx
}
