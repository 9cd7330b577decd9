package tui

import (
	"slices"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/query"
	"arbor/ui/command"
	"arbor/ui/overlay"
	"arbor/ui/screen/list"

	tea "github.com/charmbracelet/bubbletea"
)

// askQuery asks for a query, and offers those that are saved.
func (m Model) askQuery() (Model, tea.Cmd) { return m.askSaved(promptQuery) }

// askAbout asks for a query of what is to be shown on a plot, and offers those that are saved once something is typed.
func (m Model) askAbout() (Model, tea.Cmd) { return m.askSaved(promptAbout) }

func (m Model) askSaved(k kind) (Model, tea.Cmd) {
	m.inflight++
	tree, clock := m.env.Tree, m.env.Now
	return m, func() tea.Msg {
		p := prompt{kind: k}
		err := tree.View(func(v *model.View) (err error) {
			p.saved, err = savedQueries(v, clock())
			return err
		})
		if k == promptQuery { // no query at all means something on a plot
			p.narrow()
		}
		return promptOrError(err, p)
	}
}

// maxSaved bounds the saved queries that are offered.
const maxSaved = 200

// savedQueries returns the nodes that list what a query means, by their names.
func savedQueries(v *model.View, now time.Time) (all []overlay.Choice, err error) {
	for n, err := range v.Select(&query.Query{Expr: query.Or{query.Field{Key: model.FieldQuery, Op: query.Any}, query.Word("tagged")}, Now: now}) {
		if err != nil {
			return nil, err
		}
		if asks, ok := n.Query(); ok && len(all) < maxSaved {
			all = append(all, overlay.Choice{ID: n.ID, Text: n.Text, Where: asks})
		}
	}
	slices.SortStableFunc(all, func(a, b overlay.Choice) int { return strings.Compare(a.Text, b.Text) })
	return all, nil
}

// chooses reports whether the line of a prompt for a query is one of the saved ones, or the beginning of their names.
func (p *prompt) chooses() bool { return len(p.Choices) > 0 }

// narrow offers the saved queries whose names have what is typed behind @, all of them where nothing is.
func (p *prompt) narrow() {
	p.Choices, p.Cur = nil, 0
	part, at := strings.CutPrefix(strings.ToLower(strings.TrimSpace(p.Line.Text())), "@")
	if !at && part != "" {
		return
	}
	for _, c := range p.saved {
		if strings.Contains(strings.ToLower(c.Text), strings.Trim(part, `"`)) {
			p.Choices = append(p.Choices, c)
		}
	}
}

// listQuery shows what the query of a prompt means: the one that is chosen, or else what was typed.
func (m Model) listQuery(p prompt, text string) (Model, tea.Cmd) {
	asks := list.Asks{Query: text}
	switch {
	case p.chooses():
		c := p.Choices[p.Cur]
		asks = list.Asks{Query: "@" + c.ID.String(), Title: c.Text}
	case text == "":
		return m, nil
	}
	i := slices.IndexFunc(m.views, func(v view) bool { return v.open == command.ViewQuery })
	m, shown := m.show(i)
	m, cmd := m.tell(i, asks)
	return m, tea.Batch(shown, cmd)
}
