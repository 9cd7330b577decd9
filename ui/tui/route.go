package tui

import (
	"slices"
	"strings"
	"time"

	"arbor/ui/command"
	"arbor/ui/line"
	"arbor/ui/overlay"
	"arbor/ui/screen"
	"arbor/ui/term"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
)

// maxQueue bounds the keys that wait; a store that does not answer must not be typed at for ever.
const maxQueue = 4096

// Update implements tea.Model: size → layout; keys and mouse → overlay, frame or the screen with the focus; all else → every screen, once.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m, cmd := m.route(msg)
	var cmds []tea.Cmd
	for len(m.queue) > 0 && !m.waits(m.queue[0]) {
		k := m.queue[0]
		m.queue = m.queue[1:]
		var c tea.Cmd
		m, c = m.key(k)
		cmds = append(cmds, c)
	}
	return m, tea.Batch(append(cmds, cmd)...)
}

func (m Model) route(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		return m.resize(msg.Width, msg.Height)
	case tea.KeyMsg:
		return m.press1(msg)
	case term.Keys:
		var cmds []tea.Cmd
		for _, k := range msg {
			var cmd tea.Cmd
			m, cmd = m.press1(k)
			cmds = append(cmds, cmd)
		}
		return m, tea.Batch(cmds...)
	case term.Mouse:
		return m.mouse(msg)
	case term.Reply:
		if dark, ok := term.Background(msg); ok {
			m.look.Dark, m.look.Light = dark, !dark
			m.theme = theme.New(m.look)
		}
		return m, nil
	case started:
		m.reminders.behind = false
		m, remind := m.wakeAt(m.now.Add(remindAfterStart), m.now)
		m, cmd := m.tell(m.focus, screen.Enter{})
		return m, tea.Batch(cmd, remind)
	case screen.Echo:
		m.echo = msg
		return m, nil
	case screen.Open:
		return m.run(msg.View)
	case screen.Return:
		return m.goBack()
	case screen.Do:
		return m.run(msg.ID)
	case screen.Did:
		return m.did(msg)
	case screen.Changed:
		m, cmd := m.tellAll(msg)
		m, look := m.lookUp()
		m, remind := m.remindOf(msg)
		return m, tea.Batch(cmd, look, remind)
	case prompted:
		m.inflight--
		m.prompt = &msg.prompt
		return m, nil
	case unanswered:
		return m.unanswered(msg)
	case searched:
		return m.searched(msg), nil
	case week:
		m.week = msg
		return m, nil
	case timed:
		return m.timed(msg)
	case minute:
		return m.minute(msg)
	case contextSet:
		return m.contextSet(msg)
	case contextHolds:
		return m.contextHolds(msg)
	case workOver:
		return m.workOver(msg)
	case reminded:
		return m.reminded(msg)
	case remindAlarm:
		return m.alarm(msg)
	case sooner:
		return m.wakeAt(msg.at, msg.now)
	case whichKey:
		m.which = msg.n == m.typedAt && len(m.typed) > 0
		return m, nil
	case screen.Clock:
		m.now = msg.Now
		m, cmd := m.tellAll(msg)
		m, look := m.lookUp()
		m, remind := m.remindAfterSleep()
		return m, tea.Batch(cmd, look, remind, m.midnight())
	case suspendMsg:
		return m, m.suspend()
	case resumed:
		return m.resumed(msg)
	case noteRead:
		return m, m.editNote(msg)
	}
	return m.tellAll(msg)
}

// settling reports whether keys wait for an answer.
func (m Model) settling() bool { return m.inflight > 0 || m.screen().Place().Settling }

// waits reports whether a key waits: all do while the screen settles, and in a search those that choose, until the search is answered.
func (m Model) waits(k tea.KeyMsg) bool {
	if m.prompt != nil && m.prompt.finds() && m.prompt.seq != m.prompt.answered {
		return m.settling() || k.Type != tea.KeyRunes && k.Type != tea.KeySpace && k.Type != tea.KeyBackspace
	}
	return m.settling()
}

// press1 takes a key that a person pressed.
func (m Model) press1(k tea.KeyMsg) (Model, tea.Cmd) {
	if m.waits(k) || len(m.queue) > 0 {
		if m.is(k, command.Cancel) {
			m.queue = nil
			return m, nil
		}
		if len(m.queue) < maxQueue {
			m.queue = append(slices.Clip(m.queue), k)
		}
		return m, nil
	}
	return m.key(k)
}

// typing reports whether keys go into a line.
func (m Model) typing() bool { return m.list != nil || m.prompt != nil || m.screen().CapturesText() }

// merged reports whether k is Esc and the next key, read as that key with Alt: so they come to a process that was too busy to read between them.
// It is told from a real Alt by meaning nothing in a line. The arrows with Alt have codes that no two keys make.
func merged(k tea.KeyMsg) bool {
	return k.Alt && (k.Type == tea.KeyRunes || k.Type == tea.KeySpace || k.Type >= 0 && k.Type != tea.KeyEnter) && !line.Knows(k)
}

// name returns a key as the key map writes it.
func name(k tea.KeyMsg) string {
	s := k.String()
	switch {
	case s == " ":
		return "space"
	case s == "alt+ ":
		return "alt+space"
	}
	return s
}

func (m Model) is(k tea.KeyMsg, id command.ID) bool { return slices.Contains(m.keys.Keys(id), name(k)) }

// key routes a key.
func (m Model) key(k tea.KeyMsg) (Model, tea.Cmd) {
	m.echo = screen.Echo{}
	m = m.readLine()
	if merged(k) && m.typing() {
		k.Alt = false
		m.queue = append([]tea.KeyMsg{k}, m.queue...)
		k = tea.KeyMsg{Type: tea.KeyEsc}
	}
	switch {
	case m.is(k, command.Cancel):
		return m.cancel()
	case m.is(k, command.Suspend):
		return m, m.suspend()
	case m.list != nil:
		return m.listKey(k)
	case m.prompt != nil:
		return m.promptKey(k)
	case m.screen().CapturesText():
		if k.Type != tea.KeyRunes && m.is(k, command.Help) {
			return m.run(command.Help)
		}
		return m.tell(m.focus, k)
	case k.Paste:
		return m.paste(k)
	}
	return m.sequence(k)
}

// paste makes a line of what is pasted while no text is typed: a paste is never run as commands.
func (m Model) paste(k tea.KeyMsg) (Model, tea.Cmd) {
	if m.views[m.focus].focus&command.Tree == 0 {
		return m, nil
	}
	return m.tell(m.focus, command.Invoke{ID: command.AddSibling, Text: string(k.Runes)})
}

type whichKey struct{ n int }

// whichAfter is how long one may think before the keys that may follow are shown.
const whichAfter = 300 * time.Millisecond

// sequence looks the keys typed so far up in the key map.
func (m Model) sequence(k tea.KeyMsg) (Model, tea.Cmd) {
	focus := m.views[m.focus].focus
	typed := append(slices.Clone(m.typed), name(k))
	id, more := m.keys.Lookup(focus, typed)
	m.typed, m.which = nil, false
	switch {
	case id != "":
		return m.run(id)
	case more:
		m.typed = typed
		m.typedAt++
		n := m.typedAt
		return m, m.tick(whichAfter, func(time.Time) tea.Msg { return whichKey{n} })
	case len(typed) > 1:
		if typed[len(typed)-1] != "esc" {
			m.echo = screen.Echo{Text: command.KeyLabel(strings.Join(typed, " ")) + " means nothing here; " + m.keys.Label(command.Help) + " shows the keys"}
		}
		return m, nil
	case m.keys.Typing && k.Type == tea.KeyRunes && !k.Alt:
		return m.tell(m.focus, command.Invoke{ID: command.Edit, Text: string(k.Runes)})
	}
	m.echo = screen.Echo{Text: command.KeyLabel(typed[0]) + " means nothing here; " + m.keys.Label(command.Help) + " shows the keys"}
	return m, nil
}

// run runs a command, by whoever it belongs to.
func (m Model) run(id command.ID) (Model, tea.Cmd) {
	c, ok := command.Find(id)
	if !ok {
		return m, nil
	}
	if why := m.why(c); why != "" {
		m.echo = screen.Echo{Text: c.Title + ": " + why}
		return m, nil
	}
	for i, v := range m.views {
		if v.open == id {
			return m.show(i)
		}
	}
	if f, ok := actions[id]; ok {
		return f(m)
	}
	return m.tell(m.focus, command.Invoke{ID: id})
}

// why returns why a command cannot be run here and now.
func (m Model) why(c command.Command) string {
	switch c.ID {
	case command.ViewOutline, command.ViewMap, command.ViewPlot:
		if !slices.ContainsFunc(m.views, func(v view) bool { return v.open == c.ID }) {
			return "this view is not there yet"
		}
	}
	return c.Why(m.place().Facts)
}

// cancel stops what is going on, one thing a time.
func (m Model) cancel() (Model, tea.Cmd) {
	switch {
	case m.list != nil:
		m.list = nil
	case m.prompt != nil:
		m.prompt = nil
	case len(m.typed) > 0:
		m.typed, m.which = nil, false
	case m.arrow:
		m.arrow = false
		m.echo = screen.Echo{Text: "no arrow was drawn"}
	default:
		return m.tell(m.focus, command.Invoke{ID: command.Cancel})
	}
	return m, nil
}

// back is Esc: it closes, lets go, goes out, and never quits.
func (m Model) back() (Model, tea.Cmd) {
	if m.arrow {
		return m.cancel()
	}
	return m.tell(m.focus, command.Invoke{ID: command.Back})
}

// listKey gives a key to the help or the palette.
func (m Model) listKey(k tea.KeyMsg) (Model, tea.Cmd) {
	l, out := m.list.Update(k)
	m.list = &l
	return m.listDone(out)
}

func (m Model) listDone(out overlay.Outcome) (Model, tea.Cmd) {
	switch out {
	case overlay.Closed:
		m.list = nil
	case overlay.Chosen:
		e, _ := m.list.Selected()
		m.list = nil
		if m.contexts {
			return m.setContext(string(e.ID))
		}
		return m.run(e.ID)
	}
	return m, nil
}

// open shows the help or the palette.
func (m Model) open(title string, grouped bool) Model {
	var entries []overlay.Entry
	for _, c := range command.In(m.views[m.focus].focus) {
		if why := m.why(c); why == "" || !strings.HasPrefix(why, "this view") {
			entries = append(entries, overlay.Entry{ID: c.ID, Title: c.Title, Keys: m.keys.Labels(c.ID), Group: c.Group, CLI: c.CLI, Why: why})
		}
	}
	if grouped {
		order := command.GroupsOf(m.views[m.focus].focus)
		slices.SortStableFunc(entries, func(a, b overlay.Entry) int { return slices.Index(order, a.Group) - slices.Index(order, b.Group) })
	}
	l := overlay.NewList(title, grouped, entries)
	m.list, m.contexts = &l, false
	m.typed, m.which = nil, false
	return m
}
