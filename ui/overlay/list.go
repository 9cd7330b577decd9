package overlay

import (
	"slices"
	"sort"

	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/line"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
)

// Entry is a command as a list shows it.
type Entry struct {
	ID    command.ID
	Title string
	Keys  string
	Group string
	CLI   string
	Why   string // why it cannot be run now, or ""
}

// List is a list of commands that narrows as one types: the help, with headings, or the palette.
type List struct {
	Title   string
	Grouped bool
	all     []Entry
	shown   []Entry
	query   line.Model
	cur     int
}

// NewList returns a list of entries. Grouped keeps their order under headings while nothing is searched for.
func NewList(title string, grouped bool, entries []Entry) List {
	return List{Title: title, Grouped: grouped, all: entries, shown: entries}
}

// Outcome is what a key did to an overlay.
type Outcome uint8

// The outcomes.
const (
	Open   Outcome = iota // it stays
	Closed                // it was left
	Chosen                // what is selected is to be done
)

// Update applies a key.
func (l List) Update(k tea.KeyMsg) (List, Outcome) {
	switch k.String() {
	case "esc":
		return l, Closed
	case "enter":
		if len(l.shown) == 0 {
			return l, Open
		}
		return l, Chosen
	case "up", "ctrl+p", "shift+tab":
		l.cur--
	case "down", "ctrl+n", "tab":
		l.cur++
	case "pgup":
		l.cur -= 10
	case "pgdown":
		l.cur += 10
	case "home":
		l.cur = 0
	case "end":
		l.cur = len(l.shown) - 1
	default:
		q, _ := l.query.Update(k)
		if q.Text() != l.query.Text() {
			l.cur = 0
		}
		l.query = q
		l.shown = l.narrow()
	}
	l.cur = max(min(l.cur, len(l.shown)-1), 0)
	return l, Open
}

// narrow returns the entries that match, the best first.
func (l List) narrow() []Entry {
	q := l.query.Text()
	if q == "" {
		return l.all
	}
	type hit struct {
		Entry
		score int
	}
	var hits []hit
	for _, e := range l.all {
		s := max(score(q, e.Title)*2, score(q, string(e.ID)))
		if e.Keys != "" && slices.Contains([]string{q, q + " "}, e.Keys) {
			s += 1 << 20 // its very key
		}
		if s > 0 {
			hits = append(hits, hit{e, s})
		}
	}
	sort.SliceStable(hits, func(i, j int) bool { return hits[i].score > hits[j].score })
	out := make([]Entry, len(hits))
	for i, h := range hits {
		out[i] = h.Entry
	}
	return out
}

// Selected returns the entry under the cursor.
func (l List) Selected() (Entry, bool) {
	if l.cur < len(l.shown) {
		return l.shown[l.cur], true
	}
	return Entry{}, false
}

// Scroll moves the cursor by n entries.
func (l List) Scroll(n int) List {
	l.cur = max(min(l.cur+n, len(l.shown)-1), 0)
	return l
}

// Select puts the cursor on the i-th entry shown.
func (l List) Select(i int) List { return l.Scroll(i - l.cur) }

// lines returns what is drawn: entries by index, and headings as -1-group.
func (l List) lines() (lines []int, at int) {
	group := ""
	for i, e := range l.shown {
		if l.Grouped && l.query.Empty() && e.Group != group {
			if group != "" {
				lines = append(lines, blank)
			}
			group = e.Group
			lines = append(lines, heading(i))
		}
		if i == l.cur {
			at = len(lines)
		}
		lines = append(lines, i)
	}
	return lines, at
}

const blank = -1 << 30

// heading stands for the heading above entry i.
func heading(i int) int { return -1 - i }

// View draws the list in a box at the top of s. A click on the i-th entry hits base + i.
func (l List) View(s grid.Surface, base grid.Hit) {
	w, h := s.Size()
	lines, at := l.lines()
	rows := min(len(lines)+4, max(h-1, 3))
	if l.query.Empty() {
		rows = min(max(rows, 12), max(h-1, 3))
	}
	wide := min(w, 76)
	box := s.Sub((w-wide)/2, min(1, (h-rows)/2), wide, rows).With(theme.OnPanel)
	in := box.Box(theme.Border, l.Title)
	iw, ih := in.Size()
	x := in.Text(0, 0, theme.Accent, theme.Crumb+" ")
	l.query.Draw(in.Sub(x, 0, iw-x, 1), theme.Bright)
	if l.query.Empty() && iw > 30 {
		in.Text(x+2, 0, theme.Dim, "type to search, ⏎ runs it, Esc closes")
	}
	body := in.Sub(0, min(2, ih-1), iw, ih-min(2, ih-1))
	_, bh := body.Size()
	top := max(min(at-bh/2, len(lines)-bh), 0)
	for y := range bh {
		if top+y >= len(lines) {
			break
		}
		l.drawLine(body.Sub(0, y, iw, 1), lines[top+y], base)
	}
	if len(l.shown) == 0 {
		body.Text(2, 0, theme.Dim, "no command is called that")
	}
	if top+bh < len(lines) {
		box.Text(wide-4, rows-1, theme.Dim, " ▼")
	}
	if top > 0 {
		box.Text(wide-4, 0, theme.Dim, " ▲")
	}
}

func (l List) drawLine(s grid.Surface, i int, base grid.Hit) {
	if i == blank {
		return
	}
	if i < 0 {
		s.Text(0, 0, theme.Title, l.shown[-1-i].Group)
		return
	}
	e := l.shown[i]
	w, _ := s.Size()
	s = s.WithHit(base + grid.Hit(i))
	if i == l.cur {
		s = s.With(theme.OnCursor)
	}
	s.Clear(theme.Text)
	keys, kw := e.Keys, 15
	if w < 40 {
		kw = 8
	}
	s.Sub(1, 0, kw-2, 1).Text(0, 0, theme.Key, keys)
	title := theme.Text
	right := w
	switch {
	case e.Why != "":
		title = theme.Dim
		if room := w - kw - grid.Width(e.Title) - 3; room > 8 {
			right = s.Right(w-1, 0, theme.Dim, grid.Cut(e.Why, room))
		}
	case e.CLI != "" && w >= kw+grid.Width(e.Title)+grid.Width(e.CLI)+4:
		right = s.Right(w-1, 0, theme.Dim, e.CLI)
	}
	s.Sub(kw, 0, right-kw, 1).Text(0, 0, title, e.Title)
}
