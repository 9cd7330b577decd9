package plot

import (
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/plot"
	"arbor/ui/screen"
)

// TestWhatFollowsFromTheTree shows what nobody logs as every kind there is of it, beside what is logged, and anew when the tree changes.
func TestWhatFollowsFromTheTree(t *testing.T) {
	s := newStage(t, true)
	var weight model.ID
	for _, n := range s.m.series {
		if n.Text == "weight" {
			weight = n.ID
		}
	}
	s.send(Show{weight})
	logged := len(s.m.series)
	for _, d := range model.Derivations {
		s.send(Show{DerivedID(d.Name)})
		p := s.m.Place()
		if got := s.m.series[s.m.at]; got.Text != d.Name || got.Definition().Unit != d.Unit || !p.Facts.Derived || p.Sample != nil || p.Cursor != weight {
			t.Fatalf("shows %s, tells %+v", got.Text, p)
		}
		for k := plot.Line; k <= plot.Spark; k++ {
			s.invoke(command.PlotKind)
			if pic := s.picture(); !strings.Contains(pic, d.Name) {
				t.Errorf("%s as %s is\n%s", d.Name, s.m.look.kind, pic)
			}
			s.invoke(command.CrossNext, command.PlotEarlier, command.CrossOff, command.PlotAll)
		}
		s.invoke(command.PlotKind)
	}
	if n := len(s.m.series); n != logged+len(model.Derivations) {
		t.Errorf("%d series, want those that are logged and those that were asked for", n)
	}
	s.send(Show{DerivedID("done")})
	total := func() (n float64) {
		for _, b := range s.m.chart.Curves[0].Columns {
			n += b.Sum
		}
		return n
	}
	before := total()
	s.do(func(e *model.Edit) error {
		id, err := e.Create(model.Root, model.Last, "one more")
		if err != nil {
			return err
		}
		_, err = e.Finish(id, model.Done, now)
		return err
	})
	s.invoke(command.PlotAll)
	if after := total(); after != before+1 {
		t.Errorf("one more is done, of %.0f: %.0f", before, after)
	}
	s.send(Show{weight}, Beside{DerivedID("done")})
	if c := s.m.chart.Curves; len(c) != 2 || c[0].By != "day" || c[1].Kind != plot.Bar || !c[1].Right {
		t.Errorf("beside weight lies\n%s", s.picture())
	}
	s.send(Beside{DerivedID("done")})
	if s.m.by != "" {
		t.Error("alone again it is not of samples")
	}
}

// TestDerivedReadsOnce: what takes a look at the whole tree is read when something changed, not for every key, and not while another view is shown.
func TestDerivedReadsOnce(t *testing.T) {
	s := newStage(t, true)
	s.send(Show{DerivedID("backlog")})
	f := s.m.feeds[DerivedID("backlog")]
	s.invoke(command.ZoomIn, command.PlotEarlier, command.PlotKind, command.PlotKindBack)
	if f == nil || s.m.feeds[DerivedID("backlog")] != f {
		t.Error("a key has it read again")
	}
	s.send(screen.Changed{})
	if s.m.feeds[DerivedID("backlog")] == f {
		t.Error("a change has it not read again")
	}
	s.send(screen.Leave{})
	if _, cmd := s.m.update(screen.Changed{}); cmd != nil {
		t.Error("it reads while another view is shown")
	}
	s.send(screen.Changed{}, screen.Enter{})
	if s.m.feeds[DerivedID("backlog")] == nil || s.m.to-s.m.from < int64(time.Hour) {
		t.Error("entered again it is not read")
	}
}

// TestHabitsAreBars: by periods, what adds up and what one does so often is a bar, and what is measured a line.
func TestHabitsAreBars(t *testing.T) {
	s := newStage(t, true)
	for _, c := range []struct {
		key, value string
		want       plot.Kind
	}{{"day", "mean", plot.Auto}, {"day", "sum", plot.Bar}, {"target", "3/week", plot.Bar}} {
		s.do(func(e *model.Edit) error {
			if err := e.ClearField(s.m.series[0].ID, "day"); err != nil {
				return err
			}
			return e.SetField(s.m.series[0].ID, c.key, c.value)
		})
		for s.m.look.by != "day" {
			s.invoke(command.PlotBy)
		}
		if got := s.m.chart.Curves[0].Kind; got != c.want {
			t.Errorf("with %s:%s it is drawn as %s, want %s", c.key, c.value, got, c.want)
		}
	}
}

// TestNothingFollows: of an empty tree it says so, and not to log what cannot be logged.
func TestNothingFollows(t *testing.T) {
	s := newStage(t, false)
	s.send(Show{DerivedID("minutes")})
	if p := s.picture(); !strings.Contains(p, "Nothing in the tree makes minutes yet.") || strings.Contains(p, "logs one") {
		t.Errorf("shows\n%s", p)
	}
}
