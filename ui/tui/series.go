package tui

import (
	"slices"
	"strings"

	"arbor/model"
	"arbor/ui/overlay"
	"arbor/ui/screen"
	"arbor/ui/screen/plot"

	tea "github.com/charmbracelet/bubbletea"
)

// What stands beside a series that is offered: it is shown, or lies beside that, and to choose it takes it away.
const (
	shownNow  = "shown now"
	besideNow = "beside it now, ⏎ takes it away"
)

// askSeries asks for a series: one to be shown, or one to lie beside that which is.
func (m Model) askSeries(k kind) (Model, tea.Cmd) {
	at := m.place()
	m.inflight++
	tree := m.env.Tree
	return m, func() tea.Msg {
		p := prompt{kind: k}
		err := tree.View(func(v *model.View) error {
			all, err := v.AllSeries()
			for _, n := range all {
				c := overlay.Choice{ID: n.ID, Text: model.OneLine(n.Text), Where: n.Definition().Unit}
				switch {
				case n.ID == at.Series.ID && k == promptBeside:
					continue
				case n.ID == at.Series.ID:
					c.Where = shownNow
				case k == promptBeside && slices.Contains(at.Beside, n.ID):
					c.Where = besideNow
				}
				p.saved = append(p.saved, c)
			}
			return err
		})
		if len(p.saved) == 0 && err == nil {
			return screen.Did{Err: model.ErrNothing, Text: "there is no other series"}
		}
		p.narrowSeries()
		return promptOrError(err, p)
	}
}

// narrowSeries offers the series whose names have what is typed.
func (p *prompt) narrowSeries() {
	p.Choices, p.Cur = nil, 0
	part := strings.ToLower(strings.TrimSpace(p.Line.Text()))
	for _, c := range p.saved {
		if strings.Contains(strings.ToLower(c.Text), part) {
			p.Choices = append(p.Choices, c)
		}
	}
}

// chosenSeries shows the series that was chosen, or lays it beside.
func (m Model) chosenSeries(p prompt) (Model, tea.Cmd) {
	if len(p.Choices) == 0 {
		m.echo = screen.Echo{Text: "no series is called “" + p.Line.Text() + "”"}
		return m, nil
	}
	id := p.Choices[p.Cur].ID
	if p.kind == promptBeside {
		return m.tell(m.focus, plot.Beside{ID: id})
	}
	return m.tell(m.focus, screen.Goto{ID: id})
}
