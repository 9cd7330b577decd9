package tui

import (
	"context"
	"slices"
	"time"

	"arbor/ui/command"
	"arbor/ui/overlay"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// noContext is what a person chooses to see everything.
const noContext = "none"

// contextSet answers the choice of a context.
type contextSet struct {
	context screen.Context
	err     error
}

// context returns the context of a name, and whether there is one; none is the zero value.
func (opt *Options) context(name string) (screen.Context, bool) {
	i := slices.IndexFunc(opt.Contexts, func(c screen.Context) bool { return c.Name == name })
	if i < 0 {
		return screen.Context{}, name == "" || name == noContext
	}
	return opt.Contexts[i], true
}

// chooseContext opens the list of contexts.
func (m Model) chooseContext() (Model, tea.Cmd) {
	if len(m.opt.Contexts) == 0 {
		m.echo = screen.Echo{Text: "the settings have no context; 'arbor context --help' shows how one is written"}
		return m, nil
	}
	var entries []overlay.Entry
	for _, c := range append([]screen.Context{{Name: noContext, Query: "the whole tree"}}, m.opt.Contexts...) {
		e := overlay.Entry{ID: command.ID(c.Name), Title: c.Name, CLI: c.Query}
		if c.Stamp != "" {
			e.CLI += "  new: " + c.Stamp
		}
		if c.Name == m.env.Context.Name || c.Name == noContext && m.env.Context.Name == "" {
			e.Keys = "holds"
		}
		entries = append(entries, e)
	}
	l := overlay.NewList("Context", false, entries)
	m.list, m.contexts = &l, true
	m.typed, m.which = nil, false
	return m, nil
}

// setContext has another context hold, here and for the command line.
func (m Model) setContext(name string) (Model, tea.Cmd) {
	c, _ := m.opt.context(name)
	keep := m.opt.SetContext
	m.inflight++
	return m, func() tea.Msg {
		if keep == nil {
			return contextSet{context: c}
		}
		return contextSet{context: c, err: keep(name)}
	}
}

// contextSet narrows all views. The choice holds here even if it could not be kept.
func (m Model) contextSet(msg contextSet) (Model, tea.Cmd) {
	m.inflight--
	m.env.Context = msg.context
	m.echo = screen.Echo{Text: "context " + orText(msg.context.Name, noContext)}
	if msg.err != nil {
		m.echo = screen.Echo{Text: "the context holds in this window alone: " + msg.err.Error(), Bad: true}
	}
	return m.tellAll(screen.Narrow{Context: msg.context})
}

// contextHolds tells that another process has chosen a context.
type contextHolds struct{ name string }

// lookForContext is how often it is looked whether another process has chosen a context: a read of a file of a few bytes.
const lookForContext = time.Second

// followContext tells send of each context that is chosen for the command line, until ctx is done. What cannot be read changes nothing.
func followContext(ctx context.Context, opt *Options, look <-chan time.Time, send func(tea.Msg)) {
	last := opt.Context
	for {
		select {
		case <-ctx.Done():
			return
		case <-look:
		}
		if name, err := opt.Holds(); err == nil && name != last {
			last = name
			send(contextHolds{name})
		}
	}
}

// contextHolds narrows all views to what another process has chosen, unless that holds here already.
func (m Model) contextHolds(msg contextHolds) (Model, tea.Cmd) {
	c, ok := m.opt.context(msg.name)
	if !ok || c.Name == m.env.Context.Name {
		return m, nil
	}
	m.env.Context = c
	m.echo = screen.Echo{Text: "context " + orText(c.Name, noContext) + ", chosen elsewhere"}
	return m.tellAll(screen.Narrow{Context: c})
}
