package plot

import (
	"fmt"
	"math"

	"arbor/ui/grid"
	"arbor/ui/theme"
)

// plane lays out the axes of a figure of numbers over numbers: x goes to the right and y up. It returns how to get from a number to its column.
func (s *scene) plane(x, y scale, image bool) func(float64) int {
	f := frame{w: s.w, h: s.h, left: y}
	f.dx, f.dy = dotsOf(s.marks, image)
	if s.h >= rowsForHead {
		f.y, f.h = 1, f.h-1
	}
	if s.h >= rowsForAxis {
		f.axis, f.rows, f.h = true, 1, f.h-2
	}
	if s.w >= cellsForTick {
		f.x = min(y.width()+2, s.w/2)
		f.w = s.w - f.x
	}
	s.area = f
	column := func(v float64) int {
		part := 1 - x.below(v)
		if math.IsNaN(part) {
			part = 0
		}
		return int(math.Round(min(max(part, 0), 1) * float64(f.w*f.dx-1)))
	}
	s.values()
	if !f.axis {
		return column
	}
	at := f.y + f.h
	s.rule(f.x, at, f.w, theme.Axis, "─")
	if f.x > 0 {
		s.text(f.x-1, at, theme.Axis, "╰")
	}
	ticks, end := x.ticks(), s.w
	for _, v := range ticks {
		label := x.label(v)
		cell := f.x + column(v)/f.dx
		off := (float64(column(v)%f.dx)+0.5)/float64(f.dx) - 0.5
		s.text(cell, at, theme.Axis, "┬")
		s.shift(off, 0)
		from := min(cell-len(label)/2, s.w-len(label))
		if from >= f.x-1 && from+len(label) < end || end == s.w && from+len(label) <= end {
			s.text(from, at+1, theme.Dim, label)
			s.shift(off, 0)
			end = from
		}
	}
	return column
}

// title lays out the line on top: a name, a value in a style, and facts as far as there is room.
func (s *scene) title(name, value string, st theme.Style, facts ...string) {
	if s.h < rowsForHead {
		return
	}
	x := s.text(0, 0, theme.Title, grid.Cut(name, s.w))
	if value != "" && x+2 < s.w {
		x = s.text(x+2, 0, st|theme.Bold, grid.Cut(value, s.w-x-2))
	}
	for _, part := range facts {
		if x+2+grid.Width(part) > s.w {
			return
		}
		x = s.text(x+2, 0, theme.Dim, part)
	}
}

// nothing lays out that there is nothing to draw.
func (s *scene) nothing(words string) *scene {
	s.text(max((s.w-grid.Width(words))/2, 0), max(s.h, 1)/2, theme.Dim, grid.Cut(words, s.w))
	return s
}

// ends returns the least and the greatest number; false if there is none that is finite.
func ends(values []float64) (low, high float64, ok bool) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = min(low, v), max(high, v)
		}
	}
	return low, high, low <= high
}

// with returns a number with its unit.
func with(v float64, unit string) string {
	if unit == "" {
		return Number(v)
	}
	return Number(v) + " " + unit
}

// plural returns a count of things.
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
