package mindmap

import (
	"maps"
	"slices"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/mindmap"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Model is the mind-map.
type Model struct {
	env  screen.Env
	w, h int

	root     model.ID
	folds    map[model.ID]bool // what was folded or unfolded here; never changed, replaced
	hideDone bool
	marks    []model.ID

	pic    picture
	cur    int   // the cursor's node in pic
	x, y   int   // the canvas cell at the corner of the screen
	edit   *edit // the line that is typed, nil if none; what it points to is never changed
	drag   *drag
	loaded bool

	seq      uint64 // the number of the latest request
	loading  bool   // it is not answered
	stale    bool   // something changed since it was made
	settling bool   // its answer may move the cursor
	acting   bool   // an action, or the text of a node, is awaited: its answer is never dropped
}

// New returns a map of the whole tree. It shows nothing until it is entered.
func New(env screen.Env) Model { return Model{env: env} }

var _ screen.Screen = Model{}

// Update implements screen.Screen.
func (m Model) Update(msg tea.Msg) (screen.Screen, tea.Cmd) { return m.update(msg) }

func (m Model) update(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case screen.Resize:
		m.w, m.h = msg.W, msg.H
		return m.reveal(), nil
	case screen.Enter:
		m.root, m.marks = msg.Place.Root, msg.Place.Marks
		m.edit, m.drag = nil, nil
		return m.load(msg.Place.Cursor, true)
	case screen.Changed:
		if msg.Own && m.loaded && !(m.loading && m.settling) {
			return m.load(m.node(), true)
		}
		return m.refresh()
	case screen.Narrow:
		m.env.Context = msg.Context
		if m.loaded {
			return m.load(m.node(), true)
		}
	case screen.Goto:
		return m.load(msg.ID, true)
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
	case picture:
		return m.arrived(msg)
	case opened:
		return m.begin(msg)
	case acted:
		return m.done(msg)
	}
	return m, nil
}

// refresh loads again what is shown, now or after the answer that is awaited: it may bring the cursor somewhere.
func (m Model) refresh() (Model, tea.Cmd) {
	switch {
	case m.loading:
		m.stale = true
	case m.loaded:
		m.stale = false
		return m.load(m.node(), false)
	}
	return m, nil
}

// answered notes that the latest request is answered, and asks again if something changed meanwhile.
func (m Model) answered() (Model, tea.Cmd) {
	m.loading, m.settling = false, false
	if m.stale {
		return m.refresh()
	}
	return m, nil
}

// arrived takes a picture. The cursor stays on its node if that is still there; the canvas does not move under it.
func (m Model) arrived(p picture) (Model, tea.Cmd) {
	if p.seq != m.seq {
		return m, nil
	}
	if p.err != nil {
		m, cmd := m.answered()
		return m, tea.Batch(cmd, screen.Say(screen.Echo{Text: p.err.Error(), Bad: true}))
	}
	return m.accept(p).answered()
}

func (m Model) accept(p picture) Model {
	was, here := m.rect(), m.node()
	m.edit, m.drag = m.edit.follow(m.pic, p), m.drag.follow(m.pic, p)
	first := !m.loaded || p.root != m.pic.root
	m.pic, m.root, m.folds, m.loaded = p, p.root, p.folds, true
	at, ok := p.index[here]
	if goal, found := p.index[p.goal]; found && (p.jump || !ok) {
		at, ok = goal, true
	}
	if !ok {
		at = 0
	}
	m.cur = at
	if first {
		return m.start()
	}
	if p.nodes[at].ID == here && !p.jump { // whatever others change, what is looked at stays where it was
		r := m.rect()
		m.x, m.y = m.x+r.X-was.X, m.y+r.Y-was.Y
	}
	return m.reveal()
}

// start brings into sight what there is to see first: the whole map if it fits; else the root at the left with its branches, if the cursor's
// node is seen there too; else the cursor's node in the middle.
func (m Model) start() Model {
	all, r := m.pic.m.Bounds().Grow(1), m.rect()
	m.x = span(all.X, all.W, r.X, r.W, m.w)
	m.y = span(all.Y, all.H, r.Y, r.H, m.h)
	return m.reveal()
}

// span returns where a view of n cells begins along an axis, given what there is and what the cursor is on.
func span(all, size, at, length, n int) int {
	switch {
	case size <= n:
		return all - (n-size)/2
	case at+length < all+n:
		return all
	}
	return min(at+length/2-n/2, all+size-n)
}

// rect returns the rectangle of the cursor's node.
func (m Model) rect() mindmap.Rect {
	if m.cur < len(m.pic.m.Rects) {
		return m.pic.m.Rects[m.cur]
	}
	return mindmap.Rect{}
}

// node returns the node under the cursor, or the zero ID.
func (m Model) node() model.ID {
	if m.cur < len(m.pic.nodes) {
		return m.pic.nodes[m.cur].ID
	}
	return model.ID{}
}

// onNode reports whether the cursor is on a node that commands can be about: the tree's own root is none.
func (m Model) onNode() bool { return m.loaded && m.node() != model.Root }

// reveal pans as little as it takes to have the cursor's node in sight, with some room round it.
func (m Model) reveal() Model {
	if !m.loaded || m.w <= 0 || m.h <= 0 {
		return m
	}
	r := m.rect()
	mx, my := min(4, m.w/8), min(2, m.h/8)
	m.x = min(m.x, r.X-mx)
	m.x = max(m.x, min(r.X+r.W+mx-m.w, r.X-mx))
	m.y = min(m.y, r.Y-my)
	m.y = max(m.y, min(r.Y+r.H+my-m.h, r.Y-my))
	return m
}

// Keys implements screen.Screen.
func (m Model) Keys() []command.ID {
	return []command.ID{command.AddChild, command.AddSibling, command.Edit, command.Done, command.Arrow, command.NudgeLeft, command.PanLeft,
		command.Fold, command.GoIn, command.Undo, command.FindWords, command.ViewOutline, command.Palette, command.Help, command.Quit}
}

// CapturesText implements screen.Screen.
func (m Model) CapturesText() bool { return m.edit != nil }

// Place implements screen.Screen.
func (m Model) Place() screen.Place {
	p := screen.Place{Root: m.root, Marks: m.marks, Crumbs: m.pic.crumbs, Settling: m.settling || m.acting}
	if m.onNode() {
		p.Cursor, p.On = m.node(), true
		p.Facts.Series = m.pic.nodes[m.cur].Series
	}
	p.Facts.Node, p.Facts.Marks, p.Facts.Drilled = p.On, len(m.marks), m.root != model.Root
	if m.edit != nil {
		p.Hints = []screen.Hint{{Key: "⏎", Label: "save"}, {Key: "^C", Label: "leave it"}, {Key: "+tag due:fri prio:H", Label: "understood"}}
	}
	return p
}

// fold sets what is shown below a node.
func (m Model) fold(id model.ID, open bool) (Model, tea.Cmd) {
	m.folds = maps.Clone(m.folds)
	if m.folds == nil {
		m.folds = map[model.ID]bool{}
	}
	m.folds[id] = open
	return m.load(id, false)
}

// mark marks the cursor's node or takes its mark away.
func (m Model) mark() Model {
	if i := slices.Index(m.marks, m.node()); i >= 0 {
		m.marks = slices.Delete(slices.Clone(m.marks), i, i+1)
	} else if m.onNode() {
		m.marks = append(slices.Clone(m.marks), m.node())
	}
	return m
}
