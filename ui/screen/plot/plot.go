package plot

import (
	"math"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/plot"
	"arbor/ui/screen"
	"arbor/ui/theme"

	tea "github.com/charmbracelet/bubbletea"
)

// Model is the plot.
type Model struct {
	env  screen.Env
	w, h int

	place    screen.Place // where the person came from; the selection stays on it until another series is chosen
	series   []model.Node
	at       int // the series shown
	all      timeseries.Summary
	whole    window // the time that the series takes
	from, to int64  // the window of time, Unix nanoseconds
	chart    plot.Chart
	figure   plot.Figure // what is drawn in place of the chart
	by       string      // the period of one value
	drag     *drag
	loaded   bool
	failed   string // why nothing could be read
	look     look
	notes    []plot.Note // what happened about the series
	known    model.ID    // the series of which they are known
	derived  []model.ID  // series that follow from the tree and were asked for
	feeds    map[model.ID]*feed
	away     bool     // another view has the focus
	seq      uint64   // the number of the latest request
	reading  bool     // something is being read
	aims     uint64   // that of the latest sample asked for
	aiming   bool     // it is not answered
	settling bool     // what the person did is not in the picture yet
	near     model.ID // the node that it asks for a series of, until it is answered
}

// drag is the window when the button was pressed, and where.
type drag struct {
	x        int
	moved    bool
	from, to int64
}

// New returns a plot of nothing. It shows nothing until it is entered.
func New(env screen.Env) Model { return Model{env: env} }

var _ screen.Screen = Model{}

// Update implements screen.Screen.
func (m Model) Update(msg tea.Msg) (screen.Screen, tea.Cmd) { return m.update(msg) }

func (m Model) update(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case screen.Resize:
		m.w, m.h = msg.W, msg.H
		if m.loaded {
			return m.load(model.ID{})
		}
	case screen.Enter:
		m = m.stale()
		m.place, m.away = msg.Place, false
		return m.load(msg.Place.Cursor)
	case screen.Leave:
		m.away = true
	case screen.Changed:
		if m = m.stale(); m.loaded && !m.away {
			m.settling = m.settling || msg.Own && m.look.cross != nil
			return m.load(model.ID{})
		}
	case screen.Clock: // what a query means may be something else
		m = m.stale()
	case screen.Narrow:
		m.env.Context = msg.Context
		if m = m.stale(); m.loaded && !m.away {
			return m.load(model.ID{})
		}
	case Show:
		return m.showSeries(msg.ID)
	case screen.Goto:
		m.place.Cursor, m.place.On = msg.ID, true
		return m.load(msg.ID)
	case screen.Mouse:
		return m.mouse(msg)
	case About:
		return m.tellAbout(msg)
	case Beside:
		return m.layBeside(msg.ID)
	case Span:
		return m.span(msg)
	case command.Invoke:
		return m.invoke(msg.ID)
	case answer:
		return m.arrived(msg)
	case pointed:
		return m.pointedAt(msg)
	}
	return m, nil
}

// invoke runs a command.
func (m Model) invoke(id command.ID) (Model, tea.Cmd) {
	if len(m.series) == 0 {
		return m, nil
	}
	if span, ok := presets[id]; ok {
		return m.preset(span)
	}
	switch id {
	case command.PlotEarlier:
		if m.pointing() {
			return m.step(command.CrossPrev)
		}
		return m.pan(-0.1)
	case command.PlotLater:
		if m.pointing() {
			return m.step(command.CrossNext)
		}
		return m.pan(0.1)
	case command.PlotPageEarlier:
		return m.pan(-0.9)
	case command.PlotPageLater:
		return m.pan(0.9)
	case command.ZoomIn:
		return m.zoom(0.5, m.middle())
	case command.ZoomOut:
		return m.zoom(2, m.middle())
	case command.PlotAll:
		m.from, m.to = m.whole.from, m.whole.to
	case command.PlotNow:
		end := m.whole.to
		return m.show(end-(m.to-m.from), m.to-m.from)
	case command.NextSeries, command.PrevSeries:
		step := 1
		if id == command.PrevSeries {
			step = len(m.series) - 1
		}
		next := m.series[(m.at+step)%len(m.series)].ID
		m.look.cross = nil
		if m.feeds[next] == nil {
			m.place.Cursor, m.place.On = next, true
		}
		return m.load(next)
	default:
		return m.restyle(id)
	}
	return m.load(model.ID{})
}

// leastSpan bounds how far one can zoom in.
const leastSpan = int64(10 * time.Second)

// pointing reports whether the picture shows a sample that is pointed at.
func (m Model) pointing() bool { return m.look.cross != nil && m.figure == nil }

// middle is the part of the window about which a key zooms: where the sample pointed at lies, else the middle.
func (m Model) middle() float64 {
	if c := m.look.cross; c != nil && c.T >= m.from && c.T < m.to {
		return float64(c.T-m.from) / float64(m.to-m.from)
	}
	return 0.5
}

// zoom makes the window by so much longer, round a point at that part of it.
func (m Model) zoom(by, at float64) (Model, tea.Cmd) {
	span := float64(m.to - m.from)
	next := min(max(span*by, float64(leastSpan)), math.MaxInt64/4)
	return m.show(m.from+int64((span-next)*at), int64(next))
}

// pan moves the window by a part of its length: by whole columns, so that what stays in sight stays as it is, and is not read again.
func (m Model) pan(by float64) (Model, tea.Cmd) {
	span := m.to - m.from
	if n := float64(m.columns()); n > 0 && math.Round(by*n) != 0 {
		by = math.Round(by*n) / n
	}
	return m.show(m.from+int64(float64(span)*by), span)
}

// columns returns how many columns the chart has.
func (m Model) columns() int {
	if len(m.chart.Curves) == 0 {
		return 0
	}
	return len(m.chart.Curves[0].Columns)
}

// show sets the window, which never leaves the series altogether and is never much longer than it.
func (m Model) show(from, span int64) (Model, tea.Cmd) {
	first, last := m.whole.from, m.whole.to
	span = max(min(span, 2*(last-first)), leastSpan)
	from = min(max(from, first-span*9/10), last-span/10)
	m.from, m.to = from, from+span
	return m.load(model.ID{})
}

// mouse zooms by the wheel, about the pointer, pans by a drag, and points at a sample by a click.
func (m Model) mouse(e screen.Mouse) (Model, tea.Cmd) {
	if len(m.series) == 0 || m.w <= 0 {
		return m, nil
	}
	span := m.to - m.from
	at, columns := m.chart.TimeAt(e.X-m.margin(), m.room(), m.h)
	part := float64(at-m.from) / float64(span)
	switch e.Kind {
	case screen.Wheel:
		switch {
		case e.Sideways && e.WheelUp:
			return m.pan(-0.1)
		case e.Sideways:
			return m.pan(0.1)
		case e.WheelUp:
			return m.zoom(0.8, part)
		}
		return m.zoom(1.25, part)
	case screen.Press:
		m.drag = &drag{e.X, false, m.from, m.to}
	case screen.Drag:
		if m.drag != nil && (m.drag.moved || e.X != m.drag.x) {
			m.drag = &drag{m.drag.x, true, m.drag.from, m.drag.to}
			return m.show(m.drag.from-int64(float64(span)*float64(e.X-m.drag.x)/float64(max(columns, 1))), span)
		}
	case screen.Release:
		click := m.drag != nil && !m.drag.moved
		if m.drag = nil; click {
			return m.click(at)
		}
	}
	return m, nil
}

// View implements screen.Screen.
func (m Model) View(s grid.Surface) {
	w, h := s.Size()
	switch {
	case m.failed != "" && !m.loaded:
		for y, l := range grid.Wrap(m.failed, max(w-4, 1)) {
			s.Text(2, h/3+y, theme.Error, l)
		}
		return
	case !m.loaded:
		return
	}
	if len(m.series) == 0 {
		hint(s, "There are no measurements yet. In a shell:", "", "arbor log weight 72.4", "arbor import csv FILE --series NAME", m.env.Keys.Label(command.PlotSeries)+" plots what was done, and more of the tree")
		return
	}
	if m.all.N == 0 && len(m.chart.Curves) < 2 {
		m.drawNothing(s)
		return
	}
	margin := m.margin()
	room := s.Sub(margin, 0, w-2*margin, h)
	if m.look.words {
		m.drawWords(room)
		return
	}
	plot.Draw(m.shown(), room)
}

// drawNothing says how to begin with a series that has no numbers.
func (m Model) drawNothing(s grid.Surface) {
	n := m.series[m.at]
	if m.feeds[n.ID] != nil {
		hint(s, "Nothing in the tree makes "+n.Text+" yet.", "", m.env.Keys.Label(command.PlotSeries)+" is another series")
		return
	}
	hint(s, n.Text+" has no numbers yet.", "", m.env.Keys.Label(command.SampleLog)+" logs one", m.env.Keys.Label(command.PlotSeries)+" is another series")
}

// hint draws a line and below it what to do.
func hint(s grid.Surface, lines ...string) {
	w, h := s.Size()
	for i, l := range lines {
		st := theme.Dim
		if i > 1 {
			st = theme.Accent
		}
		s.Text(max((w-44)/2, 0), h/2-2+i, st, l)
	}
}

// margin is how many cells are left free on either side.
func (m Model) margin() int { return min(1, m.w/40) }

// room is how many cells the chart is wide.
func (m Model) room() int { return m.w - 2*m.margin() }

// Keys implements screen.Screen.
func (m Model) Keys() []command.ID {
	if m.pointing() {
		return []command.ID{command.CrossPrev, command.CrossNext, command.SampleEdit, command.SampleRemove, command.SampleLog, command.SampleSkip, command.Undo, command.ZoomIn, command.ZoomOut, command.PlotKind,
			command.NextSeries, command.Back, command.Help, command.Quit}
	}
	return []command.ID{command.ZoomIn, command.ZoomOut, command.PlotEarlier, command.PlotLater, command.PlotKind, command.PlotBy, command.CrossPrev, command.NextSeries, command.PlotSeries, command.PlotSecond, command.PlotAbout, command.PlotAll,
		command.PlotWords, command.SampleLog, command.PlotNow, command.ViewOutline, command.ViewMap, command.Palette, command.Help, command.Quit}
}

// CapturesText implements screen.Screen.
func (m Model) CapturesText() bool { return false }

// Place implements screen.Screen.
func (m Model) Place() screen.Place {
	p := m.place
	p.Settling = m.aiming || m.settling
	if p.Facts.Series = len(m.series) > 0; p.Facts.Series {
		n := m.series[m.at]
		p.Series, p.Beside, p.Sample = &n, m.look.beside, m.sample()
		p.Facts.Derived = m.feeds[n.ID] != nil
		p.Facts.Sample, p.Facts.Habit = p.Sample != nil, n.Definition().Target.Value > 0
	}
	if p.Facts.Series && m.loaded {
		p.Note = m.note()
	}
	return p
}
