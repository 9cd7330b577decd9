package plot

import (
	"strings"
	"testing"
	"time"

	"arbor/model"
	"arbor/model/sample"
	"arbor/store"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"
)

var now = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

// stage runs the screen without a terminal.
type stage struct {
	t   interface{ Fatalf(string, ...any) }
	env screen.Env
	m   Model
}

func newStage(t interface {
	Fatalf(string, ...any)
	Cleanup(func())
}, life bool) *stage {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { db.Close() })
	clock := func() time.Time { return now }
	tree, err := model.Open(db, model.Options{Now: clock, Location: time.UTC})
	if err != nil {
		t.Fatalf("%v", err)
	}
	book, err := timeseries.Open(db)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if life {
		if err := sample.Life(tree, now, 1); err != nil {
			t.Fatalf("%v", err)
		}
	}
	keys, _ := command.New("", nil)
	env := screen.Env{Tree: tree, Book: book, Now: clock, Keys: keys}
	s := &stage{t: t, env: env, m: New(env)}
	s.send(screen.Resize{W: 80, H: 20}, screen.Enter{})
	return s
}

func (s *stage) send(msgs ...tea.Msg) {
	for _, msg := range msgs {
		next, cmd := s.m.update(msg)
		s.m = next
		if cmd != nil {
			if answer := cmd(); answer != nil {
				if e, said := answer.(screen.Echo); said && e.Bad {
					s.t.Fatalf("said %s", e.Text)
				}
				s.send(answer)
			}
		}
	}
}

func (s *stage) invoke(ids ...command.ID) {
	for _, id := range ids {
		s.send(command.Invoke{ID: id})
	}
}

func (s *stage) picture() string {
	g := grid.New(s.m.w, s.m.h)
	s.m.View(g.Surface())
	return g.Plain()
}

func TestItShowsTheSeriesAndItsAxes(t *testing.T) {
	s := newStage(t, true)
	p := s.picture()
	for _, want := range []string{"weight", "kg", "min", "┤", "Sep", "Nov", "2026"} {
		if !strings.Contains(p, want) {
			t.Errorf("no %q in\n%s", want, p)
		}
	}
}

func TestZoomAndPan(t *testing.T) {
	s := newStage(t, true)
	from, to := s.m.from, s.m.to
	s.invoke(command.ZoomIn)
	if span := s.m.to - s.m.from; span != (to-from)/2 || s.m.from <= from || s.m.to >= to {
		t.Errorf("zoomed in from [%d, %d) to [%d, %d)", from, to, s.m.from, s.m.to)
	}
	if s.m.chart.Curves[0].From != s.m.from || s.m.chart.Curves[0].Total.N == 0 {
		t.Error("what is drawn is not the window")
	}
	at := s.m.from
	s.invoke(command.PlotEarlier)
	if s.m.from >= at {
		t.Error("earlier went later")
	}
	s.invoke(command.PlotLater)
	if s.m.from != at {
		t.Errorf("earlier and later do not come back: %d, %d", at, s.m.from)
	}
	s.invoke(command.PlotNow)
	if s.m.to < to {
		t.Error("the latest sample is not in sight")
	}
	s.invoke(command.PlotAll)
	if s.m.from != from || s.m.to != to {
		t.Error("0 does not show all")
	}
	s.send(screen.Mouse{X: 40, Kind: screen.Press}, screen.Mouse{X: 60, Kind: screen.Drag}, screen.Mouse{X: 60, Kind: screen.Release})
	if s.m.from >= from {
		t.Error("a drag to the right shows no earlier time")
	}
}

func TestANewSampleAppears(t *testing.T) {
	s := newStage(t, true)
	n := s.m.chart.Curves[0].Total.N
	_, err := s.env.Tree.Do("log", func(e *model.Edit) error {
		return e.Log(s.m.series[0].ID, timeseries.Sample{T: now.UnixNano(), V: 70})
	})
	if err != nil {
		t.Fatal(err)
	}
	s.send(screen.Changed{})
	if s.m.chart.Curves[0].Total.N != n+1 {
		t.Errorf("%d samples in sight, want %d", s.m.chart.Curves[0].Total.N, n+1)
	}
}

func TestWithoutSeriesItSaysHowToBegin(t *testing.T) {
	s := newStage(t, false)
	if p := s.picture(); !strings.Contains(p, "arbor log weight") {
		t.Errorf("shows\n%s", p)
	}
	s.invoke(command.ZoomIn, command.NextSeries)
}

func TestTheSelectionIsKept(t *testing.T) {
	s := newStage(t, true)
	id := model.ID{7}
	s.send(screen.Enter{Place: screen.Place{Cursor: id, On: true}})
	if p := s.m.Place(); p.Cursor != id {
		t.Errorf("the cursor went from %v to %v", id, p.Cursor)
	}
}

func TestAnything(t *testing.T) {
	var ids []command.ID
	for _, c := range command.In(command.Plot) {
		ids = append(ids, c.ID)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := newStage(t, rapid.Bool().Draw(t, "life"))
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				s.send(screen.Resize{W: rapid.IntRange(1, 200).Draw(t, "w"), H: rapid.IntRange(1, 50).Draw(t, "h")})
			case 1:
				s.send(screen.Mouse{X: rapid.IntRange(0, 199).Draw(t, "x"), Kind: screen.MouseKind(rapid.IntRange(0, 3).Draw(t, "kind")),
					WheelUp: rapid.Bool().Draw(t, "up"), Sideways: rapid.Bool().Draw(t, "sideways")})
			default:
				s.invoke(rapid.SampledFrom(ids).Draw(t, "id"))
			}
			s.picture()
			if len(s.m.series) > 0 && s.m.from >= s.m.to {
				t.Fatalf("the window is [%d, %d)", s.m.from, s.m.to)
			}
		}
	})
}
