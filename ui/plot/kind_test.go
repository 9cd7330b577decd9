package plot

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/grid"

	"pgregory.net/rapid"
)

// wave is a value every six hours of 60 days, with 8 days left out.
func wave(amplitude, middle float64) []timeseries.Sample {
	var out []timeseries.Sample
	for i := range 240 {
		if i < 120 || i >= 152 {
			at := now.Add(time.Duration(i-240) * 6 * time.Hour)
			v := middle + amplitude*math.Sin(float64(i)/20) + amplitude/8*math.Sin(float64(i*i))
			out = append(out, timeseries.Sample{T: at.UnixNano(), V: math.Round(v*100) / 100})
		}
	}
	return out
}

// loadAll reads a chart of all of some series.
func (s shelf) loadAll(t interface{ Fatalf(string, ...any) }, c *Chart, w, h int, names ...string) {
	err := s.tree.View(func(v *model.View) error {
		var nodes []model.Node
		var from, to int64 = math.MaxInt64, math.MinInt64
		for _, name := range names {
			id, ok, err := v.SeriesByName(name)
			if err != nil || !ok {
				return fmt.Errorf("series %s: %v", name, err)
			}
			n, err := v.Node(id)
			if err != nil {
				return err
			}
			all, err := s.book.Span(v.Reader(), n.Source())
			if err != nil {
				return err
			}
			a, b := Window(all)
			from, to, nodes = min(from, a), max(to, b), append(nodes, n)
		}
		_, err := c.Load(s.book, v, nodes, from, to, w, h, false)
		return err
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// TestKinds compares a picture of each kind and of each marks with the golden ones. They are made by -update and read by eye.
func TestKinds(t *testing.T) {
	s := newShelf(t)
	s.log(t, "wave", wave(10, 3))
	s.log(t, "other", wave(400, 1000))
	for _, size := range [][2]int{{80, 24}, {200, 50}} {
		w, h := size[0], size[1]
		draw := func(name string, c Chart, series ...string) {
			c.Location = time.UTC
			s.loadAll(t, &c, w, h, series...)
			golden(t, fmt.Sprintf("%s-%d", name, w), picture(&c, w, h))
		}
		for k := Line; k <= Band; k++ {
			draw("kind-"+k.String(), Chart{Curves: []Curve{{Kind: k}}}, "wave")
		}
		for m := Quadrant; m <= ASCII; m++ {
			draw("marks-"+m.String(), Chart{Curves: []Curve{{Kind: Line}}, Marks: m}, "wave")
			draw("marks-bar-"+m.String(), Chart{Curves: []Curve{{Kind: Bar}}, Marks: m}, "wave")
		}
		draw("log", Chart{Log: true}, "other")
		first := now.Add(-50 * aDay).UnixNano()
		draw("two-axes", Chart{Curves: []Curve{{}, {Right: true}}, Goals: []Goal{{now.Add(-60 * aDay).UnixNano(), now.Add(10 * aDay).UnixNano(), 12, 0}},
			Notes: []Note{{At: first, Text: "moved house"}}, Cross: &Cross{T: first, V: 5}}, "wave", "other")
	}
}

// TestPeriodsAreBars draws the sum of each week.
func TestPeriodsAreBars(t *testing.T) {
	s := newShelf(t)
	s.log(t, "wave", wave(10, 12))
	err := s.tree.View(func(v *model.View) error {
		id, _, err := v.SeriesByName("wave")
		if err != nil {
			return err
		}
		n, err := v.Node(id)
		if err != nil {
			return err
		}
		buckets, err := s.book.Buckets(v.Reader(), n.Source(), v.Calendar(&n).Edges("week", now.Add(-60*aDay).UnixNano(), now.UnixNano()))
		c := Chart{Location: time.UTC, Marks: Block, Curves: []Curve{{Kind: Bar, Data: Periods("wave", "l", "week", buckets, model.DailySum.Of)}}}
		golden(t, "weeks-80", picture(&c, 80, 24))
		if got := c.Describe(); !strings.Contains(got, "wave by week in l") || !strings.Contains(got, "9 weeks") {
			t.Errorf("describes %s", got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoSizeIsTooSmall draws charts of anything on anything.
func TestNoSizeIsTooSmall(t *testing.T) {
	values := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, -math.MaxFloat64, 0, 5e-324}))
	rapid.Check(t, func(t *rapid.T) {
		c := Chart{Location: time.UTC, Log: rapid.Bool().Draw(t, "log"), Marks: Marks(rapid.IntRange(0, 3).Draw(t, "marks"))}
		from := rapid.Int64Range(-1e18, 1e18).Draw(t, "from")
		to := from + rapid.Int64Range(1, 1e18).Draw(t, "span")
		for range rapid.IntRange(0, 3).Draw(t, "curves") {
			edges, by := (&Data{From: from, To: to}).edges(rapid.IntRange(1, 60).Draw(t, "columns")), rapid.SampledFrom([]string{"", "day"}).Draw(t, "by")
			var buckets []timeseries.Bucket
			for i := 1; i < len(edges); i++ {
				b := timeseries.Bucket{From: edges[i-1], To: edges[i]}
				if rapid.Bool().Draw(t, "any") {
					v := values.Draw(t, "v")
					b.Summary = timeseries.Summary{N: 1, T0: b.From, T1: b.From, Min: v, Max: v, First: v, Last: v, Sum: v, Mean: v}
				}
				buckets = append(buckets, b)
			}
			d := Periods("x", "u", by, buckets, func(s timeseries.Summary) float64 { return s.Last })
			c.Curves = append(c.Curves, Curve{Data: d, Kind: Kind(rapid.IntRange(0, int(Band)).Draw(t, "kind")), Right: rapid.Bool().Draw(t, "right")})
		}
		v := values.Draw(t, "goal")
		c.Goals = []Goal{{from, to, v, -v}}
		c.Notes = []Note{{At: from + (to-from)/2, Text: "x"}, {At: from - 5, Until: rapid.Int64Range(from, to).Draw(t, "until"), Text: "a longer one"}}
		c.Cross = &Cross{T: from, V: v}
		g := grid.New(rapid.IntRange(0, 90).Draw(t, "w"), rapid.IntRange(0, 30).Draw(t, "h"))
		Draw(&c, g.Surface())
		c.Describe()
		if c.Marks == ASCII {
			w, h := g.Size()
			for _, r := range c.scene(w, h, false).cells() {
				if r >= 0x2580 && r < 0x2900 {
					t.Fatalf("%q is drawn with marks of ASCII", r)
				}
			}
		}
	})
}

// cells returns the characters of the shapes of a scene.
func (s *scene) cells() []rune {
	g := grid.New(s.w, s.h)
	s.background, s.texts = nil, nil
	s.draw(g.Surface())
	return []rune(g.Plain())
}

func TestLogTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		n         int
		want      string
	}{
		{3, 700, 9, "1000 500 200 100 50 20 10 5 2"},
		{1, 1e6, 4, "1M 10k 100 1"},
		{0.001, 0.5, 6, "0.1 0.01 0.001"},
		{5, 5, 4, "5.4 5.2 5.0 4.8 4.6"},
		{60, 90, 4, "90 80 70 60"},
	} {
		s := newLogScale(c.low, c.high, c.n)
		var got []string
		for _, v := range s.ticks() {
			got = append(got, s.label(v))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("ticks of [%g, %g] in %d: %s, want %s", c.low, c.high, c.n, g, c.want)
		}
	}
}

func bucket(from int64, v float64) []timeseries.Bucket {
	return []timeseries.Bucket{{From: from, To: from + int64(aDay), Summary: timeseries.Summary{N: 1, T0: from, T1: from, Min: v, Max: v, First: v, Last: v, Sum: v, Mean: v}}}
}

func lastOf(s timeseries.Summary) float64 { return s.Last }
