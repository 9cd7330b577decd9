package tui

import (
	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/overlay"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// found is what the last search found.
type found struct {
	ids []model.ID
	at  int
}

// maxFound bounds what a search returns.
const maxFound = 200

// finds reports whether a prompt searches for nodes as one types.
func (p *prompt) finds() bool { return p.kind == promptFind || p.kind == promptDepend }

// choiceOf returns how a node that was found is offered: its text, and that of the node above.
func choiceOf(v *model.View, n *model.Node) overlay.Choice {
	c := overlay.Choice{ID: n.ID, Text: n.Text}
	if n.Parent != model.Root {
		if up, err := v.Node(n.Parent); err == nil {
			c.Where = up.Text
		}
	}
	return c
}

// searched answers a search.
type searched struct {
	seq     int
	choices []overlay.Choice
	err     error
}

// search looks for the words in the prompt.
func (m Model) search() (Model, tea.Cmd) {
	p := *m.prompt
	p.seq++
	m.prompt = &p
	tree, words, seq := m.env.Tree, p.Line.Text(), p.seq
	return m, func() tea.Msg {
		a := searched{seq: seq}
		if p.kind == promptDepend {
			a.choices, a.err = p.mayDepend(tree, words)
			return a
		}
		a.err = tree.View(func(v *model.View) error {
			nodes, err := v.Find(words, maxFound)
			for i := range nodes {
				a.choices = append(a.choices, choiceOf(v, &nodes[i]))
			}
			return err
		})
		return a
	}
}

func (m Model) searched(a searched) Model {
	if m.prompt == nil || !m.prompt.finds() || m.prompt.seq != a.seq {
		return m
	}
	p := *m.prompt
	p.answered = a.seq
	p.Choices, p.Cur, p.Bad, p.Says = a.choices, 0, false, ""
	switch {
	case a.err != nil:
		p.Says, p.Bad = a.err.Error(), true
	case p.Line.Empty():
	case len(a.choices) == 0:
		p.Says = "nothing"
	case len(a.choices) == maxFound:
		p.Says = "the first " + count(maxFound)
	default:
		p.Says = count(len(a.choices))
	}
	m.prompt = &p
	return m
}

// choose goes to the selected match and remembers the others.
func (m Model) choose(p prompt) (Model, tea.Cmd) {
	if len(p.Choices) == 0 {
		if !p.Line.Empty() {
			m.echo = screen.Echo{Text: "nothing has the words “" + p.Line.Text() + "”"}
		}
		return m, nil
	}
	m.found = found{at: p.Cur}
	for _, c := range p.Choices {
		m.found.ids = append(m.found.ids, c.ID)
	}
	return m.nextFound(0)
}

// nextFound goes to another match of the last search.
func (m Model) nextFound(by int) (Model, tea.Cmd) {
	n := len(m.found.ids)
	if n == 0 {
		return m, nil
	}
	m.found.at = (m.found.at + by + n) % n
	if n > 1 {
		m.echo = screen.Echo{Text: "match " + count(m.found.at+1) + " of " + count(n) + " · " + m.keys.Label(command.FindNext) + " next"}
	}
	return m.goTo(m.found.ids[m.found.at])
}
