package list

import (
	"fmt"
	"slices"
	"strings"

	"arbor/model"
	"arbor/ui/grid"
	"arbor/ui/screen"
	"arbor/ui/theme"
)

// View implements screen.Screen.
func (m Model) View(s grid.Surface) {
	w, h := s.Size()
	if !m.loaded {
		return
	}
	p := &m.page
	if !slices.ContainsFunc(p.lines, line.is) && m.kind != Agenda && m.kind != Time {
		said, st := p.empty, theme.Dim
		if p.wrong != "" {
			said, st = p.wrong, theme.Error
		}
		for y, l := range grid.Wrap(said, w-4) {
			s.Text(2, min(1, h-1)+y, st, l)
		}
		return
	}
	rows := m.rows()
	for y := range rows {
		if i := m.top + y; i < len(p.lines) {
			m.drawLine(s.Sub(0, y, w, 1), i)
		}
	}
	if w >= 30 && rows >= 3 {
		if m.top > 0 {
			s.Set(w-1, 0, theme.Dim, '▲')
		}
		if m.top+rows < len(p.lines) {
			s.Set(w-1, rows-1, theme.Dim, '▼')
		}
	}
	if n := m.panel(); n > 0 {
		l, _ := m.on()
		if s = s.Sub(0, h-n, w, n); m.kind == Review {
			m.drawAbout(s, &l)
		} else {
			m.drawWhy(s, &l)
		}
	}
}

// widest is how wide a line is drawn: what belongs together stays together.
const widest = 140

// leadWide returns the columns before the state of a line.
func (m Model) leadWide(w int) int {
	switch {
	case m.kind == Next:
		return 6
	case (m.kind == Agenda || m.kind == Time) && w >= 60:
		return 12
	case m.kind == Agenda || m.kind == Time:
		return 6
	case m.kind == History:
		return 18
	}
	return 0
}

func (m Model) drawLine(s grid.Surface, i int) {
	l := &m.page.lines[i]
	w, _ := s.Size()
	if !l.is() {
		s.Text(1, 0, l.style, l.head)
		return
	}
	if i == m.cur {
		s = s.With(theme.OnCursor)
	}
	s = s.WithHit(hit(i, onText))
	s.Clear(theme.Text)
	if slices.Contains(m.marks, l.id) {
		s.Text(0, 0, theme.Mark, theme.Marked)
	}
	x, lead := 1, m.leadWide(w)
	if lead > 0 {
		text := l.lead
		if grid.Width(text) >= lead { // of two times the first
			text, _, _ = strings.Cut(text, "–")
		}
		s.Text(x, 0, theme.Accent, grid.Cut(text, lead-1))
		x += lead
	}
	x += min(2*l.depth, w/3)
	if glyph, st := screen.StateGlyph(l.State); glyph != "" {
		s.WithHit(hit(i, onState)).Text(x, 0, st, glyph+" ")
	} else {
		s.Text(x, 0, theme.Faint, theme.Leaf)
	}
	x += 2
	right := min(w-1, widest)
	base := theme.Text
	if l.State.Closed() || l.faint {
		base = theme.Dim
	}
	right = l.DrawRight(s, x, right, l.label, l.style)
	t := s.Sub(0, 0, right, 1)
	x = l.DrawSigns(t, l.DrawText(t, x, base), m.page.now)
	switch {
	case m.kind == History:
		t.Text(x+2, 0, theme.Dim, l.where)
	case l.where != "" && x+6 < right:
		t.Text(x+2, 0, theme.Dim, "in "+grid.Cut(l.where, 30))
	}
}

// panel returns how many rows below the list tell more of the node under the cursor.
func (m Model) panel() int {
	l, ok := m.on()
	switch {
	case !ok || m.h < 8:
	case m.kind == Next && m.explain:
		return min(len(l.terms)+2, m.h/2)
	case m.kind == Review:
		return min(aboutRows+2, m.h/2)
	}
	return 0
}

// drawWhy tells what the urgency of a task is made of.
func (m Model) drawWhy(s grid.Surface, l *line) {
	w, _ := s.Size()
	in := s.Sub(0, 0, min(w, 76), len(l.terms)+2).With(theme.OnPanel).Box(theme.Border, "urgency"+l.lead)
	for y, t := range l.terms {
		x := in.Text(1, y, theme.Accent, fmt.Sprintf("%6.2f ", t.Score))
		x = in.Text(x+1, y, theme.Text, t.Name)
		if says := l.term(t); says != "" {
			in.Text(x, y, theme.Dim, ", "+says)
		}
	}
}

// term says of a part of the urgency what its name does not.
func (l *line) term(t model.Term) string {
	says := ""
	if t.Value != 1 {
		says = fmt.Sprintf("%.2f of %g", t.Value, t.Weight)
	}
	if t.Name == "due" && l.from != "" {
		if says != "" {
			says += ", "
		}
		says += "by the date of “" + grid.Cut(l.from, 30) + "”"
	}
	return says
}
