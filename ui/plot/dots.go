package plot

import (
	"arbor/ui/grid"
	"arbor/ui/theme"
)

// Dots of a cell.
const (
	dotsX = 2
	dotsY = 4
)

// dots is a canvas of braille dots, 2×4 to a cell.
type dots struct {
	w, h  int // in cells
	cells []uint8
}

func newDots(w, h int) *dots { return &dots{w, h, make([]uint8, max(w, 0)*max(h, 0))} }

// bits is the braille bit of the dot at (x, y) of a cell.
var bits = [dotsX][dotsY]uint8{{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}

func (d *dots) set(x, y int) {
	if x < 0 || y < 0 || x >= d.w*dotsX || y >= d.h*dotsY {
		return
	}
	d.cells[y/dotsY*d.w+x/dotsX] |= bits[x%dotsX][y%dotsY]
}

func (d *dots) has(x, y int) bool {
	return d.cells[y/dotsY*d.w+x/dotsX]&bits[x%dotsX][y%dotsY] != 0
}

// line sets the dots from one to another, both included (Bresenham).
func (d *dots) line(x0, y0, x1, y1 int) {
	dx, dy := abs(x1-x0), -abs(y1-y0)
	sx, sy := 1, 1
	if x0 > x1 {
		sx = -1
	}
	if y0 > y1 {
		sy = -1
	}
	for e := dx + dy; ; {
		d.set(x0, y0)
		if x0 == x1 && y0 == y1 {
			return
		}
		e2 := 2 * e
		if e2 >= dy {
			e, x0 = e+dy, x0+sx
		}
		if e2 <= dx {
			e, y0 = e+dx, y0+sy
		}
	}
}

func abs(n int) int { return max(n, -n) }

// draw draws the cells that have dots.
func (d *dots) draw(s grid.Surface, st theme.Style) {
	for i, c := range d.cells {
		if c != 0 {
			s.Set(i%d.w, i/d.w, st, rune(0x2800)+rune(c))
		}
	}
}

// overlay draws the cells that have dots, with those of below in them, so that a line on a band hides nothing of it.
func (d *dots) overlay(s grid.Surface, below *dots, st theme.Style) {
	for i, c := range d.cells {
		if c != 0 {
			s.Set(i%d.w, i/d.w, st, rune(0x2800)+rune(c|below.cells[i]))
		}
	}
}
