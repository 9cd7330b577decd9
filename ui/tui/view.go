package tui

import (
	"strconv"
	"strings"

	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"
	"arbor/ui/theme"
)

// The hits of the frame.
const (
	hitCrumb  = screen.MaxHit
	hitFooter = screen.MaxHit * 2
	hitView   = screen.MaxHit * 3
	hitList   = screen.MaxHit * 4
	hitChoice = screen.MaxHit * 5
	hitPanel  = screen.MaxHit * 6
)

// View implements tea.Model.
func (m Model) View() string { return m.draw().ANSI(m.theme) }

// draw returns the picture of the state.
func (m Model) draw() *grid.Grid {
	g := grid.New(m.w, m.h)
	s := g.Surface()
	if m.w <= 0 || m.h <= 0 {
		return g
	}
	if m.w < minW || m.h < minH {
		s.Text(0, 0, theme.Text, "arbor needs "+strconv.Itoa(minW)+"×"+strconv.Itoa(minH))
		return g
	}
	l := divide(m.h)
	body := s.Sub(0, l.body, m.w, l.bodyH)
	m.screen().View(body)
	if l.header >= 0 {
		m.drawHeader(s.Sub(0, l.header, m.w, 1))
	}
	rest := m.drawStatus(s.Sub(0, l.status, m.w, 1), l.footer < 0)
	if foot := s.Sub(0, l.footer, m.w, 1); l.footer >= 0 && rest != "" {
		foot.Text(1, 0, theme.Text, rest)
	} else if l.footer >= 0 {
		m.drawFooter(foot)
	}
	if m.prompt != nil {
		m.prompt.ViewChoices(body.WithHit(hitPanel), hitChoice)
	}
	if m.which && m.list == nil {
		m.drawWhich(body)
	}
	if m.list != nil {
		m.list.View(s.WithHit(hitPanel), hitList)
	}
	return g
}

// drawHeader shows where we are on the left, and the views and the week on the right.
func (m Model) drawHeader(s grid.Surface) {
	w, _ := s.Size()
	right := w - 1
	if m.w >= 44 {
		right = m.drawViews(s, right)
	}
	_, runs := m.timer.first()
	if m.w >= 80 && m.week.total > 0 && (m.w >= namesFrom || !m.listed() && !runs) { // the title of a list, and what runs, need the room
		label := " " + strconv.Itoa(m.week.total) + " done this week"
		right = s.Right(right-3, 0, theme.Dim, label)
		right -= len(m.week.days)
		screen.DrawSpark(s, right, 0, m.week.days)
	}
	right = m.drawTimer(s, right)
	m.drawCrumbs(s.Sub(0, 0, right-2, 1))
}

// namesFrom is the width from which all views stand in the header with their names.
const namesFrom = 120

func (m Model) drawViews(s grid.Surface, right int) int {
	for i := len(m.views) - 1; i >= 0; i-- {
		v := m.views[i]
		name, key := theme.Dim, theme.Dim
		if i == m.focus {
			name, key = theme.Bright, theme.Key
		} else if m.w < 70 || v.key == "" {
			continue
		}
		t := s.WithHit(hitView + grid.Hit(i))
		if i != m.focus && m.w < namesFrom {
			right = t.Right(right, 0, key, v.key) - 1
			continue
		}
		right = t.Right(right, 0, name, v.name)
		if v.key != "" {
			right = t.Right(right, 0, key, v.key+" ")
		}
		right -= 2
	}
	return right
}

// drawCrumbs shows the way to what is shown; where there is no room its beginning is left out.
func (m Model) drawCrumbs(s grid.Surface) {
	w, _ := s.Size()
	crumbs := m.screen().Place().Crumbs
	x := s.WithHit(hitCrumb).Text(1, 0, theme.Accent, "arbor")
	if name := m.env.Context.Name; name != "" {
		x = s.Text(x+1, 0, theme.Mark, "["+grid.Cut(name, 16)+"]")
	}
	if len(crumbs) < 2 {
		return
	}
	sep := " " + theme.Crumb + " "
	first := 1
	width := func(from int) int {
		n := 0
		for _, c := range crumbs[from:] {
			n += 3 + min(grid.Width(c.Text), 30)
		}
		return n
	}
	for first < len(crumbs)-1 && x+width(first)+4 > w {
		first++
	}
	if first > 1 {
		x = s.Text(x, 0, theme.Dim, sep+theme.More)
	}
	for i := first; i < len(crumbs); i++ {
		st := theme.Dim
		if i == len(crumbs)-1 {
			st = theme.Title
		}
		x = s.Text(x, 0, theme.Dim, sep)
		text := crumbs[i].Text
		if i < len(crumbs)-1 {
			text = grid.Cut(text, 30)
		}
		x = s.WithHit(hitCrumb+grid.Hit(i)).Text(x, 0, st, text)
	}
}

// drawStatus shows the prompt, else what was last said, else the keys where there is no footer. It returns what of it is for the footer's row, since
// what went wrong should be read to its end.
func (m Model) drawStatus(s grid.Surface, alone bool) (rest string) {
	w, _ := s.Size()
	if m.prompt != nil {
		p := m.prompt.Prompt
		if p.Bad && !alone {
			rest, p.Says = theme.Warn+" "+p.Says, ""
		}
		p.View(s)
		return rest
	}
	if len(m.reminders.lines) > 0 {
		m.drawReminder(s)
		return ""
	}
	p := m.place()
	right := w - 1
	note := p.Note
	switch {
	case m.arrow:
		note = "an arrow begins; " + m.keys.Label(command.Arrow) + " ends it"
	case len(p.Marks) > 0:
		note = strconv.Itoa(len(p.Marks)) + " marked"
	case len(m.typed) > 0:
		note = command.KeyLabel(strings.Join(m.typed, " ")) + "…"
	}
	if note != "" && w > 30 {
		right = s.Right(w-1, 0, theme.Mark, note) - 2
	}
	left := s.Sub(0, 0, right, 1)
	if m.echo.Text == "" {
		if alone {
			m.drawFooter(left)
		}
		return ""
	}
	text, st, x := m.echo.Text, theme.Good, 1
	if m.echo.Bad {
		st, x = theme.Text, left.Text(1, 0, theme.Error, theme.Warn+" ")
	}
	if lines := grid.Wrap(text, right-x); !alone && len(lines) > 1 {
		text, rest = lines[0], strings.TrimPrefix(text, lines[0])
	}
	left.Text(x, 0, st, text)
	return strings.TrimSpace(rest)
}

// drawFooter shows the keys for what has the focus: as many as fit, and always how to see the rest.
func (m Model) drawFooter(s grid.Surface) {
	w, _ := s.Size()
	if m.prompt != nil {
		m.drawHints(s, m.prompt.hints())
		return
	}
	if m.list != nil {
		does := "run"
		if m.contexts {
			does = "set"
		}
		m.drawHints(s, []screen.Hint{{Key: "⏎", Label: does}, {Key: "↑↓", Label: "choose"}, {Key: "Esc", Label: "close"}})
		return
	}
	p := m.place()
	if len(p.Hints) > 0 {
		m.drawHints(s, p.Hints)
		return
	}
	help := m.keys.Label(command.Help) + " help"
	room := w - grid.Width(help) - 2
	x := 1
	table := m.footer()
	for i, c := range table {
		key := m.keys.Label(c.ID)
		if key == "" || c.ID == command.Help || c.Why(p.Facts) != "" {
			continue
		}
		if x+grid.Width(key)+1+grid.Width(c.Short) > room {
			break
		}
		t := s.WithHit(hitFooter + grid.Hit(i))
		x = t.Text(x, 0, theme.Key, key)
		x = t.Text(x+1, 0, theme.Label, c.Short) + 2
	}
	for i, c := range table {
		if c.ID == command.Help {
			t := s.WithHit(hitFooter + grid.Hit(i))
			x := w - 1 - grid.Width(help)
			x = t.Text(x, 0, theme.Key, m.keys.Label(command.Help))
			t.Text(x+1, 0, theme.Label, "help")
		}
	}
}

// footer returns the commands of the footer; commands of views that do not exist are left out.
func (m Model) footer() []command.Command {
	var out []command.Command
	for _, id := range m.screen().Keys() {
		if c, ok := command.Find(id); ok && !strings.HasPrefix(m.why(c), "this view") {
			out = append(out, c)
		}
	}
	return out
}

func (m Model) drawHints(s grid.Surface, hints []screen.Hint) {
	w, _ := s.Size()
	x := 1
	for _, h := range hints {
		if x+grid.Width(h.Key)+1+grid.Width(h.Label) > w-1 {
			break
		}
		x = s.Text(x, 0, theme.Key, h.Key)
		x = s.Text(x+1, 0, theme.Label, h.Label) + 2
	}
}

// drawWhich shows what may follow the keys typed.
func (m Model) drawWhich(s grid.Surface) {
	w, h := s.Size()
	ids := m.keys.After(m.views[m.focus].focus, m.typed)
	wide, rows := min(w, 44), min(len(ids)+2, h)
	box := s.Sub(w-wide, h-rows, wide, rows).With(theme.OnPanel)
	in := box.Box(theme.Border, command.KeyLabel(strings.Join(m.typed, " ")))
	for i, id := range ids {
		c, _ := command.Find(id)
		in.Text(0, i, theme.Key, m.keys.Label(id))
		in.Text(5, i, theme.Text, c.Title)
	}
}
