package list

import (
	"slices"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Kind is what a screen lists.
type Kind uint8

// The kinds.
const (
	Agenda  Kind = iota // what stands on the days to come
	Next                // the tasks that can be done now
	Query               // what a query means
	Time                // the time worked
	Review              // what needs a thought once a week
	Trash               // what was thrown away
	History             // what a node was
	Links               // what leads to a node
)

// Model is a list.
type Model struct {
	env  screen.Env
	kind Kind
	w, h int

	asks    Asks // of Query: what is listed
	ahead   int  // of Agenda and Time: by how many days it begins, or ends, after today
	open    bool // of Agenda: what was done is left out
	explain bool // of Next: what the urgency of the task under the cursor is made of is shown

	page     page
	cur, top int // the cursor's line, and the first one drawn
	marks    []model.ID
	root     model.ID // what the screen before this one showed
	of       model.ID // of History and Links: the node

	here     bool   // it has the focus
	loaded   bool   // there is a page
	seq      uint64 // the number of the latest request
	loading  bool   // it is not answered
	stale    bool   // something changed since it was made
	settling bool   // its answer may move the cursor
}

// Asks says what a list of Query is to show. It is a message too, for a screen of that kind.
type Asks struct {
	Query string // as typed
	Title string // the name of the node that keeps it, if one does
}

// New returns a list of a kind. It shows nothing until it is entered.
func New(env screen.Env, kind Kind) Model { return Model{env: env, kind: kind} }

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
	case screen.Enter:
		m.here, m.marks, m.root = true, nil, msg.Place.Root // marks that cannot be seen are not carried along
		if msg.Place.On {
			m.of = msg.Place.Cursor
		}
		return m.load(model.ID{}, true)
	case screen.Leave:
		m.here, m.loading, m.settling = false, false, false
		m.seq++ // what is still to come is not waited for
	case screen.Changed:
		return m.refresh(msg.Own)
	case screen.Narrow:
		m.env.Context = msg.Context
		return m.refresh(true)
	case screen.Clock:
		return m.refresh(false)
	case screen.Goto:
		if m.here {
			return m.load(msg.ID, true)
		}
	case screen.Clear:
		m.marks = nil
	case screen.Mouse:
		return m.mouse(msg)
	case command.Invoke:
		return m.invoke(msg.ID)
	case Asks:
		if m.kind == Query {
			m.asks, m.cur, m.top, m.loaded = msg, 0, 0, false
			return m.load(model.ID{}, true)
		}
	case page:
		if msg.kind == m.kind && msg.seq == m.seq {
			return m.arrived(msg)
		}
	}
	return m, nil
}

// refresh reads the list again, now or after the answer that is awaited. What has no focus waits until it is entered.
func (m Model) refresh(own bool) (Model, tea.Cmd) {
	switch {
	case !m.here:
		return m, nil
	case own || !m.loading:
		return m.load(model.ID{}, own)
	}
	m.stale = true
	return m, nil
}

// load asks for the list. to is where the cursor is to go, if that is listed; move says that it may go elsewhere by the answer, so that keys wait.
func (m Model) load(to model.ID, move bool) (Model, tea.Cmd) {
	m.seq++
	m.loading, m.stale = true, false
	m.settling = m.settling || move
	q := request{env: m.env, kind: m.kind, seq: m.seq, asks: m.asks, ahead: m.ahead, open: m.open, to: to, of: m.of}
	return m, func() tea.Msg { return q.run() }
}

// arrived takes a page.
func (m Model) arrived(p page) (Model, tea.Cmd) {
	m.loading, m.settling = false, false
	if p.err != nil {
		if !m.loaded {
			m.page, m.loaded = page{kind: m.kind, wrong: p.err.Error(), title: p.title}, true
		}
		return m, screen.Say(screen.Echo{Text: p.err.Error(), Bad: true})
	}
	m.cur, m.page, m.loaded = m.follow(p), p, true
	if m.stale {
		return m.load(model.ID{}, false)
	}
	return m, nil
}

// follow returns where the cursor is on a new page: where it was asked to go, else on its line, else on that of the first line behind it, or before
// it, that is still there.
func (m Model) follow(p page) int {
	at := make(map[key]int, len(p.lines))
	for i, l := range p.lines {
		if l.id == p.to && l.is() {
			return i
		}
		if _, ok := at[l.key()]; !ok {
			at[l.key()] = i
		}
	}
	was := m.page.lines
	for i := m.cur; i < len(was); i++ {
		if j, ok := at[was[i].key()]; ok && was[i].is() {
			return j
		}
	}
	for i := min(m.cur, len(was)) - 1; i >= 0; i-- {
		if j, ok := at[was[i].key()]; ok && was[i].is() {
			return j
		}
	}
	return max(slices.IndexFunc(p.lines, line.is), 0)
}

// on returns the line under the cursor.
func (m Model) on() (line, bool) {
	if m.cur < len(m.page.lines) && m.page.lines[m.cur].is() {
		return m.page.lines[m.cur], true
	}
	return line{}, false
}

// Keys implements screen.Screen.
func (m Model) Keys() []command.ID {
	if m.kind == Query && m.asks.Query == "" {
		return []command.ID{command.Ask, command.Back, command.Palette, command.Help, command.Quit}
	}
	if m.kind == Review {
		return []command.ID{command.ReviewDo, command.ReviewDone, command.ReviewDefer, command.ReviewDelegate, command.ReviewStep, command.ReviewDelete,
			command.ReviewKeep, command.ReviewSkip, command.ReviewWeek, command.Undo, command.OpenNode, command.Back, command.Help, command.Quit}
	}
	switch m.kind {
	case Trash:
		return []command.ID{command.Restore, command.Mark, command.Undo, command.Back, command.Palette, command.Help, command.Quit}
	case History:
		return []command.ID{command.Return, command.Undo, command.Back, command.Palette, command.Help, command.Quit}
	}
	own := map[Kind][]command.ID{Agenda: {command.Later, command.HideDone}, Next: {command.Why}, Query: {command.Ask}, Time: {command.Earlier}}[m.kind]
	return slices.Concat([]command.ID{command.OpenNode, command.Done}, own, []command.ID{command.StartTime, command.DueDate, command.SchedDate, command.Undo,
		command.Tags, command.State, command.Delete, command.Back, command.Palette, command.Help, command.Quit})
}

// CapturesText implements screen.Screen.
func (m Model) CapturesText() bool { return false }

// Place implements screen.Screen.
func (m Model) Place() screen.Place {
	p := screen.Place{Root: m.root, Marks: m.marks, Settling: m.settling, Note: m.page.note}
	p.Crumbs = []screen.Crumb{{ID: model.Root}, {ID: model.Root, Text: m.page.title}}
	if l, ok := m.on(); ok {
		p.Cursor, p.On = l.id, true
		p.Facts.Series = l.Series
	}
	p.Facts.Node, p.Facts.Marks = p.On, len(m.marks)
	return p
}
