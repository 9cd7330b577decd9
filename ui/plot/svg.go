package plot

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"

	"arbor/ui/theme"
)

// SVG writes f, laid out on w×h cells, as an image: curves as lines, words as words. The same figure gives the same bytes.
func SVG(to io.Writer, f Figure, w, h int, th *theme.Theme) error {
	s := f.scene(w, h, true)
	b := bufio.NewWriter(to)
	width, height := s.size()
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.1f %.1f" width="%.0f" height="%.0f" role="img" `, width, height, width, height)
	fmt.Fprintf(b, `font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="%g">`+"\n<title>", fontSize)
	xml.EscapeText(b, []byte(f.Describe())) // a bufio.Writer keeps its error for Flush
	fmt.Fprintf(b, "</title>\n"+`<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", th.Paper())
	for _, v := range s.vectors() {
		v.svg(b, th)
	}
	b.WriteString("</svg>\n")
	return b.Flush()
}

func (v piece) svg(b *bufio.Writer, th *theme.Theme) {
	k := th.Ink(v.style)
	opacity := v.opacity
	if k.Faint {
		opacity *= 0.6
	}
	if v.words != "" {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs" xml:space="preserve" fill="%s"`,
			v.paths[0][0].x, v.paths[0][0].y, float64(v.cells())*cellW, k.Fg)
		if k.Bold {
			b.WriteString(` font-weight="bold"`)
		}
		v.alpha(b, opacity)
		b.WriteByte('>')
		xml.EscapeText(b, []byte(v.words))
		b.WriteString("</text>\n")
		return
	}
	b.WriteString(`<path d="`)
	for _, points := range v.paths {
		for i, p := range points {
			sign := byte('L')
			if i == 0 {
				sign = 'M'
			}
			fmt.Fprintf(b, "%c%.2f %.2f", sign, p.x, p.y)
		}
		if v.width == 0 {
			b.WriteByte('Z')
		}
	}
	if v.width == 0 {
		fmt.Fprintf(b, `" fill="%s"`, k.Fg)
	} else {
		fmt.Fprintf(b, `" fill="none" stroke="%s" stroke-width="%g" stroke-linejoin="round" stroke-linecap="round"`, k.Fg, v.width)
	}
	if v.dashed {
		b.WriteString(` stroke-dasharray="5 4"`)
	}
	v.alpha(b, opacity)
	b.WriteString("/>\n")
}

func (v piece) alpha(b *bufio.Writer, opacity float64) {
	if opacity < 1 {
		fmt.Fprintf(b, ` opacity="%.2f"`, opacity)
	}
}
