package term

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Keys are key presses that came in one read.
type Keys []tea.KeyMsg

// Mouse is what the mouse did, and when, since a double click is a matter of time.
type Mouse struct {
	tea.MouseEvent
	At time.Time
}

// Filter returns a function for tea.WithFilter: a message of several letters becomes Keys, one a character, and mouse reports carry the time.
func Filter(now func() time.Time) func(tea.Model, tea.Msg) tea.Msg {
	return func(_ tea.Model, msg tea.Msg) tea.Msg {
		switch msg := msg.(type) {
		case tea.KeyMsg:
			if keys := split(msg); len(keys) > 1 {
				return keys
			}
		case tea.MouseMsg:
			return Mouse{tea.MouseEvent(msg), now()}
		}
		return msg
	}
}

func split(k tea.KeyMsg) Keys {
	if k.Type != tea.KeyRunes || k.Paste || k.Alt || len(k.Runes) < 2 {
		return nil
	}
	var keys Keys
	for it := graphemes.FromString(string(k.Runes)); it.Next(); {
		keys = append(keys, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(it.Value())})
	}
	return keys
}
