package plot

import (
	"fmt"
	"math"
	"time"

	"arbor/model"
	"arbor/ui/grid"
	"arbor/ui/theme"
)

// Chart says what is plotted. The zero value is an empty one.
type Chart struct {
	Curves   []Curve // all of one window of time; the last lies on top
	Marks    Marks
	Log      bool           // values go up by factors; those of 0 and less lie on the lower edge
	Location *time.Location // of the time axis; nil is time.Local
	Bare     bool           // without the line of words on top
	Goals    []Goal
	Notes    []Note
	Cross    *Cross
	Years    bool // the curves are years that were laid over each other, as if they were 2000
	Image    bool // to be loaded for an image, with a column for each of its finer dots
}

// Curve is a series of a chart.
type Curve struct {
	Data
	Kind  Kind
	Right bool        // by the axis of values on the right
	Style theme.Style // zero is that of its place
}

// Goal is a line to be followed, from one time (Unix nanoseconds) and value to another, by the left axis.
type Goal struct {
	From, To    int64
	First, Last float64
}

// Cross is a sample pointed at, and what else is to be said of it.
type Cross struct {
	T     int64
	V     float64
	About string
}

// frame is where the parts of a chart lie: the area of the curves and its scales.
type frame struct {
	x, y, w, h  int // of the area, in cells
	dx, dy      int // dots of a cell
	from, to    int64
	left, other scale // other is the axis on the right
	twice       bool  // there is one
	rows        int   // of labels below the axis: 0 to 2
	lanes       int   // rows above the area for the words of notes
	axis        bool
}

// Rows below which parts of a chart are left out.
const (
	rowsForHead  = 5
	rowsForAxis  = 4
	rowsForDays  = 7 // the second row of labels
	cellsForTick = 24
	cellsForTwo  = 36 // the axis on the right
)

// frame divides a picture of w×h cells.
func (c *Chart) frame(w, h int, image bool) frame {
	f := frame{h: max(h, 0)}
	f.dx, f.dy = dotsOf(c.Marks, image)
	if len(c.Curves) > 0 {
		f.from, f.to = c.Curves[0].From, c.Curves[0].To
	}
	if h >= rowsForHead {
		f.y, f.h = 1, f.h-1
	}
	if h >= rowsForAxis {
		f.axis, f.rows, f.h = true, 1, f.h-2
	}
	if h >= rowsForDays && !c.Years {
		f.rows, f.h = 2, f.h-1
	}
	f.sides(c, w)
	if _, lanes := c.place(&f, min(h/rowsForLane-1, maxLanes)); lanes > 0 {
		f.lanes, f.y, f.h = lanes, f.y+lanes, f.h-lanes
		f.sides(c, w)
	}
	return f
}

// sides takes the axes of values from a picture of w cells.
func (f *frame) sides(c *Chart, w int) {
	f.left, _ = c.scale(false, f.h)
	f.other, f.twice = c.scale(true, f.h)
	f.x, f.w = 0, max(w, 0)
	if w >= cellsForTick {
		f.x = min(f.left.width()+2, w/2)
		f.w = w - f.x
	}
	if f.twice && w >= cellsForTwo {
		f.w = max(f.w-f.other.width()-2, 1)
	}
}

// scale returns the scale of an axis for an area of h rows, and whether a curve goes by it.
func (c *Chart) scale(right bool, h int) (scale, bool) {
	low, high, found, lengths := math.Inf(1), math.Inf(-1), false, true
	add := func(v float64) {
		if !math.IsNaN(v) && (v > 0 || !c.Log) {
			low, high = min(low, v), max(high, v)
		}
	}
	for i := range c.Curves {
		u := &c.Curves[i]
		if u.Right != right {
			continue
		}
		found, lengths = true, lengths && u.Data.Kind == model.Duration
		if u.Total.N > 0 {
			add(u.Total.Min)
			add(u.Total.Max)
		}
		if u.Kind == Bar || u.Kind == Area {
			add(0)
		}
		if c.Log {
			for _, b := range u.Columns {
				if b.N > 0 {
					add(b.Min)
					add(b.First)
					add(b.Last)
				}
			}
		}
	}
	for _, g := range c.Goals {
		if from, to := max(g.From, c.Curves[0].From), min(g.To, c.Curves[0].To); !right && from <= to { // as far as it is seen
			add(g.at(from))
			add(g.at(to))
		}
	}
	if low > high {
		low, high = 1, 1
		if !c.Log {
			low, high = 0, 0
		}
	}
	if c.Log {
		return newLogScale(low, high, max(h/3, 2)), found
	}
	if found && lengths {
		return newLengthScale(low, high, max(h/3, 2)), found
	}
	return newScale(low, high, max(h/3, 2)), found
}

// of returns the scale that a curve goes by.
func (f *frame) of(u *Curve) scale {
	if u.Right {
		return f.other
	}
	return f.left
}

// row returns the row of dots of a value.
func (f *frame) row(s scale, v float64) int {
	part := s.below(v)
	if math.IsNaN(part) {
		part = 1
	}
	rows := float64(f.h*f.dy - 1)
	return int(math.Round(min(max(part, 0), 1) * rows))
}

// cell returns the column of cells of a time.
func (f *frame) cell(at int64) int {
	return int(float64(at-f.from) / float64(f.to-f.from) * float64(f.w))
}

// TimeAt returns the time that the middle of a column of cells shows where c is drawn on w×h cells, and how many columns its area has.
func (c *Chart) TimeAt(x, w, h int) (at int64, columns int) {
	f := c.frame(w, h, c.Image)
	part := (float64(x-f.x) + 0.5) / float64(max(f.w, 1))
	return f.from + int64(float64(f.to-f.from)*min(max(part, 0), 1)), f.w
}

// dot returns the column of dots of a time.
func (f *frame) dot(at int64) int {
	return int(float64(at-f.from) / float64(f.to-f.from) * float64(f.w*f.dx))
}

// empty tells whether there is nothing to draw.
func (c *Chart) empty() bool {
	for i := range c.Curves {
		if c.Curves[i].Total.N > 0 {
			return false
		}
	}
	return true
}

func (c *Chart) zone() *time.Location {
	if c.Location == nil {
		return time.Local
	}
	return c.Location
}

// style returns the style of the i-th curve.
func (c *Chart) style(i int) theme.Style {
	if st := c.Curves[i].Style; st != 0 {
		return st
	}
	return theme.Series(i)
}

// scene lays c out on w×h cells.
func (c *Chart) scene(w, h int, image bool) *scene {
	s := &scene{w: w, h: h, marks: c.Marks}
	if w <= 0 || h <= 0 || len(c.Curves) == 0 {
		return s
	}
	if c.empty() {
		d := &c.Curves[0].Data
		words := "no samples from " + d.day(d.From, c.zone()) + " to " + d.day(d.To, c.zone())
		s.text(max((w-grid.Width(words))/2, 0), h/2, theme.Dim, grid.Cut(words, w))
		return s
	}
	s.area = c.frame(w, h, image)
	if h >= rowsForHead && !c.Bare {
		c.head(s)
	}
	s.values()
	if s.area.axis {
		s.times(c.zone())
	}
	c.notes(s)
	for i := range c.Curves {
		c.curve(s, i)
	}
	c.goals(s)
	c.cross(s)
	return s
}

func (d *Data) day(at int64, loc *time.Location) string {
	return time.Unix(0, at).In(loc).Format("2 Jan 2006")
}

// count says how many samples, or periods, there are.
func (d *Data) count() string {
	what := d.By
	if what == "" {
		what = "sample"
	}
	if d.Total.N == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", d.Total.N, what)
}

// unit returns the unit after a space.
func (d *Data) unit() string {
	if d.Unit == "" {
		return ""
	}
	return " " + d.Unit
}

// head says in a line what the chart shows.
func (c *Chart) head(s *scene) {
	x := 0
	for i := range c.Curves {
		u := &c.Curves[i]
		if i > 0 {
			x += 3
		}
		title, value := theme.Title, u.number(u.Total.Last)+u.unit()
		if u.Total.N == 0 {
			value = "none"
		}
		if x+grid.Width(u.Name) > s.w && i > 0 {
			return
		}
		x = s.text(x, 0, title, grid.Cut(u.Name, s.w-x))
		if x+2+grid.Width(value) <= s.w || i == 0 {
			x = s.text(x+2, 0, c.style(i)|theme.Bold, grid.Cut(value, s.w-x-2))
		}
	}
	if said := c.Pointed(); said != "" && x+4 < s.w {
		x = s.text(x+2, 0, theme.Accent, grid.Cut("• "+said, s.w-x-2))
	}
	for _, part := range c.facts() {
		if x+2+grid.Width(part) > s.w {
			return
		}
		x = s.text(x+2, 0, theme.Dim, part)
	}
}

// facts returns what the line on top says after names and values, the most wanted first.
func (c *Chart) facts() []string {
	d := &c.Curves[0].Data
	var parts []string
	if c.Log {
		parts = append(parts, "log")
	}
	if len(c.Curves) == 1 {
		parts = append(parts, "min "+d.number(d.Total.Min), "max "+d.number(d.Total.Max), "mean "+d.rounded(d.Total.Mean), d.count())
	}
	if !c.Years {
		parts = append(parts, Days(d.From, d.To, c.zone()))
	}
	return parts
}

// when says at what time something is, or in which period.
func (d *Data) when(at int64, loc *time.Location) string {
	t := time.Unix(0, at).In(loc)
	switch d.By {
	case "hour":
		return t.Format("Mon 2 Jan 2006 15:04")
	case "day":
		return t.Format("Mon 2 Jan 2006")
	case "week":
		return t.Format("week of 2 Jan 2006")
	case "month":
		return t.Format("January 2006")
	case "quarter":
		return fmt.Sprintf("Q%d %d", (int(t.Month())+2)/3, t.Year())
	case "year":
		return t.Format("2006")
	}
	return "at " + t.Format("Mon 2 Jan 2006 15:04:05")
}

// Pointed says in words what is pointed at; "" if nothing is.
func (c *Chart) Pointed() string {
	if c.Cross == nil || len(c.Curves) == 0 {
		return ""
	}
	d := &c.Curves[0].Data
	said := d.number(c.Cross.V) + d.unit() + " " + d.when(c.Cross.T, c.zone())
	if c.Cross.About != "" {
		said += ", " + c.Cross.About
	}
	return said
}

// number formats a value: a sample as it is, one of a period in no more digits than its span has.
func (d *Data) number(v float64) string {
	if d.By != "" {
		return d.rounded(v)
	}
	return d.words(v)
}

// rounded formats what lies between samples, such as a mean.
func (d *Data) rounded(v float64) string {
	return d.words(roundTo(v, d.Total.Max-d.Total.Min))
}

// words formats a number, a length of time of a minute and more to the second.
func (d *Data) words(v float64) string {
	if d.Kind != model.Duration {
		return Number(v)
	}
	if v >= 60 {
		v = math.Round(v)
	}
	return d.Kind.Format(v)
}

// roundTo rounds v to a thousandth of a span, so that a mean does not claim digits that no sample has.
func roundTo(v, span float64) float64 {
	p := roundUp(span / 1000)
	if p == 0 || math.IsInf(p, 0) {
		return v
	}
	return math.Round(v/p) * p
}
