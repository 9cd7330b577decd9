package grid

import (
	"unicode/utf8"

	"arbor/ui/theme"
)

// Surface is a part of a grid to draw on: an origin, a size and a clip. It is a value; what is drawn outside the clip is not drawn. All that is
// drawn on it carries its hit and its flags.
type Surface struct {
	g              *Grid
	x, y, w, h     int // origin (it may lie outside the clip) and size
	x0, y0, x1, y1 int // clip, half-open, in cells of the grid
	hit            Hit
	flags          theme.Style
}

// Surface returns the whole grid as a surface.
func (g *Grid) Surface() Surface { return Surface{g: g, w: g.w, h: g.h, x1: g.w, y1: g.h} }

// Size returns the number of columns and rows.
func (s Surface) Size() (w, h int) { return s.w, s.h }

// Sub returns the part of s that begins at (x, y), never larger than what s has there.
func (s Surface) Sub(x, y, w, h int) Surface {
	w, h = max(w, 0), max(h, 0)
	t := s
	t.x, t.y, t.w, t.h = s.x+x, s.y+y, w, h
	t.x0, t.y0 = max(s.x0, t.x), max(s.y0, t.y)
	t.x1, t.y1 = max(min(s.x1, t.x+w), t.x0), max(min(s.y1, t.y+h), t.y0)
	t.w, t.h = min(w, max(s.x+s.w-t.x, 0)), min(h, max(s.y+s.h-t.y, 0))
	return t
}

// boundless is the size of a canvas: only its clip ends it.
const boundless = 1 << 30

// Shift returns s with its origin moved and its clip unchanged: a canvas that is panned, without an end of its own.
func (s Surface) Shift(dx, dy int) Surface {
	s.x, s.y, s.w, s.h = s.x+dx, s.y+dy, boundless, boundless
	return s
}

// WithHit returns s such that a click on what is drawn means h.
func (s Surface) WithHit(h Hit) Surface { s.hit = h; return s }

// With returns s such that flags are added to each style.
func (s Surface) With(flags theme.Style) Surface { s.flags |= flags; return s }

// Visible tells whether the cells [x, x+w)×[y, y+h) are seen at all.
func (s Surface) Visible(x, y, w, h int) bool {
	return s.x+x < s.x1 && s.x+x+w > s.x0 && s.y+y < s.y1 && s.y+y+h > s.y0
}

// Set draws one cluster of one cell at (x, y).
func (s Surface) Set(x, y int, st theme.Style, r rune) {
	ax, ay := s.x+x, s.y+y
	if ax < s.x0 || ay < s.y0 || ax >= s.x1 || ay >= s.y1 {
		return
	}
	if r < 0x20 || r == 0x7f {
		r = ' '
	}
	var b [utf8.UTFMax]byte
	s.g.put(ax, ay, s.x1, string(b[:utf8.EncodeRune(b[:], r)]), 1, st|s.flags, s.hit)
}

// Text draws str from (x, y) to the right, ends it with … where the surface ends, and returns the column after it.
func (s Surface) Text(x, y int, st theme.Style, str string) int {
	room := s.w - x
	if room <= 0 {
		return x
	}
	if len(str) > room {
		str = Cut(str, room)
	}
	return s.Raw(x, y, st, str)
}

// Raw draws str like Text, but over the end of the surface it is merely clipped: for canvases.
func (s Surface) Raw(x, y int, st theme.Style, str string) int {
	ay := s.y + y
	seen := ay >= s.y0 && ay < s.y1
	Clusters(str, func(c string, w, _ int) bool {
		ax := s.x + x
		switch {
		case ax >= s.x1:
		case !seen:
		case ax >= s.x0:
			s.g.put(ax, ay, s.x1, c, w, st|s.flags, s.hit)
		case ax+w > s.x0 && s.x0 < s.x1: // its left half is clipped
			s.g.put(s.x0, ay, s.x1, " ", 1, st|s.flags, s.hit)
		}
		x += w
		return true
	})
	return x
}

// Right draws str so that it ends before column x, and returns the column at which it begins.
func (s Surface) Right(x, y int, st theme.Style, str string) int {
	at := x - Width(str)
	s.Text(at, y, st, str)
	return at
}

// Fill draws r in every cell of [x, x+w)×[y, y+h).
func (s Surface) Fill(x, y, w, h int, st theme.Style, r rune) {
	for j := max(y, s.y0-s.y); j < min(y+h, s.y1-s.y); j++ {
		for i := max(x, s.x0-s.x); i < min(x+w, s.x1-s.x); i++ {
			s.Set(i, j, st, r)
		}
	}
}

// Clear makes the surface blank in st, with its hit.
func (s Surface) Clear(st theme.Style) { s.Fill(0, 0, s.w, s.h, st, ' ') }

// Restyle replaces the style of what is already drawn in [x, x+w)×[y, y+h) by f of it, and leaves text and hits.
func (s Surface) Restyle(x, y, w, h int, f func(theme.Style) theme.Style) {
	for j := max(y+s.y, s.y0); j < min(y+h+s.y, s.y1); j++ {
		for i := max(x+s.x, s.x0); i < min(x+w+s.x, s.x1); i++ {
			c := &s.g.cells[j*s.g.w+i]
			c.Style = f(c.Style)
		}
	}
}

// HLine draws a horizontal rule of w cells.
func (s Surface) HLine(x, y, w int, st theme.Style) { s.Fill(x, y, w, 1, st, '─') }

// VLine draws a vertical rule of h cells.
func (s Surface) VLine(x, y, h int, st theme.Style) { s.Fill(x, y, 1, h, st, '│') }

// Box draws a frame with a title along the edge of the surface, blanks what is inside and returns the inside, one cell away from the frame on
// the left and the right.
func (s Surface) Box(st theme.Style, title string) Surface {
	w, h := s.Size()
	if w < 2 || h < 2 {
		return s
	}
	s.Clear(theme.Text)
	s.HLine(1, 0, w-2, st)
	s.HLine(1, h-1, w-2, st)
	s.VLine(0, 1, h-2, st)
	s.VLine(w-1, 1, h-2, st)
	s.Set(0, 0, st, '╭')
	s.Set(w-1, 0, st, '╮')
	s.Set(0, h-1, st, '╰')
	s.Set(w-1, h-1, st, '╯')
	if title != "" && w > 6 {
		s.Sub(2, 0, w-4, 1).Text(0, 0, theme.Title, " "+Cut(title, w-6)+" ")
	}
	if w < 6 {
		return s.Sub(1, 1, w-2, h-2)
	}
	return s.Sub(2, 1, w-4, h-2)
}
