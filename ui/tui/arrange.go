package tui

import (
	"errors"
	"slices"
	"strconv"

	"arbor/model"

	tea "github.com/charmbracelet/bubbletea"
)

// maxCount bounds how many nodes are counted for an echo.
const maxCount = 10000

// size counts a subtree, to maxCount.
func size(v *model.View, id model.ID, n *int) error {
	*n++
	for c, err := range v.Children(id) {
		if err != nil || *n >= maxCount {
			return err
		}
		if err := size(v, c.ID, n); err != nil {
			return err
		}
	}
	return nil
}

func (m Model) delete() (Model, tea.Cmd) {
	ids := m.place().Targets()
	return m.change("delete", true, func(e *model.Edit) (string, error) {
		text, n := what(e.View, ids), 0
		for _, id := range ids {
			if err := size(e.View, id, &n); err != nil {
				return "", err
			}
		}
		for _, id := range ids {
			under, err := e.Under(id, model.Trash) // it went with one that it is below
			if err != nil {
				return "", err
			}
			if !under {
				if err := e.Trash(id); err != nil {
					return "", err
				}
			}
		}
		switch {
		case n >= maxCount:
			text = "more than " + strconv.Itoa(maxCount) + " nodes"
		case n > 1:
			text = strconv.Itoa(n) + " nodes"
		}
		return "deleted " + text, nil
	})
}

// gather moves the marked nodes into the one under the cursor.
func (m Model) gather() (Model, tea.Cmd) {
	p := m.place()
	into := p.Cursor
	ids := slices.DeleteFunc(slices.Clone(p.Marks), func(id model.ID) bool { return id == into })
	return m.change("move", true, func(e *model.Edit) (string, error) {
		if len(ids) == 0 {
			return "", errors.New("mark other nodes than the one that takes them in")
		}
		text := "moved " + what(e.View, ids)
		below, err := e.Through(into)
		if err != nil {
			return "", err
		}
		for _, id := range ids {
			if err := e.Move(id, below, model.Last); err != nil {
				return "", err
			}
		}
		return text + " into " + what(e.View, []model.ID{into}), nil
	})
}

// restore brings the targets back from the trash.
func (m Model) restore() (Model, tea.Cmd) {
	ids := m.place().Targets()
	return m.change("restore", true, func(e *model.Edit) (string, error) {
		for _, id := range ids {
			if err := e.Restore(id); err != nil {
				return "", err
			}
		}
		return "back in its place: " + what(e.View, ids), nil
	})
}
