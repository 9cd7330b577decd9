package mindmap

import (
	"arbor/ui/grid"
	"arbor/ui/theme"
)

// strokes collects lines as arms per cell, so that lines that meet make a junction and not a mess.
type strokes struct {
	view  Rect
	arms  []uint8 // bits as in armRight…
	style []theme.Style
}

// The arms of a cell, in the order of headings.
const (
	armRight uint8 = 1 << iota
	armDown
	armLeft
	armUp
)

// junctions is the rune for each set of arms.
var junctions = [16]rune{
	' ', '─', '│', '╭', '─', '─', '╮', '┬', '│', '╰', '│', '├', '╯', '┴', '┤', '┼',
}

func newStrokes(view Rect) *strokes {
	n := max(view.W, 0) * max(view.H, 0)
	return &strokes{view: view, arms: make([]uint8, n), style: make([]theme.Style, n)}
}

// path adds a line from cell to cell, whose first cell reaches towards the box from and whose last towards the box to.
func (s *strokes) path(path []Point, style theme.Style, from, to Rect) {
	for i, p := range path {
		var arms uint8
		if i > 0 {
			arms |= arm(p, path[i-1])
		} else {
			arms |= armInto(p, from)
		}
		if i+1 < len(path) {
			arms |= arm(p, path[i+1])
		} else {
			arms |= armInto(p, to)
		}
		s.add(p, arms, style)
	}
}

func (s *strokes) add(p Point, arms uint8, style theme.Style) {
	if !s.view.Contains(p.X, p.Y) {
		return
	}
	i := (p.Y-s.view.Y)*s.view.W + p.X - s.view.X
	s.arms[i] |= arms
	s.style[i] = style
}

// arm returns the arm of p that reaches towards its neighbour q.
func arm(p, q Point) uint8 {
	switch {
	case q.X > p.X:
		return armRight
	case q.X < p.X:
		return armLeft
	case q.Y > p.Y:
		return armDown
	case q.Y < p.Y:
		return armUp
	}
	return 0
}

// armInto returns the arm of p that reaches into the box beside it.
func armInto(p Point, box Rect) uint8 {
	return arm(p, Point{min(max(p.X, box.X), box.X+box.W-1), min(max(p.Y, box.Y), box.Y+box.H-1)})
}

// each calls f for every cell that is drawn on.
func (s *strokes) each(f func(Point, uint8, theme.Style)) {
	for i, a := range s.arms {
		if a != 0 {
			f(Point{s.view.X + i%s.view.W, s.view.Y + i/s.view.W}, a, s.style[i])
		}
	}
}

func (s *strokes) draw(canvas grid.Surface) {
	s.each(func(p Point, arms uint8, st theme.Style) { canvas.Set(p.X, p.Y, st, junctions[arms]) })
}
