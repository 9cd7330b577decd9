package cli

import (
	"slices"
	"strings"

	"arbor/ui/grid"
	"arbor/ui/theme"
)

// span is a stretch of a line in one colour.
type span struct {
	sgr, text string
	gives     bool // it is the first to be cut where the line does not fit
}

// plain is a span in no colour.
func plain(text string) span { return span{text: text} }

// leastGiven is how many cells are left of a span that gives, before what stands behind it is cut.
const leastGiven = 12

// table is a printer of lines that fit the width of the terminal, which cuts what does not. Where there is none every line is whole.
func (r *run) table() *printer {
	p := r.printer()
	if r.Terminal.Out {
		p.width = r.Terminal.Width
	}
	return p
}

// line writes a line, cut to the width if there is one.
func (p *printer) line(spans ...span) error {
	if p.width > 0 {
		spans = p.fit(spans)
	}
	for _, s := range spans {
		if _, err := p.out.WriteString(p.paint(s.sgr, s.text)); err != nil {
			return err
		}
	}
	return p.out.WriteByte('\n')
}

// fit returns the spans of a line cut to the width: first those that give, the widest before the others, then the end.
func (p *printer) fit(spans []span) []span {
	excess := -p.width
	widths := make([]int, len(spans))
	for i, s := range spans {
		widths[i] = grid.Width(s.text)
		excess += widths[i]
	}
	if excess <= 0 {
		return spans
	}
	spans = slices.Clone(spans)
	for excess > 0 {
		widest := -1
		for i, s := range spans {
			if s.gives && widths[i] > leastGiven && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
		excess--
	}
	used := 0
	for i := range spans {
		s := &spans[i]
		if s.gives {
			s.text = p.cut(s.text, widths[i])
			widths[i] = grid.Width(s.text)
		}
		if excess > 0 && used+widths[i] >= p.width {
			for _, behind := range spans[i+1:] {
				s.text += behind.text
			}
			s.text = p.cut(s.text, p.width-used)
			return spans[:i+1]
		}
		used += widths[i]
	}
	return spans
}

// cut returns the beginning of text that fits into width cells, with a sign for what was left out.
func (p *printer) cut(text string, width int) string {
	if width <= 0 {
		return ""
	}
	short := grid.Cut(text, width)
	if p.ascii && short != text {
		short = strings.TrimSuffix(short, theme.More) + strings.Map(theme.ASCII, theme.More)
	}
	return short
}
