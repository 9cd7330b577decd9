package outline

import (
	"strings"

	"arbor/model"
	"arbor/model/inline"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/line"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// edit is a line that is being typed: the text of a node, or of one to be.
type edit struct {
	line line.Model
	id   model.ID    // the node edited; zero: one is added
	was  inline.Line // what the node said

	// Where the new node goes: below the rows of anchor, or above it; without an anchor, at the end of parent.
	anchor, parent model.ID
	above          bool
	place          model.Place
	depth          int
}

func (e edit) adds() bool { return e.id == model.ID{} }

func (e edit) with(l line.Model) *edit {
	e.line = l
	return &e
}

// adding returns the edit of a new node beside or below the cursor.
func (m Model) adding(how command.ID) *edit {
	if m.cur >= len(m.rows) {
		return &edit{parent: m.root, place: model.Last}
	}
	if r := m.rows[m.cur]; r.via != (model.ID{}) && how != command.AddChild { // beside a result: below what lists it
		if i := index(m.rows, r.via); i >= 0 {
			return besides(m.rows[i], command.AddChild)
		}
		return &edit{parent: r.via, place: model.Last}
	}
	return besides(m.rows[m.cur], how)
}

func besides(r row, how command.ID) *edit {
	switch how {
	case command.AddChild:
		return &edit{anchor: r.id, parent: r.id, place: model.Last, depth: r.depth + 1}
	case command.AddAbove:
		return &edit{anchor: r.id, parent: r.parent, place: model.Before(r.id), depth: r.depth, above: true}
	}
	return &edit{anchor: r.id, parent: r.parent, place: model.After(r.id), depth: r.depth}
}

// add opens a line for a new node, with what was pasted.
func (m Model) add(how command.ID, pasted string) (Model, tea.Cmd) {
	m.edit = m.adding(how)
	m, show := m.showEdit()
	if pasted == "" {
		return m, show
	}
	m, cmd := m.typed(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(pasted), Paste: true})
	return m, tea.Batch(show, cmd)
}

// showEdit makes sure that the rows at which a new node appears are loaded: those of a child are unfolded, and the end of a long subtree is
// fetched.
func (m Model) showEdit() (Model, tea.Cmd) {
	i := index(m.rows, m.edit.anchor)
	if i < 0 || m.edit.above {
		return m, nil
	}
	r := m.rows[i]
	if m.edit.parent == r.id && r.kids && !r.open {
		m.folds = m.folds.with(r.id, true)
		return m.load(want{ids: []model.ID{r.id}, below: true}, true)
	}
	if m.below(i) == len(m.rows) && !m.atEnd {
		return m.load(want{ids: []model.ID{r.id}, below: true}, true)
	}
	return m, nil
}

// below returns the index after the rows below row i.
func (m Model) below(i int) int {
	d := m.rows[i].depth
	for i++; i < len(m.rows) && m.rows[i].depth > d; i++ {
	}
	return i
}

// editAt returns the line at which a new node is drawn, -1 if none is added.
func (m Model) editAt() int {
	if m.edit == nil || !m.edit.adds() {
		return -1
	}
	i := index(m.rows, m.edit.anchor)
	switch {
	case i < 0 && len(m.rows) == 0:
		return 0
	case i < 0: // its subtree is longer than the window, whose cursor is at the subtree's end
		return m.cur + 1
	case m.edit.above:
		return i
	}
	return m.below(i)
}

func (m Model) lines() int {
	if m.editAt() >= 0 {
		return len(m.rows) + 1
	}
	return len(m.rows)
}

func (m Model) focusLine() int {
	if at := m.editAt(); at >= 0 {
		return at
	}
	return m.cur
}

// opened brings the line of a node that is to be edited.
type opened struct {
	id   model.ID
	was  inline.Line
	line line.Model
	err  error
}

// editNode opens the line of the node under the cursor; typed is what began it.
func (m Model) editNode(typed string) (Model, tea.Cmd) {
	if m.cur >= len(m.rows) {
		return m, nil
	}
	m.acting = true
	env, id := m.env, m.node()
	return m, func() tea.Msg {
		a := opened{id: id}
		a.err = env.Tree.View(func(v *model.View) error {
			of, err := v.Through(id)
			if err != nil {
				return err
			}
			n, err := v.Node(of)
			if err != nil {
				return err
			}
			was, text, end := screen.Line(&n, env)
			a.was, a.line = was, line.NewAt(text, end).Insert(typed)
			return nil
		})
		return a
	}
}

func (m Model) begin(a opened) (Model, tea.Cmd) {
	m.acting = false
	if a.err != nil {
		return m, screen.Say(screen.Echo{Text: a.err.Error(), Bad: true})
	}
	m.edit = &edit{id: a.id, was: a.was, line: a.line}
	return m.more()
}

// typed takes a key into the line.
func (m Model) typed(k tea.KeyMsg) (Model, tea.Cmd) {
	e := m.edit
	if m.bare && e.line.Empty() {
		if moved, cmd, ok := m.choose(k.String()); ok {
			return moved, cmd
		}
	}
	if k.Paste && e.adds() && strings.ContainsAny(strings.TrimSpace(string(k.Runes)), "\r\n") {
		return m.paste(string(k.Runes))
	}
	switch k.String() {
	case "enter":
		return m.enterKey()
	case "tab":
		if e.adds() && e.line.Empty() {
			return m.shiftEdit(1)
		}
		return m.commit(command.AddChild)
	case "shift+tab":
		if e.adds() && e.line.Empty() {
			return m.shiftEdit(-1)
		}
		return m, nil
	case "esc":
		return m.commit("")
	case "alt+enter":
		return m.commit(command.AddAbove)
	case "up", "down", "pgup", "pgdown":
		m, cmd := m.commit("")
		n := map[string]int{"up": -1, "down": 1, "pgup": -m.h, "pgdown": m.h}[k.String()]
		if m.edit == nil && !m.settling && !m.acting {
			m.cur = min(max(m.cur+n, 0), max(len(m.rows)-1, 0))
		}
		return m, cmd
	}
	l, _ := e.line.Update(k)
	m.edit = e.with(l)
	return m, nil
}

// enterKey saves the line and opens the next. Enter on an empty line goes up a level, and out of the line at the top.
func (m Model) enterKey() (Model, tea.Cmd) {
	e := m.edit
	switch {
	case !e.adds():
		return m.commit("")
	case !e.line.Empty():
		return m.commit(command.AddSibling)
	case e.depth > 0:
		return m.shiftEdit(-1)
	}
	return m.cancel()
}

// shiftEdit moves the empty line of a new node a level in or out.
func (m Model) shiftEdit(by int) (Model, tea.Cmd) {
	i := index(m.rows, m.edit.anchor)
	if i < 0 || m.edit.above {
		return m, nil
	}
	e := *m.edit
	switch {
	case by > 0 && e.parent == m.rows[i].id: // already its child
	case by > 0:
		m.edit = besides(m.rows[i], command.AddChild).with(e.line)
	case e.parent == m.rows[i].id:
		m.edit = besides(m.rows[i], command.AddSibling).with(e.line)
	case m.rows[i].depth > 0:
		p := index(m.rows, m.rows[i].parent)
		if p < 0 {
			return m, nil
		}
		m.edit = besides(m.rows[p], command.AddSibling).with(e.line)
	}
	return m.showEdit()
}

// cancel closes the line and leaves everything as it was.
func (m Model) cancel() (Model, tea.Cmd) {
	e := m.edit
	m.edit = nil
	if e.adds() && index(m.rows, e.anchor) >= 0 {
		m.cur = index(m.rows, e.anchor)
	}
	return m.more()
}

// commit saves the line. then says what line follows: none, a sibling's, a child's.
func (m Model) commit(then command.ID) (Model, tea.Cmd) {
	e := *m.edit
	text := strings.TrimSpace(e.line.Text())
	if text == "" && e.adds() {
		return m.cancel()
	}
	env, id, on := m.env, e.id, m.node()
	label := "edit"
	if e.adds() {
		label = "add “" + grid.Cut(text, 30) + "”"
	}
	return m.act(action{label: label, then: then, ids: []model.ID{on}, fn: func(x *model.Edit) (string, []model.ID, error) {
		l, err := inline.Parse(text, inline.Env{Now: env.Now(), Fields: env.Fields, Live: e.was.Text})
		if err != nil {
			return "", nil, err
		}
		if e.adds() {
			if err := env.Stamp(&l); err != nil {
				return "", nil, err
			}
		}
		said := strings.Join(l.Understood, " · ")
		if e.adds() {
			id, err = screen.Create(x, e.parent, e.place, l)
		} else {
			said, err = screen.Rewrite(x, id, e.was, l)
		}
		return said, []model.ID{id}, err
	}})
}

func (e *edit) hints(m Model) []screen.Hint {
	if m.bare && e.line.Empty() {
		return []screen.Hint{{Key: "type", Label: "a first line"}, {Key: "↑↓ ⏎", Label: "choose"}, {Key: "Esc", Label: "keys"}}
	}
	if !e.adds() {
		return []screen.Hint{{Key: "⏎", Label: "save"}, {Key: "Tab", Label: "save, add a child"}, {Key: "+tag due:fri prio:H", Label: "understood"},
			{Key: "^C", Label: "leave as it was"}}
	}
	if e.line.Empty() {
		return []screen.Hint{{Key: "Esc", Label: "done"}, {Key: "Tab", Label: "deeper"}, {Key: "⇧Tab", Label: "out"}, {Key: "⏎", Label: "up a level"},
			{Key: "+tag due:fri prio:H", Label: "understood"}}
	}
	return []screen.Hint{{Key: "⏎", Label: "next"}, {Key: "Tab", Label: "child"}, {Key: "Esc", Label: "done"}, {Key: "^C", Label: "drop it"},
		{Key: "+tag due:fri prio:H", Label: "understood"}}
}
