package tui

import (
	"slices"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/field"

	tea "github.com/charmbracelet/bubbletea"
)

// done marks the targets done, or, if they all are, to be done again.
func (m Model) done() (Model, tea.Cmd) {
	targets := m.place().Targets()
	return m.change("done", true, func(e *model.Edit) (string, error) {
		ids, err := meant(e.View, targets)
		if err != nil {
			return "", err
		}
		to, verb, again := model.Todo, "not done: ", ""
		for _, id := range ids {
			n, err := e.Node(id)
			if err != nil {
				return "", err
			}
			if !n.State.Closed() {
				to, verb = model.Done, "done: "
			}
		}
		for _, id := range ids {
			f, err := e.Finish(id, to, m.opt.Now())
			if err != nil {
				return "", err
			}
			if len(ids) == 1 && !f.Next.IsZero() {
				again = "; again " + date.Format(f.Next, m.opt.Now())
			}
		}
		return verb + what(e.View, ids) + again, nil
	})
}

// nextState gives the targets the state after that of the first.
func (m Model) nextState() (Model, tea.Cmd) {
	targets := m.place().Targets()
	names := map[string]string{"none": "no task", "todo": "to do"}
	fields := m.opt.Fields
	return m.change("state", false, func(e *model.Edit) (string, error) {
		ids, err := meant(e.View, targets)
		if err != nil {
			return "", err
		}
		n, err := e.Node(ids[0])
		if err != nil {
			return "", err
		}
		to := stateAfter(fields, n.StateName())
		for _, id := range ids {
			if err := setState(e, id, fields, to); err != nil {
				return "", err
			}
		}
		return orText(names[to], to) + ": " + what(e.View, ids), nil
	})
}

// stateAfter returns the state that follows one of that name: to do, doing, waiting, the person's own in their order, cancelled, none.
// Done stands outside, for it has a key of its own.
func stateAfter(fields *field.Set, name string) string {
	cycle := []string{"none", "todo", "doing", "waiting"}
	for _, s := range fields.States() {
		cycle = append(cycle, s.Name)
	}
	cycle = append(cycle, "cancelled")
	if i := slices.Index(cycle, name); i >= 0 {
		return cycle[(i+1)%len(cycle)]
	}
	return "none"
}

// setState gives a node the state of that name, ours or the person's own.
func setState(e *model.Edit, id model.ID, fields *field.Set, name string) error {
	class, _ := fields.Class(name)
	state, err := model.ParseState(class)
	if err != nil {
		return err
	}
	if name == class {
		return e.SetState(id, state)
	}
	return e.SetStateName(id, state, name)
}
