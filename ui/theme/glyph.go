package theme

// The signs of the interface. Each is one cell wide in the width tables of every terminal that was measured; terminals without them get the
// stand-ins of ASCII.
const (
	Open      = "▾"
	Closed    = "▸"
	Leaf      = "·"
	IsTodo    = "○"
	IsDoing   = "◐"
	IsWaiting = "◌"
	IsDone    = "✓"
	IsDropped = "✗"
	IsTimed   = "◷"
	HasNote   = "≡"
	IsBlocked = "⊘"
	Repeats   = "↻"
	IsPaused  = "⊖"
	IsMirror  = "◫"
	ArrowTo   = "⇢"
	Marked    = "▌"
	Warn      = "!"
	More      = "…"
	Crumb     = "›"
	Guide     = "│"
	Rule      = "─"
	Bullet    = "•"
	Ramp      = " ▁▂▃▄▅▆▇█" // nine levels of a sparkline, the first is blank
)

// ASCII returns the stand-in for r on a terminal without the signs above, box drawing or braille, and r itself where there is none.
func ASCII(r rune) rune {
	switch {
	case r < 0x80:
		return r
	case r >= 0x2581 && r <= 0x2588: // the ramp, in eighths
		return []rune(".:-=+*%@")[r-0x2581]
	case r >= 0x2500 && r <= 0x257f:
		return boxASCII(r)
	case r >= 0x2801 && r <= 0x28ff:
		return brailleASCII(r)
	}
	if s, ok := stand[r]; ok {
		return s
	}
	return r
}

func boxASCII(r rune) rune {
	switch r {
	case '━', '═':
		return '='
	case '─', '┄', '┅', '┈', '┉', '╌', '╴', '╶':
		return '-'
	case '│', '┃', '┆', '┇', '┊', '┋', '╎', '║', '╵', '╷':
		return '|'
	case '╱':
		return '/'
	case '╲':
		return '\\'
	}
	return '+'
}

// brailleASCII keeps the height of the topmost dot, which is what one reads off a curve.
func brailleASCII(r rune) rune {
	dots := r - 0x2800
	switch {
	case dots&0x09 != 0:
		return '\''
	case dots&0x12 != 0:
		return '-'
	case dots&0x24 != 0:
		return '.'
	}
	return '_'
}

var stand = map[rune]rune{
	'▾': '-', '▸': '+', '·': '.', '○': 'o', '◐': '%', '◌': 'w', '✓': 'x', '✗': '~', '≡': '=', '◷': '@', '⊘': 'B', '↻': 'R', '⊖': 'P', '◫': '&', '⇢': '>', '▌': '*', '…': '~', '›': '>', '•': '*',
	'▲': '^', '▼': 'v', '◀': '<', '▶': '>', '←': '<', '→': '>', '↑': '^', '↓': 'v', '⌂': '~', '▏': '|', '█': '#', '░': '.', '▒': ':', '▓': '#',
	'⏎': '<', '⇥': '>', '×': 'x', '–': '-', '—': '-', '“': '"', '”': '"', '‘': '\'', '’': '\'',
}

// Sparkline draws values as one rune each: blank is zero or less, the top of the ramp is the largest.
func Sparkline(values []float64) string {
	ramp := []rune(Ramp)
	top := 0.0
	for _, v := range values {
		top = max(top, v)
	}
	out := make([]rune, len(values))
	for i, v := range values {
		level := 0
		if top > 0 && v > 0 {
			level = min(max(int(v/top*float64(len(ramp)-1)), 1), len(ramp)-1)
		}
		out[i] = ramp[level]
	}
	return string(out)
}
