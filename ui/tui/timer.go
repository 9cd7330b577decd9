package tui

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
)

// timer is the time that runs, as the header shows it.
type timer struct {
	asked   int // the number of the last question; answers to earlier ones are dropped
	running []running
	now     time.Time
	wake    time.Time // when the next minute is full, zero while nothing runs
	rest    rest
	ended   []model.EventID // pomodoros that this window has ended
}

// running is a node that time is counted on.
type running struct {
	id    model.ID
	text  string
	since time.Time
	event model.Event
}

// timed answers what runs.
type timed struct {
	asked   int
	running []running
	now     time.Time
}

// minute comes when a minute is full that was waited for.
type minute struct{ wake, now time.Time }

// lookUp has what the header shows read anew.
func (m Model) lookUp() (Model, tea.Cmd) {
	m.timer.asked++
	return m, tea.Batch(m.weekCmd(), m.timerCmd())
}

// timerCmd reads what runs. It costs as much as runs, however much was worked before.
func (m Model) timerCmd() tea.Cmd {
	tree, clock, asked := m.env.Tree, m.env.Now, m.timer.asked
	return func() tea.Msg {
		t := timed{asked: asked, now: clock()}
		err := tree.View(func(v *model.View) error {
			for ev, err := range v.RunningEvents() {
				if err != nil {
					return err
				}
				n, err := v.Node(ev.Node)
				if err != nil {
					return err
				}
				t.running = append(t.running, running{ev.Node, n.Text, ev.From, ev})
			}
			return nil
		})
		if err != nil {
			t.running = nil // as the week: what reads the same store will say what is wrong with it
		}
		return t
	}
}

func (m Model) timed(t timed) (Model, tea.Cmd) {
	if t.asked != m.timer.asked {
		return m, nil
	}
	m.timer.running, m.timer.now = t.running, t.now
	if len(t.running) > 0 {
		m.timer.rest = rest{}
	}
	return m.tock()
}

// tock ends what is over, and has the header drawn again when the shown time changes.
func (m Model) tock() (Model, tea.Cmd) {
	m, work := m.endWork()
	m, ring := m.endRest()
	m, wake := m.nextMinute()
	return m, tea.Batch(work, ring, wake)
}

// nextMinute has the header drawn again when the shown time changes. While nothing runs, nothing wakes.
func (m Model) nextMinute() (Model, tea.Cmd) {
	now := m.timer.now
	var wake time.Time
	sooner := func(at time.Time) {
		if at.After(now) && (wake.IsZero() || at.Before(wake)) {
			wake = at
		}
	}
	if r, ok := m.timer.first(); ok {
		past := max(now.Sub(r.since), 0)
		sooner(r.since.Add(past.Truncate(time.Minute) + time.Minute))
	}
	for _, r := range m.timer.running {
		if end, ok := r.end(); ok {
			sooner(end)
		}
	}
	if left := m.timer.rest.until.Sub(now); !m.timer.rest.until.IsZero() {
		sooner(m.timer.rest.until.Add(-(left - 1).Truncate(time.Minute)))
	}
	if wake.IsZero() || wake.Equal(m.timer.wake) {
		m.timer.wake = wake
		return m, nil
	}
	m.timer.wake = wake
	clock := m.env.Now
	return m, m.tick(wake.Sub(now), func(time.Time) tea.Msg { return minute{wake, clock()} })
}

func (m Model) minute(msg minute) (Model, tea.Cmd) {
	if !msg.wake.Equal(m.timer.wake) {
		return m, nil
	}
	m.timer.now, m.timer.wake = msg.now, time.Time{}
	return m.tock()
}

// first returns what has run for the longest, a pomodoro before all else.
func (t *timer) first() (r running, ok bool) {
	was := false
	for _, x := range t.running {
		_, is := x.end()
		if !ok || is && !was || is == was && x.since.Before(r.since) {
			r, ok, was = x, true, is
		}
	}
	return r, ok
}

// drawTimer shows what runs and for how long, to the left of right, and returns where it begins.
func (m Model) drawTimer(s grid.Surface, right int) int {
	r, ok := m.timer.first()
	resting := !m.timer.rest.until.IsZero()
	if !ok && !resting || m.w < 30 {
		return right
	}
	label := theme.IsTimed + " " + elapsed(m.timer.now.Sub(r.since))
	if end, ok := r.end(); ok && end.After(m.timer.now) {
		label = theme.IsTimed + " " + countdown(end.Sub(m.timer.now))
	}
	if !ok {
		label = theme.IsTimed + " rest, " + countdown(m.timer.rest.until.Sub(m.timer.now))
	}
	if n := len(m.timer.running) - 1; n > 0 {
		label += " +" + strconv.Itoa(n)
	}
	if m.w >= 80 && ok {
		label += " " + grid.Cut(r.text, min(m.w/5, 30))
	}
	return s.Right(right-2, 0, theme.Accent, label)
}

// elapsed writes hours and minutes as a clock does.
func elapsed(d time.Duration) string {
	d = max(d, 0)
	return fmt.Sprintf("%d:%02d", int(d.Hours()), int(d.Minutes())%60)
}

// startTime begins to count time on the node under the cursor.
func (m Model) startTime() (Model, tea.Cmd) { return m.begin("", "started: ") }

// begin begins an interval with a text on the node under the cursor, and says so.
func (m Model) begin(text, says string) (Model, tea.Cmd) {
	ids, opt := m.place().Targets(), m.opt
	return m.change("start", false, func(e *model.Edit) (string, error) {
		ids, err := meant(e.View, ids)
		if err != nil {
			return "", err
		}
		if len(ids) != 1 {
			return "", fmt.Errorf("%d nodes are marked; time is counted on one", len(ids))
		}
		now := opt.Now()
		stopped, err := e.Start(ids[0], now, text, opt.Parallel)
		for _, sentinel := range []error{model.ErrRunning, model.ErrClosed} {
			if errors.Is(err, sentinel) {
				return "", fmt.Errorf("%s %w", what(e.View, ids), sentinel)
			}
		}
		if err != nil {
			return "", err
		}
		said := says + what(e.View, ids)
		if len(stopped) > 0 {
			said += "; " + ended(e.View, stopped, now)
		}
		return said, nil
	})
}

// stopTime ends all that runs.
func (m Model) stopTime() (Model, tea.Cmd) {
	opt, begin := m.opt, m.keys.Label(command.StartTime)
	if len(m.timer.running) == 0 && !m.timer.rest.until.IsZero() {
		m.timer.rest = rest{}
		m.echo = screen.Echo{Text: "the rest is over"}
		return m.nextMinute()
	}
	return m.change("stop", false, func(e *model.Edit) (string, error) {
		now := opt.Now()
		stopped, err := e.Stop(model.Root, now)
		if errors.Is(err, model.ErrIdle) {
			return "", fmt.Errorf("%w; %s begins", err, begin)
		}
		if err != nil {
			return "", err
		}
		return ended(e.View, stopped, now), nil
	})
}

// ended says what stopped, and after how long.
func ended(v *model.View, stopped []model.Event, now time.Time) string {
	var said []string
	for _, ev := range stopped {
		said = append(said, what(v, []model.ID{ev.Node})+" stopped after "+date.FormatSpan(ev.Length(now).Truncate(time.Second)))
	}
	return strings.Join(said, "; ")
}
