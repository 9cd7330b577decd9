package outline

import (
	"fmt"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/line"
	"arbor/ui/screen"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
)

func say(format string, args ...any) tea.Cmd {
	return screen.Say(screen.Echo{Text: fmt.Sprintf(format, args...)})
}

// choose takes a key on an empty tree before anything is typed: arrows go through the offers, Enter takes one.
func (m Model) choose(key string) (Model, tea.Cmd, bool) {
	switch key {
	case "up":
		m.offer = max(m.offer-1, 0)
	case "down":
		m.offer = min(m.offer+1, len(m.env.Offers))
	case "enter":
		m, cmd := m.take()
		return m, cmd, true
	case "esc":
		m.edit = nil
	case "tab", "shift+tab":
	default:
		return m, nil, false
	}
	return m, nil, true
}

// invokeBare runs a command on an empty tree while its line is closed.
func (m Model) invokeBare(c command.Invoke) (Model, tea.Cmd) {
	switch c.ID {
	case command.Up, command.Down:
		m, cmd, _ := m.choose(map[command.ID]string{command.Up: "up", command.Down: "down"}[c.ID])
		return m, cmd
	case command.AddSibling:
		if m.offer > 0 && c.Text == "" {
			return m.take()
		}
	case command.AddChild, command.AddAbove, command.Edit:
	case command.Back, command.Cancel:
		return m, say("%s quits; ⏎ begins", m.env.Keys.Label(command.Quit))
	default:
		return m, nil
	}
	if c.ID == command.Edit {
		m.edit = &edit{parent: model.Root, place: model.Last, line: line.New(c.Text)}
		return m, nil
	}
	return m.add(c.ID, c.Text)
}

// take does what the selected offer says. The first is to begin by typing.
func (m Model) take() (Model, tea.Cmd) {
	if m.offer == 0 || m.offer > len(m.env.Offers) {
		m.edit = &edit{parent: model.Root, place: model.Last}
		return m, say("type a line, then ⏎ for the next, Tab for one below it, Esc when you are done")
	}
	o := m.env.Offers[m.offer-1]
	m.edit, m.settling, m.loaded = nil, true, true
	return m, func() tea.Msg {
		if err := o.Run(); err != nil {
			return screen.Did{Err: err}
		}
		return screen.Did{Text: o.Title}
	}
}

// drawBare draws the first screen: the line to type in, and the other ways to begin.
func (m Model) drawBare(s grid.Surface) {
	w, h := s.Size()
	wide := min(w-2, 60)
	left := max((w-wide)/2, 1)
	y := max((h-len(m.env.Offers)-9)/3, 0)
	s = s.Sub(left, 0, wide, h)
	if h > 8 {
		s.Text(0, y, theme.Title, "Everything is a tree.")
		s.Text(0, y+1, theme.Dim, "Tasks, notes, plans and numbers are lines below lines.")
		y += 3
	}
	s.Text(0, y, theme.Accent, theme.Crumb)
	if m.edit != nil {
		m.edit.line.Draw(s.Sub(2, y, wide-2, 1), theme.Bright)
	}
	if m.edit == nil || m.edit.line.Empty() {
		s.Text(3, y, theme.Dim, "type your first line")
	} else {
		if h > y+2 {
			s.Text(2, y+2, theme.Dim, "⏎ adds the next line, Tab one below it, Esc ends")
		}
		return
	}
	if len(m.env.Offers) == 0 || h < y+3 {
		return
	}
	y += 2
	m.drawOffer(s, y, 0, "Start empty", "and type")
	for i, o := range m.env.Offers {
		m.drawOffer(s, y+1+i, i+1, o.Name, o.Title)
	}
}

func (m Model) drawOffer(s grid.Surface, y, i int, name, title string) {
	w, _ := s.Size()
	r := s.Sub(0, y, w, 1).WithHit(offerHit + grid.Hit(i))
	if i == m.offer {
		r = r.With(theme.OnCursor)
		r.Clear(theme.Text)
		r.Text(0, 0, theme.Accent, theme.Crumb)
	}
	x := r.Text(2, 0, theme.Bright, name)
	if w >= 46 {
		r.Text(max(x+2, 21), 0, theme.Dim, title)
	}
}
