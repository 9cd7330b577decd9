package plot

import (
	"math"

	"arbor/ui/theme"
)

// Pairs is numbers over numbers.
type Pairs struct {
	XName, XUnit, YName, YUnit string
	X, Y                       []float64 // of one length; a pair that is not finite is not drawn
	Marks                      Marks
	Facts                      []string // what is known of them: the rule of pairing, the correlation
	Slope, Intercept           float64  // of a line through them; none if Slope is 0
}

// fewPairs is up to how many pairs a mark is 2×2 dots, to be seen well.
const fewPairs = 400

func (p *Pairs) scene(w, h int, image bool) *scene {
	s := &scene{w: w, h: h, marks: p.Marks}
	if w <= 0 || h <= 0 {
		return s
	}
	var xs, ys []float64
	for i := range p.X {
		if v := p.X[i] + p.Y[i]; !math.IsNaN(p.X[i]-p.X[i]) && !math.IsNaN(p.Y[i]-p.Y[i]) && v == v {
			xs, ys = append(xs, p.X[i]), append(ys, p.Y[i])
		}
	}
	left, right, ok := ends(xs)
	if !ok {
		return s.nothing(p.YName + " over " + p.XName + ": no pairs")
	}
	low, high, _ := ends(ys)
	x, y := newScale(left, right, max(w/12, 2)), newScale(low, high, max((h-3)/3, 2))
	column := s.plane(x, y, image)
	s.title(p.YName+" over "+p.XName, plural(len(xs), "pair"), theme.Series1, p.Facts...)
	l := layer{style: theme.Series1}
	for i := range xs {
		cx, cy := column(xs[i]), s.area.row(y, ys[i])
		l.shapes = append(l.shapes, shape{kind: point, x0: cx, y0: cy})
		if len(xs) <= fewPairs && !image && p.Marks < Block {
			nx, ny := cx^1, cy^1 // the other dots of the same quarter of a cell
			l.shapes = append(l.shapes, shape{kind: point, x0: nx, y0: cy}, shape{kind: point, x0: cx, y0: ny}, shape{kind: point, x0: nx, y0: ny})
		}
	}
	if p.Slope != 0 {
		t := layer{style: theme.Due}
		t.shapes = []shape{{kind: dash, x0: column(left), y0: s.area.row(y, p.Intercept+p.Slope*left), x1: column(right), y1: s.area.row(y, p.Intercept+p.Slope*right)}}
		s.layers = append(s.layers, t)
	}
	s.layers = append(s.layers, l)
	return s
}

// Describe says how many pairs there are and what is known of them.
func (p *Pairs) Describe() string {
	words := p.YName + " over " + p.XName + ": " + plural(len(p.X), "pair")
	for _, f := range p.Facts {
		words += "; " + f
	}
	return words
}
