package plot

import (
	"strings"
	"testing"
	"time"

	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/plot"
	"arbor/ui/screen"
)

// TestKinds: the key goes through every kind there is, and each shows what it is about.
func TestKinds(t *testing.T) {
	s := newStage(t, true)
	s.log("steps", timeseries.Sample{T: now.Add(-24 * time.Hour).UnixNano(), V: 4000}, timeseries.Sample{T: now.UnixNano(), V: 9000})
	s.invoke(command.PlotAll)
	want := map[plot.Kind]string{plot.Histogram: "most from", plot.Heat: "mean by hour", plot.Calendar: "mean of each day", plot.Box: "5 months",
		plot.Scatter: "steps over weight", plot.Spark: "steps"}
	for k := plot.Line; k <= plot.Spark; k++ {
		s.invoke(command.PlotKind)
		if s.m.look.kind != k {
			t.Fatalf("after %s comes %s", k-1, s.m.look.kind)
		}
		if p := s.picture(); !strings.Contains(p, "weight") || !strings.Contains(p, want[k]) {
			t.Errorf("as %s it shows\n%s", k, p)
		}
		if note := s.m.Place().Note; !strings.Contains(note, k.String()) {
			t.Errorf("the note of %s is %q", k, note)
		}
		s.invoke(command.PlotWords)
		if p := s.picture(); !strings.Contains(p, "weight") || strings.ContainsAny(p, "┤╰⣀█") {
			t.Errorf("in words, %s is\n%s", k, p)
		}
		s.invoke(command.PlotWords)
	}
	s.invoke(command.PlotKind, command.PlotKindBack, command.PlotKindBack)
	if s.m.look.kind != plot.Scatter {
		t.Errorf("before spark comes %s", s.m.look.kind)
	}
}

// TestPresets: a letter shows a span of time, up to the end or about what is pointed at; and times that are given.
func TestPresets(t *testing.T) {
	s := newStage(t, true)
	end := s.m.whole.to
	for id, span := range presets {
		s.invoke(command.PlotAll, id)
		if s.m.to-s.m.from != int64(span) && id != command.ZoomYear || s.m.to < end-int64(span) {
			t.Errorf("%s shows [%d, %d), the series ends at %d", id, s.m.from, s.m.to, end)
		}
	}
	s.invoke(command.PlotAll, command.CrossNext, command.ZoomWeek)
	if c := s.m.look.cross; c.T-s.m.from != 84*int64(time.Hour) {
		t.Errorf("what is pointed at is %s from the edge", time.Duration(c.T-s.m.from))
	}
	from, to := now.Add(-50*24*time.Hour).UnixNano(), now.Add(-20*24*time.Hour).UnixNano()
	s.send(Span{From: from}, Span{To: to})
	if s.m.from != from || s.m.to != to {
		t.Errorf("shows [%d, %d), want [%d, %d)", s.m.from, s.m.to, from, to)
	}
	for _, x := range []Span{{From: now.Add(time.Hour).UnixNano()}, {To: now.Add(-9000 * time.Hour).UnixNano()}} {
		if s.send(x); s.m.from >= s.m.to {
			t.Errorf("%+v shows [%d, %d)", x, s.m.from, s.m.to)
		}
	}
}

// TestByPeriod draws one value for each period, points at them but lets none be changed, and takes a longer period where there are too many.
func TestByPeriod(t *testing.T) {
	s := newStage(t, true)
	for s.m.look.by != "week" {
		s.invoke(command.PlotBy)
	}
	s.invoke(command.CrossPrev)
	p := s.m.Place()
	if !strings.Contains(s.picture(), "73.37 kg  • 73.37 kg week of 16 Nov 2026  min 72.67") || p.Note != "by week" || p.Facts.Sample || p.Sample != nil || s.m.look.cross == nil {
		t.Errorf("by weeks it shows\n%s\nand tells %+v", s.picture(), p)
	}
	from, to := s.m.from, s.m.to
	s.invoke(command.PlotEarlier, command.CrossOff, command.PlotEarlier, command.PlotLater, command.ZoomIn, command.ZoomOut)
	if s.m.from != from || s.m.to != to {
		t.Errorf("the window went from [%d, %d) to [%d, %d)", from, to, s.m.from, s.m.to)
	}
	s.send(screen.Resize{W: 10, H: 10})
	for s.m.look.by != "hour" {
		s.invoke(command.PlotBy)
	}
	if s.m.by != "week" {
		t.Errorf("four months of hours on ten columns are drawn by %s", s.m.by)
	}
}

// TestKeysWhileItReads: while one reading is under way others wait, the picture moves on, and the last window asked for is the one that is shown.
func TestKeysWhileItReads(t *testing.T) {
	s := newStage(t, true)
	m, cmd := s.m.invoke(command.ZoomIn)
	for range 5 {
		var more = cmd
		if m, more = m.invoke(command.PlotEarlier); more != nil {
			t.Fatal("a second reading begins")
		}
	}
	from := m.from
	was := m.chart.Curves[0].From
	m, cmd = m.arrived(cmd().(answer))
	if m.chart.Curves[0].From == was || m.from != from || cmd == nil {
		t.Fatalf("an old answer leaves the picture at %d, the window at %d", m.chart.Curves[0].From, m.from)
	}
	for range 2 { // from summaries, then exactly
		m, cmd = m.arrived(cmd().(answer))
	}
	if m.chart.Curves[0].From != from || cmd != nil {
		t.Errorf("in the end it shows %d, want %d", m.chart.Curves[0].From, from)
	}
}

// TestAKeyDoesNotGrow: what a key allocates, up to the exact picture, does not depend on how long the series is, nor does pointing at a sample.
func TestAKeyDoesNotGrow(t *testing.T) {
	cost := func(chunks int) (pan, point float64) {
		s := newStage(t, false)
		s.sensor(chunks * timeseries.MaxChunk)
		s.send(screen.Resize{W: 100, H: 30}, screen.Enter{})
		s.invoke(command.ZoomIn)
		pan = testing.AllocsPerRun(10, func() { s.invoke(command.PlotEarlier, command.PlotLater) })
		s.invoke(command.CrossNext)
		point = testing.AllocsPerRun(10, func() { s.invoke(command.CrossNext, command.CrossPrev) })
		return pan, point
	}
	pan1, point1 := cost(400)
	pan2, point2 := cost(4000)
	if pan2 > 2*pan1+100 || point2 > 2*point1+100 {
		t.Errorf("to pan costs %.0f allocations, of a series ten times as long %.0f; to point %.0f and %.0f", pan1, pan2, point1, point2)
	}
	t.Logf("pan %.0f %.0f, point %.0f %.0f", pan1, pan2, point1, point2)
}

// TestTheWheelZoomsAboutThePointer: what lies below the pointer stays there, and a drag takes what is below it along.
func TestTheWheelZoomsAboutThePointer(t *testing.T) {
	s := newStage(t, true)
	for _, x := range []int{10, 40, 75} {
		s.invoke(command.PlotAll)
		at := func() int64 {
			t, _ := s.m.chart.TimeAt(x-s.m.margin(), s.m.room(), s.m.h)
			return t
		}
		before, span := at(), s.m.to-s.m.from
		s.send(screen.Mouse{X: x, Kind: screen.Wheel, WheelUp: true}, screen.Mouse{X: x, Kind: screen.Wheel, WheelUp: true})
		if now := s.m.to - s.m.from; now >= span || distance(at(), before) > span/100 {
			t.Errorf("at column %d the time went from %d to %d, of a window of %d then %d", x, before, at(), span, now)
		}
		before = at()
		s.send(screen.Mouse{X: x, Kind: screen.Press}, screen.Mouse{X: x - 5, Kind: screen.Drag}, screen.Mouse{X: x - 5, Kind: screen.Release})
		x -= 5
		if s.m.look.cross != nil || distance(at(), before) > span/100 {
			t.Errorf("a drag took %d to %d, and points at %v", before, at(), s.m.look.cross)
		}
	}
}
