package tui

import (
	"io"
	"strconv"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/query"
	"arbor/ui/grid"
	"arbor/ui/screen"
	"arbor/ui/term"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
)

const (
	remindAfterStart = 500 * time.Millisecond // the first picture comes before the first question, which reads the whole tree

	remindAt    = 9 * time.Hour      // after midnight: when to say what has no time of day, as `arbor remind` does
	remindAhead = 24 * time.Hour     // how far is looked ahead for the next reminder
	maxAsleep   = 7 * 24 * time.Hour // how far back is looked for what should have been said while the machine slept
	maxLooked   = 100                // of more changed nodes than this the whole tree is asked
)

// reminders is what the frame knows of what is to be said: all until said has been, the next is at wake. In between the tree is not asked: a
// change looks at the nodes that changed alone.
type reminders struct {
	said   time.Time
	wake   time.Time // zero: nothing is waited for
	asked  int       // the number of the last question; answers to earlier ones are dropped
	behind bool      // an answer is awaited
	again  bool      // the tree changed meanwhile
	lines  []string  // what was not read yet, the oldest first
}

// reminded answers what there is to say, and when the next is.
type reminded struct {
	asked int
	lines []string
	now   time.Time
	next  time.Time
	err   error
}

// sooner tells that a changed node has something to say at a time.
type sooner struct{ at, now time.Time }

// remindAlarm comes when something may be to be said.
type remindAlarm struct{ wake time.Time }

// remindCmd asks the whole tree for what is to be said until now, and for the next.
func (m Model) remindCmd() (Model, tea.Cmd) {
	if m.reminders.behind {
		m.reminders.again = true
		return m, nil
	}
	m.reminders.asked++
	m.reminders.behind, m.reminders.again = true, false
	tree, clock, asked, said := m.env.Tree, m.env.Now, m.reminders.asked, m.reminders.said
	return m, func() tea.Msg {
		now := clock()
		a := reminded{asked: asked, now: now}
		if oldest := now.Add(-maxAsleep); said.Before(oldest) {
			said = oldest
		}
		q, err := query.Parse("", now)
		if err != nil {
			a.err = err
			return a
		}
		a.err = tree.View(func(v *model.View) error {
			all, err := v.Reminders(q, model.Moments{From: said, Until: now.Add(remindAhead), Now: now, DayAt: remindAt})
			a.lines, a.next = nil, now.Add(remindAhead)
			for _, r := range all {
				if r.Say.After(now) {
					a.next = r.Say
					break
				}
				a.lines = append(a.lines, remindLine(&r, now))
			}
			return err
		})
		return a
	}
}

// remindLine says what a reminder is about.
func remindLine(r *model.Reminder, now time.Time) string {
	at := date.Format(r.At, now)
	if !r.At.AllDay && r.At.Day(now.Location()).Equal(date.Day(now)) {
		at = r.At.T.In(now.Location()).Format("15:04")
	}
	if r.At.AllDay && r.At.Equal(date.Day(now)) {
		at = "today"
	}
	word := map[model.AgendaKind]string{model.AgendaEvent: "begins ", model.AgendaDue: "due ", model.AgendaWarned: "due ", model.AgendaSched: "scheduled "}[r.Kind]
	return "“" + grid.Cut(r.Node.Text, 60) + "” " + word + at
}

func (m Model) reminded(a reminded) (Model, tea.Cmd) {
	if a.asked != m.reminders.asked {
		return m, nil
	}
	m.reminders.behind = false
	if a.err != nil { // what else reads the same store says what is wrong with it; the next change or hour asks again
		return m, nil
	}
	m.reminders.said = a.now
	m, ring := m.say(a.lines)
	if m.reminders.again {
		m, cmd := m.remindCmd()
		return m, tea.Batch(ring, cmd)
	}
	m, wake := m.wakeAt(a.next, a.now)
	return m, tea.Batch(ring, wake)
}

// say shows lines, each until a key, and has the terminal ring and notify once for all of them.
func (m Model) say(lines []string) (Model, tea.Cmd) {
	if len(lines) == 0 {
		return m, nil
	}
	m.reminders.lines = append(m.reminders.lines[:len(m.reminders.lines):len(m.reminders.lines)], lines...)
	out, opt := "", m.opt
	if opt.Notify && term.Notifies(opt.Getenv) {
		text := lines[0]
		if n := len(lines) - 1; n > 0 {
			text += ", and " + strconv.Itoa(n) + " more"
		}
		out = term.Notification(text)
	}
	if opt.Bell {
		out += term.Bell
	}
	if out == "" {
		return m, nil
	}
	return m, func() tea.Msg {
		if _, err := io.WriteString(opt.Out, out); err != nil {
			return screen.Echo{Text: "the terminal was not rung: " + err.Error(), Bad: true}
		}
		return nil
	}
}

// wakeAt waits for a moment, unless an earlier one is waited for.
func (m Model) wakeAt(at, now time.Time) (Model, tea.Cmd) {
	if w := m.reminders.wake; !w.IsZero() && !at.Before(w) {
		return m, nil
	}
	m.reminders.wake = at
	return m, m.tick(max(at.Sub(now), 0), func(time.Time) tea.Msg { return remindAlarm{at} })
}

// alarm asks the tree if the moment is still waited for.
func (m Model) alarm(a remindAlarm) (Model, tea.Cmd) {
	if !a.wake.Equal(m.reminders.wake) {
		return m, nil
	}
	m.reminders.wake = time.Time{}
	return m.remindCmd()
}

// remindOf looks at what changed: whether it is to be said before what is waited for.
func (m Model) remindOf(c screen.Changed) (Model, tea.Cmd) {
	switch {
	case len(c.IDs) == 0 || len(c.IDs) > maxLooked:
		return m.remindCmd()
	case m.reminders.behind:
		m.reminders.again = true
		return m, nil
	}
	tree, clock, said, wake := m.env.Tree, m.env.Now, m.reminders.said, m.reminders.wake
	return m, func() tea.Msg {
		s := sooner{now: clock()}
		err := tree.View(func(v *model.View) (err error) {
			s.at, err = v.FirstReminder(c.IDs, model.Moments{From: said, Until: wake, Now: s.now, DayAt: remindAt})
			return err
		})
		if err != nil || s.at.IsZero() {
			return nil
		}
		return s
	}
}

// remindAfterSleep asks the tree if the moment that is waited for has passed: a machine that sleeps does not wake for it, and clocks are set.
func (m Model) remindAfterSleep() (Model, tea.Cmd) {
	if m.reminders.behind || m.now.Before(m.reminders.wake) {
		return m, nil
	}
	m.reminders.wake = time.Time{}
	return m.remindCmd()
}

// readLine lets go of the line that was shown when a key was pressed. While text is typed it stays, since nobody looks there.
func (m Model) readLine() Model {
	if len(m.reminders.lines) > 0 && !m.typing() {
		m.reminders.lines = m.reminders.lines[1:]
	}
	return m
}

// drawReminder shows what is to be read in the status line.
func (m Model) drawReminder(s grid.Surface) {
	w, _ := s.Size()
	right := w - 1
	if n := len(m.reminders.lines) - 1; n > 0 {
		more := "+" + strconv.Itoa(n)
		if w >= 60 {
			more = "and " + strconv.Itoa(n) + " more"
		}
		right = s.Right(right, 0, theme.Mark, more) - 2
	}
	s.Sub(0, 0, right, 1).Text(1, 0, theme.Mark, m.reminders.lines[0])
}
