package plot

import (
	"fmt"
	"math"
	"strings"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/theme"
)

// Boxes is the quartiles of each period.
type Boxes struct {
	Name, Unit, By string
	Kind           model.SampleKind
	Marks          Marks
	Location       *time.Location
	Periods        []Quartiles // in the order of time, one after the other
}

// Quartiles is what lies between the ends of a period, in Unix nanoseconds. Without samples N is 0.
type Quartiles struct {
	From, To                 int64
	N                        int64
	Min, Q1, Median, Q3, Max float64
}

// data returns the medians as the data of a chart.
func (b *Boxes) data() Data {
	var buckets []timeseries.Bucket
	for _, q := range b.Periods {
		buckets = append(buckets, timeseries.Bucket{From: q.From, To: q.To, Summary: timeseries.Summary{N: q.N, T0: q.From, T1: q.From, Last: q.Median}})
	}
	d := Periods(b.Name, b.Unit, b.By, buckets, func(s timeseries.Summary) float64 { return s.Last })
	d.Kind = b.Kind
	for _, q := range b.Periods {
		if q.N > 0 {
			d.Total.Min, d.Total.Max = min(d.Total.Min, q.Min), max(d.Total.Max, q.Max)
		}
	}
	return d
}

func (b *Boxes) scene(w, h int, image bool) *scene {
	d := b.data()
	c := Chart{Curves: []Curve{{Data: d}}, Marks: b.Marks, Location: b.Location}
	s := c.scene(w, h, image)
	if w <= 0 || h <= 0 || d.Total.N == 0 {
		return s
	}
	s.layers = nil
	p := pen{f: &s.area, d: &d, scale: s.area.left}
	var whiskers, boxes, medians layer
	whiskers.style, boxes.style, medians.style = theme.Dim, theme.Series1, theme.Accent
	line := func(l *layer, x0, y0, x1, y1 int) {
		l.shapes = append(l.shapes, shape{kind: stroke, x0: x0, y0: y0, x1: x1, y1: y1})
	}
	for i, q := range b.Periods {
		if q.N == 0 || math.IsNaN(q.Median) {
			continue
		}
		from, last := p.x(i)
		if edge := (last - from) / 5; last-from >= 4 {
			from, last = from+edge, last-max(edge, 1)
		}
		middle := (from + last) / 2
		y1, y3, ym := p.row(q.Q1), p.row(q.Q3), p.row(q.Median)
		line(&whiskers, middle, p.row(q.Max), middle, y3)
		line(&whiskers, middle, y1, middle, p.row(q.Min))
		line(&boxes, from, y1, last, y1)
		line(&boxes, last, y1, last, y3)
		line(&boxes, last, y3, from, y3)
		line(&boxes, from, y3, from, y1)
		line(&medians, from, ym, last, ym)
	}
	s.layers = append(s.layers, whiskers, boxes, medians)
	return s
}

// Describe tells the quartiles of every period.
func (b *Boxes) Describe() string {
	lines := []string{fmt.Sprintf("quartiles of %s by %s", b.Name, b.By)}
	for _, q := range b.Periods {
		if q.N > 0 {
			at := time.Unix(0, q.From).In(b.Location).Format("2 Jan 2006")
			lines = append(lines, fmt.Sprintf("%s: least %s, first quartile %s, median %s, third quartile %s, greatest %s, %s", at, Number(q.Min), Number(q.Q1),
				Number(q.Median), Number(q.Q3), with(q.Max, b.Unit), plural(int(q.N), "sample")))
		}
	}
	return strings.Join(lines, "\n")
}
