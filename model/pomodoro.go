package model

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"arbor/model/date"
)

// Pomodoro is a stretch of work of a set length, and the rest that follows it. It is an ordinary interval with a mark at the end of its text,
// so that it is undone, exported and given to other devices as any interval is.
type Pomodoro struct{ Work, Rest time.Duration }

// pomodoroMark begins the mark.
const pomodoroMark = "#pomodoro="

// ErrPomodoro says how a pomodoro is written.
var ErrPomodoro = errors.New("write a length of work and one of rest, such as 25min/5min")

// ParsePomodoro reads what String writes.
func ParsePomodoro(s string) (p Pomodoro, err error) {
	work, rest, _ := strings.Cut(s, "/")
	if p.Work, err = date.ParseSpan(work); err == nil {
		p.Rest, err = date.ParseSpan(rest)
	}
	if err != nil || p.Work <= 0 || p.Rest <= 0 {
		return Pomodoro{}, fmt.Errorf("%q: %w", s, ErrPomodoro)
	}
	return p, nil
}

func (p Pomodoro) String() string { return date.FormatSpan(p.Work) + "/" + date.FormatSpan(p.Rest) }

// Mark returns the text of an interval that is to be p.
func (p Pomodoro) Mark(text string) string {
	return strings.TrimSpace(text + " " + pomodoroMark + p.String())
}

// Pomodoro returns what an interval is to be, and the text beside it without the mark. ok is false for an ordinary one.
func (e *Event) Pomodoro() (p Pomodoro, text string, ok bool) {
	i := strings.LastIndex(e.Text, pomodoroMark)
	if e.Kind != Interval || i < 0 || i > 0 && e.Text[i-1] != ' ' {
		return p, e.Text, false
	}
	p, err := ParsePomodoro(e.Text[i+len(pomodoroMark):])
	if err != nil {
		return p, e.Text, false
	}
	return p, strings.TrimSpace(e.Text[:i]), true
}

// Pomodoros returns how many pomodoros of a node were worked to their end by now. The cost is that of reading its intervals.
func (v *View) Pomodoros(node ID, now time.Time) (n int, err error) {
	for e, err := range v.Events(node, Interval) {
		if err != nil {
			return n, err
		}
		if p, _, ok := e.Pomodoro(); ok && e.Length(now) >= p.Work {
			n++
		}
	}
	return n, nil
}

// EndPomodoro ends an interval that runs when its work is over, and returns it. It is ErrIdle if it does not run, or is no pomodoro.
func (e *Edit) EndPomodoro(node ID, id EventID) (Event, error) {
	running, err := e.running()
	if err != nil {
		return Event{}, err
	}
	for _, r := range running {
		if p, _, ok := r.Pomodoro(); ok && r.Node == node && r.ID == id {
			stopped, err := e.stop([]Event{r}, r.From.Add(p.Work))
			if err != nil {
				return Event{}, err
			}
			return stopped[0], nil
		}
	}
	return Event{}, ErrIdle
}
