package outline

import (
	"errors"
	"slices"
	"strconv"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// action is a change to the tree that this screen makes.
type action struct {
	label string
	ids   []model.ID // where the cursor goes if fn names no node
	then  command.ID // the line that opens afterwards
	fn    func(*model.Edit) (echo string, to []model.ID, err error)
}

// acted answers an action: what to say, and the rows after it.
type acted struct {
	window window
	then   command.ID
	to     []model.ID
	echo   string
	err    error
}

// act makes a change and loads the rows after it. Keys wait for the answer.
func (m Model) act(a action) (Model, tea.Cmd) {
	m.seq++
	m.loading, m.acting = true, true
	q := m.query(want{ids: a.ids})
	q.outdated = true
	return m, func() tea.Msg {
		ans := acted{then: a.then}
		_, ans.err = q.env.Tree.Do(a.label, func(e *model.Edit) (err error) {
			ans.echo, ans.to, err = a.fn(e)
			return err
		})
		q.want.ids = append(slices.Clone(ans.to), a.ids...)
		ans.window = q.run()
		return ans
	}
}

// done takes the answer of an action. Its rows are taken even if others were asked for since: those will come.
func (m Model) done(a acted) (Model, tea.Cmd) {
	m.acting = false
	if a.window.seq == m.seq {
		m = m.answered()
	}
	if a.err != nil {
		return m, screen.Say(screen.Echo{Text: a.err.Error(), Bad: true})
	}
	was := m.edit
	m.edit = nil
	if a.window.err != nil {
		return m, screen.Say(screen.Echo{Text: a.window.err.Error(), Bad: true})
	}
	m = m.accept(a.window, true)
	var cmds []tea.Cmd
	if a.echo != "" {
		cmds = append(cmds, screen.Say(screen.Echo{Text: a.echo}))
	}
	if a.then != "" && was != nil && m.cur < len(m.rows) {
		var cmd tea.Cmd
		m.edit = besides(m.rows[m.cur], a.then)
		m, cmd = m.showEdit()
		cmds = append(cmds, cmd)
	}
	m, cmd := m.more()
	return m, tea.Batch(append(cmds, cmd)...)
}

var (
	errFirst = errors.New("there is no node above it on its level")
	errLast  = errors.New("it is the last on its level")
	errTop   = errors.New("it is at the top of what is shown")
	errFound = errors.New("a query lists it here; its own place is elsewhere")
)

// targets are the marked nodes in the order of the rows, then those out of sight; else the one under the cursor.
func (m Model) targets() []model.ID {
	if len(m.marks) == 0 {
		return []model.ID{m.node()}
	}
	ids := slices.Clone(m.marks)
	slices.SortStableFunc(ids, func(a, b model.ID) int {
		i, j := index(m.rows, a), index(m.rows, b)
		if i < 0 || j < 0 {
			return 0
		}
		return i - j
	})
	return ids
}

// arrange moves nodes within the tree by a step.
func (m Model) arrange(how command.ID) (Model, tea.Cmd) {
	if m.cur >= len(m.rows) {
		return m, nil
	}
	if m.rows[m.cur].via != (model.ID{}) && len(m.marks) == 0 {
		return m, screen.Say(screen.Echo{Text: errFound.Error(), Bad: true})
	}
	ids, root := m.targets(), m.root
	if how == command.MoveDown || how == command.Outdent {
		slices.Reverse(ids)
	}
	on := m.node()
	a := action{label: map[command.ID]string{command.Indent: "indent", command.Outdent: "outdent", command.MoveUp: "move up",
		command.MoveDown: "move down"}[how], ids: []model.ID{on}}
	open := model.ID{}
	if how == command.Indent { // the node that takes it in must show it
		open = m.siblingAbove(ids)
		if open != (model.ID{}) {
			m.folds = m.folds.with(open, true)
		}
	}
	a.fn = func(e *model.Edit) (string, []model.ID, error) {
		for _, id := range ids {
			if err := step(e, id, root, how, ids); err != nil {
				return "", nil, err
			}
		}
		if len(ids) > 1 {
			return a.label + ": " + strconv.Itoa(len(ids)) + " nodes", nil, nil
		}
		return "", nil, nil
	}
	return m.act(a)
}

// siblingAbove returns the row on the level of the first of ids, above it.
func (m Model) siblingAbove(ids []model.ID) model.ID {
	i := index(m.rows, ids[0])
	if i < 0 {
		return model.ID{}
	}
	for j := i - 1; j >= 0 && m.rows[j].depth >= m.rows[i].depth; j-- {
		if m.rows[j].depth == m.rows[i].depth {
			return m.rows[j].id
		}
	}
	return model.ID{}
}

// step moves one node. Nodes that move with it do not count as its neighbours.
func step(e *model.Edit, id, root model.ID, how command.ID, with []model.ID) error {
	n, err := e.Node(id)
	if err != nil {
		return err
	}
	switch how {
	case command.Indent:
		p, ok, err := e.PrevSibling(id)
		for err == nil && ok && slices.Contains(with, p.ID) {
			p, ok, err = e.PrevSibling(p.ID)
		}
		if err != nil || !ok {
			return orElse(err, errFirst)
		}
		into, err := e.Through(p.ID) // below a mirror is below what it mirrors
		if err != nil {
			return err
		}
		return e.Move(id, into, model.Last)
	case command.Outdent:
		if n.Parent == root {
			return errTop
		}
		p, err := e.Node(n.Parent)
		if err != nil {
			return err
		}
		return e.Move(id, p.Parent, model.After(p.ID))
	case command.MoveUp:
		s, ok, err := e.PrevSibling(id)
		if err != nil || !ok || slices.Contains(with, s.ID) {
			return orElse(err, errFirst)
		}
		return e.Move(id, n.Parent, model.Before(s.ID))
	}
	s, ok, err := e.NextSibling(id)
	if err != nil || !ok || slices.Contains(with, s.ID) {
		return orElse(err, errLast)
	}
	return e.Move(id, n.Parent, model.After(s.ID))
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
