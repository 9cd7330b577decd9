package outline

import (
	"slices"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// invoke runs a command.
func (m Model) invoke(c command.Invoke) (Model, tea.Cmd) {
	if m.edit != nil {
		if c.ID == command.Cancel {
			return m.cancel()
		}
		return m, nil
	}
	if m.bare {
		return m.invokeBare(c)
	}
	switch c.ID {
	case command.Up:
		return m.move(-1)
	case command.Down:
		return m.move(1)
	case command.PageUp:
		return m.move(-max(m.h-1, 1))
	case command.PageDown:
		return m.move(max(m.h-1, 1))
	case command.First:
		return m.toEdge(false)
	case command.Last:
		return m.toEdge(true)
	case command.Left:
		return m.left()
	case command.Right:
		return m.right()
	case command.Parent:
		return m.parent()
	case command.Mark:
		return m.mark()
	case command.GoIn:
		return m.goIn()
	case command.GoOut:
		return m.goOut()
	case command.Back:
		return m.back()
	case command.Cancel:
		m.marks = nil
		return m, screen.Say(screen.Echo{Text: "nothing to cancel; " + m.env.Keys.Label(command.Quit) + " quits"})
	case command.HideDone:
		return m.toggleDone()
	case command.Fold:
		return m.fold(m.node(), !m.isOpen())
	case command.FoldSaved:
		m.folds = folds{}
		return m.reload(true)
	case command.AddSibling, command.AddChild, command.AddAbove:
		return m.add(c.ID, c.Text)
	case command.Edit:
		return m.editNode(c.Text)
	case command.Indent, command.Outdent, command.MoveUp, command.MoveDown:
		return m.arrange(c.ID)
	}
	for n := 1; n <= 9; n++ {
		if c.ID == command.FoldLevel(n) {
			m.folds = folds{level: n}
			return m.reload(true)
		}
	}
	return m, nil
}

// move puts the cursor n rows on. Where the window ends before the tree, the keys that follow wait for more rows.
func (m Model) move(n int) (Model, tea.Cmd) {
	if len(m.rows) == 0 {
		return m, nil
	}
	to := m.cur + n
	m.cur = min(max(to, 0), len(m.rows)-1)
	m, cmd := m.more()
	if m.loading && (to < 0 && !m.atTop || to >= len(m.rows) && !m.atEnd) {
		m.settling = true
	}
	return m, cmd
}

func (m Model) toEdge(last bool) (Model, tea.Cmd) {
	switch {
	case !last && m.atTop:
		m.cur = 0
		return m.more()
	case last && m.atEnd:
		m.cur = max(len(m.rows)-1, 0)
		return m.more()
	}
	return m.load(want{bottom: last}, true)
}

func (m Model) isOpen() bool {
	return m.cur < len(m.rows) && m.rows[m.cur].kids && m.rows[m.cur].open
}

// left folds an open node, else goes to the parent.
func (m Model) left() (Model, tea.Cmd) {
	if m.isOpen() {
		return m.fold(m.node(), false)
	}
	return m.parent()
}

// right unfolds a folded node, else goes to the first child.
func (m Model) right() (Model, tea.Cmd) {
	if m.cur >= len(m.rows) || !m.rows[m.cur].kids {
		return m, nil
	}
	if !m.rows[m.cur].open {
		return m.fold(m.node(), true)
	}
	if m.cur+1 < len(m.rows) && m.rows[m.cur+1].depth > m.rows[m.cur].depth {
		return m.move(1)
	}
	return m, nil
}

func (m Model) parent() (Model, tea.Cmd) {
	if m.cur >= len(m.rows) || m.rows[m.cur].depth == 0 {
		return m, nil
	}
	id := m.rows[m.cur].parent
	if i := index(m.rows, id); i >= 0 {
		m.cur = i
		return m.more()
	}
	return m.load(want{ids: []model.ID{id}}, true)
}

// mark marks the node under the cursor, or takes its mark away, and goes on to the next.
func (m Model) mark() (Model, tea.Cmd) {
	if m.cur >= len(m.rows) {
		return m, nil
	}
	id := m.node()
	marks := slices.Clone(m.marks)
	if i := slices.Index(marks, id); i >= 0 {
		marks = slices.Delete(marks, i, i+1)
	} else {
		marks = append(marks, id)
	}
	m.marks = marks
	return m.move(1)
}

func (m Model) goIn() (Model, tea.Cmd) {
	if m.cur >= len(m.rows) {
		return m, nil
	}
	m.came = append(slices.Clip(m.came), m.root)
	m.root = m.node()
	return m.load(want{}, true)
}

// goOut goes back to where one went in from, or to the parent.
func (m Model) goOut() (Model, tea.Cmd) {
	if len(m.crumbs) < 2 {
		return m, nil
	}
	was := m.root
	m.root = m.crumbs[len(m.crumbs)-2].ID
	if n := len(m.came); n > 0 {
		m.root, m.came = m.came[n-1], m.came[:n-1]
	}
	return m.load(want{ids: []model.ID{was}}, true)
}

// back lets go of the marks, then goes out, a step a time, and at the top does nothing.
func (m Model) back() (Model, tea.Cmd) {
	if len(m.marks) > 0 {
		m.marks = nil
		return m, nil
	}
	return m.goOut()
}

func (m Model) toggleDone() (Model, tea.Cmd) {
	m.hideDone, m.keep = !m.hideDone, nil
	text := "what is done is shown"
	if m.hideDone {
		text = "what is done is hidden; " + m.env.Keys.Label(command.HideDone) + " shows it"
	}
	m, cmd := m.reload(true)
	return m, tea.Batch(cmd, screen.Say(screen.Echo{Text: text}))
}

// fold opens or closes a node and writes it down, so that it stays so.
func (m Model) fold(id model.ID, open bool) (Model, tea.Cmd) {
	if i := index(m.rows, id); i < 0 || !m.rows[i].kids {
		return m, nil
	}
	m.folds = m.folds.with(id, open)
	m, cmd := m.load(want{ids: append([]model.ID{id}, m.candidates()...)}, true)
	if m.folds.level > 0 {
		return m, cmd // a level is a way of looking; what the tree says stays
	}
	tree := m.env.Tree
	save := func() tea.Msg {
		_, err := tree.Do("fold", func(e *model.Edit) error { return e.SetFlag(id, model.Collapsed, !open) })
		if err != nil {
			return screen.Echo{Text: err.Error(), Bad: true}
		}
		return nil
	}
	return m, tea.Batch(cmd, save)
}
