// Package line is a line of text that a person edits: the text, a cursor in it, and the keys that change them.
//
// Invariant: the cursor stands between two characters as a person sees them, never inside one.
package line

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"arbor/ui/grid"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// MaxBytes bounds a line: what is typed or pasted beyond it is not taken.
const MaxBytes = 64 << 10

// Model is an edited line. It is a value; the zero Model is empty.
type Model struct {
	before, after string // of the cursor
	killed        string // what ctrl+k or ctrl+u took, for ctrl+y
}

// New returns a line with the cursor at its end.
func New(text string) Model { return Model{before: oneLine(text)} }

// NewAt returns a line with the cursor after the first n bytes of text.
func NewAt(text string, n int) Model {
	n = min(max(n, 0), len(text))
	for n < len(text) && !utf8.RuneStart(text[n]) {
		n++
	}
	return Model{before: oneLine(text[:n]), after: oneLine(text[n:])}.settle()
}

// Text returns the text.
func (m Model) Text() string { return m.before + m.after }

// Empty reports whether nothing is written, not even a space.
func (m Model) Empty() bool { return m.before == "" && m.after == "" }

// Cursor returns the number of bytes before the cursor.
func (m Model) Cursor() int { return len(m.before) }

// Insert puts text at the cursor. Line ends and tabs become spaces, other control characters are left out.
func (m Model) Insert(text string) Model {
	text = oneLine(text)
	if len(m.before)+len(m.after)+len(text) > MaxBytes {
		return m
	}
	m.before += text
	return m.settle()
}

// settle moves the cursor out of the middle of a character: an accent typed before the cursor may join what follows it.
func (m Model) settle() Model {
	if m.after == "" || m.before == "" {
		return m
	}
	tail := len(m.before) - len(last(m.before))
	head := m.before[tail:] + m.after
	if c := first(head); len(c) > len(m.before)-tail {
		m.before, m.after = m.before[:tail]+c, head[len(c):]
	}
	return m
}

// Update applies a key. It reports false for a key that means nothing in a line.
func (m Model) Update(k tea.KeyMsg) (Model, bool) {
	if k.Type == tea.KeyRunes && !k.Alt || k.Type == tea.KeySpace && !k.Alt {
		return m.Insert(string(k.Runes)), true
	}
	edit, ok := edits[k.String()]
	if !ok {
		return m, false
	}
	return edit(m).settle(), true
}

// Knows reports whether a key edits a line, other than by being written into it.
func Knows(k tea.KeyMsg) bool {
	_, ok := edits[k.String()]
	return ok
}

var edits = map[string]func(Model) Model{
	"left": Model.left, "ctrl+b": Model.left,
	"right": Model.right, "ctrl+f": Model.right,
	"home": Model.home, "ctrl+a": Model.home,
	"end": Model.end, "ctrl+e": Model.end,
	"ctrl+left": Model.wordLeft, "alt+b": Model.wordLeft, "alt+left": Model.wordLeft,
	"ctrl+right": Model.wordRight, "alt+f": Model.wordRight, "alt+right": Model.wordRight,
	"backspace": Model.backspace, "ctrl+h": Model.backspace,
	"delete": Model.delete, "ctrl+d": Model.delete,
	"ctrl+w": Model.killWord, "alt+backspace": Model.killWord,
	"ctrl+u": func(m Model) Model { m.killed, m.before = m.before, ""; return m },
	"ctrl+k": func(m Model) Model { m.killed, m.after = m.after, ""; return m },
	"ctrl+y": func(m Model) Model { return m.Insert(m.killed) },
	"alt+d": func(m Model) Model {
		n := m.wordRight()
		m.killed = m.after[:len(n.before)-len(m.before)]
		m.after = n.after
		return m
	},
}

func (m Model) left() Model {
	c := last(m.before)
	return Model{m.before[:len(m.before)-len(c)], c + m.after, m.killed}
}

func (m Model) right() Model {
	c := first(m.after)
	return Model{m.before + c, m.after[len(c):], m.killed}
}

func (m Model) home() Model { return Model{"", m.Text(), m.killed} }
func (m Model) end() Model  { return Model{m.Text(), "", m.killed} }

func (m Model) backspace() Model {
	m.before = m.before[:len(m.before)-len(last(m.before))]
	return m
}

func (m Model) delete() Model {
	m.after = m.after[len(first(m.after)):]
	return m
}

func (m Model) wordLeft() Model {
	s := strings.TrimRightFunc(m.before, unicode.IsSpace)
	at := strings.LastIndexFunc(s, unicode.IsSpace) + 1
	if at > 0 && at < len(s) {
		for !utf8.RuneStart(s[at]) {
			at++
		}
	}
	return Model{m.before[:at], m.before[at:] + m.after, m.killed}
}

func (m Model) wordRight() Model {
	s := strings.TrimLeftFunc(m.after, unicode.IsSpace)
	lead := len(m.after) - len(s)
	n := strings.IndexFunc(s, unicode.IsSpace)
	if n < 0 {
		n = len(s)
	}
	return Model{m.before + m.after[:lead+n], m.after[lead+n:], m.killed}
}

func (m Model) killWord() Model {
	n := m.wordLeft()
	return Model{n.before, m.after, m.before[len(n.before):]}
}

// Draw writes the line into the first row of s, shifted so that the cursor is seen, and returns the column of the cursor.
func (m Model) Draw(s grid.Surface, st theme.Style) int {
	w, _ := s.Size()
	if w <= 0 {
		return 0
	}
	under := first(m.after)
	if under == "" || grid.Width(under) == 0 {
		under = " "
	}
	at, shift := grid.Width(m.before), 0
	if over := at + grid.Width(under) - w; over > 0 {
		shift = min(over, at)
	}
	r := s.Shift(-shift, 0)
	x := r.Raw(0, 0, st, m.before)
	r.Raw(x, 0, st, m.after)
	r.Raw(x, 0, theme.Cursor, under)
	if shift > 0 {
		s.Set(0, 0, theme.Dim, '…')
	}
	if x-shift+grid.Width(m.after) > w && x-shift < w-1 {
		s.Set(w-1, 0, theme.Dim, '…')
	}
	return x - shift
}

func first(s string) string {
	if s == "" {
		return ""
	}
	it := graphemes.FromString(s)
	it.Next()
	return it.Value()
}

// last returns the last character of s. It segments no more than the end of s.
func last(s string) string {
	from := max(0, len(s)-256)
	for from > 0 && !utf8.RuneStart(s[from]) {
		from--
	}
	c := ""
	for it := graphemes.FromString(s[from:]); it.Next(); {
		c = it.Value()
	}
	return c
}

// oneLine makes text fit into a line: line ends and tabs become spaces, control characters and broken bytes go.
func oneLine(text string) string {
	clean := true
	for _, r := range text {
		if r == utf8.RuneError || unicode.IsControl(r) || r == 0x2028 || r == 0x2029 {
			clean = false
			break
		}
	}
	if clean {
		return text
	}
	text = strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == 0x2028 || r == 0x2029:
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, text)
}
