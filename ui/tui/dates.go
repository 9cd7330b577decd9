package tui

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/inline"

	tea "github.com/charmbracelet/bubbletea"
)

// date returns the date of n that a prompt asks for, nil if it asks for something else.
func (k kind) date(n *model.Node) *model.Date {
	switch k {
	case promptDue:
		return &n.Due
	case promptSched:
		return &n.Sched
	case promptWait:
		return &n.Wait
	}
	return nil
}

// setDate gives a node the date that a prompt asked for, or takes it away if text is empty, and says so.
func (k kind) setDate(e *model.Edit, id model.ID, text string, now time.Time) (string, error) {
	set, none, said := e.SetDue, "no due date", "due "
	switch k {
	case promptSched:
		set, none, said = e.SetSched, "not scheduled", "scheduled "
	case promptWait:
		set, none, said = e.SetWait, "does not wait", "waits until "
	}
	if text == "" {
		return none, set(id, model.Date{})
	}
	d, err := date.Parse(text, now)
	if err != nil {
		return "", err
	}
	return said + date.Format(d, now), set(id, d)
}

// rule reads how something repeats, and says how it was understood.
func rule(text string, m Model) (string, inline.Line, error) {
	l, err := inline.Parse("rec:"+strconv.Quote(text), inline.Env{Now: m.now, Change: true})
	if err == nil && (l.Text != "" || len(l.Fields) != 1) {
		err = errors.New("“" + text + "” is no rule; write for example weekly")
	}
	if err != nil {
		return "", l, err
	}
	return l.Fields[0].Value, l, nil
}

// setRule has a node repeat by a rule, or no more if text is empty.
func setRule(e *model.Edit, id model.ID, text string, m Model) (string, error) {
	if text == "" {
		return "does not repeat", e.ClearField(id, "rec")
	}
	says, l, err := rule(text, m)
	if err != nil {
		return "", err
	}
	return "repeats " + says, e.Apply(id, l)
}

// skip leaves out the date at hand of what repeats.
func (m Model) skip() (Model, tea.Cmd) {
	targets := m.place().Targets()
	return m.change("skip", true, func(e *model.Edit) (string, error) {
		ids, err := meant(e.View, targets)
		if err != nil {
			return "", err
		}
		again := ""
		for _, id := range ids {
			f, err := e.Skip(id, m.opt.Now())
			if errors.Is(err, model.ErrNoRule) {
				return "", fmt.Errorf("%s %w", what(e.View, []model.ID{id}), model.ErrNoRule)
			}
			if err != nil {
				return "", err
			}
			if len(ids) == 1 && !f.Next.IsZero() {
				again = "; again " + date.Format(f.Next, m.opt.Now())
			}
		}
		return "skipped: " + what(e.View, ids) + again, nil
	})
}
