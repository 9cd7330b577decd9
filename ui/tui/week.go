package tui

import (
	"time"

	"arbor/model"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// week is what was finished on each of the last seven days.
type week struct {
	days  []float64
	total int
}

// weekCmd counts the week anew.
func (m Model) weekCmd() tea.Cmd {
	tree, clock := m.env.Tree, m.env.Now
	return func() tea.Msg {
		now := clock()
		w := week{}
		err := tree.View(func(v *model.View) error {
			days, err := v.Finished(now.AddDate(0, 0, -6), now)
			for _, n := range days {
				w.days = append(w.days, float64(n))
				w.total += n
			}
			return err
		})
		if err != nil {
			return week{} // the header does without; what reads the same store will say what is wrong with it
		}
		return w
	}
}

// midnight says when the day changes, and at least once an hour, since clocks are set and machines sleep.
func (m Model) midnight() tea.Cmd {
	clock, now := m.env.Now, m.now
	next := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 1, 0, now.Location())
	return m.tick(min(max(next.Sub(now), time.Minute), time.Hour), func(time.Time) tea.Msg { return screen.Clock{Now: clock()} })
}
