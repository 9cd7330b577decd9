package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/timeseries"
	"arbor/ui/line"
	"arbor/ui/overlay"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// What a plot points at is changed as 'arbor log' does: --edit, --rm, --at and --skip, through the same functions and under the same names in the
// history.

// prompts opens a prompt that needs nothing to be read.
func (m Model) prompts(p prompt) (Model, tea.Cmd) {
	p.dress()
	m.prompt = &p
	return m, nil
}

// askValue asks for another value of the sample pointed at.
func (m Model) askValue() (Model, tea.Cmd) {
	at := m.place()
	if at.Sample.N > 1 {
		m.echo = screen.Echo{Text: fmt.Sprintf("there are %d samples of that time; take them away with %s, then log what is right with %s", at.Sample.N,
			m.keys.Label("sample.remove"), m.keys.Label("sample.log")), Bad: true}
		return m, nil
	}
	p := prompt{kind: promptValue, series: at.Series, sample: at.Sample, days: m.opt.Tree.Calendar(at.Series), Prompt: overlay.Prompt{Line: line.New(at.Series.Value(at.Sample.V)), Fresh: true}}
	return m.prompts(p)
}

// askLogged asks for a value to be logged, at the time pointed at or, without one, now.
func (m Model) askLogged() (Model, tea.Cmd) {
	at := m.place()
	return m.prompts(prompt{kind: promptLogged, series: at.Series, sample: at.Sample, days: m.opt.Tree.Calendar(at.Series)})
}

// value reads what a prompt for a sample says: a value, and to log one, the time after it. Without one that is the time pointed at, or now. That of
// a habit may be left out, and is 1.
func (p *prompt) value(text string, now time.Time) (x timeseries.Sample, err error) {
	number, at, _ := strings.Cut(text, " ")
	if p.kind == promptValue {
		number, at = text, ""
	}
	switch {
	case text == "" && p.kind == promptLogged && p.series.Definition().Target.Value > 0:
		x.V = 1
	default:
		x.V, err = p.series.Definition().Kind.Parse(number)
	}
	if err != nil {
		return x, err
	}
	switch at = strings.TrimSpace(at); {
	case at != "":
		d, err := date.ParsePast(at, now)
		if err != nil {
			return x, err
		}
		if d.AllDay {
			d.T = p.days.StartOf(d.T.Date())
		}
		x.T = d.T.UnixNano()
	case p.sample == nil:
		x.T = now.UnixNano()
	case p.kind == promptValue:
		x.T = p.sample.T
	default:
		x.T = p.sample.Want
	}
	return x, nil
}

// readSample says how a prompt for a sample is understood.
func (p *prompt) readSample(text string, now time.Time) (string, error) {
	x, err := p.value(text, now)
	if err != nil {
		return "", err
	}
	says := valued(p.series, x.V) + " at " + sampled(x.T, now)
	if p.kind == promptLogged && p.sample != nil && x.T == p.sample.T && p.series.Definition().Merge == timeseries.Last {
		says += ", in place of " + valued(p.series, p.sample.V)
	}
	return says, nil
}

// valued writes a value with the unit of its series, sampled its time as exactly as it is.
func valued(n *model.Node, v float64) string { return n.WithUnit(v) }

func sampled(t int64, now time.Time) string {
	return date.Format(date.Date{T: time.Unix(0, t)}, now)
}

// correct gives the sample pointed at another value.
func (m Model) correct(p prompt, text string) (Model, tea.Cmd) {
	x, err := p.value(text, m.now)
	if err != nil || x.V == p.sample.V {
		return m, nil
	}
	n, was, now := p.series, p.sample.V, m.now
	return p.kept(m.change("correct "+model.OneLine(n.Text), false, func(e *model.Edit) (string, error) {
		return model.OneLine(n.Text) + " at " + sampled(x.T, now) + ": " + valued(n, was) + " → " + valued(n, x.V), e.Correct(n.ID, x)
	}))
}

// logged logs a value. A day of a habit that it lies in is no longer skipped.
func (m Model) logged(p prompt, text string) (Model, tea.Cmd) {
	now := m.opt.Now()
	x, err := p.value(text, now)
	if err != nil {
		if text == "" {
			return m, nil
		}
		m.echo = screen.Echo{Text: err.Error(), Bad: true}
		return m, nil
	}
	n := p.series
	label := strings.TrimSpace("log " + model.OneLine(n.Text) + " " + text)
	return p.kept(m.change(label, false, func(e *model.Edit) (string, error) {
		if _, err := e.UnskipDay(n.ID, m.opt.Tree.DayOf(n, time.Unix(0, x.T))); err != nil {
			return "", err
		}
		return "logged " + model.OneLine(n.Text) + " " + valued(n, x.V) + " at " + sampled(x.T, now), e.Log(n.ID, x)
	}))
}

// removeSample takes the sample pointed at away, with all of its time.
func (m Model) removeSample() (Model, tea.Cmd) {
	at := m.place()
	n, x, now := at.Series, *at.Sample, m.now
	gone := valued(n, x.V)
	if x.N > 1 {
		gone = strconv.FormatInt(x.N, 10) + " samples"
	}
	return m.change("remove samples of "+model.OneLine(n.Text), false, func(e *model.Edit) (string, error) {
		return "removed " + gone + " of " + model.OneLine(n.Text) + " at " + sampled(x.T, now), e.RemoveSamples(n.ID, x.T, x.T+1)
	})
}

// skipDay says that the day pointed at, or today, is left out of a habit on purpose, or takes that back.
func (m Model) skipDay() (Model, tea.Cmd) {
	at, now := m.place(), m.opt.Now()
	n, day := at.Series, m.opt.Tree.DayOf(at.Series, now)
	if at.Sample != nil {
		day = m.opt.Tree.DayOf(n, time.Unix(0, at.Sample.Want))
	}
	return m.change("skip "+model.OneLine(n.Text), false, func(e *model.Edit) (string, error) {
		fresh, err := e.SkipDay(n.ID, day)
		if err != nil || fresh {
			return "skipped " + date.Format(day, now) + " of " + model.OneLine(n.Text), err
		}
		_, err = e.UnskipDay(n.ID, day)
		return date.Format(day, now) + " of " + model.OneLine(n.Text) + " is not skipped any more", err
	})
}
