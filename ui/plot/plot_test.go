package plot

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/model/sample"
	"arbor/store"
	"arbor/timeseries"
	"arbor/ui/grid"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

var now = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

// shelf is a tree with series.
type shelf struct {
	tree *model.Tree
	book *timeseries.Book
}

func newShelf(t interface {
	Fatalf(string, ...any)
	Cleanup(func())
}) shelf {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { db.Close() })
	tree, err := model.Open(db, model.Options{Now: func() time.Time { return now }, Location: time.UTC})
	if err != nil {
		t.Fatalf("%v", err)
	}
	book, err := timeseries.Open(db)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return shelf{tree, book}
}

func (s shelf) log(t interface{ Fatalf(string, ...any) }, name string, samples []timeseries.Sample) {
	_, err := s.tree.Do("log", func(e *model.Edit) error {
		id, err := e.SeriesNode(name)
		if err != nil {
			return err
		}
		return e.Log(id, samples...)
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// load reads a chart of the window; zero times mean all of the series.
func (s shelf) load(t interface{ Fatalf(string, ...any) }, name string, from, to time.Time, w, h int) *Chart {
	c := Chart{Location: time.UTC}
	err := s.tree.View(func(v *model.View) error {
		id, ok, err := v.SeriesByName(name)
		if err != nil || !ok {
			return fmt.Errorf("series %s: %v", name, err)
		}
		n, err := v.Node(id)
		if err != nil {
			return err
		}
		a, b := from.UnixNano(), to.UnixNano()
		if from.IsZero() {
			all, err := s.book.Span(v.Reader(), timeseries.Series{ID: timeseries.ID(id)})
			if err != nil {
				return err
			}
			a, b = Window(all)
		}
		_, err = c.Load(s.book, v, []model.Node{n}, a, b, w, h, false)
		return err
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return &c
}

func picture(c Figure, w, h int) string {
	g := grid.New(w, h)
	Draw(c, g.Surface())
	return g.Plain()
}

// drawn returns the frame of a chart and all its dots.
func (c *Chart) drawn(w, h int) (frame, *dots) {
	s := c.scene(w, h, false)
	d := newDots(s.area.w, s.area.h, c.Marks)
	for _, l := range s.layers {
		for _, x := range l.shapes {
			d.shape(x)
		}
	}
	return s.area, d
}

func TestPictures(t *testing.T) {
	s := newShelf(t)
	if err := sample.Life(s.tree, now, 1); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		from time.Duration
		w, h int
	}{
		{"all-40", 0, 40, 10}, {"all-80", 0, 80, 21}, {"all-200", 0, 200, 47}, {"month-80", 30 * aDay, 80, 16}, {"days-80", 3 * aDay, 80, 16}, {"small", 0, 20, 5},
	} {
		var from time.Time
		if c.from > 0 {
			from = now.Add(-c.from)
		}
		golden(t, c.name, picture(s.load(t, "weight", from, now, c.w, c.h), c.w, c.h))
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
	}
}

// TestEverySampleIsCovered: whatever the samples and the window, the column of dots of each sample in it has a dot in the sample's row.
func TestEverySampleIsCovered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newShelf(t)
		base := now.Add(-time.Duration(rapid.IntRange(0, 1000).Draw(t, "hours")) * time.Hour).UnixNano()
		var samples []timeseries.Sample
		seen := map[int64]bool{}
		for range rapid.IntRange(1, 80).Draw(t, "n") {
			at := base + int64(rapid.IntRange(0, 1e6).Draw(t, "second"))*int64(time.Second)
			if !seen[at] {
				seen[at] = true
				samples = append(samples, timeseries.Sample{T: at, V: rapid.Float64Range(-1e6, 1e6).Draw(t, "v")})
			}
		}
		s.log(t, "x", samples)
		w, h := rapid.IntRange(20, 120).Draw(t, "w"), rapid.IntRange(3, 40).Draw(t, "h")
		from := base + int64(rapid.IntRange(0, 9e5).Draw(t, "from"))*int64(time.Second)
		to := from + int64(rapid.IntRange(1, 1e6).Draw(t, "span"))*int64(time.Second)
		d := s.load(t, "x", time.Unix(0, from), time.Unix(0, to), w, h)
		d.Curves[0].Kind, d.Marks = Kind(rapid.IntRange(int(Auto), int(Band)).Draw(t, "kind")), Marks(rapid.IntRange(0, 3).Draw(t, "marks"))
		d.Log = rapid.Bool().Draw(t, "log")
		f, c := d.drawn(w, h)
		edges := d.Curves[0].edges(len(d.Curves[0].Columns))
		for _, x := range samples {
			if x.T < from || x.T >= to {
				continue
			}
			col := 0
			for col+1 < len(edges)-1 && edges[col+1] <= x.T {
				col++
			}
			if !c.has(col*f.w*f.dx/len(d.Curves[0].Columns), f.row(f.left, x.V)) {
				t.Fatalf("sample %v in column %d, row %d is not drawn", x, col, f.row(f.left, x.V))
			}
		}
		picture(d, w, h)
	})
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		n         int
		want      string
	}{
		{71.8, 77.2, 5, "78 76 74 72 70"},
		{0, 1, 5, "1.0 0.8 0.6 0.4 0.2 0.0"},
		{5, 5, 4, "5.4 5.2 5.0 4.8 4.6"},
		{-3, 12, 4, "15 10 5 0 -5"},
		{8000, 39000, 4, "40k 30k 20k 10k 0k"},
		{0, 0, 3, "1 0 -1"},
		{1e6, 4e6, 3, "4M 3M 2M 1M"},
	} {
		s := newScale(c.low, c.high, c.n)
		var got []string
		for _, v := range s.ticks() {
			got = append(got, s.label(v))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("ticks of [%g, %g] in %d: %s, want %s", c.low, c.high, c.n, g, c.want)
		}
	}
}

func TestTicksHoldTheRangeAndNeverRepeat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64().Draw(t, "a"), rapid.Float64().Draw(t, "b")
		low, high := min(a, b), max(a, b)
		s := newScale(low, high, rapid.IntRange(1, 20).Draw(t, "n"))
		if slack := (high/2 - low/2) * 1e-9; s.low-slack > low || s.high+slack < high {
			t.Fatalf("scale %+v does not hold [%g, %g]", s, low, high)
		}
		seen := map[string]bool{}
		if high/2-low/2 > 1e-9*max(math.Abs(low), math.Abs(high)) {
			for _, v := range s.ticks() {
				if l := s.label(v); seen[l] {
					t.Fatalf("label %s twice on %+v", l, s)
				}
				seen[s.label(v)] = true
			}
		}
	})
}

func TestTimeLabelsNeverTouch(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo"}
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Skip(err)
		}
		span := time.Duration(math.Exp(rapid.Float64Range(0, 20.5).Draw(t, "log of seconds")) * float64(time.Second))
		from := now.Add(-time.Duration(rapid.IntRange(0, 300000).Draw(t, "hours")) * time.Hour).UnixNano()
		w := rapid.IntRange(24, 220).Draw(t, "w")
		g := grid.New(w, 4)
		c := &scene{w: w, h: 4, area: frame{w: w, h: 1, dx: 2, dy: 4, rows: 2, axis: true, from: from, to: from + int64(span)}}
		c.times(loc)
		c.draw(g.Surface())
		lines := strings.Split(g.Plain(), "\n")
		for _, label := range strings.Fields(lines[2]) {
			if len(label) > 8 {
				t.Fatalf("labels touch in %q", lines[2])
			}
		}
	})
}

func TestGapsStayOpen(t *testing.T) {
	s := newShelf(t)
	var samples []timeseries.Sample
	for i := range 40 {
		if i < 15 || i > 25 {
			samples = append(samples, timeseries.Sample{T: now.AddDate(0, 0, i).UnixNano(), V: 1})
		}
	}
	s.log(t, "x", samples)
	d := s.load(t, "x", time.Time{}, time.Time{}, 80, 12)
	f, c := d.drawn(80, 12)
	middle := f.w * f.dx / 2
	for y := range f.h * f.dy {
		if c.has(middle, y) {
			t.Fatal("a line is drawn across eleven missing days")
		}
	}
	if d.Curves[0].gaps() != 1 {
		t.Errorf("%d gaps, want 1", d.Curves[0].gaps())
	}
}

func TestDescribe(t *testing.T) {
	s := newShelf(t)
	s.log(t, "x", []timeseries.Sample{{T: now.UnixNano(), V: 3}, {T: now.AddDate(0, 0, 1).UnixNano(), V: 1.5}, {T: now.AddDate(0, 0, 2).UnixNano(), V: 7}})
	got := s.load(t, "x", time.Time{}, time.Time{}, 80, 12).Describe()
	want := "x, 22 Nov 2026 to 24 Nov 2026: 3 samples; first 3 on 22 Nov 2026; last 7 on 24 Nov 2026; least 1.5 about 23 Nov 2026; greatest 7 about 24 Nov 2026; trend up by 4"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := s.load(t, "x", now.AddDate(1, 0, 0), now.AddDate(1, 0, 9), 80, 12).Describe(); got != "x, 22 Nov 2027 to 1 Dec 2027: no samples" {
		t.Error(got)
	}
}
