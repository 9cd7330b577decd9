package plot

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"arbor/ui/grid"
	"arbor/ui/theme"

	"pgregory.net/rapid"
)

// figures are one of each kind that is drawn from numbers.
func figures() map[string]Figure {
	samples := wave(10, 12)
	var at []int64
	var values []float64
	var boxes []Quartiles
	for i, s := range samples {
		at, values = append(at, s.T), append(values, s.V)
		if i%16 == 0 {
			v := s.V
			boxes = append(boxes, Quartiles{From: s.T, To: s.T + 4*int64(aDay), N: 16, Min: v - 4, Q1: v - 1, Median: v, Q3: v + 2, Max: v + 3})
		}
	}
	bins := NewBins(values, nil, 30, "")
	bins.Name, bins.Unit = "wave", "l"
	heat, days := ByHour("wave", "l", at, values, time.UTC), ByDay("wave", "", now.Add(-208*aDay), values)
	heat.Facts = []string{"mean by hour"}
	return map[string]Figure{
		"histogram": &bins, "heat": &heat, "calendar": &days,
		"box":     &Boxes{Name: "wave", By: "week", Location: time.UTC, Periods: boxes},
		"scatter": &Pairs{XName: "wave", YName: "next", X: values[:len(values)-1], Y: values[1:], Facts: []string{"r 0.98"}, Slope: 1},
		"spark":   &Sparks{Curves: []Curve{{Data: chartOf(values).Curves[0].Data}, {Data: chartOf(values[:50]).Curves[0].Data}}},
	}
}

// chartOf is a chart of a value a day.
func chartOf(values []float64) *Chart {
	first := now.Add(-time.Duration(len(values)) * aDay).UnixNano()
	var d Data
	for i, v := range values {
		b := Periods("wave", "l", "day", bucket(first+int64(i)*int64(aDay), v), lastOf)
		if i == 0 {
			d = b
			continue
		}
		d.To, d.Columns = b.To, append(d.Columns, b.Columns...)
		t := &d.Total
		t.N, t.T1, t.Last, t.Min, t.Max = t.N+1, b.Total.T1, v, min(t.Min, v), max(t.Max, v)
	}
	return &Chart{Location: time.UTC, Curves: []Curve{{Data: d}}}
}

// TestFigures compares each figure with its golden picture, made by -update and read by eye, and looks whether its words name it.
func TestFigures(t *testing.T) {
	for name, f := range figures() {
		golden(t, "kind-"+name+"-80", picture(f, 80, 24))
		golden(t, "kind-"+name+"-200", picture(f, 200, 50))
		if d := f.Describe(); !strings.Contains(d, "wave") {
			t.Errorf("%s is described as %s", name, d)
		}
	}
}

// TestImagesAreWhole writes every figure as SVG and PNG: both can be read again, and the same figure gives the same bytes.
func TestImagesAreWhole(t *testing.T) {
	th := theme.New(theme.Options{Name: "light", Profile: theme.TrueColour})
	all := figures()
	for k := Line; k <= Band; k++ {
		c := chartOf([]float64{1, 4, 2, -3, 5})
		c.Curves[0].Kind = k
		c.Notes, c.Cross, c.Goals = []Note{{At: c.Curves[0].From, Text: "<moved> & so on"}}, &Cross{T: c.Curves[0].From, V: 1}, []Goal{{c.Curves[0].From, c.Curves[0].To, 0, 3}}
		all[k.String()] = c
	}
	for name, f := range all {
		var svg, again, img bytes.Buffer
		if err := SVG(&svg, f, 40, 9, th); err != nil {
			t.Fatal(err)
		}
		if err := SVG(&again, f, 40, 9, th); err != nil || !bytes.Equal(svg.Bytes(), again.Bytes()) {
			t.Errorf("%s: two SVGs differ (%v)", name, err)
		}
		if shapes := strings.Count(svg.String(), "<path") + strings.Count(svg.String(), "<text"); shapes < 4 {
			t.Errorf("%s: an SVG of %d shapes", name, shapes)
		}
		for d := xml.NewDecoder(&svg); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		again.Reset()
		if err := PNG(&img, f, 40, 9, th); err != nil {
			t.Fatal(err)
		}
		if err := PNG(&again, f, 40, 9, th); err != nil || !bytes.Equal(img.Bytes(), again.Bytes()) {
			t.Errorf("%s: two PNGs differ (%v)", name, err)
		}
		p, err := png.Decode(&img)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		colours := map[[3]uint32]bool{}
		for y := 0; y < p.Bounds().Dy() && len(colours) < 4; y++ {
			for x := range p.Bounds().Dx() {
				r, g, b, _ := p.At(x, y).RGBA()
				colours[[3]uint32{r, g, b}] = true
			}
		}
		if len(colours) < 4 {
			t.Errorf("%s: a PNG of %d colours", name, len(colours))
		}
	}
}

// TestBinsHoldAll: each finite number is counted in the bin that holds it.
func TestBinsHoldAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), 1, 200).Draw(t, "values")
		b := NewBins(values, nil, rapid.IntRange(0, 60).Draw(t, "most"), "")
		n, _, _ := b.total()
		if int(n) != len(values) || len(b.Edges) != len(b.Counts)+1 {
			t.Fatalf("%v of %d numbers in %d bins of %d edges", n, len(values), len(b.Counts), len(b.Edges))
		}
		low, high, _ := ends(values)
		if slack := (high-low)*1e-6 + 1e-9; b.Edges[0] > low+slack || b.Edges[len(b.Edges)-1] < high-slack {
			t.Fatalf("bins from %g to %g of numbers from %g to %g", b.Edges[0], b.Edges[len(b.Edges)-1], low, high)
		}
		for i, c := range b.Counts {
			tolerance, least, most := (b.Edges[1]-b.Edges[0])*1e-6, 0.0, 0.0 // what lies on an edge may be rounded to either side
			for _, v := range values {
				if v >= b.Edges[i]+tolerance && v < b.Edges[i+1]-tolerance {
					least++
				}
				if v >= b.Edges[i]-tolerance && v <= b.Edges[i+1]+tolerance {
					most++
				}
			}
			if c < least || c > most {
				t.Fatalf("bin %d has %g, want %g to %g", i, c, least, most)
			}
		}
	})
}

// TestFiguresOfAnything draws figures of any numbers at any size.
func TestFiguresOfAnything(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.Inf(1), math.NaN(), math.MaxFloat64, -math.MaxFloat64, 0, 5e-324}))
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(number, 0, 40).Draw(t, "values")
		at := make([]int64, len(v))
		for i := range at {
			at[i] = now.UnixNano() + int64(i)*int64(7*time.Hour)
		}
		bins, heat, days := NewBins(v, nil, 20, ""), ByHour("x", "", at, v, time.UTC), ByDay("x", "", now, v)
		m := Marks(rapid.IntRange(0, 3).Draw(t, "marks"))
		bins.Marks, heat.Marks, days.Marks = m, m, m
		var boxes []Quartiles
		for i, x := range v {
			boxes = append(boxes, Quartiles{From: at[i], To: at[i] + int64(7*time.Hour), N: int64(i % 3), Min: x, Q1: x, Median: x, Q3: x, Max: x})
		}
		w, h := rapid.IntRange(0, 90).Draw(t, "w"), rapid.IntRange(0, 30).Draw(t, "h")
		for _, f := range []Figure{&bins, &heat, &days, &Boxes{Marks: m, Location: time.UTC, Periods: boxes}, &Pairs{X: v, Y: v, Marks: m, Slope: 1},
			&Sparks{Curves: []Curve{{Data: Data{From: 0, To: 1}}}, Marks: m}} {
			Draw(f, grid.New(w, h).Surface())
			f.scene(w, h, true).vectors()
			f.Describe()
		}
	})
}

// TestTheLineOnTopIsFree: in an image no label of the axis touches the line on top.
func TestTheLineOnTopIsFree(t *testing.T) {
	c := chartOf([]float64{0, 100, 50})
	head, label := 0.0, math.Inf(1)
	for _, p := range c.scene(80, 20, true).vectors() {
		switch {
		case p.words == "":
		case p.words == "wave":
			head = p.paths[0][0].y
		case p.paths[0][0].x < margin+4*cellW:
			label = min(label, p.paths[0][0].y)
		}
	}
	if label-head < fontSize {
		t.Errorf("the line on top is at %g, the highest label at %g", head, label)
	}
}
