package grid

import (
	"strconv"

	"arbor/ui/theme"
)

// ANSI returns the picture as text with escape sequences, rows joined by a line feed: what a Bubble Tea View returns. A cluster about whose width
// terminals disagree is followed by an absolute move, so that the rest of its row stays where it belongs.
func (g *Grid) ANSI(th *theme.Theme) string {
	b := make([]byte, 0, g.w*g.h*2)
	for y := range g.h {
		if y > 0 {
			b = append(b, '\n')
		}
		row := g.cells[y*g.w : (y+1)*g.w]
		end := len(row)
		for end > 0 && row[end-1].Style == theme.Text && row[end-1].code == ' ' && row[end-1].width == 1 {
			end--
		}
		style := theme.Text
		for x := 0; x < end; x++ {
			c := row[x]
			if c.width == 0 {
				continue
			}
			if c.Style != style {
				style = c.Style
				b = th.SGR(b, style)
			}
			unsure := doubtful(c)
			if unsure && c.width == 2 { // a terminal that thinks it narrow would leave what was in the second cell
				b = append(b, "\x1b[2X"...)
			}
			b = g.appendCluster(b, c, th.ASCII)
			if unsure {
				b = append(b, "\x1b["...)
				b = strconv.AppendInt(b, int64(x+int(c.width)+1), 10)
				b = append(b, 'G')
			}
		}
		if style != theme.Text {
			b = append(b, "\x1b[m"...)
		}
	}
	return string(b)
}

func (g *Grid) appendCluster(b []byte, c Cell, ascii bool) []byte {
	if c.code < 0 {
		return append(b, g.long[-1-c.code]...)
	}
	r := rune(c.code)
	if ascii {
		r = theme.ASCII(r)
	}
	if r < 0x80 {
		return append(b, byte(r))
	}
	return append(b, string(r)...)
}

// doubtful tells cells whose width is not the same in the tables of all terminals: clusters of several runes, emoji, symbols with two
// presentations.
func doubtful(c Cell) bool {
	r := rune(c.code)
	switch {
	case r < 0:
		return true
	case r < 0x300:
		return false
	case r >= 0x2500 && r < 0x25a0, r >= 0x2800 && r < 0x2900: // box drawing, blocks, braille
		return false
	case r >= 0x1f000, r >= 0x2300 && r < 0x2400 && c.width == 2, r >= 0x2600 && r < 0x27c0, r >= 0x2b00 && r < 0x2c00:
		return r < 0x20000 || r > 0x3ffff
	case r >= 0xe000 && r < 0xf900: // private use
		return true
	case r >= 0x0300 && r < 0x0370, r >= 0x0900 && r < 0x1100: // scripts whose vowels some terminals count
		return true
	}
	return false
}
