package grid

import (
	"strings"
	"unicode/utf8"

	"arbor/ui/theme"
)

// Hit names what a click on a cell means. Zero is nothing. Whoever draws gives out the numbers and keeps their meaning.
type Hit uint32

// Cell is one cell of the picture. A cluster of width 2 lies in its left cell; the right one has width 0.
type Cell struct {
	code  int32 // a rune, or -1-index into the grid's table of longer clusters
	Style theme.Style
	width uint8
	Hit   Hit
}

// Grid is a picture of w×h cells. It is not safe for concurrent use.
type Grid struct {
	w, h  int
	cells []Cell
	long  []string // clusters of more than one rune
	index map[string]int32
}

// New returns a blank grid.
func New(w, h int) *Grid {
	g := &Grid{}
	g.Reset(w, h)
	return g
}

// Reset makes the grid w×h blank cells and keeps its memory.
func (g *Grid) Reset(w, h int) {
	w, h = max(w, 0), max(h, 0)
	if cap(g.cells) < w*h {
		g.cells = make([]Cell, w*h)
	}
	g.w, g.h, g.cells = w, h, g.cells[:w*h]
	for i := range g.cells {
		g.cells[i] = Cell{code: ' ', width: 1}
	}
	g.long = g.long[:0]
	clear(g.index)
}

// Size returns the number of columns and rows.
func (g *Grid) Size() (w, h int) { return g.w, g.h }

// At returns the cluster drawn at a cell and its style; the right half of a wide cluster is "".
func (g *Grid) At(x, y int) (string, theme.Style) {
	if x < 0 || y < 0 || x >= g.w || y >= g.h {
		return "", 0
	}
	c := g.cells[y*g.w+x]
	return g.text(c), c.Style
}

// HitAt returns what a click at a cell means.
func (g *Grid) HitAt(x, y int) Hit {
	if x < 0 || y < 0 || x >= g.w || y >= g.h {
		return 0
	}
	return g.cells[y*g.w+x].Hit
}

// Plain returns the picture as text, a line a row, without trailing spaces.
func (g *Grid) Plain() string {
	var b, row strings.Builder
	for y := range g.h {
		row.Reset()
		for _, c := range g.cells[y*g.w : (y+1)*g.w] {
			row.WriteString(g.text(c))
		}
		b.WriteString(strings.TrimRight(row.String(), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

func (g *Grid) text(c Cell) string {
	switch {
	case c.width == 0:
		return ""
	case c.code < 0:
		return g.long[-1-c.code]
	}
	return string(c.code)
}

// put draws one cluster at an absolute cell. Both halves of a wide cluster must lie left of right, else a space takes the place.
func (g *Grid) put(x, y, right int, cluster string, width int, st theme.Style, hit Hit) {
	if width == 2 && x+1 >= right {
		cluster, width = " ", 1
	}
	g.unpair(x, y)
	if width == 2 {
		g.unpair(x+1, y)
	}
	i := y*g.w + x
	g.cells[i] = Cell{code: g.code(cluster), Style: st, width: uint8(width), Hit: hit}
	if width == 2 {
		g.cells[i+1] = Cell{Style: st, Hit: hit}
	}
}

// unpair blanks the other half of the wide cluster that covers a cell, so that no half is left behind.
func (g *Grid) unpair(x, y int) {
	i := y*g.w + x
	switch {
	case g.cells[i].width == 0 && x > 0:
		g.cells[i-1].code, g.cells[i-1].width = ' ', 1
	case g.cells[i].width == 2 && x+1 < g.w:
		g.cells[i+1].code, g.cells[i+1].width = ' ', 1
	}
}

func (g *Grid) code(cluster string) int32 {
	r, n := utf8.DecodeRuneInString(cluster)
	if n == len(cluster) {
		return r
	}
	if k, ok := g.index[cluster]; ok {
		return k
	}
	if g.index == nil {
		g.index = map[string]int32{}
	}
	k := -1 - int32(len(g.long))
	g.long = append(g.long, strings.Clone(cluster))
	g.index[g.long[len(g.long)-1]] = k
	return k
}
