package tui

import (
	"strconv"
	"time"

	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"
	"arbor/ui/term"

	tea "github.com/charmbracelet/bubbletea"
)

func count(n int) string { return strconv.Itoa(n) }

// doubleWithin is the time between the presses of a double click.
const doubleWithin = 400 * time.Millisecond

// mouse routes what the mouse did by what is drawn below it. While keys wait it is not heard: what it pointed at may move.
func (m Model) mouse(e term.Mouse) (Model, tea.Cmd) {
	if m.settling() {
		return m, nil
	}
	hit := m.draw().HitAt(e.X, e.Y)
	press := e.Action == tea.MouseActionPress
	switch {
	case m.list != nil:
		return m.mouseList(e, hit)
	case m.prompt != nil:
		return m.mousePrompt(e, hit)
	case hit >= screen.MaxHit && press && e.Button == tea.MouseButtonLeft:
		return m.mouseFrame(hit)
	}
	return m.mouseScreen(e, hit)
}

func wheel(e term.Mouse) int {
	switch e.Button {
	case tea.MouseButtonWheelUp:
		return -3
	case tea.MouseButtonWheelDown:
		return 3
	}
	return 0
}

func (m Model) mouseList(e term.Mouse, hit grid.Hit) (Model, tea.Cmd) {
	switch {
	case wheel(e) != 0:
		l := m.list.Scroll(wheel(e))
		m.list = &l
	case e.Action != tea.MouseActionPress:
	case hit >= hitList && hit < hitChoice:
		l := m.list.Select(int(hit - hitList))
		m.list = &l
		return m.listDone(2)
	case hit != hitPanel:
		m.list = nil
	}
	return m, nil
}

func (m Model) mousePrompt(e term.Mouse, hit grid.Hit) (Model, tea.Cmd) {
	if e.Action == tea.MouseActionPress && hit >= hitChoice && hit < hitPanel {
		p := *m.prompt
		p.Cur = min(int(hit-hitChoice), len(p.Choices)-1)
		m.prompt = &p
		return m.answer()
	}
	return m, nil
}

// mouseFrame is a click on the header or the footer.
func (m Model) mouseFrame(hit grid.Hit) (Model, tea.Cmd) {
	if m.screen().CapturesText() {
		return m, nil
	}
	i := int(hit % screen.MaxHit)
	switch hit - hit%screen.MaxHit {
	case hitCrumb:
		p := m.screen().Place()
		if i < len(p.Crumbs)-1 {
			was := p.Crumbs[i+1].ID
			p.Root, p.Cursor, p.On = p.Crumbs[i].ID, was, true
			return m.tell(m.focus, screen.Enter{Place: p})
		}
	case hitFooter:
		if f := m.footer(); i < len(f) {
			return m.run(f[i].ID)
		}
	case hitView:
		if i < len(m.views) {
			return m.run(m.views[i].open)
		}
	}
	return m, nil
}

// mouseScreen gives the mouse to the screen with the focus, in its coordinates. A drag goes on wherever it leads.
func (m Model) mouseScreen(e term.Mouse, hit grid.Hit) (Model, tea.Cmd) {
	l := divide(m.h)
	inside := e.Y >= l.body && e.Y < l.body+l.bodyH && m.w >= minW && m.h >= minH
	if !inside && !m.down {
		return m, nil
	}
	if hit >= screen.MaxHit {
		hit = 0
	}
	ev := screen.Mouse{X: e.X, Y: e.Y - l.body, Hit: hit, Shift: e.Shift, Ctrl: e.Ctrl, Right: e.Button == tea.MouseButtonRight}
	switch e.Action {
	case tea.MouseActionPress:
		switch e.Button {
		case tea.MouseButtonWheelUp, tea.MouseButtonWheelDown, tea.MouseButtonWheelLeft, tea.MouseButtonWheelRight:
			ev.Kind = screen.Wheel
			ev.WheelUp = e.Button == tea.MouseButtonWheelUp || e.Button == tea.MouseButtonWheelLeft
			ev.Sideways = e.Button == tea.MouseButtonWheelLeft || e.Button == tea.MouseButtonWheelRight
			return m.tell(m.focus, ev)
		case tea.MouseButtonLeft, tea.MouseButtonRight:
		default:
			return m, nil
		}
		ev.Double = m.press.X == e.X && m.press.Y == e.Y && m.press.Button == e.Button && !m.press.At.IsZero() && e.At.Sub(m.press.At) < doubleWithin
		m.press, m.down = e, true
		if ev.Double {
			m.press.At = time.Time{} // a third press begins anew
		}
	case tea.MouseActionMotion:
		if !m.down {
			return m, nil
		}
		ev.Kind = screen.Drag
	case tea.MouseActionRelease:
		if !m.down {
			return m, nil
		}
		ev.Kind, m.down = screen.Release, false
	}
	if m.arrow && ev.Kind == screen.Press && !ev.Right { // the click chooses the end of the arrow
		m, cmd := m.tell(m.focus, ev)
		return m, tea.Batch(cmd, screen.Say(screen.Do{ID: command.Arrow}))
	}
	return m.tell(m.focus, ev)
}

func (m Model) toggleMouse() (Model, tea.Cmd) {
	m.mouseOff = !m.mouseOff
	if m.mouseOff {
		m.echo = screen.Echo{Text: "the mouse is the terminal's: select text with it; " + m.keys.Label(command.Mouse) + " takes it back"}
		return m, tea.DisableMouse
	}
	m.echo = screen.Echo{Text: "the mouse is back"}
	return m, tea.EnableMouseCellMotion
}
