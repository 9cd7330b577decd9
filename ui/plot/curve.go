package plot

import (
	"arbor/ui/theme"
)

// crowded is how many samples a column of dots holds on the average where their band is drawn dim and their mean bright on it.
const crowded = 6

// curve lays out the i-th curve.
func (c *Chart) curve(s *scene, i int) {
	u := &c.Curves[i]
	p := pen{f: &s.area, d: &u.Data, scale: s.area.of(u)}
	kind, st := u.Kind, c.style(i)
	if kind == Auto {
		if kind = Line; u.Total.N >= crowded*int64(len(u.Columns)) {
			kind = Band
		}
	}
	p.base = p.row(0)
	if c.Log {
		p.base = s.area.h*s.area.dy - 1
	}
	add := func(st theme.Style, draw func()) {
		p.shapes = nil
		draw()
		s.layers = append(s.layers, layer{style: st, shapes: p.shapes})
	}
	switch kind {
	case Step:
		add(st, p.steps)
	case Bar:
		add(st, p.bars)
	case Points:
		add(st, p.points)
	case Area:
		add(theme.Dim, p.filled)
		s.layers[len(s.layers)-1].tint = st
		add(st, p.line)
	case Band:
		add(theme.Dim, p.line)
		s.layers[len(s.layers)-1].tint = st
		add(st, p.means)
	default:
		add(st, p.line)
	}
}

// pen draws the columns of one series as shapes.
type pen struct {
	f      *frame
	d      *Data
	scale  scale
	base   int // the row of zero
	shapes []shape
}

func (p *pen) row(v float64) int { return p.f.row(p.scale, v) }

// x returns the first and the last column of dots of the i-th column of Data.
func (p *pen) x(i int) (from, last int) {
	w, n := p.f.w*p.f.dx, len(p.d.Columns)
	if p.d.By == "" {
		from = i * w / n
		return from, max(from, (i+1)*w/n-1)
	}
	from = max(p.f.dot(p.d.Columns[i].From), 0)
	return from, min(max(from, p.f.dot(p.d.Columns[i].To)-1), w-1)
}

// middle returns where a line goes through the i-th column: where it begins, and the middle of a period.
func (p *pen) middle(i int) int {
	from, last := p.x(i)
	if p.d.By == "" {
		return from
	}
	return (from + last) / 2
}

func (p *pen) add(kind form, x0, y0, x1, y1 int) {
	p.shapes = append(p.shapes, shape{kind: kind, x0: x0, y0: y0, x1: x1, y1: y1, base: p.base})
}

// each calls f for every column with samples, with the one before it that it is joined to, or -1 after a gap.
func (p *pen) each(f func(i, before int)) {
	gap, last := p.d.gap(), -1
	for i, b := range p.d.Columns {
		if b.N == 0 {
			continue
		}
		before := last
		if last >= 0 && b.T0-p.d.Columns[last].T1 > gap {
			before = -1
		}
		f(i, before)
		last = i
	}
}

// line draws a bar from the least to the greatest of each column, and a line from the last of one to the first of the next, unless the time
// between them is a gap.
func (p *pen) line() {
	lone := -1 // a column that nothing is joined to yet
	end := func() {
		if lone >= 0 {
			b, x := p.d.Columns[lone], p.middle(lone)
			p.spot(x, p.row(b.Last))
		}
	}
	p.each(func(i, before int) {
		b, x := p.d.Columns[i], p.middle(i)
		p.add(stroke, x, p.row(b.Min), x, p.row(b.Max))
		if before < 0 {
			end()
			lone = i
			return
		}
		lone = -1
		p.add(stroke, p.middle(before), p.row(p.d.Columns[before].Last), x, p.row(b.First))
	})
	end()
}

// spot makes a sample that stands alone easy to see: 2×2 dots in a cell that has as many.
func (p *pen) spot(x, y int) {
	p.add(point, x, y, x, y)
	if p.f.dx == 2 {
		p.add(point, x^1, y, x^1, y)
		p.add(point, x, y^1, x, y^1)
		p.add(point, x^1, y^1, x^1, y^1)
	}
}

// steps draws each value on until the next.
func (p *pen) steps() {
	p.each(func(i, before int) {
		b := p.d.Columns[i]
		x, last := p.x(i)
		p.add(stroke, x, p.row(b.Min), x, p.row(b.Max))
		if before >= 0 {
			y := p.row(p.d.Columns[before].Last)
			from, _ := p.x(before)
			p.add(stroke, from, y, x, y)
			p.add(stroke, x, y, x, p.row(b.First))
		}
		if p.d.By != "" {
			p.add(stroke, x, p.row(b.Last), last, p.row(b.Last))
		}
	})
}

// bars draws from zero to the least and the greatest of each column.
func (p *pen) bars() {
	for i, b := range p.d.Columns {
		if b.N == 0 {
			continue
		}
		x, last := p.x(i)
		if last-x >= 2 {
			last--
		}
		p.add(fill, x, p.row(b.Max), last, p.row(b.Max))
		if b.Min < 0 {
			p.add(fill, x, p.row(b.Min), last, p.row(b.Min))
		}
	}
}

// points draws the samples of each column, and where there are more than two all between the least and the greatest.
func (p *pen) points() {
	for i, b := range p.d.Columns {
		if b.N == 0 {
			continue
		}
		x := p.middle(i)
		if b.N > 2 {
			p.add(stroke, x, p.row(b.Min), x, p.row(b.Max))
		}
		for _, v := range []float64{b.First, b.Last} {
			if p.d.Total.N <= int64(len(p.d.Columns)/2) {
				p.spot(x, p.row(v))
			} else {
				p.add(point, x, p.row(v), x, p.row(v))
			}
		}
	}
}

// filled draws what lies between the line and zero.
func (p *pen) filled() {
	p.each(func(i, before int) {
		b, x := p.d.Columns[i], p.middle(i)
		p.add(fill, x, p.row(b.Max), x, p.row(b.Max))
		if b.Min < 0 {
			p.add(fill, x, p.row(b.Min), x, p.row(b.Min))
		}
		if before >= 0 {
			p.add(fill, p.middle(before), p.row(p.d.Columns[before].Last), x, p.row(b.First))
		}
	})
}

// means draws a line through the means of the columns.
func (p *pen) means() {
	p.each(func(i, before int) {
		x, y := p.middle(i), p.row(p.d.Columns[i].Mean)
		p.add(stroke, x, y, x, y)
		if before >= 0 {
			p.add(stroke, p.middle(before), p.row(p.d.Columns[before].Mean), x, y)
		}
	})
}
