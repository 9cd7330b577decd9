package overlay

import (
	"arbor/model"
	"arbor/ui/grid"
	"arbor/ui/line"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
)

// Prompt asks for one line. What is typed is read as it is typed, and the reading stands beside it.
type Prompt struct {
	Label string
	Hint  string // what may be typed, shown while nothing is
	Line  line.Model
	Says  string // how the line is understood
	Bad   bool   // it is not understood; Says tells why
	Fresh bool   // the line stood there before anything was typed: what is typed first takes its place

	Choices []Choice // what the line has found, if the prompt searches
	Cur     int
}

// Choice is a thing found.
type Choice struct {
	ID          model.ID
	Text, Where string
}

// Update applies a key.
func (p Prompt) Update(k tea.KeyMsg) (Prompt, Outcome) {
	switch k.String() {
	case "esc":
		return p, Closed
	case "enter":
		return p, Chosen
	case "up", "ctrl+p", "shift+tab":
		p.Cur = max(p.Cur-1, 0)
	case "down", "ctrl+n", "tab":
		p.Cur = max(min(p.Cur+1, len(p.Choices)-1), 0)
	default:
		if p.Fresh && (k.Type == tea.KeyRunes || k.Type == tea.KeySpace || k.Type == tea.KeyBackspace || k.Type == tea.KeyDelete) {
			p.Line = line.Model{}
		}
		p.Line, _ = p.Line.Update(k)
		p.Fresh = false
	}
	return p, Open
}

// View draws the prompt into the first row of s.
func (p Prompt) View(s grid.Surface) {
	w, _ := s.Size()
	s.Clear(theme.Text)
	x := s.Text(1, 0, theme.Accent, p.Label) + 1
	room := w - x - 1
	says := p.Says
	if p.Line.Empty() {
		says = p.Hint
	}
	sw := min(grid.Width(says), max(room-12, 0))
	st := theme.Bright
	if p.Fresh {
		st |= theme.Reverse
	}
	p.Line.Draw(s.Sub(x, 0, room-sw-min(sw, 2), 1), st)
	st = theme.Dim
	switch {
	case p.Line.Empty():
	case p.Bad:
		st = theme.Error
	default:
		st = theme.Good
	}
	if sw > 3 {
		s.Right(w-1, 0, st, grid.Cut(says, sw))
	}
}

// ViewChoices draws what was found in a box at the bottom of s. A click on the i-th hits base + i.
func (p Prompt) ViewChoices(s grid.Surface, base grid.Hit) {
	w, h := s.Size()
	n := min(len(p.Choices), max(h-3, 0), 12)
	if n == 0 {
		return
	}
	box := s.Sub(0, h-n-2, w, n+2).With(theme.OnPanel)
	in := box.Box(theme.Border, "")
	iw, _ := in.Size()
	top := max(min(p.Cur-n/2, len(p.Choices)-n), 0)
	for y := range n {
		i := top + y
		c := p.Choices[i]
		r := in.Sub(0, y, iw, 1).WithHit(base + grid.Hit(i))
		if i == p.Cur {
			r = r.With(theme.OnCursor)
		}
		r.Clear(theme.Text)
		where := grid.Cut(c.Where, iw/3)
		right := iw
		if where != "" && iw > 40 {
			right = r.Right(iw-1, 0, theme.Dim, where) - 2
		}
		r.Sub(0, 0, right, 1).Text(1, 0, theme.Text, c.Text)
	}
}
