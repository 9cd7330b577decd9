package plot

import (
	"fmt"
	"math"
	"time"

	"arbor/ui/grid"
	"arbor/ui/theme"
)

// Options of Draw.
type Options struct {
	Location *time.Location // of the time axis; nil is time.Local
	Style    theme.Style    // of the line; zero is the first series'
	Bare     bool           // without the line of words on top
}

// frame is where the parts of a chart lie: the area of the curve and its scale.
type frame struct {
	x, y, w, h int // of the area, in cells
	scale      scale
	rows       int // of labels below the axis: 0 to 2
	axis       bool
}

// Rows below which parts of a chart are left out.
const (
	rowsForHead  = 5
	rowsForAxis  = 4
	rowsForDays  = 7 // the second row of labels
	cellsForTick = 24
)

// area divides a surface of w×h cells.
func (d *Data) area(w, h int) frame {
	f := frame{w: w, h: h}
	if h >= rowsForHead {
		f.y, f.h = 1, f.h-1
	}
	if h >= rowsForAxis {
		f.axis, f.rows, f.h = true, 1, f.h-2
	}
	if h >= rowsForDays {
		f.rows, f.h = 2, f.h-1
	}
	f.scale = newScale(d.Total.Min, d.Total.Max, max(f.h/3, 2))
	if w >= cellsForTick {
		for _, t := range f.scale.ticks() {
			f.x = max(f.x, len(f.scale.label(t))+2)
		}
		f.x = min(f.x, w/2)
		f.w = w - f.x
	}
	return f
}

// Draw draws d, loaded for the size of s.
func Draw(s grid.Surface, d *Data, opt Options) {
	if opt.Location == nil {
		opt.Location = time.Local
	}
	if opt.Style == 0 {
		opt.Style = theme.Series1
	}
	w, h := s.Size()
	if w <= 0 || h <= 0 {
		return
	}
	if d.Total.N == 0 {
		d.drawEmpty(s, opt)
		return
	}
	f := d.area(w, h)
	if f.y > 0 && !opt.Bare {
		d.drawHead(s.Sub(0, 0, w, 1), opt)
	}
	f.drawValues(s)
	if f.axis {
		d.drawTimes(s, f, opt.Location)
	}
	area, band := s.Sub(f.x, f.y, f.w, f.h), d.curve(f)
	if d.Total.N < crowded*int64(len(d.Columns)) {
		band.draw(area, opt.Style)
		return
	}
	band.draw(area, theme.Dim)
	d.means(f).overlay(area, band, opt.Style)
}

// crowded is how many samples a column of dots holds on the average where their band is drawn dim and their mean bright on it.
const crowded = 6

func (d *Data) drawEmpty(s grid.Surface, opt Options) {
	w, h := s.Size()
	text := "no samples from " + d.day(d.From, opt.Location) + " to " + d.day(d.To, opt.Location)
	s.Text(max((w-grid.Width(text))/2, 0), h/2, theme.Dim, grid.Cut(text, w))
}

func (d *Data) day(at int64, loc *time.Location) string {
	return time.Unix(0, at).In(loc).Format("2 Jan 2006")
}

// samples says how many there are.
func samples(n int64) string {
	if n == 1 {
		return "1 sample"
	}
	return fmt.Sprintf("%d samples", n)
}

// drawHead says in a line what the chart shows.
func (d *Data) drawHead(s grid.Surface, opt Options) {
	w, _ := s.Size()
	unit := ""
	if d.Unit != "" {
		unit = " " + d.Unit
	}
	x := s.Text(0, 0, theme.Title, grid.Cut(d.Name, w))
	x = s.Text(x+2, 0, opt.Style|theme.Bold, Number(d.Total.Last)+unit)
	for _, part := range []string{
		"min " + Number(d.Total.Min), "max " + Number(d.Total.Max), "mean " + Number(roundTo(d.Total.Mean, d.Total.Max-d.Total.Min)),
		samples(d.Total.N), d.day(d.From, opt.Location) + " – " + d.day(d.To-1, opt.Location),
	} {
		if x+2+grid.Width(part) > w {
			return
		}
		x = s.Text(x+2, 0, theme.Dim, part)
	}
}

// roundTo rounds v to a thousandth of a span, so that a mean does not claim digits that no sample has.
func roundTo(v, span float64) float64 {
	p := roundUp(span / 1000)
	if p == 0 || math.IsInf(p, 0) {
		return v
	}
	return math.Round(v/p) * p
}

// drawValues draws the axis of values with its labels.
func (f frame) drawValues(s grid.Surface) {
	if f.x == 0 {
		return
	}
	s.VLine(f.x-1, f.y, f.h, theme.Axis)
	used := -1
	for _, t := range f.scale.ticks() {
		row := f.y + f.row(t)/dotsY
		if row == used {
			continue
		}
		used = row
		s.Set(f.x-1, row, theme.Axis, '┤')
		s.Right(f.x-2, row, theme.Dim, f.scale.label(t))
	}
}

// row returns the row of dots of a value.
func (f frame) row(v float64) int {
	rows := float64(f.h*dotsY - 1)
	span := f.scale.high/2 - f.scale.low/2 // halved: the span of doubles may overflow
	return int(math.Round((f.scale.high/2 - v/2) / span * rows))
}

// drawTimes draws the axis of time and its rows of labels. Labels that would touch are left out.
func (d *Data) drawTimes(s grid.Surface, f frame, loc *time.Location) {
	y := f.y + f.h
	s.HLine(f.x, y, f.w, theme.Axis)
	if f.x > 0 {
		s.Set(f.x-1, y, theme.Axis, '╰')
	}
	r := pick(d.From, d.To, f.w)
	free := f.x - 1
	for _, m := range r.marks(d.From, d.To, loc) {
		x := f.x + f.column(d, m.at)
		s.Set(x, y, theme.Axis, '┬')
		if at := x - m.width/2; at > free && at+m.width <= f.x+f.w {
			s.Text(at, y+1, theme.Dim, m.label)
			free = at + m.width
		}
	}
	if f.rows < 2 {
		return
	}
	u, format := r.context()
	marks := periods(u, format, d.From, d.To, loc)
	for i, m := range marks {
		x, end := f.x+f.column(d, m.at), f.x+f.w
		if i+1 < len(marks) {
			end = f.x + f.column(d, marks[i+1].at) - 1
		}
		if x+m.width <= end {
			s.Text(x, y+2, theme.Dim, m.label)
		}
	}
}

// column returns the cell of a time.
func (f frame) column(d *Data, at int64) int {
	return int(float64(at-d.From) / float64(d.To-d.From) * float64(f.w))
}

// curve draws the samples: a bar from the least to the greatest of each column, and a line from the last of one to the first of the next,
// unless the time between them is a gap.
func (d *Data) curve(f frame) *dots {
	c := newDots(f.w, f.h)
	gap, last := d.gap(), -1
	n := len(d.Columns)
	for i, b := range d.Columns {
		if b.N == 0 {
			continue
		}
		x := i * f.w * dotsX / n
		c.line(x, f.row(b.Min), x, f.row(b.Max))
		if last >= 0 {
			p := d.Columns[last]
			if b.T0-p.T1 <= gap {
				c.line(last*f.w*dotsX/n, f.row(p.Last), x, f.row(b.First))
			}
		}
		last = i
	}
	return c
}

// means draws a line through the means of the columns.
func (d *Data) means(f frame) *dots {
	c := newDots(f.w, f.h)
	gap, last, n := d.gap(), -1, len(d.Columns)
	for i, b := range d.Columns {
		if b.N == 0 {
			continue
		}
		x := i * f.w * dotsX / n
		c.set(x, f.row(b.Mean))
		if last >= 0 && b.T0-d.Columns[last].T1 <= gap {
			c.line(last*f.w*dotsX/n, f.row(d.Columns[last].Mean), x, f.row(b.Mean))
		}
		last = i
	}
	return c
}
