package exchange

import (
	"errors"
	"slices"

	"arbor/model"
)

// lacks reports whether the tree has no such event.
func lacks(v *model.View, ev model.Event) (bool, error) {
	top, err := v.Top(ev.Node)
	if errors.Is(err, model.ErrNoNode) || err == nil && top == model.Detached {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	have, ok, err := v.Event(ev.Node, ev.Kind, ev.ID)
	return err == nil && (!ok || !have.Equal(ev)), err
}

// countEvents adds the events that the tree lacks to the report.
func (p *Plan) countEvents(v *model.View) error {
	if p.Events == nil {
		return nil
	}
	return p.Events(func(evs []model.Event) error {
		for _, ev := range evs {
			new, err := lacks(v, ev)
			if err != nil {
				return err
			}
			if new {
				p.Report.Events++
			}
		}
		return nil
	})
}

// eventSize is about what an event takes in a batch beside its text.
const eventSize = 64

// events gives one node those events that it lacks.
func (a *applier) events(evs []model.Event) error {
	size := 0
	err := a.im.View(func(v *model.View) error {
		var failed error
		evs = slices.DeleteFunc(slices.Clone(evs), func(ev model.Event) bool {
			new, err := lacks(v, ev)
			failed = errors.Join(failed, err)
			if new {
				size += eventSize + len(ev.Text)
			}
			return !new
		})
		return failed
	})
	if err != nil || len(evs) == 0 {
		return err
	}
	set := func(e *model.Edit) error {
		n, err := e.Node(evs[0].Node)
		if err != nil {
			return err
		}
		for _, ev := range evs {
			if err := e.SetEvent(ev); err != nil {
				return err
			}
		}
		return e.SetModified(n.ID, n.Modified) // as the file says
	}
	if a.im.Staged(evs[0].Node) {
		return a.im.Fill(size, set)
	}
	a.im.Change(size, set)
	return nil
}
