package cli

import (
	"cmp"
	"time"

	"arbor/model"
	"arbor/ui/plot"
)

const daysPerWeek = 7

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
	n := p.series[0]
	var b plot.Bins
	if p.opt.by != "" {
		if err := p.periods(from, to); err != nil {
			return false, err
		}
		b = plot.NewBins(p.chart.Curves[0].Values(), nil, p.opt.width/3, p.chart.Curves[0].Data.Kind)
		b.Name, b.Unit, b.Left = n.Text, p.unit(0), 0
	} else {
		all, err := p.book.Buckets(p.v.Reader(), n.Source(), []int64{from, to})
		if err != nil {
			return false, err
		}
		p.chart.Curves[0].Total, p.chart.Curves[0].Columns = all[0].Summary, all
		if b, err = plot.ReadBins(p.book, p.v, &n, from, to, p.opt.width/3); err != nil {
			return false, err
		}
	}
	b.Marks = p.chart.Marks
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
	m.Marks, m.Facts = p.chart.Marks, []string{"mean by hour", plot.Days(from, to, p.r.config.Zone)}
	p.figure = &m
	return p.any(), nil
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
	y, month, day := p.v.Calendar(&p.series[0]).DateOf(time.Unix(0, d.From))
	m := plot.ByDay(d.Name, d.Unit, time.Date(y, month, day, 0, 0, 0, 0, time.UTC), d.Values())
	m.Marks, m.Facts = p.chart.Marks, []string{how + " of each day", plot.Days(from, to, p.r.config.Zone)}
	p.figure = &m
	return p.any(), nil
}

func (p *plotQuery) boxes(from, to int64) (bool, error) {
	if p.derived[0] != nil {
		return false, usagef("%s follows from the tree and has one value a day; --kind box is of what is logged", p.series[0].Text)
	}
	if p.opt.by == "" {
		p.opt.by = plot.BoxesBy(from, to)
	}
	if err := p.periods(from, to); err != nil {
		return false, err
	}
	if n := len(p.buckets[0]); n > plot.MaxBoxes {
		return false, usagef("there are %d periods of a %s, more than %d boxes; take a longer one with --by, or --since", n, p.opt.by, plot.MaxBoxes)
	}
	n := p.series[0]
	b, err := plot.ReadBoxes(p.book, p.v, &n, p.opt.by, p.buckets[0], p.r.config.Zone)
	if err != nil {
		return false, err
	}
	b.Marks = p.chart.Marks
	p.figure = &b
	return p.any(), nil
}
