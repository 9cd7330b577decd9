package tui

import (
	"arbor/model"
	"arbor/model/inline"
	"arbor/ui/line"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// askLine opens the line of a node that stands in a list; the outline and the map have lines of their own.
func (m Model) askLine() (Model, tea.Cmd) {
	id, env := m.place().Cursor, m.env
	m.inflight++
	return m, func() tea.Msg {
		p := prompt{kind: promptLine}
		err := env.Tree.View(func(v *model.View) error {
			of, err := v.Through(id)
			if err != nil {
				return err
			}
			n, err := v.Node(of)
			if err != nil {
				return err
			}
			was, text, end := screen.Line(&n, env)
			p.ids, p.was, p.Line = []model.ID{of}, was, line.NewAt(text, end)
			return nil
		})
		return promptOrError(err, p)
	}
}

// rewrite has a node say what its line says now.
func (m Model) rewrite(p prompt, text string) (Model, tea.Cmd) {
	env := m.env
	return p.kept(m.change("edit", false, func(e *model.Edit) (string, error) {
		l, err := inline.Parse(text, inline.Env{Now: env.Now(), Fields: env.Fields, Live: p.was.Text})
		if err != nil {
			return "", err
		}
		said, err := screen.Rewrite(e, p.ids[0], p.was, l)
		if said != "" {
			said += ": "
		}
		return said + what(e.View, p.ids), err
	}))
}
