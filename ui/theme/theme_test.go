package theme

import (
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
)

// luminance is WCAG's relative luminance.
func luminance(c lipgloss.Color) float64 {
	r, g, b := rgb(c)
	lin := func(v int) float64 {
		s := float64(v) / 255
		if s <= 0.03928 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

func contrast(a, b lipgloss.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestContrast holds every style that carries meaning to 4.5:1 on the backgrounds the theme is for, on the cursor's row and in panels.
// Faint, Border, Edge and Disabled are decoration or repeated by words.
func TestContrast(t *testing.T) {
	for _, c := range []struct {
		name string
		p    palette
		bgs  []lipgloss.Color
	}{
		{"dark", dark(), []lipgloss.Color{"#000000", "#1e1e1e", "#171a24", "#1e1e2e"}},
		{"light", light(), []lipgloss.Color{"#ffffff", "#fbfaf7", "#f4f4f4"}},
	} {
		for st := Text; st < styleCount; st++ {
			fg, ok := c.p.styles[st].GetForeground().(lipgloss.Color)
			if !ok || st == Faint || st == Border || st == Edge || st == Disabled {
				continue
			}
			for _, bg := range append(c.bgs, c.p.cursor, c.p.panel) {
				if got := contrast(fg, bg); got < 4.5 {
					t.Errorf("%s: style %d: %s on %s has contrast %.2f, want 4.5", c.name, st, fg, bg, got)
				}
			}
		}
	}
}

func TestChoice(t *testing.T) {
	for _, c := range []struct {
		opt  Options
		want string
	}{
		{Options{}, "mono"}, {Options{Profile: Colours16}, "16"}, {Options{Profile: TrueColour}, "16"}, {Options{Profile: TrueColour, Dark: true}, "dark"},
		{Options{Profile: Colours256, Light: true}, "light"}, {Options{Name: "light", Profile: TrueColour, Dark: true}, "light"},
		{Options{Name: "dark", Profile: Colours16}, "16"}, {Options{Name: "dark"}, "mono"}, {Options{Name: "16", Profile: TrueColour, Dark: true}, "16"},
	} {
		if got := New(c.opt).Name; got != c.want {
			t.Errorf("New(%+v) is %s, want %s", c.opt, got, c.want)
		}
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		env   map[string]string
		want  Profile
		ascii bool
	}{
		{map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"}, TrueColour, false},
		{map[string]string{"TERM": "xterm-256color"}, Colours256, false},
		{map[string]string{"TERM": "xterm"}, Colours16, false},
		{map[string]string{"TERM": "linux"}, Colours16, true},
		{map[string]string{"TERM": "dumb"}, NoColour, true},
		{map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, NoColour, false},
	} {
		if p, a := Detect(func(k string) string { return c.env[k] }); p != c.want || a != c.ascii {
			t.Errorf("%v: profile %d ascii %v, want %d %v", c.env, p, a, c.want, c.ascii)
		}
	}
}

// TestStatesDifferWithoutColour: the monochrome theme writes no colour, and the glyphs of the states differ, also in ASCII.
func TestStatesDifferWithoutColour(t *testing.T) {
	th := New(Options{Profile: NoColour})
	for st := Text; st < styleCount; st++ {
		for _, f := range strings.Split(strings.Trim(string(th.SGR(nil, st|OnCursor)), "\x1b[m"), ";") {
			if len(f) > 1 {
				t.Errorf("style %d writes SGR %s", st, f)
			}
		}
	}
	seen := map[string]bool{}
	for _, g := range []string{IsTodo, IsDoing, IsWaiting, IsDone, IsDropped, IsTimed, IsBlocked, Repeats, IsPaused} {
		a := string(ASCII([]rune(g)[0]))
		if seen[g] || seen[a] {
			t.Errorf("two signs look like %s (%s)", g, a)
		}
		seen[g], seen[a] = true, true
	}
}

func TestSparkline(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want string
	}{{nil, ""}, {[]float64{0, 0}, "  "}, {[]float64{0, 1, 4, 8}, " ▁▄█"}, {[]float64{0.001, 100}, "▁█"}, {[]float64{-1, 1}, " █"}} {
		if got := Sparkline(c.in); got != c.want {
			t.Errorf("Sparkline(%v) = %q, want %q", c.in, got, c.want)
		}
	}
}
