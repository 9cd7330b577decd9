package grid

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"unicode"

	"arbor/ui/theme"

	"pgregory.net/rapid"
)

// nasty draws text as people and files hold it: scripts, emoji, accents alone, controls, escapes, broken bytes, bidi marks.
func nasty() *rapid.Generator[string] {
	piece := rapid.SampledFrom([]string{"a", "word ", "é", "e\u0301", "\u0301", "日本語", "👩‍👩‍👧", "❤️", "1️⃣", "🇨🇭", "🫆", "\x1b[31m", "\x1b]0;x\a", "\t", "\n",
		"\r\n", "\x00", "\x7f", "\u0085", "\u202e", "\u2066", "\u200b", "\xff", "\xe2\x80", "ﷺ", "क्षि", "…", "─", "⣿", "a" + strings.Repeat("\u0300", 200)})
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "text"), "") })
}

func TestEveryRowIsAsWideAsTheGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(0, 30).Draw(t, "w"), rapid.IntRange(0, 4).Draw(t, "h")
		g := New(w, h)
		s := g.Surface()
		for range rapid.IntRange(1, 12).Draw(t, "draws") {
			x, y := rapid.IntRange(-8, 32).Draw(t, "x"), rapid.IntRange(-1, 5).Draw(t, "y")
			sub := s.Sub(rapid.IntRange(-3, 10).Draw(t, "sx"), 0, rapid.IntRange(0, 30).Draw(t, "sw"), h).Shift(rapid.IntRange(-4, 4).Draw(t, "dx"), 0)
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				sub.Text(x, y, theme.Tag, nasty().Draw(t, "s"))
			case 1:
				sub.Raw(x, y, theme.Done, nasty().Draw(t, "s"))
			case 2:
				sub.Set(x, y, theme.Edge, '│')
			case 3:
				sub.Right(x, y, theme.Due, nasty().Draw(t, "s"))
			}
		}
		for y := range h {
			cells := 0
			for x := range w {
				c := g.cells[y*w+x]
				cells += int(c.width)
				if c.width == 0 && (x == 0 || g.cells[y*w+x-1].width != 2) || c.width == 2 && (x+1 >= w || g.cells[y*w+x+1].width != 0) {
					t.Fatalf("a half of a wide cluster at %d,%d", x, y)
				}
			}
			if cells != w {
				t.Fatalf("row %d is %d cells, want %d", y, cells, w)
			}
		}
		for _, r := range strings.ReplaceAll(g.Plain(), "\n", "") {
			if unicode.Is(unicode.Cc, r) || hidden(r) {
				t.Fatalf("%U is in the picture", r)
			}
		}
	})
}

func TestCutFitsAndSaysSo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, w := nasty().Draw(t, "s"), rapid.IntRange(0, 20).Draw(t, "w")
		c := Cut(s, w)
		if Width(c) > w {
			t.Fatalf("Cut(%q, %d) = %q is %d cells", s, w, c, Width(c))
		}
		if Width(s) <= w && w > 0 && c != s {
			t.Fatalf("Cut(%q, %d) = %q", s, w, c)
		}
		if Width(s) > w && w > 0 && !strings.HasSuffix(c, "…") {
			t.Fatalf("Cut(%q, %d) = %q hides that something is missing", s, w, c)
		}
		for _, line := range Wrap(s, max(w, 2)) {
			if Width(line) > max(w, 2) {
				t.Fatalf("Wrap(%q, %d) has %q", s, w, line)
			}
		}
	})
}

func TestWrapBrokenBytes(t *testing.T) {
	const text, width = "a\xe2\x80\u0085👩\u200d👩\u200d👧", 4 // the bytes are one cell at the end of a line, two before a space
	for _, line := range Wrap(text, width) {
		if Width(line) > width {
			t.Errorf("Wrap(%q, %d) has %q", text, width, line)
		}
	}
}

func TestTextIsHarmless(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"}, {"a\x1b[31mb", "a␛[31mb"}, {"tab\there", "tab here"}, {"two\nlines", "two lines"}, {"bell\a", "bell␇"},
		{"\u0301x", "\u00a0\u0301x"}, {"ab\u202ecd", "abcd"}, {"\xff", "\ufffd"}, {"日本", "日本"}, {"soft\u00adhyphen", "softhyphen"},
	} {
		g := New(20, 1)
		g.Surface().Text(0, 0, theme.Text, c.in)
		if got := strings.TrimSuffix(g.Plain(), "\n"); got != c.want {
			t.Errorf("%q is drawn as %q, want %q", c.in, got, c.want)
		}
	}
}

func TestANSI(t *testing.T) {
	g := New(12, 2)
	s := g.Surface()
	s.Text(0, 0, theme.Text, "ab")
	s.Text(2, 0, theme.Tag, "#x")
	s.With(theme.OnCursor).Text(0, 1, theme.Text, "❤️ z")
	th := theme.New(theme.Options{Profile: theme.Colours16})
	want := "ab\x1b[0;36m#x\x1b[m\n\x1b[0;7m\x1b[2X❤️\x1b[3G z\x1b[m"
	if got := g.ANSI(th); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	mono := g.ANSI(theme.New(theme.Options{Profile: theme.NoColour, ASCII: true}))
	if strings.Contains(mono, "36m") {
		t.Errorf("a colour in %q", mono)
	}
}

func TestASCII(t *testing.T) {
	g := New(9, 3)
	g.Surface().Box(theme.Border, "").Text(0, 0, theme.Text, "▾ ✓ ⣿")
	got := g.ANSI(theme.New(theme.Options{Profile: theme.NoColour, ASCII: true}))
	for _, r := range got {
		if r >= 0x80 {
			t.Errorf("%q in %q", r, got)
		}
	}
}

func TestHitFollowsPaintingOrder(t *testing.T) {
	g := New(10, 3)
	s := g.Surface()
	s.WithHit(7).Clear(theme.Text)
	s.WithHit(9).Text(2, 1, theme.Text, "日")
	for _, c := range []struct {
		x, y int
		want Hit
	}{{0, 0, 7}, {2, 1, 9}, {3, 1, 9}, {4, 1, 7}, {-1, 0, 0}, {10, 0, 0}} {
		if got := g.HitAt(c.x, c.y); got != c.want {
			t.Errorf("hit at %d,%d is %d, want %d", c.x, c.y, got, c.want)
		}
	}
}

func TestSVGIsXML(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := New(24, 4)
		in := g.Surface().Box(theme.Border, "t")
		in.Text(0, 0, theme.Overdue, nasty().Draw(t, "s"))
		in.Text(0, 1, theme.Series2, "⣿⠇▁▅█░┼╱&<>")
		var b strings.Builder
		if err := g.SVG(&b, theme.New(theme.Options{Name: "dark", Profile: theme.TrueColour})); err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
			if _, err := d.Token(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("%v in %s", err, b.String())
			}
		}
	})
}

func BenchmarkANSI(b *testing.B) {
	g := New(200, 50)
	th := theme.New(theme.Options{Name: "dark", Profile: theme.TrueColour})
	for b.Loop() {
		g.Reset(200, 50)
		for y := range 50 {
			s := g.Surface()
			s.Text(0, y, theme.Dim, "  ▾ ○ ")
			s.Text(6, y, theme.Text, strings.Repeat("a line of text ", 8))
			s.Right(198, y, theme.Tag, "+tag due tomorrow")
		}
		_ = g.ANSI(th)
	}
}

// TestACanvasHasNoEnd: what lies far out on a canvas is drawn in full once the canvas is panned there.
func TestACanvasHasNoEnd(t *testing.T) {
	g := New(12, 1)
	canvas := g.Surface().Shift(-100, 0)
	canvas.Sub(101, 0, 6, 1).Text(0, 0, theme.Text, "panned")
	canvas.Sub(109, 0, 6, 1).Text(0, 0, theme.Text, "cut off")
	if got := strings.TrimRight(g.Plain(), "\n"); got != " panned  cut" {
		t.Errorf("drawn %q", got)
	}
}
