package theme

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// Profile is how many colours a terminal shows.
type Profile uint8

// The profiles, fewest colours first.
const (
	NoColour Profile = iota
	Colours16
	Colours256
	TrueColour
)

// Detect reads the profile, and whether glyphs beyond ASCII are safe, from the environment.
func Detect(getenv func(string) string) (p Profile, ascii bool) {
	term := getenv("TERM")
	ascii = term == "dumb" || term == "linux" || getenv("ARBOR_ASCII") != ""
	switch ct := getenv("COLORTERM"); {
	case getenv("NO_COLOR") != "" || term == "dumb":
		return NoColour, ascii
	case ct == "truecolor" || ct == "24bit" || strings.HasSuffix(term, "-direct"):
		return TrueColour, ascii
	case strings.Contains(term, "256color"):
		return Colours256, ascii
	}
	return Colours16, ascii
}

// colourSGR returns c as SGR parameters with a semicolon at the end, as near as p can show it.
func colourSGR(c lipgloss.Color, p Profile, background bool) string {
	if c == "" || p == NoColour {
		return ""
	}
	lead := 30
	if background {
		lead = 40
	}
	if c[0] != '#' {
		n, err := strconv.Atoi(string(c))
		switch {
		case err != nil:
			return ""
		case n < 8:
			return fmt.Sprintf("%d;", lead+n)
		case n < 16:
			return fmt.Sprintf("%d;", lead+60+n-8)
		}
		return fmt.Sprintf("%d;5;%d;", lead+8, n)
	}
	r, g, b := rgb(c)
	if p == TrueColour {
		return fmt.Sprintf("%d;2;%d;%d;%d;", lead+8, r, g, b)
	}
	return fmt.Sprintf("%d;5;%d;", lead+8, nearest256(r, g, b))
}

// nearest256 returns the cell of the 6×6×6 cube or the grey ramp that is nearest to a colour.
func nearest256(r, g, b int) int {
	level := func(v int) (index, value int) {
		best, at := 1<<30, 0
		for i, l := range cube {
			if d := (v - l) * (v - l); d < best {
				best, at = d, i
			}
		}
		return at, cube[at]
	}
	ri, rv := level(r)
	gi, gv := level(g)
	bi, bv := level(b)
	dist := func(x, y, z int) int { return (r-x)*(r-x) + (g-y)*(g-y) + (b-z)*(b-z) }
	grey := min(max(((r+g+b)/3-3)/10, 0), 23)
	if v := 8 + 10*grey; dist(v, v, v) < dist(rv, gv, bv) {
		return 232 + grey
	}
	return 16 + 36*ri + 6*gi + bi
}

var cube = [6]int{0, 95, 135, 175, 215, 255}

// basic are xterm's first sixteen colours, softened: what an image shows for a palette that is the person's own.
var basic = [16]string{"#1c1f26", "#e06c75", "#98c379", "#d9b26f", "#6ea3e8", "#c08adf", "#61b8c2", "#ccd3e4",
	"#5c6370", "#f0808a", "#b0d890", "#eccb8c", "#8abbf5", "#d5a5ef", "#82d2da", "#ffffff"}

func hex(c lipgloss.Color) string {
	if c == "" || c[0] == '#' {
		return string(c)
	}
	if n, err := strconv.Atoi(string(c)); err == nil && n < 16 {
		return basic[n]
	}
	return ""
}

func rgb(c lipgloss.Color) (r, g, b int) {
	n, err := strconv.ParseUint(strings.TrimPrefix(string(c), "#"), 16, 32)
	if err != nil {
		return 0, 0, 0
	}
	return int(n >> 16), int(n >> 8 & 255), int(n & 255)
}
