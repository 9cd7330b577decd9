package tui

import (
	"errors"
	"fmt"
	"slices"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/overlay"

	tea "github.com/charmbracelet/bubbletea"
)

// neededNow stands beside what is depended on already: to choose it ends that.
const neededNow = "needed now, ⏎ ends it"

// askDepend asks what has to be done before the targets, and offers what they depend on now.
func (m Model) askDepend() (Model, tea.Cmd) {
	targets := m.place().Targets()
	m.inflight++
	tree := m.env.Tree
	return m, func() tea.Msg {
		p := prompt{kind: promptDepend}
		err := tree.View(func(v *model.View) (err error) {
			if p.ids, err = meant(v, targets); err != nil {
				return err
			}
			on, err := dependencies(v, p.ids)
			for _, id := range on {
				n, err := v.Node(id)
				if err != nil {
					return err
				}
				p.saved = append(p.saved, overlay.Choice{ID: id, Text: n.Text, Where: neededNow})
			}
			return err
		})
		p.Choices = p.saved
		return promptOrError(err, p)
	}
}

// dependencies returns what all of some nodes depend on.
func dependencies(v *model.View, ids []model.ID) (all []model.ID, err error) {
	for i, id := range ids {
		n, err := v.Node(id)
		if err != nil {
			return nil, err
		}
		on := n.Depends()
		if i == 0 {
			all = on
		}
		all = slices.DeleteFunc(all, func(id model.ID) bool { return !slices.Contains(on, id) })
	}
	return all, nil
}

// mayDepend returns what has the words, but for the nodes themselves; without words what they depend on now.
func (p *prompt) mayDepend(tree *model.Tree, words string) (found []overlay.Choice, err error) {
	if words == "" {
		return p.saved, nil
	}
	err = tree.View(func(v *model.View) error {
		found = nil
		nodes, err := v.Find(words, maxFound)
		for i := range nodes {
			c := choiceOf(v, &nodes[i])
			if slices.ContainsFunc(p.saved, func(s overlay.Choice) bool { return s.ID == c.ID }) {
				c.Where = neededNow
			}
			if !slices.Contains(p.ids, c.ID) {
				found = append(found, c)
			}
		}
		return err
	})
	return found, err
}

// depend writes that what was chosen has to be done before, or, if it is so already, that it has not.
func (m Model) depend(p prompt) (Model, tea.Cmd) {
	if len(p.Choices) == 0 {
		return m, nil
	}
	chosen, erases := p.Choices[p.Cur].ID, m.keys.Label(command.Arrow)
	return p.kept(m.change("depend", true, func(e *model.Edit) (string, error) {
		on, err := e.Through(chosen)
		if err != nil {
			return "", err
		}
		now, err := dependencies(e.View, p.ids)
		if err != nil {
			return "", err
		}
		verb, do := "needs ", e.AddDepend
		if slices.Contains(now, on) {
			verb, do = "no longer needs ", e.RemoveDepend
		}
		for _, id := range p.ids {
			err := do(id, on)
			if errors.Is(err, model.ErrArrowThere) {
				return "", fmt.Errorf("another arrow leads from %s to %s already; %s erases it", what(e.View, []model.ID{id}), what(e.View, []model.ID{on}), erases)
			}
			if err != nil {
				return "", err
			}
		}
		return verb + what(e.View, []model.ID{on}) + ": " + what(e.View, p.ids), nil
	}))
}
