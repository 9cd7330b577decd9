package plot

import (
	"arbor/ui/grid"
	"arbor/ui/theme"
)

// scene is a chart laid out: words and rules in cells, and shapes in the dots of its area. A terminal, an SVG and a PNG are drawn from the same one.
type scene struct {
	w, h       int   // of the picture, in cells
	area       frame // where shapes lie
	marks      Marks
	background []text // below the shapes
	layers     []layer
	tiles      []tile
	bands      []tile // shades below all, of which the level says nothing
	texts      []text // above the shapes
}

// text is words, or one sign, that begin at a cell.
type text struct {
	x, y  int
	style theme.Style
	text  string
	rule  int // as many cells as the sign is repeated; downwards if negative
	// How far an image has it to the right of the cell and below it, in cells: a tick lies on its value.
	dx, dy float64
}

// tile is a rectangle of cells filled as much as its level says.
type tile struct {
	x, y, w, h int
	style      theme.Style
	level      int // 1 to levels
}

// levels is how many shades a tile has.
const levels = 4

// layer is shapes of one style. A layer hides nothing of those before it: where both have dots in a cell, it has the dots of both.
type layer struct {
	style  theme.Style
	tint   theme.Style // of an image, where it is a thin coat of this; 0 is style
	shapes []shape
}

// shape is a mark in the area, in dots.
type shape struct {
	kind           form
	x0, y0, x1, y1 int
	base           int // of a fill: the row down, or up, to which it goes
}

type form uint8

const (
	stroke form = iota
	dash
	point
	fill
)

func (s *scene) text(x, y int, st theme.Style, words string) int {
	s.texts = append(s.texts, text{x: x, y: y, style: st, text: words})
	return x + grid.Width(words)
}

// shift moves the latest text of the scene in images alone.
func (s *scene) shift(dx, dy float64) {
	t := &s.texts[len(s.texts)-1]
	t.dx, t.dy = dx, dy
}

func (s *scene) right(x, y int, st theme.Style, words string) {
	s.text(x-grid.Width(words), y, st, words)
}

func (s *scene) rule(x, y, n int, st theme.Style, sign string) {
	s.background = append(s.background, text{x: x, y: y, style: st, text: sign, rule: n})
}

// draw draws the scene in cells.
func (s *scene) draw(to grid.Surface) {
	drawTexts(to, s.background)
	area := to.Sub(s.area.x, s.area.y, s.area.w, s.area.h)
	under := newDots(s.area.w, s.area.h, s.marks)
	for _, l := range s.layers {
		d := newDots(s.area.w, s.area.h, s.marks)
		for _, x := range l.shapes {
			d.shape(x)
		}
		for i, c := range d.cells {
			if c != 0 {
				under.cells[i] |= c
				area.Set(i%d.w, i/d.w, l.style, s.marks.rune(under.cells[i]))
			}
		}
	}
	for _, t := range s.tiles {
		shades := []rune("░▒▓█")
		if s.marks == ASCII {
			shades = []rune(".:*#")
		}
		to.Fill(t.x, t.y, t.w, t.h, t.style, shades[min(max(t.level, 1), levels)-1])
	}
	drawTexts(to, s.texts)
	for _, b := range s.bands {
		to.Restyle(b.x, b.y, b.w, b.h, func(st theme.Style) theme.Style { return st | theme.OnPanel })
	}
}

func drawTexts(to grid.Surface, texts []text) {
	for _, t := range texts {
		sign := []rune(t.text)
		switch {
		case t.rule > 0:
			to.Fill(t.x, t.y, t.rule, 1, t.style, sign[0])
		case t.rule < 0:
			to.Fill(t.x, t.y, 1, -t.rule, t.style, sign[0])
		default:
			to.Text(t.x, t.y, t.style, t.text)
		}
	}
}
