package tui

import (
	"errors"
	"fmt"

	"arbor/model"
	"arbor/model/date"

	tea "github.com/charmbracelet/bubbletea"
)

// pauses asks until when what repeats is not to be done; what is paused goes on.
func (m Model) pauses() (Model, tea.Cmd) {
	targets, now := m.place().Targets(), m.opt.Now
	m, ask := m.ask(promptPause)
	tree := m.env.Tree
	_, resume := m.change("resume", true, func(e *model.Edit) (string, error) {
		ids, err := meant(e.View, targets)
		if err != nil {
			return "", err
		}
		again := ""
		for _, id := range ids {
			f, err := e.Resume(id)
			if err != nil {
				return "", err
			}
			if len(ids) == 1 && !f.Next.IsZero() {
				again = "; again " + date.Format(f.Next, now())
			}
		}
		return "goes on: " + what(e.View, ids) + again, nil
	})
	return m, func() tea.Msg { // asks and changes are one answer each, so that keys wait for one
		paused := true
		err := tree.View(func(v *model.View) error {
			ids, err := meant(v, targets)
			for _, id := range ids {
				n, err := v.Node(id)
				if err != nil {
					return err
				}
				r, repeats := v.Recurs(&n)
				if !repeats {
					return fmt.Errorf("%s %w", what(v, []model.ID{id}), model.ErrNoRule)
				}
				paused = paused && !r.PausedFrom.IsZero()
			}
			return err
		})
		switch {
		case err != nil:
			return promptOrError(err, prompt{})
		case paused:
			return resume()
		}
		return ask()
	}
}

// pause leaves out what the targets of a prompt have to be done, until a day or, without one, until they go on.
func (m Model) pause(p prompt, text string) (Model, tea.Cmd) {
	now := m.opt.Now
	return p.kept(m.change("pause", true, func(e *model.Edit) (string, error) {
		var to date.Date
		said := "paused until it goes on: "
		if text != "" {
			var err error
			if to, err = date.Parse(text, now()); err != nil {
				return "", err
			}
			if to = to.Day(now().Location()); to.Compare(date.Day(now())) < 0 {
				return "", errors.New("a pause ends today or later")
			}
			said = "paused until " + date.Format(to, now()) + ": "
		}
		ids, err := meant(e.View, p.ids)
		if err != nil {
			return "", err
		}
		for _, id := range ids {
			if _, err := e.Pause(id, date.Day(now()), to); err != nil {
				return "", err
			}
		}
		return said + what(e.View, ids), nil
	}))
}
