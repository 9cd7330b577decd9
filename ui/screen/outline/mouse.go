package outline

import (
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Hits: a row's number times rowHits, plus what of it was hit, plus one; offers lie above all rows.
const (
	onText = iota
	onFold
	onState
	rowHits

	offerHit grid.Hit = 1 << 20
)

func hit(row, part int) grid.Hit { return grid.Hit(row*rowHits + part + 1) }

// mouse takes what the mouse did: a click goes there, on the sign of folding folds, on a state's sign marks it done; a double click edits.
func (m Model) mouse(e screen.Mouse) (Model, tea.Cmd) {
	switch {
	case e.Kind == screen.Wheel && !e.Sideways:
		return m.wheel(e.WheelUp)
	case e.Kind != screen.Press || m.settling || m.acting:
		return m, nil
	case e.Hit >= offerHit:
		m.offer = int(e.Hit - offerHit)
		return m.take()
	case m.edit != nil && !m.bare:
		return m.commit("")
	case e.Hit == 0:
		return m, nil
	}
	i, part := int(e.Hit-1)/rowHits, int(e.Hit-1)%rowHits
	if i >= len(m.rows) {
		return m, nil
	}
	m.cur = i
	switch {
	case e.Right:
		return m.goOut()
	case part == onFold:
		return m.fold(m.rows[i].id, !m.rows[i].open)
	case part == onState:
		return m, screen.Say(screen.Do{ID: command.Done})
	case e.Double:
		return m.editNode("")
	}
	return m.more()
}

// wheel scrolls by three lines; the cursor stays on the screen.
func (m Model) wheel(up bool) (Model, tea.Cmd) {
	n := 3
	if up {
		n = -3
	}
	if m.edit != nil || len(m.rows) == 0 {
		return m, nil
	}
	m.top = max(min(m.top+n, len(m.rows)-m.h), 0)
	margin := 0
	if m.h >= 12 {
		margin = 2
	}
	low, high := m.top, m.top+m.h-1
	if m.top > 0 {
		low += margin
	}
	if m.top+m.h < len(m.rows) {
		high -= margin
	}
	m.cur = min(max(m.cur, low), max(high, 0), len(m.rows)-1)
	return m.more()
}
