package plot

import (
	"math"
	"slices"

	"arbor/ui/grid"
	"arbor/ui/theme"
)

// The size of a cell in an image, and the margin round it, in points.
const (
	cellW, cellH = 8.4, 18.0
	margin       = 14.0
	fontSize     = 14.0
)

// piece is a part of an image: lines to stroke or outlines to fill, or words that begin at its first point, on their base line.
type piece struct {
	paths   [][]spot
	style   theme.Style
	width   float64 // of the stroke; 0 fills
	opacity float64
	dashed  bool
	words   string
}

type spot struct{ x, y float64 }

// size returns the width and the height of the image, in points.
func (s *scene) size() (w, h float64) {
	return float64(s.w)*cellW + 2*margin, float64(s.h)*cellH + 2*margin
}

// vectors returns the scene as outlines and words, in the order in which they are to be drawn.
func (s *scene) vectors() []piece {
	var out []piece
	for _, t := range s.bands {
		x, y := margin+float64(t.x)*cellW, margin+float64(t.y)*cellH
		out = append(out, piece{paths: [][]spot{box(x+cellW/2, y, x+(float64(t.w)-0.5)*cellW, y+float64(t.h)*cellH)}, style: t.style, opacity: bandOpacity})
	}
	for _, t := range s.background {
		out = append(out, t.vectors()...)
	}
	for _, l := range s.layers {
		out = append(out, s.outlines(l)...)
	}
	for _, t := range s.tiles {
		x, y := margin+float64(t.x)*cellW, margin+float64(t.y)*cellH
		w, h := float64(t.w)*cellW, float64(t.h)*cellH
		gap := min(1, w/8)
		out = append(out, piece{paths: [][]spot{box(x, y, x+w-gap, y+h-gap)}, style: t.style, opacity: float64(t.level) / levels})
	}
	for _, t := range s.texts {
		if t.y < s.area.y {
			t.dy -= headroom
		}
		out = append(out, t.vectors()...)
	}
	return out
}

// bandOpacity is that of a shade over a span of time.
const bandOpacity = 0.12

// headroom is how much higher the line on top lies in images, in cells: there a label may lie on the upper edge of the area.
const headroom = 0.5

func box(x0, y0, x1, y1 float64) []spot { return []spot{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}} }

// outlines returns the shapes of a layer: all of a form as one piece, so that a thin coat is nowhere laid on twice, and strokes that join as one line.
func (s *scene) outlines(l layer) []piece {
	style, opacity := l.style, 1.0
	if l.tint != 0 {
		style, opacity = l.tint, 0.3
	}
	fills, strokes := piece{style: style, opacity: opacity}, piece{style: style, opacity: opacity, width: 1.6}
	dashes, points := piece{style: style, opacity: opacity, width: 1.4, dashed: true}, piece{style: style, opacity: opacity}
	for _, p := range l.shapes {
		a, b := s.spot(p.x0, p.y0), s.spot(p.x1, p.y1)
		switch p.kind {
		case point:
			points.paths = append(points.paths, circle(a, 2.2))
		case dash:
			dashes.paths = append(dashes.paths, []spot{a, b})
		case fill:
			half := cellW / imageX / 2
			base := s.spot(p.x0, p.base).y
			outline := []spot{{a.x - half, a.y}, {b.x + half, b.y}, {b.x + half, base}, {a.x - half, base}}
			if max(a.y, b.y) > base { // below the base: all outlines go round in one direction
				slices.Reverse(outline)
			}
			fills.paths = append(fills.paths, outline)
		default:
			if last := len(strokes.paths) - 1; last >= 0 && strokes.paths[last][len(strokes.paths[last])-1] == a {
				strokes.paths[last] = append(strokes.paths[last], b)
				continue
			}
			strokes.paths = append(strokes.paths, []spot{a, b})
		}
	}
	return slices.DeleteFunc([]piece{fills, strokes, dashes, points}, func(p piece) bool { return len(p.paths) == 0 })
}

// spot returns the middle of a dot of the area.
func (s *scene) spot(x, y int) spot {
	return spot{margin + float64(s.area.x)*cellW + (float64(x)+0.5)*cellW/imageX, margin + float64(s.area.y)*cellH + (float64(y)+0.5)*cellH/imageY}
}

func circle(at spot, radius float64) []spot {
	var out []spot
	for i := range 16 {
		sin, cos := math.Sincos(float64(i) * math.Pi / 8)
		out = append(out, spot{at.x + radius*cos, at.y + radius*sin})
	}
	return out
}

// vectors returns signs as outlines and words as words.
func (t text) vectors() []piece {
	x, y := margin+(float64(t.x)+t.dx)*cellW, margin+(float64(t.y)+t.dy)*cellH
	w, h := cellW, cellH
	switch {
	case t.rule > 0:
		w *= float64(t.rule)
	case t.rule < 0:
		h *= -float64(t.rule)
	}
	cx, cy := x+cellW/2, y+cellH/2
	line := func(dashed bool, points ...spot) []piece {
		return []piece{{paths: [][]spot{points}, style: t.style, width: 1, opacity: 1, dashed: dashed}}
	}
	solid := func(points []spot) []piece { return []piece{{paths: [][]spot{points}, style: t.style, opacity: 1}} }
	switch t.text {
	case "│", "┆", "┊":
		return line(t.text != "│", spot{cx, y}, spot{cx, y + h})
	case "─":
		return line(false, spot{x, cy}, spot{x + w, cy})
	case "━":
		return []piece{{paths: [][]spot{{{cx, cy}, {x + w - cellW/2, cy}}}, style: t.style, width: 3, opacity: 1}}
	case "┤":
		return line(false, spot{x + cellW/4, cy}, spot{cx, cy})
	case "├":
		return line(false, spot{cx, cy}, spot{x + cellW*3/4, cy})
	case "┬":
		return line(false, spot{cx, cy}, spot{cx, y + cellH*0.8})
	case "╰":
		return line(false, spot{cx, y}, spot{cx, cy}, spot{x + cellW, cy})
	case "╯":
		return line(false, spot{cx, y}, spot{cx, cy}, spot{x, cy})
	case "▲":
		return solid([]spot{{cx, y + 5}, {cx + 4, y + 12}, {cx - 4, y + 12}})
	case "•":
		return solid(circle(spot{cx, cy}, 3.5))
	}
	if r := []rune(t.text); len(r) == 1 && r[0] > 0x2580 && r[0] <= 0x2588 { // eighths of a block
		return solid(box(x, y+cellH*(1-float64(r[0]-0x2580)/8), x+w-1, y+cellH-2))
	}
	return []piece{{paths: [][]spot{{{x, y + cellH*0.74}}}, style: t.style, opacity: 1, words: t.text}}
}

// cells returns how many cells the words of a piece take.
func (v piece) cells() int { return grid.Width(v.words) }
