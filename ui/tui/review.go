package tui

import (
	"strings"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/inline"
	"arbor/ui/command"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// answer is a command of the review: what it decides, and what is said of it.
type answer struct {
	id   command.ID
	is   model.ReviewAnswer
	says string
	asks bool // what it needs is asked for by prompt
	kind kind
}

var answers = []answer{
	{id: command.ReviewDo, is: model.ReviewDo, says: "doing"},
	{id: command.ReviewDone, is: model.ReviewDone, says: "done"},
	{id: command.ReviewDefer, is: model.ReviewDefer, says: "deferred", asks: true, kind: promptDefer},
	{id: command.ReviewDelegate, is: model.ReviewDelegate, says: "delegated", asks: true, kind: promptDelegate},
	{id: command.ReviewStep, is: model.ReviewStep, says: "the next step of", asks: true, kind: promptStep},
	{id: command.ReviewDelete, is: model.ReviewDelete, says: "deleted"},
	{id: command.ReviewKeep, is: model.ReviewKeep, says: "kept"},
}

// answerOf returns the answer whose prompt is of a kind.
func answerOf(k kind) answer {
	for _, a := range answers {
		if a.asks && a.kind == k {
			return a
		}
	}
	return answer{}
}

// run gives an answer for what the cursor is on, or first asks for what it needs.
func (a answer) run(m Model) (Model, tea.Cmd) {
	if a.asks {
		return m.ask(a.kind)
	}
	return m.decide(a, m.place().Targets(), "")
}

// decide does what an answer of the review says, as one step. text is what was asked for.
func (m Model) decide(a answer, targets []model.ID, text string) (Model, tea.Cmd) {
	now := m.opt.Now
	return m.change("review: "+a.says, true, func(e *model.Edit) (string, error) {
		var until date.Date
		if a.is == model.ReviewDefer {
			var err error
			if until, err = date.Parse(text, now()); err != nil {
				return "", err
			}
		}
		ids, err := meant(e.View, targets)
		if err != nil {
			return "", err
		}
		for _, id := range ids {
			if err := e.Decide(id, a.is, until, strings.TrimPrefix(text, "+"), now()); err != nil {
				return "", err
			}
		}
		switch a.is {
		case model.ReviewDefer:
			return "deferred until " + date.Format(until, now()) + ": " + what(e.View, ids), nil
		case model.ReviewStep:
			return a.says + " " + what(e.View, ids) + ": " + text, nil
		}
		return a.says + ": " + what(e.View, ids), nil
	})
}

// noteWeek ends a review: what was done in the week, the time worked and the series are noted on the page of the day, and the cursor goes there.
func (m Model) noteWeek() (Model, tea.Cmd) {
	m.inflight++
	tree, book, undo, day := m.env.Tree, m.env.Book, m.keys.Label(command.Undo), m.opt.Review.Day
	env := inline.Env{Now: m.opt.Now(), Fields: m.opt.Fields}
	return m, func() tea.Msg {
		var page *model.Page
		title, note := "", ""
		err := tree.View(func(v *model.View) (err error) {
			if title, note, err = v.Week(book, model.WeekOf(day, env.Now), env.Now); err == nil {
				page, err = v.Page(date.Day(env.Now), env)
			}
			return err
		})
		if err != nil {
			return screen.Did{Err: err}
		}
		var at model.ID
		_, err = tree.Do("review: the week", func(e *model.Edit) (err error) {
			at, err = e.NoteWeek(page, title, note)
			return err
		})
		if err != nil {
			return screen.Did{Err: err}
		}
		return screen.Did{Text: "the week is noted on the page of today · " + undo + " undoes", Goto: &at}
	}
}
