package plot

import (
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/timeseries"
)

// TestTextsBeside: the samples of a series of texts stand on the plot of another while they lie beside it.
func TestTextsBeside(t *testing.T) {
	s := newStage(t, true)
	var mood model.ID
	s.do(func(e *model.Edit) (err error) {
		if mood, err = e.SeriesNode("mood"); err != nil {
			return err
		}
		if err := e.SetField(mood, "kind", "text"); err != nil {
			return err
		}
		v, err := e.Word(mood, "tired")
		if err != nil {
			return err
		}
		return e.Log(mood, timeseries.Sample{T: now.Add(-30 * 24 * time.Hour).UnixNano(), V: v})
	})
	for _, n := range s.m.series {
		if n.ID == mood {
			t.Error("texts are drawn as numbers")
		}
	}
	without := s.picture()
	s.send(Beside{mood})
	if p := s.picture(); !strings.Contains(p, "tired") || strings.Contains(without, "tired") {
		t.Errorf("shows\n%s", p)
	}
	if n := len(s.m.chart.Curves); n != 1 {
		t.Errorf("%d curves, want 1", n)
	}
	s.send(Beside{mood})
	if got := s.picture(); got != without {
		t.Errorf("taken away again, shows\n%s", got)
	}
}

// TestLengthsOfTime: a series of lengths of time has an axis of round hours, and words that are read as such.
func TestLengthsOfTime(t *testing.T) {
	s := newStage(t, false)
	s.log("sleep", timeseries.Sample{T: now.Add(-48 * time.Hour).UnixNano(), V: 6.5 * 3600}, timeseries.Sample{T: now.Add(-24 * time.Hour).UnixNano(), V: 8.25 * 3600})
	s.do(func(e *model.Edit) error {
		id, err := e.SeriesNode("sleep")
		if err != nil {
			return err
		}
		return e.SetField(id, "kind", "duration")
	})
	p := s.picture()
	for _, want := range []string{"sleep  8h15min", "min 6h30min", "8.0h ┤", "7.0h ┤"} {
		if !strings.Contains(p, want) {
			t.Errorf("no %q in\n%s", want, p)
		}
	}
}
