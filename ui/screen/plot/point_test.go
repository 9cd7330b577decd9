package plot

import (
	"math"
	"slices"
	"testing"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/screen"

	"pgregory.net/rapid"
)

// TestItPointsAtRealSamples points by keys and clicks, while samples come and go, and holds what is pointed at to a look at all of them.
func TestItPointsAtRealSamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStage(t, false)
		all := map[int64]float64{}
		for i := range rapid.IntRange(1, 300).Draw(t, "n") {
			all[now.UnixNano()+rapid.Int64Range(-1000, 1000).Draw(t, "hours")*int64(time.Hour)] = float64(i)
		}
		var logged []timeseries.Sample
		for at, v := range all {
			logged = append(logged, timeseries.Sample{T: at, V: v})
		}
		s.log("x", logged...)
		times := func() []int64 {
			var out []int64
			for at := range all {
				out = append(out, at)
			}
			slices.Sort(out)
			return out
		}
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			sorted, before := times(), s.m.look.cross
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				s.invoke(command.CrossNext)
				if i, _ := slices.BinarySearch(sorted, cond(before, s.m.from-1)+1); i < len(sorted) && s.m.look.cross.T != sorted[i] {
					t.Fatalf("the next is %d, not %d", s.m.look.cross.T, sorted[i])
				}
			case 1:
				s.invoke(command.CrossPrev)
				if i, _ := slices.BinarySearch(sorted, cond(before, s.m.to)); i > 0 && before != nil && s.m.look.cross.T != sorted[i-1] {
					t.Fatalf("the one before is %d, not %d", s.m.look.cross.T, sorted[i-1])
				}
			case 2:
				x := rapid.IntRange(0, 79).Draw(t, "x")
				at, _ := s.m.chart.TimeAt(x-s.m.margin(), s.m.room(), s.m.h)
				s.send(screen.Mouse{X: x, Kind: screen.Press}, screen.Mouse{X: x, Kind: screen.Release})
				if len(sorted) == 0 {
					continue
				}
				least := int64(math.MaxInt64)
				for _, c := range sorted {
					least = min(least, distance(c, at))
				}
				if got := s.m.look.cross; got == nil || distance(got.T, at) != least {
					t.Fatalf("a click at %d points at %+v, the nearest is %d away", at, got, least)
				}
			case 3:
				s.invoke(rapid.SampledFrom([]command.ID{command.ZoomIn, command.ZoomOut, command.PlotPageEarlier, command.PlotAll, command.CrossLeft, command.CrossRight}).Draw(t, "id"))
			case 4:
				if before != nil {
					s.do(func(e *model.Edit) error { return e.RemoveSamples(s.m.series[0].ID, before.T, before.T+1) })
					delete(all, before.T)
				}
			case 5:
				if before != nil {
					s.do(func(e *model.Edit) error { return e.Correct(s.m.series[0].ID, timeseries.Sample{T: before.T, V: -1}) })
					all[before.T] = -1
				}
			}
			c := s.m.look.cross
			if c == nil {
				continue
			}
			if v, has := all[c.T]; !has || v != c.V || c.n != 1 {
				t.Fatalf("points at %+v, which is %v of %v", c, has, v)
			}
		}
	})
}

func distance(a, b int64) int64 { return max(a-b, b-a) }

func cond(c *cross, at int64) int64 {
	if c != nil {
		return c.T
	}
	return at
}

// do changes the tree as another process would.
func (s *stage) do(fn func(*model.Edit) error) {
	if _, err := s.env.Tree.Do("change", fn); err != nil {
		s.t.Fatalf("%v", err)
	}
	s.send(screen.Changed{})
}

// TestWhereASampleComesFrom is told beside its value.
func TestWhereASampleComesFrom(t *testing.T) {
	s := newStage(t, false)
	at := now.Add(-time.Hour).UnixNano()
	s.log("x", timeseries.Sample{T: at, V: 1})
	s.invoke(command.CrossNext)
	if got := s.m.look.cross.About; got != "" {
		t.Errorf("a sample of this device is said to be %q", got)
	}
	s.do(func(e *model.Edit) error { return e.Correct(s.m.series[0].ID, timeseries.Sample{T: at, V: 2}) })
	if c := s.m.look.cross; c.V != 2 || c.About != "corrected" {
		t.Errorf("a corrected sample is %+v", c)
	}
	s.do(func(e *model.Edit) error { return e.RemoveSamples(s.m.series[0].ID, at, at+1) })
	s.do(func(e *model.Edit) error { return e.Log(s.m.series[0].ID, timeseries.Sample{T: at, V: 3}) })
	s.invoke(command.CrossNext)
	if c := s.m.look.cross; c == nil || c.V != 3 || c.About != "" {
		t.Errorf("a sample that was logged anew is %+v", c)
	}
	// Taken away and brought back, it is pointed at again; meanwhile nothing is.
	s.do(func(e *model.Edit) error { return e.RemoveSamples(s.m.series[0].ID, at, at+1) })
	if s.m.look.cross != nil {
		t.Errorf("it points at %+v where nothing is", s.m.look.cross)
	}
}

// TestKeysWaitForTheSample holds the next key back while a sample is on its way, so that two quick ones step twice.
func TestKeysWaitForTheSample(t *testing.T) {
	s := newStage(t, false)
	s.log("x", timeseries.Sample{T: now.UnixNano(), V: 1}, timeseries.Sample{T: now.UnixNano() + 1e9, V: 2})
	m, cmd := s.m.invoke(command.CrossNext)
	if !m.Place().Settling {
		t.Error("keys do not wait for the sample")
	}
	if m, _ = m.update(cmd()); m.Place().Settling || m.look.cross.V != 1 {
		t.Errorf("after the answer it points at %+v", m.look.cross)
	}
}
