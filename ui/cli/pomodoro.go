package cli

import (
	"fmt"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/query"
)

// pomodoro is the one that the settings say.
func (r *run) pomodoro() (model.Pomodoro, error) { return model.ParsePomodoro(r.config.Track.Pomodoro) }

// clock writes a time of day, with its day if that is not today.
func (r *run) clock(t time.Time) string {
	now := r.now()
	if t = t.In(now.Location()); !date.Day(t).Equal(date.Day(now)) {
		return date.Format(date.At(t), now)
	}
	return t.Format("15:04")
}

// pomodoroState says how a pomodoro stands: done, running, over (it still runs) or broken off.
func pomodoroState(e *model.Event, p model.Pomodoro, now time.Time) string {
	done := e.Length(now) >= p.Work
	switch {
	case e.Running() && done:
		return "over"
	case e.Running():
		return "running"
	case done:
		return "done"
	}
	return "broken off"
}

// pomodoroText says how a pomodoro stands in words, with what is left of one that runs.
func pomodoroText(e *model.Event, p model.Pomodoro, now time.Time) string {
	switch state := pomodoroState(e, p, now); state {
	case "running":
		return "pomodoro, " + date.FormatSpan(pomodoroLeft(e, p, now)) + " left of " + date.FormatSpan(p.Work)
	case "over":
		return fmt.Sprintf("pomodoro over %s: rest %s", inWords(int64(e.From.Add(p.Work).Sub(now).Seconds())), date.FormatSpan(p.Rest))
	case "done":
		return "pomodoro"
	default:
		return "pomodoro " + state
	}
}

// pomodoroLeft is how long the work of one that runs lasts, in minutes as a kitchen timer shows them: the last one until it is over.
func pomodoroLeft(e *model.Event, p model.Pomodoro, now time.Time) time.Duration {
	left := p.Work - e.Length(now)
	return (left + time.Minute - 1).Truncate(time.Minute)
}

// pomodorosOver returns, for the reminders after from, the pomodoros whose work is over and that still run. They are said when it is over and not
// within some time ahead, as all else is: a person who works knows until when.
func pomodorosOver(v *model.View, q *query.Query, from time.Time, within time.Duration, now time.Time) (all []reminder, err error) {
	for e, err := range v.RunningEvents() {
		if err != nil {
			return nil, err
		}
		p, _, ok := e.Pomodoro()
		end := e.From.Add(p.Work).In(now.Location())
		if !ok || !end.Add(within).After(from) || end.After(now) {
			continue
		}
		n, err := v.Node(e.Node)
		if err != nil {
			return nil, err
		}
		if fits, err := v.Fits(q, &n); err != nil || !fits {
			if err != nil {
				return nil, err
			}
			continue
		}
		m := reminder{V: jsonVersion, ID: n.ID.String(), Text: n.Text, Kind: "pomodoro", At: date.At(end).String(), In: int64(end.Sub(now).Seconds()), say: end.Add(within), at: date.At(end)}
		if m.short, err = v.ShortID(n.ID); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}
