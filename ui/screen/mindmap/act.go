package mindmap

import (
	"strings"

	"arbor/model"
	"arbor/model/inline"
	"arbor/ui/command"
	"arbor/ui/line"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// edit is a line that is being typed: the text of a node, or of one to be.
type edit struct {
	line   line.Model
	at     int      // the node of the picture beside which, or over which, it is drawn
	child  bool     // drawn as a child of it
	id     model.ID // the node edited; zero: one is added
	was    inline.Line
	parent model.ID
	place  model.Place
}

func (e edit) with(l line.Model) *edit {
	e.line = l
	return &e
}

// follow returns the edit with its place in another picture: by its node, or by the top if that is gone.
func (e *edit) follow(from, to picture) *edit {
	if e == nil || e.at >= len(from.nodes) {
		return e
	}
	at := *e
	at.at = to.index[from.nodes[e.at].ID]
	return &at
}

// add opens a line for a new node. What is shown as the top has no siblings in sight: it gets a child.
func (m Model) add(how command.ID) Model {
	n := &m.pic.nodes[m.cur]
	e := &edit{at: m.cur, parent: n.Parent, place: model.After(n.ID)}
	switch {
	case how == command.AddChild || m.cur == 0:
		e.child, e.parent, e.place = true, n.ID, model.Last
	case how == command.AddAbove:
		e.place = model.Before(n.ID)
	}
	m.edit = e
	return m
}

// opened brings the line of a node that is to be edited.
type opened struct {
	edit edit
	err  error
}

// editNode opens the line of the node under the cursor; typed is what began it.
func (m Model) editNode(typed string) (Model, tea.Cmd) {
	if !m.onNode() {
		return m, nil
	}
	m.acting = true
	env, ans := m.env, opened{edit: edit{at: m.cur, id: m.node()}}
	return m, func() tea.Msg {
		ans.err = env.Tree.View(func(v *model.View) error {
			of, err := v.Through(ans.edit.id)
			if err != nil {
				return err
			}
			n, err := v.Node(of)
			if err != nil {
				return err
			}
			was, text, end := screen.Line(&n, env)
			ans.edit.was, ans.edit.line = was, line.NewAt(text, end).Insert(typed)
			return nil
		})
		return ans
	}
}

func (m Model) begin(a opened) (Model, tea.Cmd) {
	m.acting = false
	if a.err != nil {
		return m, screen.Say(screen.Echo{Text: a.err.Error(), Bad: true})
	}
	a.edit.at = m.pic.index[a.edit.id] // the picture may be another one by now
	m.edit = &a.edit
	return m, nil
}

// typed takes a key into the line.
func (m Model) typed(k tea.KeyMsg) (Model, tea.Cmd) {
	switch k.String() {
	case "enter", "esc", "tab":
		return m.commit()
	}
	l, _ := m.edit.line.Update(k)
	m.edit = m.edit.with(l)
	return m, nil
}

// commit saves the line; an empty new one leaves nothing behind.
func (m Model) commit() (Model, tea.Cmd) {
	e := *m.edit
	text := strings.TrimSpace(e.line.Text())
	if text == "" && e.id == (model.ID{}) {
		m.edit = nil
		return m, nil
	}
	env := m.env
	return m.act("edit", m.node(), func(x *model.Edit) (string, model.ID, error) {
		l, err := inline.Parse(text, inline.Env{Now: env.Now(), Fields: env.Fields, Live: e.was.Text})
		if err != nil {
			return "", e.id, err
		}
		if e.id == (model.ID{}) {
			if err := env.Stamp(&l); err != nil {
				return "", e.id, err
			}
		}
		id, said := e.id, strings.Join(l.Understood, " · ")
		if id == (model.ID{}) {
			id, err = screen.Create(x, e.parent, e.place, l)
		} else {
			said, err = screen.Rewrite(x, id, e.was, l)
		}
		return said, id, err
	})
}

// acted answers a change made here: what to say, and the picture after it.
type acted struct {
	pic  picture
	echo string
	err  error
}

// act makes a change and loads the picture after it. Keys wait for the answer.
func (m Model) act(label string, on model.ID, fn func(*model.Edit) (echo string, to model.ID, err error)) (Model, tea.Cmd) {
	m.seq++
	m.loading, m.acting = true, true
	q := m.query(on, true)
	return m, func() tea.Msg {
		var a acted
		_, a.err = q.env.Tree.Do(label, func(e *model.Edit) (err error) {
			a.echo, q.goal, err = fn(e)
			return err
		})
		if a.err == nil {
			a.pic = q.run()
		}
		a.pic.seq = q.seq
		return a
	}
}

// done takes the answer of an action. After an error the line stays open, so that nothing typed is lost. Its picture is taken even if another
// was asked for since: that will come.
func (m Model) done(a acted) (Model, tea.Cmd) {
	m.acting = false
	latest := a.pic.seq == m.seq
	err := a.err
	if err == nil {
		m.edit = nil
		if err = a.pic.err; err == nil {
			m = m.accept(a.pic)
		}
	}
	var cmds []tea.Cmd
	switch {
	case err != nil:
		cmds = append(cmds, screen.Say(screen.Echo{Text: err.Error(), Bad: true}))
	case a.echo != "":
		cmds = append(cmds, screen.Say(screen.Echo{Text: a.echo}))
	}
	if latest {
		var cmd tea.Cmd
		m, cmd = m.answered()
		cmds = append(cmds, cmd)
	}
	return m, tea.Batch(cmds...)
}

// place moves node i by some cells and keeps it there.
func (m Model) place(i, dx, dy int) (Model, tea.Cmd) {
	if i <= 0 || i >= len(m.pic.nodes) {
		return m, nil
	}
	n, r := m.pic.nodes[i], m.pic.m.Rects[i]
	parent, ok := m.pic.index[n.Parent]
	if !ok {
		return m, nil
	}
	p := m.pic.m.Rects[parent]
	x, y := r.X-p.X+dx, r.Y-p.Y+dy
	if !n.Placed { // it gets a frame, round what stays where it is
		x, y = x-1, y-1
	}
	return m.act("place", n.ID, func(e *model.Edit) (string, model.ID, error) { return "", n.ID, e.SetPos(n.ID, x, y) })
}

// release gives the cursor's node back to the layout.
func (m Model) release() (Model, tea.Cmd) {
	id := m.node()
	if !m.onNode() || !m.pic.nodes[m.cur].Placed {
		return m, screen.Say(screen.Echo{Text: "this node was not placed by hand"})
	}
	return m.act("release", id, func(e *model.Edit) (string, model.ID, error) { return "", id, e.ClearPos(id) })
}

// reparent hangs node i below node to, out of any place it had.
func (m Model) reparent(i, to int) (Model, tea.Cmd) {
	id, parent := m.pic.nodes[i].ID, m.pic.nodes[to].ID
	placed, text := m.pic.nodes[i].Placed, m.pic.nodes[to].Text
	return m.act("move", id, func(e *model.Edit) (string, model.ID, error) {
		if placed {
			if err := e.ClearPos(id); err != nil {
				return "", id, err
			}
		}
		return "moved under " + text, id, e.Move(id, parent, model.Last)
	})
}
