package tui

import (
	"time"

	"arbor/model/date"
	"arbor/ui/screen/plot"

	tea "github.com/charmbracelet/bubbletea"
)

// past reads a time in the past, or so long ago.
func past(text string, now time.Time) (time.Time, error) {
	if span, err := date.ParseSpan(text); err == nil {
		return now.Add(-span), nil
	}
	d, err := date.ParsePast(text, now)
	return d.Start(now.Location()), err
}

// spanned has the plot show the time from the one that a prompt asked for on, or up to it.
func (m Model) spanned(p prompt, text string) (Model, tea.Cmd) {
	at, err := past(text, m.now)
	if err != nil {
		return m, nil
	}
	s := plot.Span{From: at.UnixNano()}
	if p.kind == promptUntil {
		s = plot.Span{To: at.UnixNano()}
	}
	return m.tell(m.focus, s)
}
