package tui

import (
	"errors"
	"slices"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// rest is what follows the work of a pomodoro. It is of this window: in the tree only work is counted.
type rest struct {
	text  string
	until time.Time // zero: there is none
}

// end returns when the work of a pomodoro is over. ok is false for what is none.
func (r *running) end() (end time.Time, ok bool) {
	p, _, ok := r.event.Pomodoro()
	return r.since.Add(p.Work), ok
}

// workOver tells that the work of a pomodoro was ended.
type workOver struct {
	r   running
	now time.Time
	err error
}

// endWork ends the pomodoros whose work is over, each once: who undoes that goes on working.
func (m Model) endWork() (Model, tea.Cmd) {
	var cmds []tea.Cmd
	for _, r := range m.timer.running {
		end, ok := r.end()
		if !ok || end.After(m.timer.now) || slices.Contains(m.timer.ended, r.event.ID) {
			continue
		}
		m.timer.ended = append(slices.Clip(m.timer.ended), r.event.ID)
		tree, clock := m.env.Tree, m.env.Now
		cmds = append(cmds, func() tea.Msg {
			w := workOver{r: r, now: clock()}
			_, w.err = tree.Do("end of a pomodoro", func(e *model.Edit) error {
				_, err := e.EndPomodoro(r.id, r.event.ID)
				return err
			})
			return w
		})
	}
	return m, tea.Batch(cmds...)
}

// workOver says that the work is over, and begins the rest unless that has passed too.
func (m Model) workOver(w workOver) (Model, tea.Cmd) {
	if errors.Is(w.err, model.ErrIdle) || errors.Is(w.err, model.ErrNoNode) { // stopped meanwhile, or ended by another window, which says it
		return m, nil
	}
	if w.err != nil {
		m.echo = screen.Echo{Text: "end the pomodoro: " + w.err.Error(), Bad: true}
		return m, nil
	}
	p, _, _ := w.r.event.Pomodoro()
	end, _ := w.r.end()
	line := "“" + grid.Cut(w.r.text, 40) + "”: " + date.FormatSpan(p.Work) + " of work are over"
	m.timer.now = w.now
	if until := end.Add(p.Rest); until.After(w.now) {
		m.timer.rest = rest{text: w.r.text, until: until}
		line += ", rest until " + until.In(w.now.Location()).Format("15:04")
	}
	m.timer.running = slices.DeleteFunc(slices.Clone(m.timer.running), func(r running) bool { return r.event.ID == w.r.event.ID })
	m, ring := m.say([]string{line})
	m, wake := m.nextMinute()
	m, look := m.did(screen.Did{})
	return m, tea.Batch(ring, wake, look)
}

// endRest says that the rest is over, if it is.
func (m Model) endRest() (Model, tea.Cmd) {
	if m.timer.rest.until.IsZero() || m.timer.rest.until.After(m.timer.now) {
		return m, nil
	}
	text := m.timer.rest.text
	m.timer.rest = rest{}
	return m.say([]string{"the rest is over · " + m.keys.Label(command.Pomodoro) + " begins the next pomodoro: “" + grid.Cut(text, 40) + "”"})
}

// countdown writes how many minutes are left, as a kitchen timer shows them: the last one until it is over.
func countdown(left time.Duration) string {
	return date.FormatSpan(max(left+time.Minute-1, 0).Truncate(time.Minute)) + " left"
}

// startPomodoro begins a pomodoro on the node under the cursor.
func (m Model) startPomodoro() (Model, tea.Cmd) {
	p := m.opt.Pomodoro
	if p.Work <= 0 {
		m.echo = screen.Echo{Text: "track.pomodoro: " + model.ErrPomodoro.Error(), Bad: true}
		return m, nil
	}
	return m.begin(p.Mark(""), "a pomodoro of "+date.FormatSpan(p.Work)+": ")
}
