package plot

import (
	"math"

	"arbor/ui/grid"
	"arbor/ui/theme"
)

// Sparks is series as one line of blocks each, each by its own scale.
type Sparks struct {
	Curves []Curve // with as many columns as there are cells for, or fewer
	Marks  Marks
}

func (p *Sparks) scene(w, h int, image bool) *scene {
	s := &scene{w: w, h: h, marks: p.Marks}
	if w <= 0 || h <= 0 {
		return s
	}
	left := 0
	for i := range p.Curves {
		left = max(left, min(grid.Width(p.Curves[i].Name), w/3))
	}
	for i := range p.Curves {
		if i >= h {
			break
		}
		p.line(s, i, left)
	}
	return s
}

func (p *Sparks) line(s *scene, i, left int) {
	u := &p.Curves[i]
	value := with(u.Total.Last, u.Unit)
	if u.Total.N == 0 {
		value = "none"
	}
	s.text(0, i, theme.Title, grid.Cut(u.Name, left))
	room := s.w - left - 2 - grid.Width(value)
	at := left + 1
	for c := range min(room, len(u.Columns)) {
		from, to := c*len(u.Columns)/min(room, len(u.Columns)), (c+1)*len(u.Columns)/min(room, len(u.Columns))
		sum, n := 0.0, 0.0
		for _, b := range u.Columns[from:to] {
			sum, n = sum+b.Mean*float64(b.N), n+float64(b.N)
		}
		if n > 0 {
			s.text(at+c, i, theme.Series(i), sparkRune(sum/n, u.Total.Min, u.Total.Max, p.Marks))
		}
	}
	s.right(s.w, i, theme.Series(i)|theme.Bold, value)
}

// sparkRune returns one of eight heights.
func sparkRune(v, low, high float64, m Marks) string {
	level := 3.0
	if high > low {
		level = (v/2 - low/2) / (high/2 - low/2) * 7
	}
	if math.IsNaN(level) {
		level = 0
	}
	n := int(min(max(level, 0), 7) + 0.5)
	if m == ASCII {
		return string("_.,-=+*#"[n])
	}
	return string(rune(0x2581 + n))
}

// Describe tells of each series in words.
func (p *Sparks) Describe() string {
	c := Chart{Curves: p.Curves}
	return c.Describe()
}
