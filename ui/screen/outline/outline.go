package outline

import (
	"slices"
	"time"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Model is the outline.
type Model struct {
	env  screen.Env
	w, h int

	root     model.ID   // what is shown is below it
	came     []model.ID // the roots from which one went in, the latest last
	folds    folds
	hideDone bool
	keep     []model.ID // shown though done: what was searched for and what it is below
	marks    []model.ID

	rows   []row
	cur    int // the cursor's row
	top    int // the first line drawn; lines are rows and the one that is being added
	atTop  bool
	atEnd  bool
	crumbs []screen.Crumb
	bare   bool // the whole tree is empty
	offer  int  // the offer selected on an empty tree
	now    time.Time

	edit *edit // the line that is typed, nil if none. What it points to is never changed

	seq      uint64 // the number of the latest request
	loaded   bool
	loading  bool                 // the latest request is not answered
	stale    bool                 // something changed since it was made
	settling bool                 // its answer may move the cursor
	found    map[model.ID]listing // what saved queries mean. It is never changed
	changes  uint64               // how many times something was changed, or the clock went on
	foundAt  uint64               // changes when found was asked
	acting   bool                 // an action, or the text of a node, is awaited: its answer is never dropped
}

// New returns an outline of the whole tree. It shows nothing until it is entered.
func New(env screen.Env) Model { return Model{env: env} }

var _ screen.Screen = Model{}

// Update implements screen.Screen.
func (m Model) Update(msg tea.Msg) (screen.Screen, tea.Cmd) {
	m, cmd := m.update(msg)
	return m.scroll(), cmd
}

func (m Model) update(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case screen.Resize:
		m.w, m.h = msg.W, msg.H
		if m.loaded {
			return m.more()
		}
	case screen.Enter:
		return m.enter(msg.Place)
	case screen.Changed:
		m.changes++
		if msg.Own && m.loaded {
			return m.reload(true)
		}
		return m.refresh()
	case screen.Clock:
		m.now = msg.Now
		m.changes++
		return m.refresh()
	case screen.Narrow:
		m.env.Context = msg.Context
		if m.loaded {
			return m.reload(true)
		}
	case screen.Goto:
		return m.load(want{ids: []model.ID{msg.ID}, reveal: true}, true)
	case screen.Clear:
		m.marks = nil
	case screen.Mouse:
		return m.mouse(msg)
	case tea.KeyMsg:
		if m.edit != nil {
			return m.typed(msg)
		}
	case command.Invoke:
		return m.invoke(msg)
	case window:
		return m.arrived(msg)
	case opened:
		return m.begin(msg)
	case acted:
		return m.done(msg)
	}
	return m, nil
}

// refresh loads again what is shown, now or after the answer that is awaited.
func (m Model) refresh() (Model, tea.Cmd) {
	if m.loading {
		m.stale = true
		return m, nil
	}
	if !m.loaded {
		return m, nil
	}
	return m.reload(false)
}

// answered notes that the latest request is answered.
func (m Model) answered() Model {
	m.loading, m.settling = false, false
	return m
}

func (m Model) enter(p screen.Place) (Model, tea.Cmd) {
	m.root, m.marks, m.came = p.Root, p.Marks, nil
	w := want{}
	if p.On {
		w.ids = []model.ID{p.Cursor}
		w.reveal = true
	}
	return m.load(w, true)
}

// arrived takes a window of rows.
func (m Model) arrived(a window) (Model, tea.Cmd) {
	if a.seq != m.seq {
		return m, nil
	}
	jump := m.settling
	m = m.answered()
	if a.err != nil {
		return m, screen.Say(screen.Echo{Text: a.err.Error(), Bad: true})
	}
	m = m.accept(a, jump)
	if m.bare && m.edit == nil && !m.loaded {
		m.edit = m.adding(command.AddSibling)
	}
	m.loaded = true
	return m.more()
}

// accept replaces the rows. jump says that the cursor goes where the answer says; else it stays on its node, if that is still there.
func (m Model) accept(a window, jump bool) Model {
	off := m.h / 3
	cur := a.cur
	if m.cur < len(m.rows) && !jump {
		if i := same(a.rows, m.rows[m.cur]); i >= 0 {
			cur = i
		}
	}
	if cur < len(a.rows) {
		if i := same(m.rows, a.rows[cur]); i >= m.top && i < m.top+m.h {
			off = i - m.top // it stays where it was on the screen
		}
	}
	if a.root != m.root {
		m.came = nil
	}
	m.rows, m.cur, m.top = a.rows, cur, cur-off
	m.atTop, m.atEnd, m.crumbs, m.root, m.folds, m.bare, m.now = a.atTop, a.atEnd, a.crumbs, a.root, a.folds, a.bare, a.now
	m.keep, m.found, m.foundAt = a.keep, a.found, a.changes
	return m
}

// more asks for another window if the cursor has come near the end of this one.
func (m Model) more() (Model, tea.Cmd) {
	if m.stale && !m.loading {
		m.stale = false
		return m.reload(false)
	}
	if m.loading || len(m.rows) == 0 {
		return m, nil
	}
	near := m.cur < m.h && !m.atTop || m.cur+m.h >= len(m.rows) && !m.atEnd
	if near {
		return m.reload(false)
	}
	return m, nil
}

// node returns the node under the cursor, or the zero ID.
func (m Model) node() model.ID {
	if m.cur < len(m.rows) {
		return m.rows[m.cur].id
	}
	return model.ID{}
}

func index(rows []row, id model.ID) int {
	return slices.IndexFunc(rows, func(r row) bool { return r.id == id && r.via == model.ID{} })
}

// same returns which of rows is that of the same node in the same place: its own, or below the query that lists it.
func same(rows []row, as row) int {
	return slices.IndexFunc(rows, func(r row) bool { return r.id == as.id && r.via == as.via })
}

// scroll keeps the line of the cursor, or the one that is typed, in sight.
func (m Model) scroll() Model {
	line, lines := m.focusLine(), m.lines()
	margin := 0
	if m.h >= 12 {
		margin = 2
	}
	m.top = min(m.top, line-margin)
	m.top = max(m.top, line-m.h+1+margin)
	m.top = max(min(m.top, lines-m.h), 0)
	return m
}

// Keys implements screen.Screen.
func (m Model) Keys() []command.ID {
	switch {
	case m.bare:
		return []command.ID{command.AddSibling, command.Help, command.Palette, command.Quit}
	case len(m.marks) > 0:
		return []command.ID{command.Mark, command.Gather, command.Done, command.Tags, command.DueDate, command.Delete, command.Indent, command.Back,
			command.Help}
	}
	return []command.ID{command.AddSibling, command.AddChild, command.Edit, command.Done, command.FindWords, command.Undo, command.DueDate,
		command.Tags, command.Delete, command.GoIn, command.Draw, command.ViewMap, command.ViewPlot, command.Palette, command.Help, command.Quit}
}

// CapturesText implements screen.Screen.
func (m Model) CapturesText() bool { return m.edit != nil }

// Place implements screen.Screen.
func (m Model) Place() screen.Place {
	id := m.node()
	p := screen.Place{Root: m.root, Cursor: id, On: m.cur < len(m.rows), Marks: m.marks, Crumbs: m.crumbs, Settling: m.settling || m.acting}
	p.Facts = command.Facts{Node: p.On, Marks: len(m.marks), Drilled: m.root != model.Root}
	if p.On {
		p.Facts.Series = m.rows[m.cur].Series
	}
	if m.edit != nil {
		p.Hints = m.edit.hints(m)
	}
	return p
}
