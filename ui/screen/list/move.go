package list

import (
	"slices"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// invoke runs a command.
func (m Model) invoke(id command.ID) (Model, tea.Cmd) {
	switch id {
	case command.Up, command.ReviewBefore:
		return m.move(-1), nil
	case command.Down, command.ReviewSkip:
		return m.move(1), nil
	case command.PageUp:
		return m.move(-max(m.rows()-1, 1)), nil
	case command.PageDown:
		return m.move(max(m.rows()-1, 1)), nil
	case command.First:
		return m.move(-len(m.page.lines)), nil
	case command.Last:
		return m.move(len(m.page.lines)), nil
	case command.Mark:
		return m.mark(), nil
	case command.OpenNode:
		if _, ok := m.on(); ok {
			return m, screen.Say(screen.Open{View: command.ViewOutline})
		}
	case command.Back:
		if len(m.marks) == 0 {
			return m, screen.Say(screen.Return{})
		}
		m.marks = nil
	case command.Cancel:
		m.marks = nil
	case command.Why:
		m.explain = !m.explain
	case command.Return:
		return m.goBackTo()
	case command.HideDone:
		m.open = !m.open
		return m.load(model.ID{}, true)
	case command.Earlier:
		return m.days(m.ahead - agendaDays)
	case command.Later:
		return m.days(m.ahead + agendaDays)
	case command.ThisWeek:
		return m.days(0)
	}
	return m, nil
}

// days has an agenda begin so many days after today.
func (m Model) days(ahead int) (Model, tea.Cmd) {
	m.ahead, m.cur, m.top, m.page.lines = ahead, 0, 0, nil
	return m.load(model.ID{}, true)
}

// move puts the cursor n lines on, over those that are of no node.
func (m Model) move(n int) Model {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for at := m.cur; n > 0; n-- {
		for at += step; at >= 0 && at < len(m.page.lines) && !m.page.lines[at].is(); {
			at += step
		}
		if at < 0 || at >= len(m.page.lines) {
			break
		}
		m.cur = at
	}
	return m
}

// mark marks the node under the cursor, or takes its mark away, and goes on to the next.
func (m Model) mark() Model {
	l, ok := m.on()
	if !ok {
		return m
	}
	marks := slices.Clone(m.marks)
	if i := slices.Index(marks, l.id); i >= 0 {
		marks = slices.Delete(marks, i, i+1)
	} else {
		marks = append(marks, l.id)
	}
	m.marks = marks
	return m.move(1)
}

// rows is how many lines are seen at once.
func (m Model) rows() int { return max(m.h-m.panel(), 1) }

// scroll keeps the cursor's line in sight, and the headings above it.
func (m Model) scroll() Model {
	rows, first := m.rows(), m.cur
	for first > 0 && first > m.cur-2 && !m.page.lines[min(first-1, len(m.page.lines)-1)].is() {
		first--
	}
	margin := 0
	if rows >= 12 {
		margin = 2
	}
	m.top = min(m.top, max(first-margin, 0))
	m.top = max(m.top, m.cur-rows+1+margin)
	m.top = max(min(m.top, len(m.page.lines)-rows), 0)
	return m
}

// The hits of a line: its number times lineHits, plus what of it was hit, plus one.
const (
	onText = iota
	onState
	lineHits
)

func hit(i, part int) grid.Hit { return grid.Hit(i*lineHits + part + 1) }

// mouse takes what the mouse did: a click goes to a line, on a state's sign it marks the node done; a double click shows the node in the outline.
func (m Model) mouse(e screen.Mouse) (Model, tea.Cmd) {
	switch {
	case e.Kind == screen.Wheel && !e.Sideways:
		if e.WheelUp {
			return m.move(-3), nil
		}
		return m.move(3), nil
	case e.Kind == screen.Press && e.Right:
		return m.invoke(command.Back)
	case e.Kind != screen.Press || m.settling || e.Hit == 0:
		return m, nil
	}
	i, part := int(e.Hit-1)/lineHits, int(e.Hit-1)%lineHits
	if i >= len(m.page.lines) || !m.page.lines[i].is() {
		return m, nil
	}
	m.cur = i
	switch {
	case part == onState && m.kind != Trash && m.kind != History:
		return m, screen.Say(screen.Do{ID: command.Done})
	case e.Double && m.kind == Trash:
		return m, screen.Say(screen.Do{ID: command.Restore})
	case e.Double && m.kind == History:
		return m.goBackTo()
	case e.Double:
		return m.invoke(command.OpenNode)
	}
	return m, nil
}
