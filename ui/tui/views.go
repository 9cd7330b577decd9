package tui

import (
	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/screen"
	"arbor/ui/screen/list"
	"arbor/ui/screen/mindmap"
	"arbor/ui/screen/outline"
	"arbor/ui/screen/plot"

	tea "github.com/charmbracelet/bubbletea"
)

// view is a screen and how to come to it. The order of the list is that of the header.
type view struct {
	open  command.ID
	key   string // shown before the name in the header; a view without one stands there only while it has the focus
	name  string
	focus command.Focus
	new   func(screen.Env) screen.Screen
}

// views lists the screens that there are. A new screen is a new line here.
func views() []view {
	return []view{
		{command.ViewOutline, "1", "outline", command.Outline, func(e screen.Env) screen.Screen { return outline.New(e) }},
		{command.ViewMap, "2", "map", command.Map, func(e screen.Env) screen.Screen { return mindmap.New(e) }},
		{command.ViewAgenda, "3", "agenda", command.Agenda, func(e screen.Env) screen.Screen { return list.New(e, list.Agenda) }},
		{command.ViewPlot, "6", "plot", command.Plot, func(e screen.Env) screen.Screen { return plot.New(e) }},
		{command.ViewNext, "7", "next", command.Next, func(e screen.Env) screen.Screen { return list.New(e, list.Next) }},
		{command.ViewQuery, "8", "query", command.Query, func(e screen.Env) screen.Screen { return list.New(e, list.Query) }},
		{command.ViewReview, "9", "review", command.Review, func(e screen.Env) screen.Screen { return list.New(e, list.Review) }},
		{command.ViewTime, "", "time", command.Time, func(e screen.Env) screen.Screen { return list.New(e, list.Time) }},
		{command.ViewTrash, "", "trash", command.Trash, func(e screen.Env) screen.Screen { return list.New(e, list.Trash) }},
		{command.ViewHistory, "", "history", command.History, func(e screen.Env) screen.Screen { return list.New(e, list.History) }},
		{command.ViewLinks, "", "links", command.Links, func(e screen.Env) screen.Screen { return list.New(e, list.Links) }},
	}
}

// listed reports whether the view with the focus is a list, of nodes that have their place elsewhere.
func (m Model) listed() bool { return m.views[m.focus].focus&command.Aside != 0 }

// show gives the focus to another view; the selection goes with it.
func (m Model) show(i int) (Model, tea.Cmd) {
	if i == m.focus {
		return m, nil
	}
	p := m.screen().Place()
	if m.views[m.focus].focus == command.Trash { // what is thrown away is seen nowhere else
		p.On, p.Marks = false, nil
	}
	m, left := m.leave(i)
	m, entered := m.tell(i, screen.Enter{Place: p})
	return m, tea.Batch(left, entered)
}

// leave gives the focus to another view and remembers where lists lead back to.
func (m Model) leave(to int) (Model, tea.Cmd) {
	m, cmd := m.tell(m.focus, screen.Leave{})
	if !m.listed() {
		m.base = m.focus
	}
	m.from, m.focus = m.focus, to
	return m, cmd
}

// goBack leaves a list for the view from which one came to the lists, which is as it was, and what is about one node for where that was.
func (m Model) goBack() (Model, tea.Cmd) {
	switch {
	case !m.listed():
		return m, nil
	case m.views[m.focus].focus&(command.History|command.Links) != 0 && m.from != m.base:
		return m.show(m.from)
	}
	return m.leave(m.base)
}

// goTo puts the cursor on a node: from a list in the outline, where it has its place.
func (m Model) goTo(id model.ID) (Model, tea.Cmd) {
	var left tea.Cmd
	if m.listed() {
		m, left = m.leave(0)
	}
	m, cmd := m.tell(m.focus, screen.Goto{ID: id})
	return m, tea.Batch(left, cmd)
}
