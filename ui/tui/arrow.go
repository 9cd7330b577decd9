package tui

import (
	"slices"
	"strconv"
	"strings"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// drawArrow begins an arrow, or ends it: then one that is there is erased, and a new one asked for its label.
func (m Model) drawArrow() (Model, tea.Cmd) {
	p := m.place()
	if !m.arrow {
		m.arrow, m.arrowFrom = true, p.Cursor
		return m, nil
	}
	from, to := m.arrowFrom, p.Cursor
	m.arrow = false
	m.inflight++
	tree, undo := m.env.Tree, m.keys.Label(command.Undo)
	return m, func() tea.Msg {
		there := false
		err := tree.View(func(v *model.View) error {
			n, err := v.Node(from)
			there = slices.ContainsFunc(n.Arrows, func(a model.Arrow) bool { return a.To == to })
			return err
		})
		if err != nil || !there {
			return promptOrError(err, prompt{kind: promptArrow, ids: []model.ID{from, to}})
		}
		_, err = tree.Do("erase arrow", func(e *model.Edit) error { return e.RemoveArrow(from, to) })
		return screen.Did{Text: "the arrow is erased · " + undo + " undoes", Err: err}
	}
}

// follow goes along the arrow or the link from the cursor, or back along one that ends there.
func (m Model) follow() (Model, tea.Cmd) {
	id := m.place().Cursor
	return m.read(func(v *model.View) (screen.Did, error) {
		n, err := v.Node(id)
		if err != nil {
			return screen.Did{}, err
		}
		if _, ok := n.Mirrors(); ok {
			to, err := v.Through(id)
			return screen.Did{Text: "to what is mirrored", Goto: &to}, err
		}
		if len(n.Arrows) > 0 {
			a := n.Arrows[0]
			return screen.Did{Text: strings.TrimSpace(a.Label + " ⇢ " + what(v, []model.ID{a.To})), Goto: &a.To}, nil
		}
		for a, err := range v.Incoming(id) {
			return screen.Did{Text: "back along the arrow from " + what(v, []model.ID{a.From}), Goto: &a.From}, err
		}
		if to, err := v.LinkTargets(id); err != nil || len(to) > 0 {
			return linked("along the link to ", v, to, err)
		}
		if from, err := v.Backlinks(id); err != nil || len(from) > 0 {
			return linked("back along the link from ", v, from, err)
		}
		return screen.Did{Text: "no arrow and no link begins or ends here"}, nil
	})
}

// linked goes to the first of the other ends of links.
func linked(way string, v *model.View, ends []model.ID, err error) (screen.Did, error) {
	if err != nil {
		return screen.Did{}, err
	}
	text := way + what(v, ends[:1])
	if len(ends) > 1 {
		text += ", the first of " + strconv.Itoa(len(ends))
	}
	return screen.Did{Text: text, Goto: &ends[0]}, nil
}
