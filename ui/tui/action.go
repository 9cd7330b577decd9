package tui

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/field"
	"arbor/model/inline"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// actions are the commands that the frame runs itself, in every view alike. All others go to the screen with the focus.
var actions map[command.ID]func(Model) (Model, tea.Cmd)

func init() { // the table's functions lead back to the table
	actions = map[command.ID]func(Model) (Model, tea.Cmd){
		command.Quit:      func(m Model) (Model, tea.Cmd) { return m, tea.Quit },
		command.Help:      func(m Model) (Model, tea.Cmd) { return m.open("Keys", true), nil },
		command.Palette:   func(m Model) (Model, tea.Cmd) { return m.open("Commands", false), nil },
		command.Back:      Model.back,
		command.Cancel:    Model.cancel,
		command.Redraw:    func(m Model) (Model, tea.Cmd) { return m, tea.ClearScreen },
		command.Suspend:   func(m Model) (Model, tea.Cmd) { return m, m.suspend() },
		command.Mouse:     Model.toggleMouse,
		command.Done:      Model.done,
		command.State:     Model.nextState,
		command.Delete:    Model.delete,
		command.Undo:      func(m Model) (Model, tea.Cmd) { return m.revert("undid", (*model.Tree).Undo) },
		command.Redo:      func(m Model) (Model, tea.Cmd) { return m.revert("did again", (*model.Tree).Redo) },
		command.Gather:    Model.gather,
		command.Arrow:     Model.drawArrow,
		command.Follow:    Model.follow,
		command.Draw:      Model.draws,
		command.DueDate:   func(m Model) (Model, tea.Cmd) { return m.ask(promptDue) },
		command.SchedDate: func(m Model) (Model, tea.Cmd) { return m.ask(promptSched) },
		command.WaitDate:  func(m Model) (Model, tea.Cmd) { return m.ask(promptWait) },
		command.Repeat:    func(m Model) (Model, tea.Cmd) { return m.ask(promptRepeat) },
		command.Skip:      Model.skip,
		command.Tags:      func(m Model) (Model, tea.Cmd) { return m.ask(promptTags) },
		command.Priority:  func(m Model) (Model, tea.Cmd) { return m.ask(promptPriority) },
		command.Capture:   func(m Model) (Model, tea.Cmd) { return m.ask(promptCapture) },
		command.Today:     Model.today,
		command.FindWords: func(m Model) (Model, tea.Cmd) { return m.ask(promptFind) },
		command.FindNext:  func(m Model) (Model, tea.Cmd) { return m.nextFound(1) },
		command.FindPrev:  func(m Model) (Model, tea.Cmd) { return m.nextFound(-1) },
		command.Note:      Model.note,
		command.StartTime: Model.startTime,
		command.StopTime:  Model.stopTime,
	}
}

// change makes a change as one action. fn returns what to say of it; how to take it back is added.
func (m Model) change(label string, clear bool, fn func(*model.Edit) (string, error)) (Model, tea.Cmd) {
	m.inflight++
	tree, undo := m.env.Tree, m.keys.Label(command.Undo)
	return m, func() tea.Msg {
		var text string
		_, err := tree.Do(label, func(e *model.Edit) (err error) {
			text, err = fn(e)
			return err
		})
		if text != "" {
			text += " · " + undo + " undoes"
		}
		return screen.Did{Text: text, Err: err, Clear: clear}
	}
}

// read reads the tree for an action that changes nothing.
func (m Model) read(fn func(*model.View) (screen.Did, error)) (Model, tea.Cmd) {
	m.inflight++
	tree := m.env.Tree
	return m, func() tea.Msg {
		var d screen.Did
		err := tree.View(func(v *model.View) (err error) {
			d, err = fn(v)
			return err
		})
		if err != nil {
			return screen.Did{Err: err}
		}
		return d
	}
}

// did takes the answer of an action, and has all screens look again.
func (m Model) did(d screen.Did) (Model, tea.Cmd) {
	m.inflight = max(m.inflight-1, 0)
	switch {
	case errors.Is(d.Err, model.ErrNothing):
		m.echo = screen.Echo{Text: orText(d.Text, "there is nothing to do")}
		return m, nil
	case d.Err != nil:
		m.echo = screen.Echo{Text: d.Err.Error(), Bad: true}
	case d.Text != "":
		m.echo = screen.Echo{Text: d.Text}
	}
	var cmds []tea.Cmd
	var cmd tea.Cmd
	if d.Clear {
		m, cmd = m.tellAll(screen.Clear{})
		cmds = append(cmds, cmd)
	}
	m, cmd = m.tellAll(screen.Changed{Own: true})
	cmds = append(cmds, cmd)
	if d.Goto != nil {
		m, cmd = m.tell(m.focus, screen.Goto{ID: *d.Goto})
		cmds = append(cmds, cmd)
	}
	m, cmd = m.lookUp()
	return m, tea.Batch(append(cmds, cmd)...)
}

func orText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// what names nodes in an echo: the text of one, the number of several.
func what(v *model.View, ids []model.ID) string {
	if len(ids) != 1 {
		return strconv.Itoa(len(ids)) + " nodes"
	}
	n, err := v.Node(ids[0])
	if err == nil {
		n, err = v.Reflected(n)
	}
	if err != nil {
		return "1 node"
	}
	return "“" + grid.Cut(n.Text, 40) + "”"
}

// meant returns the nodes that are meant where mirrors are marked, each once.
func meant(v *model.View, ids []model.ID) ([]model.ID, error) {
	var out []model.ID
	for _, id := range ids {
		to, err := v.Through(id)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, to) {
			out = append(out, to)
		}
	}
	return out, nil
}

// done marks the targets done, or, if they all are, to be done again.
func (m Model) done() (Model, tea.Cmd) {
	targets := m.place().Targets()
	return m.change("done", true, func(e *model.Edit) (string, error) {
		ids, err := meant(e.View, targets)
		if err != nil {
			return "", err
		}
		to, verb, again := model.Todo, "not done: ", ""
		for _, id := range ids {
			n, err := e.Node(id)
			if err != nil {
				return "", err
			}
			if !n.State.Closed() {
				to, verb = model.Done, "done: "
			}
		}
		for _, id := range ids {
			f, err := e.Finish(id, to, m.opt.Now())
			if err != nil {
				return "", err
			}
			if len(ids) == 1 && !f.Next.IsZero() {
				again = "; again " + date.Format(f.Next, m.opt.Now())
			}
		}
		return verb + what(e.View, ids) + again, nil
	})
}

// nextState gives the targets the state after that of the first.
func (m Model) nextState() (Model, tea.Cmd) {
	targets := m.place().Targets()
	names := map[string]string{"none": "no task", "todo": "to do"}
	fields := m.opt.Fields
	return m.change("state", false, func(e *model.Edit) (string, error) {
		ids, err := meant(e.View, targets)
		if err != nil {
			return "", err
		}
		n, err := e.Node(ids[0])
		if err != nil {
			return "", err
		}
		to := stateAfter(fields, n.StateName())
		for _, id := range ids {
			if err := setState(e, id, fields, to); err != nil {
				return "", err
			}
		}
		return orText(names[to], to) + ": " + what(e.View, ids), nil
	})
}

// stateAfter returns the state that follows one of that name: to do, doing, waiting, the person's own in their order, cancelled, none.
// Done stands outside, for it has a key of its own.
func stateAfter(fields *field.Set, name string) string {
	cycle := []string{"none", "todo", "doing", "waiting"}
	for _, s := range fields.States() {
		cycle = append(cycle, s.Name)
	}
	cycle = append(cycle, "cancelled")
	if i := slices.Index(cycle, name); i >= 0 {
		return cycle[(i+1)%len(cycle)]
	}
	return "none"
}

// setState gives a node the state of that name, ours or the person's own.
func setState(e *model.Edit, id model.ID, fields *field.Set, name string) error {
	class, _ := fields.Class(name)
	state, err := model.ParseState(class)
	if err != nil {
		return err
	}
	if name == class {
		return e.SetState(id, state)
	}
	return e.SetStateName(id, state, name)
}

// maxCount bounds how many nodes are counted for an echo.
const maxCount = 10000

// size counts a subtree, to maxCount.
func size(v *model.View, id model.ID, n *int) error {
	*n++
	for c, err := range v.Children(id) {
		if err != nil || *n >= maxCount {
			return err
		}
		if err := size(v, c.ID, n); err != nil {
			return err
		}
	}
	return nil
}

func (m Model) delete() (Model, tea.Cmd) {
	ids := m.place().Targets()
	return m.change("delete", true, func(e *model.Edit) (string, error) {
		text, n := what(e.View, ids), 0
		for _, id := range ids {
			if err := size(e.View, id, &n); err != nil {
				return "", err
			}
		}
		for _, id := range ids {
			under, err := e.Under(id, model.Trash) // it went with one that it is below
			if err != nil {
				return "", err
			}
			if !under {
				if err := e.Trash(id); err != nil {
					return "", err
				}
			}
		}
		switch {
		case n >= maxCount:
			text = "more than " + strconv.Itoa(maxCount) + " nodes"
		case n > 1:
			text = strconv.Itoa(n) + " nodes"
		}
		return "deleted " + text, nil
	})
}

// revert undoes or redoes, says what, and goes there.
func (m Model) revert(verb string, fn func(*model.Tree, model.Scope) (model.Receipt, error)) (Model, tea.Cmd) {
	m.inflight++
	tree := m.env.Tree
	return m, func() tea.Msg {
		r, err := fn(tree, model.ThisSession)
		if err != nil {
			return screen.Did{Err: err, Text: "nothing was done that could be " + map[bool]string{true: "undone", false: "redone"}[verb == "undid"]}
		}
		d := screen.Did{Text: verb + ": " + r.Label}
		d.Err = tree.View(func(v *model.View) error {
			for _, id := range r.IDs {
				under, err := v.Under(id, model.Root)
				if err == nil && under && id != model.Root {
					d.Goto = &id
					return nil
				}
			}
			return nil
		})
		return d
	}
}

// gather moves the marked nodes into the one under the cursor.
func (m Model) gather() (Model, tea.Cmd) {
	p := m.place()
	into := p.Cursor
	ids := slices.DeleteFunc(slices.Clone(p.Marks), func(id model.ID) bool { return id == into })
	return m.change("move", true, func(e *model.Edit) (string, error) {
		if len(ids) == 0 {
			return "", errors.New("mark other nodes than the one that takes them in")
		}
		text := "moved " + what(e.View, ids)
		below, err := e.Through(into)
		if err != nil {
			return "", err
		}
		for _, id := range ids {
			if err := e.Move(id, below, model.Last); err != nil {
				return "", err
			}
		}
		return text + " into " + what(e.View, []model.ID{into}), nil
	})
}

// drawArrow begins an arrow, or ends it: then one that is there is erased, and a new one asked for its label.
func (m Model) drawArrow() (Model, tea.Cmd) {
	p := m.place()
	if !m.arrow {
		m.arrow, m.arrowFrom = true, p.Cursor
		return m, nil
	}
	from, to := m.arrowFrom, p.Cursor
	m.arrow = false
	m.inflight++
	tree, undo := m.env.Tree, m.keys.Label(command.Undo)
	return m, func() tea.Msg {
		there := false
		err := tree.View(func(v *model.View) error {
			n, err := v.Node(from)
			there = slices.ContainsFunc(n.Arrows, func(a model.Arrow) bool { return a.To == to })
			return err
		})
		if err != nil || !there {
			return promptOrError(err, prompt{kind: promptArrow, ids: []model.ID{from, to}})
		}
		_, err = tree.Do("erase arrow", func(e *model.Edit) error { return e.RemoveArrow(from, to) })
		return screen.Did{Text: "the arrow is erased · " + undo + " undoes", Err: err}
	}
}

// follow goes along the arrow or the link from the cursor, or back along one that ends there.
func (m Model) follow() (Model, tea.Cmd) {
	id := m.place().Cursor
	return m.read(func(v *model.View) (screen.Did, error) {
		n, err := v.Node(id)
		if err != nil {
			return screen.Did{}, err
		}
		if _, ok := n.Mirrors(); ok {
			to, err := v.Through(id)
			return screen.Did{Text: "to what is mirrored", Goto: &to}, err
		}
		if len(n.Arrows) > 0 {
			a := n.Arrows[0]
			return screen.Did{Text: strings.TrimSpace(a.Label + " ⇢ " + what(v, []model.ID{a.To})), Goto: &a.To}, nil
		}
		for a, err := range v.Incoming(id) {
			return screen.Did{Text: "back along the arrow from " + what(v, []model.ID{a.From}), Goto: &a.From}, err
		}
		if to, err := v.LinkTargets(id); err != nil || len(to) > 0 {
			return linked("along the link to ", v, to, err)
		}
		if from, err := v.Backlinks(id); err != nil || len(from) > 0 {
			return linked("back along the link from ", v, from, err)
		}
		return screen.Did{Text: "no arrow and no link begins or ends here"}, nil
	})
}

// linked goes to the first of the other ends of links.
func linked(way string, v *model.View, ends []model.ID, err error) (screen.Did, error) {
	if err != nil {
		return screen.Did{}, err
	}
	text := way + what(v, ends[:1])
	if len(ends) > 1 {
		text += ", the first of " + strconv.Itoa(len(ends))
	}
	return screen.Did{Text: text, Goto: &ends[0]}, nil
}

// today goes to the page of today, and begins it if it is not there.
func (m Model) today() (Model, tea.Cmd) {
	m.inflight++
	tree, undo := m.env.Tree, m.keys.Label(command.Undo)
	env := inline.Env{Now: m.opt.Now(), Fields: m.opt.Fields}
	return m, func() tea.Msg {
		var page *model.Page
		err := tree.View(func(v *model.View) (err error) {
			page, err = v.Page(date.Day(env.Now), env)
			return err
		})
		if err != nil {
			return screen.Did{Err: err}
		}
		d := screen.Did{Text: "the page of today", Goto: &page.ID}
		if !page.There {
			_, err = tree.Do("open the page of "+page.Day.String(), func(e *model.Edit) error {
				_, err := e.Open(page)
				return err
			})
			d.Text += " is begun · " + undo + " undoes"
		}
		if err != nil {
			return screen.Did{Err: err}
		}
		return d
	}
}

// draws chooses a task by chance, and says what the chance was.
func (m Model) draws() (Model, tea.Cmd) {
	root := m.place().Root
	return m.read(func(v *model.View) (screen.Did, error) {
		d, err := v.Draw(root, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
		if errors.Is(err, model.ErrNothing) {
			return screen.Did{Text: "there is no task to draw from here; " + "s makes a task of a node"}, nil
		}
		if err != nil {
			return screen.Did{}, err
		}
		return screen.Did{Goto: &d.ID, Text: fmt.Sprintf("drawn: %s · weight %g of %g, %.0f %% · %s", what(v, []model.ID{d.ID}), d.Weight, d.Total,
			100*d.Weight/d.Total, tasks(d.Leaves))}, nil
	})
}

func tasks(n int) string {
	if n == 1 {
		return "the only task"
	}
	return "one of " + strconv.Itoa(n) + " tasks"
}
