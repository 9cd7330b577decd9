package plot

import (
	"time"

	"arbor/ui/grid"
	"arbor/ui/theme"
)

// values lays out the axes of values with their labels.
func (s *scene) values() {
	f := &s.area
	if f.x == 0 {
		return
	}
	s.rule(f.x-1, f.y, -f.h, theme.Axis, "│")
	s.ticks(f.left, func(row int, off float64, label string) {
		s.text(f.x-1, row, theme.Axis, "┤")
		s.shift(0, off)
		s.right(f.x-2, row, theme.Dim, label)
		s.shift(0, off)
	})
	if x := f.x + f.w; f.twice && x < s.w {
		s.rule(x, f.y, -f.h, theme.Axis, "│")
		s.ticks(f.other, func(row int, off float64, label string) {
			s.text(x, row, theme.Axis, "├")
			s.shift(0, off)
			s.text(x+1, row, theme.Dim, grid.Cut(label, s.w-x-1))
			s.shift(0, off)
		})
	}
}

// ticks calls f for each tick that has a row of its own, with how far below the middle of the row it lies, in cells.
func (s *scene) ticks(of scale, f func(row int, off float64, label string)) {
	used := -1
	for _, t := range of.ticks() {
		dot := s.area.row(of, t)
		row := s.area.y + dot/s.area.dy
		if row == used {
			continue
		}
		used = row
		f(row, (float64(dot%s.area.dy)+0.5)/float64(s.area.dy)-0.5, of.label(t))
	}
}

// times lays out the axis of time and its rows of labels. Labels that would touch are left out.
func (s *scene) times(loc *time.Location) {
	f := &s.area
	y := f.y + f.h
	s.rule(f.x, y, f.w, theme.Axis, "─")
	if f.x > 0 {
		s.text(f.x-1, y, theme.Axis, "╰")
	}
	if x := f.x + f.w; f.twice && x < s.w {
		s.text(x, y, theme.Axis, "╯")
	}
	r := pick(f.from, f.to, f.w)
	free := f.x - 1
	for _, m := range r.marks(f.from, f.to, loc) {
		x := f.x + f.cell(m.at)
		s.text(x, y, theme.Axis, "┬")
		off := (float64(f.dot(m.at)%f.dx)+0.5)/float64(f.dx) - 0.5
		s.shift(off, 0)
		if at := x - m.width/2; at > free && at+m.width <= f.x+f.w {
			s.text(at, y+1, theme.Dim, m.label)
			s.shift(off, 0)
			free = at + m.width
		}
	}
	if f.rows < 2 {
		return
	}
	u, format := r.context()
	marks := periods(u, format, f.from, f.to, loc)
	for i, m := range marks {
		x, end := f.x+f.cell(m.at), f.x+f.w
		if i+1 < len(marks) {
			end = f.x + f.cell(marks[i+1].at) - 1
		}
		if x+m.width <= end {
			s.text(x, y+2, theme.Dim, m.label)
		}
	}
}

// goals lays out the lines to be followed, as far as they lie in the window.
func (c *Chart) goals(s *scene) {
	f := &s.area
	var l layer
	for _, g := range c.Goals {
		from, to := max(g.From, f.from), min(g.To, f.to-1)
		if from > to {
			continue
		}
		x, end := f.dot(from), f.dot(to)
		l.shapes = append(l.shapes, shape{kind: dash, x0: x, y0: f.row(f.left, g.at(from)), x1: end, y1: f.row(f.left, g.at(to))})
	}
	if l.style = theme.Due; len(l.shapes) > 0 {
		s.layers = append(s.layers, l)
	}
}

// at returns the value to be had at a time.
func (g Goal) at(t int64) float64 {
	if g.To <= g.From {
		return g.Last
	}
	return g.First + (g.Last-g.First)*(float64(t-g.From)/float64(g.To-g.From))
}

// cross lays out the crosshair on a sample of the first curve.
func (c *Chart) cross(s *scene) {
	f := &s.area
	if c.Cross == nil || c.Cross.T < f.from || c.Cross.T >= f.to {
		return
	}
	at := c.Cross.T
	for _, b := range c.Curves[0].Columns {
		if c.Curves[0].By != "" && b.From <= at && at < b.To { // a period has its value in the middle
			at = b.From + (b.To-b.From)/2
			break
		}
	}
	x, y := f.x+f.cell(at), f.y+f.row(f.of(&c.Curves[0]), c.Cross.V)/f.dy
	s.rule(x, f.y, -f.h, theme.Axis, "┆")
	s.text(x, y, theme.Accent|theme.Bold, "•")
}
