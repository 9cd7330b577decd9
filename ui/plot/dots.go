package plot

// dots is a canvas of dots, as many to a cell as its marks have.
type dots struct {
	w, h   int // in cells
	dx, dy int // dots of a cell
	cells  []uint8
}

func newDots(w, h int, m Marks) *dots {
	d := &dots{w: max(w, 0), h: max(h, 0)}
	d.dx, d.dy = m.dots()
	d.cells = make([]uint8, d.w*d.h)
	return d
}

func (d *dots) set(x, y int) {
	if x < 0 || y < 0 || x >= d.w*d.dx || y >= d.h*d.dy {
		return
	}
	d.cells[y/d.dy*d.w+x/d.dx] |= 1 << (x%d.dx*d.dy + y%d.dy)
}

func (d *dots) has(x, y int) bool {
	return d.cells[y/d.dy*d.w+x/d.dx]&(1<<(x%d.dx*d.dy+y%d.dy)) != 0
}

// shape sets the dots of a shape.
func (d *dots) shape(s shape) {
	switch s.kind {
	case stroke:
		d.line(s.x0, s.y0, s.x1, s.y1, 0)
	case dash:
		d.line(s.x0, s.y0, s.x1, s.y1, 2*d.dx)
	case point:
		d.set(s.x0, s.y0)
	case fill:
		for x := max(s.x0, 0); x <= min(s.x1, d.w*d.dx-1); x++ {
			y := s.y0
			if s.x1 > s.x0 {
				y += (s.y1 - s.y0) * (x - s.x0) / (s.x1 - s.x0)
			}
			for i := min(y, s.base); i <= max(y, s.base); i++ {
				d.set(x, i)
			}
		}
	}
}

// line sets the dots from one to another, both included (Bresenham); with a period, only those of its first half.
func (d *dots) line(x0, y0, x1, y1, period int) {
	dx, dy := abs(x1-x0), -abs(y1-y0)
	sx, sy := 1, 1
	if x0 > x1 {
		sx = -1
	}
	if y0 > y1 {
		sy = -1
	}
	for e, i := dx+dy, 0; ; i++ {
		if period == 0 || mod(int64(x0), int64(period)) < int64(max(period/2, 1)) {
			d.set(x0, y0)
		}
		if x0 == x1 && y0 == y1 {
			return
		}
		e2 := 2 * e
		if e2 >= dy {
			e, x0 = e+dy, x0+sx
		}
		if e2 <= dx {
			e, y0 = e+dx, y0+sy
		}
	}
}

func abs(n int) int { return max(n, -n) }
