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

// askSeries asks for a series, which is logged or follows from the tree: one to be shown, or one to lie beside that which is.
func (m Model) askSeries(k kind) (Model, tea.Cmd) {
	at := m.place()
	m.inflight++
	tree := m.env.Tree
	return m, func() tea.Msg {
		p := prompt{kind: k}
		err := tree.View(func(v *model.View) error {
			all, err := v.AllSeries()
			for _, n := range all {
				if k != promptBeside && n.Definition().Kind == model.Words {
					continue // texts stand beside numbers
				}
				c := overlay.Choice{ID: n.ID, Text: model.OneLine(n.Text), Where: n.Definition().Unit}
				p.saved = append(p.saved, c)
			}
			for _, d := range model.Derivations {
				p.saved = append(p.saved, overlay.Choice{ID: plot.DerivedID(d.Name), Text: d.Name, Where: d.What})
			}
			return err
		})
		shown := func(c overlay.Choice) bool { return at.Series != nil && c.ID == at.Series.ID }
		if k == promptBeside {
			p.saved = slices.DeleteFunc(p.saved, shown)
		}
		for i, c := range p.saved {
			switch {
			case shown(c):
				p.saved[i].Where = shownNow
			case k == promptBeside && slices.Contains(at.Beside, c.ID):
				p.saved[i].Where = besideNow
			}
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
	return m.tell(m.focus, plot.Show{ID: id})
}
