package theme

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// Theme is a table of styles for one kind of terminal. It is immutable and safe for any number of goroutines.
type Theme struct {
	Name    string
	ASCII   bool // glyphs beyond ASCII are replaced when the picture is written
	Profile Profile

	styles  [styleCount]lipgloss.Style
	attr    [styleCount]string // attributes of each style as SGR parameters, each followed by a semicolon
	fg      [styleCount]string // foreground likewise
	cursor  string             // background of OnCursor
	panel   string             // background of OnPanel
	reverse bool               // OnCursor is reverse video in one colour: there is no background to choose
	paper   lipgloss.Color     // what an SVG is drawn on
	ink     lipgloss.Color
	bgs     [2]lipgloss.Color // OnCursor, OnPanel
}

// Options choose a theme. The zero value is the theme of a terminal that says nothing about itself.
type Options struct {
	Name    string  // "auto" or "", "16", "dark", "light", "mono"
	Profile Profile // how many colours the terminal has
	Dark    bool    // the background is known and dark
	Light   bool    // the background is known and light
	ASCII   bool    // no glyph beyond ASCII
}

// Names lists the themes one can ask for.
func Names() []string { return []string{"auto", "16", "dark", "light", "mono"} }

// New returns the theme that opt describes. "auto" is 16 colours, which are the person's own, unless the terminal has more colours and has told
// its background. An unknown name is auto.
func New(opt Options) *Theme {
	name := opt.Name
	rich := opt.Profile >= Colours256
	switch {
	case opt.Profile == NoColour:
		name = "mono"
	case name == "mono" || name == "16":
	case (name == "dark" || name == "light") && rich:
	case rich && opt.Light:
		name = "light"
	case rich && opt.Dark:
		name = "dark"
	default:
		name = "16"
	}
	var p palette
	switch name {
	case "mono":
		p = mono()
	case "16":
		p = sixteen()
	case "light":
		p = light()
	default:
		p = dark()
	}
	return build(name, p, opt)
}

func build(name string, p palette, opt Options) *Theme {
	t := &Theme{Name: name, ASCII: opt.ASCII, Profile: opt.Profile, styles: p.styles, reverse: p.cursor == "" && p.panel == "",
		paper: p.paper, ink: p.ink, bgs: [2]lipgloss.Color{p.cursor, p.panel}}
	for i := range t.styles {
		t.attr[i] = attributes(t.styles[i])
		if c, ok := t.styles[i].GetForeground().(lipgloss.Color); ok {
			t.fg[i] = colourSGR(c, opt.Profile, false)
		}
	}
	t.cursor = colourSGR(p.cursor, opt.Profile, true)
	t.panel = colourSGR(p.panel, opt.Profile, true)
	return t
}

// Style returns the lipgloss style of st, without its flags.
func (t *Theme) Style(st Style) lipgloss.Style { return t.styles[t.id(st)] }

// SGR appends the escape sequence that draws in st, whatever was drawn before it.
func (t *Theme) SGR(b []byte, st Style) []byte {
	id := t.id(st)
	if st == Text {
		return append(b, "\x1b[m"...)
	}
	b = append(b, "\x1b[0;"...)
	b = append(b, t.attr[id]...)
	if st&Bold != 0 {
		b = append(b, "1;"...)
	}
	if st&Underline != 0 {
		b = append(b, "4;"...)
	}
	if st&Reverse != 0 || t.reverse && st&OnCursor != 0 {
		b = append(b, "7;"...)
	}
	if !t.reverse || st&OnCursor == 0 {
		b = append(b, t.fg[id]...)
	}
	switch {
	case st&OnCursor != 0:
		b = append(b, t.cursor...)
	case st&OnPanel != 0:
		b = append(b, t.panel...)
	}
	b[len(b)-1] = 'm'
	return b
}

// Ink tells how st looks in an image: colours as #rrggbb, background empty where the paper shows.
type Ink struct {
	Fg, Bg                 string
	Bold, Faint, Underline bool
	Strike                 bool
}

// Ink returns the colours and attributes of st for drawing outside a terminal.
func (t *Theme) Ink(st Style) Ink {
	s := t.styles[t.id(st)]
	k := Ink{Fg: hex(t.ink), Bold: s.GetBold() || st&Bold != 0, Faint: s.GetFaint(), Underline: s.GetUnderline() || st&Underline != 0,
		Strike: s.GetStrikethrough()}
	barred := t.reverse && st&OnCursor != 0 // the bar of the cursor is in one colour, as SGR draws it
	if c, ok := s.GetForeground().(lipgloss.Color); ok && c != "" && !barred {
		k.Fg = hex(c)
	}
	if st&OnPanel != 0 && t.bgs[1] != "" {
		k.Bg = hex(t.bgs[1])
	}
	if st&OnCursor != 0 && t.bgs[0] != "" {
		k.Bg = hex(t.bgs[0])
	}
	if s.GetReverse() || st&Reverse != 0 || barred {
		if k.Bg == "" {
			k.Bg = hex(t.paper)
		}
		k.Fg, k.Bg = k.Bg, k.Fg
	}
	return k
}

// Paper returns the background of an image drawn in this theme.
func (t *Theme) Paper() string { return hex(t.paper) }

func (t *Theme) id(st Style) Style {
	if id := st & idMask; id < styleCount {
		return id
	}
	return Text
}

func attributes(s lipgloss.Style) string {
	var b strings.Builder
	for _, a := range []struct {
		on  bool
		sgr string
	}{{s.GetBold(), "1;"}, {s.GetFaint(), "2;"}, {s.GetItalic(), "3;"}, {s.GetUnderline(), "4;"}, {s.GetReverse(), "7;"}, {s.GetStrikethrough(), "9;"}} {
		if a.on {
			b.WriteString(a.sgr)
		}
	}
	return b.String()
}
