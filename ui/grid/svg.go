package grid

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"arbor/ui/theme"
)

// The size of a cell in an SVG, and the margin round the picture.
const (
	cellW, cellH = 8.4, 18.0
	margin       = 12.0
	fontSize     = 14.0
)

// SVG writes the picture as an image. Box drawing, blocks and braille are geometry, so that they join whatever font the reader has.
func (g *Grid) SVG(w io.Writer, th *theme.Theme) error {
	b := bufio.NewWriter(w)
	width, height := float64(g.w)*cellW+2*margin, float64(g.h)*cellH+2*margin
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.1f %.1f" width="%.0f" height="%.0f" `, width, height, width, height)
	fmt.Fprintf(b, `font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="%g">`+"\n", fontSize)
	fmt.Fprintf(b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", th.Paper())
	for y := range g.h {
		g.svgBackgrounds(b, th, y)
		g.svgRow(b, th, y)
	}
	b.WriteString("</svg>\n")
	return b.Flush()
}

func left(x int) float64 { return margin + float64(x)*cellW }
func top(y int) float64  { return margin + float64(y)*cellH }

func (g *Grid) svgBackgrounds(b *bufio.Writer, th *theme.Theme, y int) {
	for x := 0; x < g.w; {
		bg := th.Ink(g.cells[y*g.w+x].Style).Bg
		end := x + 1
		for end < g.w && th.Ink(g.cells[y*g.w+end].Style).Bg == bg {
			end++
		}
		if bg != "" {
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", left(x), top(y), float64(end-x)*cellW, cellH, bg)
		}
		x = end
	}
}

// svgRow writes the clusters of a row: geometry cell by cell, text in runs of one style whose length is fixed.
func (g *Grid) svgRow(b *bufio.Writer, th *theme.Theme, y int) {
	var run strings.Builder
	start, cells := 0, 0
	var style theme.Style
	flush := func() {
		if text := strings.TrimRight(run.String(), " "); text != "" {
			cells -= len(run.String()) - len(text)
			svgText(b, th.Ink(style), start, y, cells, text)
		}
		run.Reset()
		cells = 0
	}
	for x := 0; x < g.w; x++ {
		c := g.cells[y*g.w+x]
		if c.width == 0 {
			continue
		}
		if r := rune(c.code); r >= 0x2500 && r < 0x25a0 || r >= 0x2800 && r < 0x2900 {
			flush()
			svgShape(b, r, left(x), top(y), th.Ink(c.Style))
			continue
		}
		if cells > 0 && (c.Style != style || c.width == 2) || c.width == 2 {
			flush()
		}
		if cells == 0 {
			if c.code == ' ' {
				continue
			}
			start, style = x, c.Style
		}
		run.WriteString(g.text(c))
		cells += int(c.width)
		if c.width == 2 || c.code < 0 {
			flush()
		}
	}
	flush()
}

func svgText(b *bufio.Writer, k theme.Ink, x, y, cells int, text string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs" xml:space="preserve" fill="%s"`,
		left(x), top(y)+cellH*0.74, float64(cells)*cellW, k.Fg)
	if k.Bold {
		b.WriteString(` font-weight="bold"`)
	}
	if k.Faint {
		b.WriteString(` opacity="0.6"`)
	}
	switch {
	case k.Underline:
		b.WriteString(` text-decoration="underline"`)
	case k.Strike:
		b.WriteString(` text-decoration="line-through"`)
	}
	b.WriteByte('>')
	xml.EscapeText(b, []byte(text)) // a bufio.Writer keeps its error for Flush
	b.WriteString("</text>\n")
}

// svgShape draws one character of the box, block or braille range in the cell at (x, y).
func svgShape(b *bufio.Writer, r rune, x, y float64, k theme.Ink) {
	rect := func(x0, y0, x1, y1 float64) {
		fmt.Fprintf(b, `<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="%s"/>`+"\n", x+x0*cellW, y+y0*cellH, (x1-x0)*cellW, (y1-y0)*cellH, k.Fg)
	}
	switch {
	case r >= 0x2800:
		for i, dot := range brailleDots {
			if (r-0x2800)&(1<<i) != 0 {
				fmt.Fprintf(b, `<circle cx="%.2f" cy="%.2f" r="1.25" fill="%s"/>`+"\n", x+(0.27+0.46*dot[0])*cellW, y+(0.14+0.24*dot[1])*cellH, k.Fg)
			}
		}
	case r >= 0x2581 && r <= 0x2588:
		rect(0, 1-float64(r-0x2580)/8, 1, 1)
	case r >= 0x2589 && r <= 0x258f:
		rect(0, 0, float64(0x2590-r)/8, 1)
	case r == 0x2580:
		rect(0, 0, 1, 0.5)
	case r == 0x2590:
		rect(0.5, 0, 1, 1)
	case r >= 0x2591 && r <= 0x2593:
		fmt.Fprintf(b, `<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="%s" opacity="%.2f"/>`+"\n", x, y, cellW, cellH, k.Fg, 0.25*float64(r-0x2590))
	case r >= 0x2596 && r <= 0x259f:
		for i, q := range quadrants {
			if quadrantBits[r-0x2596]&(1<<i) != 0 {
				rect(q[0], q[1], q[0]+0.5, q[1]+0.5)
			}
		}
	default:
		svgLine(b, r, x, y, k)
	}
}

var (
	brailleDots  = [8][2]float64{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}}
	quadrants    = [4][2]float64{{0, 0}, {0.5, 0}, {0, 0.5}, {0.5, 0.5}}
	quadrantBits = [10]int{4, 8, 1, 13, 9, 7, 11, 2, 6, 14}
)

// svgLine draws box drawing by its arms: left, right, up, down. Arcs are rounded; heavy and double lines are drawn thicker.
func svgLine(b *bufio.Writer, r rune, x, y float64, k theme.Ink) {
	cx, cy := x+cellW/2, y+cellH/2
	stroke := 1.2
	path := func(d string) {
		fmt.Fprintf(b, `<path d="%s" stroke="%s" stroke-width="%.1f" fill="none"/>`+"\n", d, k.Fg, stroke)
	}
	switch r {
	case '╭':
		path(fmt.Sprintf("M%.2f %.2fQ%.2f %.2f %.2f %.2f", cx, y+cellH, cx, cy, x+cellW, cy))
	case '╮':
		path(fmt.Sprintf("M%.2f %.2fQ%.2f %.2f %.2f %.2f", x, cy, cx, cy, cx, y+cellH))
	case '╰':
		path(fmt.Sprintf("M%.2f %.2fQ%.2f %.2f %.2f %.2f", cx, y, cx, cy, x+cellW, cy))
	case '╯':
		path(fmt.Sprintf("M%.2f %.2fQ%.2f %.2f %.2f %.2f", x, cy, cx, cy, cx, y))
	case '╱':
		path(fmt.Sprintf("M%.2f %.2fL%.2f %.2f", x, y+cellH, x+cellW, y))
	case '╲':
		path(fmt.Sprintf("M%.2f %.2fL%.2f %.2f", x, y, x+cellW, y+cellH))
	default:
		arms, heavy := boxArms(r)
		if heavy {
			stroke = 2.2
		}
		var d strings.Builder
		ends := [4][2]float64{{x, cy}, {x + cellW, cy}, {cx, y}, {cx, y + cellH}}
		for i, e := range ends {
			if arms&(1<<i) != 0 {
				fmt.Fprintf(&d, "M%.2f %.2fL%.2f %.2f", cx, cy, e[0], e[1])
			}
		}
		path(d.String())
	}
}

// boxArms returns the arms of a box drawing character as bits left, right, up, down.
func boxArms(r rune) (arms int, heavy bool) {
	switch {
	case strings.ContainsRune("━┃┏┓┗┛┣┫┳┻╋═║╔╗╚╝╠╣╦╩╬┅┇┉┋", r):
		heavy = true
	}
	for _, row := range []struct {
		runes string
		arms  int
	}{
		{"─━┄┅┈┉╌╍═", 3}, {"│┃┆┇┊┋╎╏║", 12}, {"┌┍┎┏╒╓╔", 10}, {"┐┑┒┓╕╖╗", 9}, {"└┕┖┗╘╙╚", 6}, {"┘┙┚┛╛╜╝", 5},
		{"├┝┞┟┠┡┢┣╞╟╠", 14}, {"┤┥┦┧┨┩┪┫╡╢╣", 13}, {"┬┭┮┯┰┱┲┳╤╥╦", 11}, {"┴┵┶┷┸┹┺┻╧╨╩", 7}, {"╴╸", 1}, {"╵╹", 4}, {"╶╺", 2}, {"╷╻", 8},
	} {
		if strings.ContainsRune(row.runes, r) {
			return row.arms, heavy
		}
	}
	return 15, heavy
}
