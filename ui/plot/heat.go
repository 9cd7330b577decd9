package plot

import (
	"fmt"
	"math"
	"time"

	"arbor/ui/grid"
	"arbor/ui/theme"
)

// HeatMap is a value for each of rows × columns, as shades.
type HeatMap struct {
	Name, Unit    string
	Marks         Marks
	Style         theme.Style // zero is the first series'
	Rows, Columns []string
	Values        [][]float64 // by row and column; NaN is none
	Facts         []string
}

// weekdays are the rows of a week that begins on Monday.
var weekdays = []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// ByHour returns a map of the means by day of the week and hour, of values each of an instant in loc.
func ByHour(name, unit string, at []int64, values []float64, loc *time.Location) HeatMap {
	m := HeatMap{Name: name, Unit: unit, Rows: weekdays, Values: make([][]float64, 7)}
	var sum, n [7][24]float64
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		t := time.Unix(0, at[i]).In(loc)
		day := (int(t.Weekday()) + 6) % 7
		sum[day][t.Hour()] += v
		n[day][t.Hour()]++
	}
	for d := range 7 {
		m.Values[d] = make([]float64, 24)
		for h := range 24 {
			m.Values[d][h] = math.NaN()
			if n[d][h] > 0 {
				m.Values[d][h] = sum[d][h] / n[d][h]
			}
		}
	}
	for h := range 24 {
		m.Columns = append(m.Columns, fmt.Sprintf("%02d", h))
	}
	return m
}

// ByDay returns a calendar, a column a week and a row a day of the week, of the values of the days from first on, by the calendar of loc.
func ByDay(name, unit string, first time.Time, values []float64) HeatMap {
	m := HeatMap{Name: name, Unit: unit, Rows: weekdays, Values: make([][]float64, 7)}
	skip := (int(first.Weekday()) + 6) % 7
	weeks := (skip + len(values) + 6) / 7
	for d := range 7 {
		m.Values[d] = make([]float64, weeks)
		for w := range weeks {
			m.Values[d][w] = math.NaN()
			if i := w*7 + d - skip; i >= 0 && i < len(values) {
				m.Values[d][w] = values[i]
			}
		}
	}
	month := time.Month(0)
	for w := range weeks {
		day := first.AddDate(0, 0, w*7-skip+6)
		label := ""
		if day.Month() != month {
			month = day.Month()
			label = day.Format("Jan")
			if month == time.January || w == 0 {
				label = day.Format("Jan 06")
			}
		}
		m.Columns = append(m.Columns, label)
	}
	return m
}

// extremes returns the least and the greatest value and where they are.
func (m *HeatMap) extremes() (low, high float64, lowAt, highAt [2]int, ok bool) {
	low, high = math.Inf(1), math.Inf(-1)
	for r, row := range m.Values {
		for c, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			if v < low {
				low, lowAt = v, [2]int{r, c}
			}
			if v > high {
				high, highAt = v, [2]int{r, c}
			}
			ok = true
		}
	}
	return low, high, lowAt, highAt, ok
}

func (m *HeatMap) scene(w, h int, image bool) *scene {
	s := &scene{w: w, h: h, marks: m.Marks}
	if w <= 0 || h <= 0 {
		return s
	}
	low, high, _, _, ok := m.extremes()
	if !ok {
		return s.nothing(m.Name + ": no samples")
	}
	st := m.Style
	if st == 0 {
		st = theme.Series1
	}
	top, left := 0, 0
	if h >= rowsForHead {
		m.legend(s, st, low, high)
		top = 1
	}
	if h > len(m.Rows)+top {
		top++
	}
	if w >= cellsForTick {
		left = 4
	}
	columns := len(m.Columns)
	cw, ch := (w-left)/max(columns, 1), max((h-top)/max(len(m.Rows), 1), 1)
	first := 0
	if cw < 1 { // the latest that there is room for
		cw = 1
		first = columns - max(w-left, 0)
	}
	cw, ch = min(cw, 6), min(ch, 3)
	m.labels(s, first, left, top, cw, ch)
	for r, row := range m.Values {
		for c, v := range row {
			y := top + r*ch
			if c < first || y >= h || math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			level := levels
			if high > low {
				level = min(int((v/2-low/2)/(high/2-low/2)*levels)+1, levels)
			}
			gap := 0
			if cw > 2 {
				gap = 1
			}
			s.tiles = append(s.tiles, tile{x: left + (c-first)*cw, y: y, w: cw - gap, h: ch, style: st, level: level})
		}
	}
	return s
}

// labels lays out the names of the rows and of those columns that have room.
func (m *HeatMap) labels(s *scene, first, left, top, cw, ch int) {
	if left > 0 {
		for r, name := range m.Rows {
			if y := top + r*ch + (ch-1)/2; y < s.h {
				s.text(0, y, theme.Dim, name)
			}
		}
	}
	free := left
	for c := first; c < len(m.Columns) && top > 1; c++ {
		x := left + (c-first)*cw
		if width := grid.Width(m.Columns[c]); width > 0 && x >= free && x+width <= s.w {
			s.text(x, top-1, theme.Dim, m.Columns[c])
			free = x + width + 1
		}
	}
}

// legend lays out the line on top, with what the shades mean.
func (m *HeatMap) legend(s *scene, st theme.Style, low, high float64) {
	s.title(m.Name, "", st, m.Facts...)
	from, to := Number(roundTo(low, high-low)), with(roundTo(high, high-low), m.Unit)
	if low == high {
		from = ""
	}
	x := s.w - grid.Width(from) - grid.Width(to) - levels - 2
	used := grid.Width(m.Name)
	for _, f := range m.Facts {
		used += 2 + grid.Width(f)
	}
	if x < used+3 {
		return
	}
	x = s.text(x, 0, theme.Dim, from) + 1
	for i := range levels {
		s.tiles = append(s.tiles, tile{x: x + i, y: 0, w: 1, h: 1, style: st, level: i + 1})
	}
	s.text(x+levels+1, 0, theme.Dim, to)
}

// Describe says where the least and the greatest lie.
func (m *HeatMap) Describe() string {
	low, high, lowAt, highAt, ok := m.extremes()
	if !ok {
		return m.Name + ": no samples"
	}
	where := func(at [2]int) string {
		words := m.Rows[at[0]]
		for c := at[1]; c >= 0; c-- {
			if m.Columns[c] != "" {
				return words + " " + m.Columns[c]
			}
		}
		return words
	}
	span := high - low
	return fmt.Sprintf("%s: least %s on %s, greatest %s on %s", m.Name, Number(roundTo(low, span)), where(lowAt),
		with(roundTo(high, span), m.Unit), where(highAt))
}
