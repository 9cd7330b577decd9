package tui

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/inline"
	"arbor/ui/command"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// today goes to the page of today, and begins it if it is not there.
func (m Model) today() (Model, tea.Cmd) {
	m.inflight++
	tree, undo := m.env.Tree, m.keys.Label(command.Undo)
	env := inline.Env{Now: m.opt.Now(), Fields: m.opt.Fields}
	return m, func() tea.Msg {
		var page *model.Page
		err := tree.View(func(v *model.View) (err error) {
			page, err = v.Page(date.Day(env.Now), env)
			return err
		})
		if err != nil {
			return screen.Did{Err: err}
		}
		d := screen.Did{Text: "the page of today", Goto: &page.ID}
		if !page.There {
			_, err = tree.Do("open the page of "+page.Day.String(), func(e *model.Edit) error {
				_, err := e.Open(page)
				return err
			})
			d.Text += " is begun · " + undo + " undoes"
		}
		if err != nil {
			return screen.Did{Err: err}
		}
		return d
	}
}

// draws chooses a task by chance, and says what the chance was.
func (m Model) draws() (Model, tea.Cmd) {
	root := m.place().Root
	return m.read(func(v *model.View) (screen.Did, error) {
		d, err := v.Draw(root, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
		if errors.Is(err, model.ErrNothing) {
			return screen.Did{Text: "there is no task to draw from here; " + "s makes a task of a node"}, nil
		}
		if err != nil {
			return screen.Did{}, err
		}
		return screen.Did{Goto: &d.ID, Text: fmt.Sprintf("drawn: %s · weight %g of %g, %.0f %% · %s", what(v, []model.ID{d.ID}), d.Weight, d.Total,
			100*d.Weight/d.Total, tasks(d.Leaves))}, nil
	})
}

func tasks(n int) string {
	if n == 1 {
		return "the only task"
	}
	return "one of " + strconv.Itoa(n) + " tasks"
}
