package plot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/plot"
	"arbor/ui/screen"
)

// TestTheCrossLiesOnSamples walks over all samples and back: each is one that was logged, and the line on top tells it.
func TestTheCrossLiesOnSamples(t *testing.T) {
	s := newStage(t, false)
	var logged []timeseries.Sample
	for i := range 12 {
		logged = append(logged, timeseries.Sample{T: now.Add(time.Duration(i*i-200) * time.Hour).UnixNano(), V: float64(i * 7 % 5)})
	}
	s.log("x", logged...)
	for i := range logged {
		s.invoke(command.CrossNext)
		if c := s.m.look.cross; c == nil || c.T != logged[i].T || c.V != logged[i].V {
			t.Fatalf("step %d points at %v, want %v", i, c, logged[i])
		}
	}
	if p := s.picture(); !strings.Contains(p, "2 at ") || !strings.Contains(p, "•") {
		t.Errorf("the sample pointed at is not told:\n%s", p)
	}
	s.invoke(command.CrossNext)
	for i := len(logged) - 2; i >= 0; i-- {
		s.invoke(command.CrossPrev)
		if c := s.m.look.cross; c.T != logged[i].T {
			t.Fatalf("back at sample %d it points at %v", i, c)
		}
	}
	s.invoke(command.CrossOff)
	if strings.Contains(s.picture(), "•") {
		t.Error("it still points at a sample")
	}
}

// TestLooks goes through kinds, marks and second series and round to the first again.
func TestLooks(t *testing.T) {
	s := newStage(t, false)
	s.log("x", timeseries.Sample{T: now.Add(-48 * time.Hour).UnixNano(), V: 1}, timeseries.Sample{T: now.UnixNano(), V: 900})
	s.log("y", timeseries.Sample{T: now.Add(-24 * time.Hour).UnixNano(), V: 5})
	plain := s.picture()
	for _, c := range []struct {
		id command.ID
		n  int
	}{{command.PlotKind, int(plot.Spark) + 1}, {command.PlotBy, len(timeseries.Periods) + 1}, {command.PlotWords, 2}, {command.PlotMarks, int(plot.ASCII) + 1}, {command.PlotLog, 2}, {command.PlotAxis, int(axes)}, {command.PlotGoal, 2}} {
		for i := range c.n {
			s.invoke(c.id)
			if p := s.picture(); i == 0 && c.id == command.PlotLog && !strings.Contains(p, "log") {
				t.Errorf("after %s:\n%s", c.id, p)
			}
		}
		if p := s.picture(); p != plain {
			t.Errorf("%d times %s ends with\n%s\nwant\n%s", c.n, c.id, p, plain)
		}
	}
}

// TestBeside lays two series beside one: those of another unit go by the axis on the right, or all, or none.
func TestBeside(t *testing.T) {
	s := newStage(t, true)
	s.log("steps", timeseries.Sample{T: now.Add(-50 * 24 * time.Hour).UnixNano(), V: 4000}, timeseries.Sample{T: now.Add(-time.Hour).UnixNano(), V: 9000})
	s.log("fat", timeseries.Sample{T: now.Add(-40 * 24 * time.Hour).UnixNano(), V: 20}, timeseries.Sample{T: now.Add(-time.Hour).UnixNano(), V: 21})
	s.do(func(e *model.Edit) error {
		id, err := e.SeriesNode("fat")
		if err != nil {
			return err
		}
		return e.SetField(id, "unit", "kg")
	})
	alone := s.picture()
	ids := map[string]model.ID{}
	for _, n := range s.m.series {
		ids[n.Text] = n.ID
	}
	s.send(Beside{ids["steps"]}, Beside{ids["fat"]})
	for i, want := range [][]bool{{false, true, false}, {false, true, true}, {false, false, false}} {
		var got []bool
		for _, u := range s.m.chart.Curves {
			got = append(got, u.Right)
		}
		if !slices.Equal(got, want) {
			t.Errorf("after %d times the axis they go to the right: %v, want %v", i, got, want)
		}
		if p := s.picture(); !strings.Contains(p, "steps  9000") || !strings.Contains(p, "fat  21 kg") {
			t.Errorf("shows\n%s", p)
		}
		s.invoke(command.PlotAxis)
	}
	if got := s.m.Place().Beside; len(got) != 2 {
		t.Errorf("it tells of %v beside it", got)
	}
	s.invoke(command.NextSeries) // what is shown does not lie beside itself
	if n := len(s.m.chart.Curves); n != 2 {
		t.Errorf("%d curves, want 2", n)
	}
	s.invoke(command.PrevSeries)
	s.send(Beside{ids["steps"]}, Beside{ids["fat"]})
	s.invoke(command.PlotAll)
	if p := s.picture(); p != alone {
		t.Errorf("alone again it is\n%s\nwant\n%s", p, alone)
	}
}

// log logs samples and shows their series.
func (s *stage) log(name string, samples ...timeseries.Sample) {
	_, err := s.env.Tree.Do("log", func(e *model.Edit) error {
		id, err := e.SeriesNode(name)
		if err != nil {
			return err
		}
		return e.Log(id, samples...)
	})
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	s.send(screen.Changed{})
}
