package plot

import (
	"fmt"
	"math"

	"arbor/model"
	"arbor/ui/theme"
)

// Bins is how many numbers lie in each range of values.
type Bins struct {
	Name, Unit string
	Marks      Marks
	Style      theme.Style // zero is the first series'
	Kind       model.SampleKind
	Edges      []float64 // one more than Counts; bin i is [Edges[i], Edges[i+1]), the last one with its end
	Counts     []float64
	Left       int // how many numbers are not finite, and in no bin
}

// NewBins counts values, each as often as counts says, or once if that is nil. The ranges are round, and about 2·∛n, as the Rice rule has it, but at
// most so many.
func NewBins(values, counts []float64, most int, kind model.SampleKind) Bins {
	low, high, ok := ends(values)
	b := Bins{Kind: kind}
	n := 0.0
	weight := func(i int) float64 {
		if counts == nil {
			return 1
		}
		return counts[i]
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			b.Left += int(weight(i))
			continue
		}
		n += weight(i)
	}
	if !ok {
		return b
	}
	s := b.scale(low, high, min(max(int(math.Ceil(2*math.Cbrt(n))), 4), max(most, 2)))
	if s.step == 0 {
		s.step = (s.high/2 - s.low/2) * 2
	}
	bins := min(max(int(math.Round(s.high/s.step-s.low/s.step)), 1), 1000)
	for i := range bins + 1 {
		b.Edges = append(b.Edges, s.low+float64(i)*s.step)
	}
	b.Counts = make([]float64, bins)
	for i, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			b.Counts[min(max(int(v/s.step-s.low/s.step+1e-9), 0), bins-1)] += weight(i)
		}
	}
	return b
}

// scale is one of the values.
func (b *Bins) scale(low, high float64, n int) scale {
	if b.Kind == model.Duration {
		return newLengthScale(low, high, n)
	}
	return newScale(low, high, n)
}

// with writes a value with its unit.
func (b *Bins) with(v float64) string {
	if b.Unit == "" {
		return b.words(v)
	}
	return b.words(v) + " " + b.Unit
}

// words writes a value.
func (b *Bins) words(v float64) string {
	d := Data{Kind: b.Kind}
	return d.words(v)
}

func (b *Bins) total() (n, most float64, at int) {
	for i, c := range b.Counts {
		n += c
		if c > most {
			most, at = c, i
		}
	}
	return n, most, at
}

func (b *Bins) scene(w, h int, image bool) *scene {
	s := &scene{w: w, h: h, marks: b.Marks}
	n, most, at := b.total()
	if w <= 0 || h <= 0 {
		return s
	}
	if n == 0 {
		return s.nothing(b.Name + ": no samples")
	}
	x := scale{low: b.Edges[0], high: b.Edges[len(b.Edges)-1]}
	if t := b.scale(x.low, x.high, max(w/10, 2)); t.low >= x.low && t.high <= x.high {
		x.step, x.unit = t.step, t.unit
	} else {
		x.step, x.unit = b.Edges[1]-b.Edges[0], t.unit
	}
	y := newScale(0, most, max((h-3)/3, 2))
	if y.step > 0 && y.step < 1 { // they are counted
		y = scale{low: 0, high: math.Ceil(most), step: 1}
	}
	column := s.plane(x, y, image)
	b.head(s, n, at)
	st := b.Style
	if st == 0 {
		st = theme.Series1
	}
	l := layer{style: st}
	base := s.area.row(s.area.left, 0)
	for i, c := range b.Counts {
		if c == 0 {
			continue
		}
		from, last := column(b.Edges[i]), max(column(b.Edges[i+1])-1, column(b.Edges[i]))
		if last-from >= 2 {
			last--
		}
		row := s.area.row(s.area.left, c)
		l.shapes = append(l.shapes, shape{kind: fill, x0: from, y0: row, x1: last, y1: row, base: base})
	}
	s.layers = append(s.layers, l)
	return s
}

func (b *Bins) head(s *scene, n float64, at int) {
	facts := []string{"most from " + b.words(b.Edges[at]) + " to " + b.with(b.Edges[at+1]), "in steps of " + b.words(b.Edges[1]-b.Edges[0])}
	if b.Left > 0 {
		facts = append(facts, plural(b.Left, "number")+" not drawn")
	}
	s.title(b.Name, plural(int(n), "sample"), theme.Series1, facts...)
}

// Describe says how many numbers there are, and where most of them lie.
func (b *Bins) Describe() string {
	n, most, at := b.total()
	if n == 0 {
		return b.Name + ": no samples"
	}
	return fmt.Sprintf("histogram of %s: %s from %s to %s; most, %s, from %s to %s", b.Name, plural(int(n), "sample"), b.words(b.Edges[0]),
		b.with(b.Edges[len(b.Edges)-1]), Number(most), b.words(b.Edges[at]), b.with(b.Edges[at+1]))
}
