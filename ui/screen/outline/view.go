package outline

import (
	"slices"
	"strconv"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"
	"arbor/ui/theme"
)

// View implements screen.Screen.
func (m Model) View(s grid.Surface) {
	w, h := s.Size()
	switch {
	case !m.loaded:
		return
	case m.bare:
		m.drawBare(s)
		return
	case m.lines() == 0:
		if name := m.env.Context.Name; name != "" {
			s.Text(2, min(1, h-1), theme.Dim, "Nothing here is of the context "+name+". "+m.env.Keys.Label(command.Context)+" chooses another, or none.")
			return
		}
		s.Text(2, min(1, h-1), theme.Dim, "Nothing below this line yet. "+m.env.Keys.Label("add.sibling")+" adds the first.")
		return
	}
	add := m.editAt()
	for y := range h {
		i := m.top + y
		if i >= m.lines() {
			break
		}
		line := s.Sub(0, y, w, 1)
		switch {
		case i == add:
			m.drawNew(line)
			continue
		case add >= 0 && i > add:
			i--
		}
		m.drawRow(line, i)
	}
	m.drawMore(s)
}

// drawMore marks at the right edge that there is more above or below.
func (m Model) drawMore(s grid.Surface) {
	w, h := s.Size()
	if w < 30 || h < 3 {
		return
	}
	if m.top > 0 || !m.atTop {
		s.Set(w-1, 0, theme.Dim, '▲')
	}
	if m.top+h < m.lines() || !m.atEnd {
		s.Set(w-1, h-1, theme.Dim, '▼')
	}
}

// indent returns the column at which a row of a depth begins, less deep where the window is narrow.
func indent(depth, w int) int {
	step := 2
	if w < 30 {
		step = 1
	}
	return 1 + min(depth*step, w/2)
}

func guides(s grid.Surface, depth, w int) {
	for d := range depth {
		if x := indent(d, w); x < indent(depth, w) {
			s.Set(x, 0, theme.Faint, '│')
		}
	}
}

// drawNew draws the line of a node that is being added.
func (m Model) drawNew(s grid.Surface) {
	w, _ := s.Size()
	s = s.With(theme.OnCursor)
	s.Clear(theme.Text)
	guides(s, m.edit.depth, w)
	x := indent(m.edit.depth, w)
	s.Text(x, 0, theme.Accent, theme.Bullet)
	m.edit.line.Draw(s.Sub(x+2, 0, w-x-3, 1), theme.Text)
}

func (m Model) drawRow(s grid.Surface, i int) {
	w, _ := s.Size()
	r := m.rows[i]
	if i == m.cur && (m.edit == nil || !m.edit.adds()) {
		s = s.With(theme.OnCursor)
	}
	s = s.WithHit(hit(i, onText))
	s.Clear(theme.Text)
	if slices.Contains(m.marks, r.id) {
		s.Text(0, 0, theme.Mark, theme.Marked)
	}
	guides(s, r.depth, w)
	x := indent(r.depth, w)
	if r.via != (model.ID{}) {
		x = s.Text(x, 0, theme.Arrow, theme.ArrowTo+" ")
	}
	glyph, st := screen.StateGlyph(r.State)
	if r.kids || glyph == "" {
		m.drawSign(s, i, x)
		x += 2
	}
	if glyph != "" {
		s.WithHit(hit(i, onState)).Text(x, 0, st, glyph+" ")
		x += 2
	}
	if m.edit != nil && !m.edit.adds() && i == m.cur {
		m.edit.line.Draw(s.Sub(x, 0, w-x-1, 1), theme.Text)
		return
	}
	right := w - 1
	if fits := x + grid.Width(r.Text) + 40; w > widest { // what belongs together stays together
		right = max(widest, min(fits, right))
	}
	due, dueStyle := r.Label(m.now)
	right = r.DrawRight(s, x, right, due, dueStyle)
	m.drawText(s.Sub(0, 0, right, 1), r, x)
}

// drawSign draws the mark of folding.
func (m Model) drawSign(s grid.Surface, i, x int) {
	r := m.rows[i]
	switch {
	case !r.kids:
		s.Text(x, 0, theme.Faint, theme.Leaf)
	case r.open:
		s.WithHit(hit(i, onFold)).Text(x, 0, theme.Dim, theme.Open+" ")
	default:
		s.WithHit(hit(i, onFold)).Text(x, 0, theme.Accent, theme.Closed+" ")
	}
}

// widest is how wide a row is drawn where its text does not ask for more.
const widest = 120

// drawText draws the text of a row with what belongs to it: sparkline, note, arrows.
func (m Model) drawText(s grid.Surface, r row, x int) {
	base := theme.Text
	switch {
	case r.State.Closed():
		base = theme.Dim
	case r.depth == 0 && r.kids:
		base = theme.Bright
	}
	x = r.DrawText(s, x, base)
	switch l := r.listing; {
	case l.wrong != "":
		x = s.Text(x+1, 0, theme.Overdue, theme.Warn+" "+l.wrong)
	case len(l.ids) > 0:
		x = s.Text(x+1, 0, theme.Dim, strconv.Itoa(len(l.ids)+l.more))
	}
	r.DrawSigns(s, x, m.now)
}
