package tui

import (
	"arbor/model"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// revert undoes or redoes, says what, and goes there.
func (m Model) revert(verb string, fn func(*model.Tree, model.Scope) (model.Receipt, error)) (Model, tea.Cmd) {
	m.inflight++
	tree := m.env.Tree
	return m, func() tea.Msg {
		r, err := fn(tree, model.ThisSession)
		if err != nil {
			return screen.Did{Err: err, Text: "nothing was done that could be " + map[bool]string{true: "undone", false: "redone"}[verb == "undid"]}
		}
		d := screen.Did{Text: verb + ": " + r.Label, Near: true}
		d.Err = tree.View(func(v *model.View) error {
			for _, id := range r.IDs {
				under, err := v.Under(id, model.Root)
				if err == nil && under && id != model.Root {
					d.Goto = &id
					return nil
				}
			}
			return nil
		})
		return d
	}
}
