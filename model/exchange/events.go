package exchange

import (
	"errors"
	"slices"

	"arbor/model"
	"arbor/timeseries"
)

// stands reports whether what the tree says of a date stays, where the file says something else: done stands before skipped, and that before missed;
// of two that say the same, what was said first. So two devices that bring in each other's files have the same afterwards.
func stands(have, there model.Event) bool {
	if have.Kind != model.Occurrence {
		return false
	}
	return have.Outcome < there.Outcome || have.Outcome == there.Outcome && have.At.Before(there.At)
}

// lacks reports whether the tree has no such event, and is to have it.
func (p *Plan) lacks(v *model.View, ev model.Event) (bool, error) {
	top, err := v.Top(ev.Node)
	if errors.Is(err, model.ErrNoNode) || err == nil && top == model.Detached {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	have, ok, err := v.Event(ev.Node, ev.Kind, ev.ID)
	return err == nil && (!ok || !have.Equal(ev) && !(p.Exact && stands(have, ev))), err
}

// countEvents adds the events that the tree lacks to the report.
func (p *Plan) countEvents(v *model.View) error {
	if p.Events == nil {
		return nil
	}
	return p.Events(func(evs []model.Event) error {
		for _, ev := range evs {
			new, err := p.lacks(v, ev)
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
			new, err := a.plan.lacks(v, ev)
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
			was, _, err := e.Event(ev.Node, ev.Kind, ev.ID)
			if err == nil {
				err = e.SetEvent(ev)
			}
			if err != nil {
				return err
			}
			if ev.Outcome == model.OutcomeSkipped && was.Outcome == model.OutcomeMissed { // which the series says, and of a date skipped nothing
				if _, err := e.RemoveSample(ev.Node, timeseries.Sample{T: e.OccurrenceTime(ev.Date)}); err != nil {
					return err
				}
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

// settled takes away the samples by which the file says that a date was missed, of which the tree knows better.
func (p *Plan) settled(v *model.View, s Samples) (Samples, error) {
	if !p.Exact {
		return s, nil
	}
	chain, err := v.Chain(s.Series)
	if err != nil || len(chain) == 0 {
		return s, err
	}
	better := map[int64]bool{}
	for _, ev := range chain {
		if ev.Outcome == model.OutcomeDone || ev.Outcome == model.OutcomeSkipped {
			better[v.OccurrenceTime(ev.Date)] = true
		}
	}
	s.Samples = slices.DeleteFunc(slices.Clone(s.Samples), func(x timeseries.Sample) bool { return x.V == 0 && better[x.T] })
	return s, nil
}
