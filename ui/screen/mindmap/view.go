package mindmap

import (
	"slices"

	"arbor/model"
	"arbor/ui/grid"
	"arbor/ui/mindmap"
	"arbor/ui/theme"
)

// View implements screen.Screen.
func (m Model) View(s grid.Surface) {
	if !m.loaded {
		return
	}
	w, h := s.Size()
	view := mindmap.Rect{X: m.x, Y: m.y, W: w, H: h}
	pic := m.pic.m
	pic.Links = slices.Clone(pic.Links)
	for i := range pic.Links {
		pic.Links[i].Strong = pic.Links[i].From == m.cur || pic.Links[i].To == m.cur
	}
	pic.Draw(s, view, m.cur)
	canvas := s.Shift(-m.x, -m.y)
	for _, id := range m.marks {
		if i, ok := m.pic.index[id]; ok {
			canvas.Set(pic.Rects[i].X, pic.Rects[i].Mid(), theme.Mark, '▌')
		}
	}
	if m.drag != nil {
		m.drawDrag(canvas)
	}
	if m.edit != nil {
		m.drawEdit(s)
	}
	if len(m.pic.nodes) == 1 && m.edit == nil {
		hint := "Tab adds a first branch"
		if w > grid.Width(hint) && h > 2 {
			s.Text((w-grid.Width(hint))/2, h-2, theme.Dim, hint)
		}
	}
}

// drawDrag draws a ghost of what is dragged and marks the node that would take it in.
func (m Model) drawDrag(canvas grid.Surface) {
	d := m.drag
	if d.node <= 0 || !d.moved {
		return
	}
	if to := m.target(); to >= 0 {
		r := m.pic.m.Rects[to]
		canvas.Restyle(r.X, r.Y, r.W, r.H, func(st theme.Style) theme.Style { return st | theme.Reverse })
	}
	r := m.pic.m.Rects[d.node]
	canvas.Sub(r.X+d.x-d.fromX, r.Y+d.y-d.fromY, r.W, 1).Text(1, 0, theme.Accent|theme.Underline, m.pic.m.Items[d.node].Lines[0])
}

// editMargin is the room that a line keeps from the edges of the screen.
const editMargin = 2

// drawEdit draws the line that is typed in a frame: over its node, beside it for a child, below it for a sibling.
func (m Model) drawEdit(s grid.Surface) {
	w, h := s.Size()
	r := m.pic.m.Rects[m.edit.at]
	x, y := r.X-m.x, r.Y-m.y
	switch {
	case m.edit.child:
		x, y = x+r.W+4, y+r.H/2
	case m.adds():
		y += r.H
	}
	width := max(min(grid.Width(m.edit.line.Text())+6, w-2*editMargin), min(labelWidth, w))
	x = max(min(x-2, w-width-editMargin), 0)
	y = max(min(y-1, h-3), 0)
	box := s.Sub(x, y, width, 3).Box(theme.Accent, "")
	box.Clear(theme.Text)
	m.edit.line.Draw(box, theme.Text)
}

// adds reports whether the line is of a new node.
func (m Model) adds() bool { return m.edit != nil && m.edit.id == (model.ID{}) }
