package tui

import (
	"errors"
	"slices"
	"strconv"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// actions are the commands that the frame runs itself, in every view alike. All others go to the screen with the focus.
var actions map[command.ID]func(Model) (Model, tea.Cmd)

func init() { // the table's functions lead back to the table
	actions = map[command.ID]func(Model) (Model, tea.Cmd){
		command.Quit:       func(m Model) (Model, tea.Cmd) { return m, tea.Quit },
		command.Help:       func(m Model) (Model, tea.Cmd) { return m.open("Keys", true), nil },
		command.Palette:    func(m Model) (Model, tea.Cmd) { return m.open("Commands", false), nil },
		command.Back:       Model.back,
		command.Cancel:     Model.cancel,
		command.Redraw:     func(m Model) (Model, tea.Cmd) { return m, tea.ClearScreen },
		command.Suspend:    func(m Model) (Model, tea.Cmd) { return m, m.suspend() },
		command.Mouse:      Model.toggleMouse,
		command.Done:       Model.done,
		command.State:      Model.nextState,
		command.Delete:     Model.delete,
		command.Undo:       func(m Model) (Model, tea.Cmd) { return m.revert("undid", (*model.Tree).Undo) },
		command.Redo:       func(m Model) (Model, tea.Cmd) { return m.revert("did again", (*model.Tree).Redo) },
		command.Gather:     Model.gather,
		command.Arrow:      Model.drawArrow,
		command.Follow:     Model.follow,
		command.Draw:       Model.draws,
		command.DueDate:    func(m Model) (Model, tea.Cmd) { return m.ask(promptDue) },
		command.SchedDate:  func(m Model) (Model, tea.Cmd) { return m.ask(promptSched) },
		command.WaitDate:   func(m Model) (Model, tea.Cmd) { return m.ask(promptWait) },
		command.Repeat:     func(m Model) (Model, tea.Cmd) { return m.ask(promptRepeat) },
		command.Skip:       Model.skip,
		command.Tags:       func(m Model) (Model, tea.Cmd) { return m.ask(promptTags) },
		command.Priority:   func(m Model) (Model, tea.Cmd) { return m.ask(promptPriority) },
		command.Capture:    func(m Model) (Model, tea.Cmd) { return m.ask(promptCapture) },
		command.Today:      Model.today,
		command.FindWords:  func(m Model) (Model, tea.Cmd) { return m.ask(promptFind) },
		command.Ask:        Model.askQuery,
		command.FindNext:   func(m Model) (Model, tea.Cmd) { return m.nextFound(1) },
		command.FindPrev:   func(m Model) (Model, tea.Cmd) { return m.nextFound(-1) },
		command.Note:       Model.note,
		command.Pause:      Model.pauses,
		command.EditLine:   Model.askLine,
		command.Restore:    Model.restore,
		command.Depend:     Model.askDepend,
		command.ReviewWeek: Model.noteWeek,
		command.StartTime:  Model.startTime,
		command.StopTime:   Model.stopTime,
		command.Pomodoro:   Model.startPomodoro,
		command.Context:    Model.chooseContext,

		command.SampleEdit:   Model.askValue,
		command.SampleRemove: Model.removeSample,
		command.SampleLog:    Model.askLogged,
		command.SampleSkip:   Model.skipDay,
		command.PlotAbout:    Model.askAbout,
		command.PlotSeries:   func(m Model) (Model, tea.Cmd) { return m.askSeries(promptSeries) },
		command.PlotSecond:   func(m Model) (Model, tea.Cmd) { return m.askSeries(promptBeside) },
		command.PlotSince:    func(m Model) (Model, tea.Cmd) { return m.prompts(prompt{kind: promptSince}) },
		command.PlotUntil:    func(m Model) (Model, tea.Cmd) { return m.prompts(prompt{kind: promptUntil}) },
	}
	for _, a := range answers {
		actions[a.id] = a.run
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
	switch {
	case d.Goto == nil:
	case d.Near:
		m, cmd = m.tell(m.focus, screen.Goto{ID: *d.Goto})
		cmds = append(cmds, cmd)
	default:
		m, cmd = m.goTo(*d.Goto)
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
