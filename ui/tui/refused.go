package tui

import (
	"errors"

	"arbor/model"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// unanswered opens a prompt again whose answer could not be carried out.
type unanswered struct {
	prompt prompt
	err    error
}

// kept has what was typed come back if the action fails, as where the disk is full or a hook refuses it.
func (p prompt) kept(m Model, act tea.Cmd) (Model, tea.Cmd) {
	return m, func() tea.Msg {
		msg := act()
		if d, ok := msg.(screen.Did); ok && d.Err != nil && !errors.Is(d.Err, model.ErrNothing) {
			return unanswered{p, d.Err}
		}
		return msg
	}
}

func (m Model) unanswered(msg unanswered) (Model, tea.Cmd) {
	m, cmd := m.did(screen.Did{Err: msg.err})
	if m.prompt == nil {
		p := msg.prompt
		p.Says, p.Bad = reason(msg.err), true
		m.prompt = &p
	}
	return m, cmd
}
