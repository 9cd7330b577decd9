package line

import (
	"strings"
	"testing"
	"unicode/utf8"

	"arbor/ui/grid"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/clipperhouse/uax29/v2/graphemes"
	"pgregory.net/rapid"
)

// named are the keys of a script in < >; all else is typed.
var named = map[string]tea.KeyMsg{
	"left": {Type: tea.KeyLeft}, "right": {Type: tea.KeyRight}, "home": {Type: tea.KeyHome}, "end": {Type: tea.KeyEnd},
	"bs": {Type: tea.KeyBackspace}, "del": {Type: tea.KeyDelete}, "c-w": {Type: tea.KeyCtrlW}, "c-u": {Type: tea.KeyCtrlU}, "c-k": {Type: tea.KeyCtrlK},
	"c-y": {Type: tea.KeyCtrlY}, "word-left": {Type: tea.KeyCtrlLeft}, "word-right": {Type: tea.KeyCtrlRight},
	"alt-d": {Type: tea.KeyRunes, Runes: []rune("d"), Alt: true}, "acute": {Type: tea.KeyRunes, Runes: []rune{0x301}},
	"paste": {Type: tea.KeyRunes, Runes: []rune("one\r\ntwo\x1b[0m\tx"), Paste: true},
}

func play(m Model, script string) Model {
	for script != "" {
		if name, rest, ok := strings.Cut(script[1:], ">"); script[0] == '<' && ok {
			m, _ = m.Update(named[name])
			script = rest
			continue
		}
		r, n := utf8.DecodeRuneInString(script)
		m, _ = m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		script = script[n:]
	}
	return m
}

func TestScripts(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{"abc", "abc|"},
		{"abc<left><left>x", "ax|bc"},
		{"abc<home>x<end>y", "xabcy|"},
		{"abc<bs>", "ab|"},
		{"<bs><left><right><del>", "|"},
		{"one two<c-w>three", "one three|"},
		{"one two  <c-w>", "one |"},
		{"one two<word-left>x", "one x|two"},
		{"one two<home><word-right>x", "onex| two"},
		{"one two<home><alt-d>", "| two"},
		{"one two<word-left><c-u>", "|two"},
		{"one two<word-left><c-k><home><c-y>", "two|one "},
		{"👩‍👩‍👧日é<left><left><bs>", "|日é"},
		{"e<left>x<right><acute>", "xe\u0301|"},
		{"<acute>e<home><right><bs>", "|e"},
		{"a<paste>", "aone two[0m x|"},
	} {
		m := play(Model{}, c.script)
		if got := m.before + "|" + m.after; got != c.want {
			t.Errorf("%s gives %q, want %q", c.script, got, c.want)
		}
	}
}

// TestCursorStandsBetweenCharacters holds the invariant of the package over random keys.
func TestCursorStandsBetweenCharacters(t *testing.T) {
	keys := rapid.SampledFrom([]string{"<left>", "<right>", "<home>", "<end>", "<bs>", "<del>", "<c-w>", "<c-k>", "<c-y>", "<word-left>", "<word-right>", "<alt-d>",
		"<acute>", "a", " ", "日", "👩", "\u200d", "👧", "🇨", "🇭", "\u0301", "क", "ष", "\u094d", "<paste>"})
	rapid.Check(t, func(t *rapid.T) {
		m := Model{}
		for _, k := range rapid.SliceOfN(keys, 1, 30).Draw(t, "keys") {
			m = play(m, k)
			ok := m.before == ""
			n := 0
			for it := graphemes.FromString(m.Text()); it.Next(); {
				n += len(it.Value())
				ok = ok || n == len(m.before)
			}
			if !ok {
				t.Fatalf("the cursor is inside a character: %q | %q", m.before, m.after)
			}
			w := rapid.IntRange(1, 12).Draw(t, "w")
			g := grid.New(w, 1)
			if x := m.Draw(g.Surface(), theme.Text); x < 0 || x >= w {
				t.Fatalf("the cursor of %q | %q is drawn at %d of %d", m.before, m.after, x, w)
			}
		}
	})
}
