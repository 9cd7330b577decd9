package plot

import (
	"math"
	"slices"
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
	from, to int64 // the window of time, Unix nanoseconds
	chart    plot.Chart
	drag     *drag
	loaded   bool
	look     look
	seq      uint64   // the number of the latest request
	pointing uint64   // that of the latest sample asked for
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
		m.place = msg.Place
		return m.load(msg.Place.Cursor)
	case screen.Changed:
		if m.loaded {
			m.settling = m.settling || msg.Own && m.look.cross != nil
			return m.load(model.ID{})
		}
	case screen.Goto:
		m.place.Cursor, m.place.On = msg.ID, true
		return m.load(msg.ID)
	case screen.Mouse:
		return m.mouse(msg)
	case command.Invoke:
		return m.invoke(msg.ID)
	case answer:
		return m.arrived(msg)
	case pointed:
		return m.pointedAt(msg)
	}
	return m, nil
}

// answer is what was read for a window of time. fresh says that the series is another one and the window is to be all of it. A first answer is
// from summaries alone, and the exact one is asked for when it has come.
type answer struct {
	seq    uint64
	first  bool
	series []model.Node
	at     int
	fresh  bool
	all    timeseries.Summary
	chart  plot.Chart
	zone   *time.Location
	cross  *cross
	aimed  uint64 // as many samples were asked for before
	err    error
}

// load reads the chart: of the series nearest to a node if one is given, else of the one that is shown.
func (m Model) load(near model.ID) (Model, tea.Cmd) {
	if near == (model.ID{}) {
		near = m.near
	}
	m.near = near
	m.seq++
	return m, m.ask(near, true)
}

// ask reads the chart of the window, from summaries alone if first is true and that is enough for a picture.
func (m Model) ask(near model.ID, first bool) tea.Cmd {
	return func() tea.Msg {
		a := answer{seq: m.seq, first: first, zone: m.env.Now().Location(), aimed: m.pointing}
		if m.env.Book != nil {
			a.err = m.env.Tree.View(func(v *model.View) error { return m.read(v, near, &a) })
		}
		return a
	}
}

func (m Model) read(v *model.View, near model.ID, a *answer) (err error) {
	first := a.first
	a.first = false
	if a.series, err = v.AllSeries(); err != nil || len(a.series) == 0 {
		return err
	}
	shown := model.ID{}
	if m.at < len(m.series) {
		shown = m.series[m.at].ID
	}
	if a.at, err = pick(v, a.series, near, shown); err != nil {
		return err
	}
	n := a.series[a.at]
	if a.all, err = m.env.Book.Span(v.Reader(), n.Source()); err != nil {
		return err
	}
	from, to := m.from, m.to
	if a.fresh = n.ID != shown || to <= from; a.fresh {
		from, to = plot.Window(a.all)
	} else {
		from, to = follow(from, to, m.all, a.all)
	}
	if aim, ok := m.aims(); ok && n.ID == shown {
		if a.cross, err = aim.take(m.env.Book, v, &n); err != nil {
			return err
		}
	}
	series, err := m.look.chart(v, a, &m)
	if err != nil {
		return err
	}
	a.first, err = a.chart.Load(m.env.Book, v, series, from, to, m.room(), m.h, first)
	return err
}

// follow moves a window that reached the end of a series on to its new end, and one that showed all of it shows all of it still.
func follow(from, to int64, was, is timeseries.Summary) (int64, int64) {
	first, end := plot.Window(was)
	start, last := plot.Window(is)
	switch {
	case was.N == 0 || to != end || last == end:
		return from, to
	case from == first:
		return start, last
	}
	return from + last - end, last
}

// pick returns which series to show: the node near itself, else one below it, else what was shown, else the first.
func pick(v *model.View, series []model.Node, near, shown model.ID) (int, error) {
	at := 0
	for i, n := range series {
		switch {
		case n.ID == near:
			return i, nil
		case n.ID == shown:
			at = i
		}
	}
	if near == (model.ID{}) {
		return at, nil
	}
	for i, n := range series {
		if under, err := v.Under(n.ID, near); err != nil || under {
			return i, err
		}
	}
	return at, nil
}

func (m Model) arrived(a answer) (Model, tea.Cmd) {
	if a.seq != m.seq {
		return m, nil
	}
	m.near, m.settling = model.ID{}, false
	if a.err != nil {
		return m, screen.Say(screen.Echo{Text: a.err.Error(), Bad: true})
	}
	if a.aimed == m.pointing && !m.periods() {
		m.look.cross = a.cross
	}
	m.series, m.at, m.all, m.chart, m.loaded = a.series, a.at, a.all, a.chart, true
	if len(a.series) > 0 {
		m.from, m.to = a.chart.Curves[0].From, a.chart.Curves[0].To
	}
	if a.first {
		return m, m.ask(model.ID{}, false)
	}
	return m, nil
}

// invoke runs a command.
func (m Model) invoke(id command.ID) (Model, tea.Cmd) {
	if len(m.series) == 0 {
		return m, nil
	}
	switch id {
	case command.PlotEarlier:
		if m.look.cross != nil {
			return m.step(command.CrossPrev)
		}
		return m.pan(-0.1)
	case command.PlotLater:
		if m.look.cross != nil {
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
		m.from, m.to = plot.Window(m.all)
	case command.PlotNow:
		_, end := plot.Window(m.all)
		return m.show(end-(m.to-m.from), m.to-m.from)
	case command.NextSeries, command.PrevSeries:
		step := 1
		if id == command.PrevSeries {
			step = len(m.series) - 1
		}
		next := m.series[(m.at+step)%len(m.series)].ID
		m.look.cross, m.look.second = nil, 0
		m.place.Cursor, m.place.On = next, true
		return m.load(next)
	default:
		return m.restyle(id)
	}
	return m.load(model.ID{})
}

// leastSpan bounds how far one can zoom in.
const leastSpan = int64(10 * time.Second)

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
	first, last := plot.Window(m.all)
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
	if !m.loaded {
		return
	}
	w, h := s.Size()
	if len(m.series) == 0 {
		for i, l := range []string{"There are no measurements yet. In a shell:", "", "arbor log weight 72.4", "arbor import csv FILE --series NAME"} {
			st := theme.Dim
			if i > 1 {
				st = theme.Accent
			}
			s.Text(max((w-44)/2, 0), h/2-2+i, st, l)
		}
		return
	}
	margin := m.margin()
	c := m.chart
	c.Curves = slices.Clone(c.Curves)
	c.Curves[0].Style = theme.Series(m.at)
	if len(c.Curves) > 1 {
		c.Curves[1].Style = theme.Series(m.at + m.look.second)
	}
	if m.look.cross != nil {
		c.Cross = &m.look.cross.Cross
	}
	plot.Draw(&c, s.Sub(margin, 0, w-2*margin, h))
}

// margin is how many cells are left free on either side.
func (m Model) margin() int { return min(1, m.w/40) }

// room is how many cells the chart is wide.
func (m Model) room() int { return m.w - 2*m.margin() }

// Keys implements screen.Screen.
func (m Model) Keys() []command.ID {
	if m.look.cross != nil {
		return []command.ID{command.CrossPrev, command.CrossNext, command.SampleEdit, command.SampleRemove, command.SampleLog, command.SampleSkip, command.Undo, command.ZoomIn, command.ZoomOut, command.PlotKind,
			command.NextSeries, command.Back, command.Help, command.Quit}
	}
	return []command.ID{command.ZoomIn, command.ZoomOut, command.PlotEarlier, command.PlotLater, command.PlotAll, command.PlotNow, command.NextSeries, command.CrossPrev, command.PlotKind, command.PlotSecond,
		command.ViewOutline, command.ViewMap, command.Palette, command.Help, command.Quit}
}

// CapturesText implements screen.Screen.
func (m Model) CapturesText() bool { return false }

// Place implements screen.Screen.
func (m Model) Place() screen.Place {
	p := m.place
	p.Settling = m.aiming || m.settling
	if p.Facts.Series = len(m.series) > 0; p.Facts.Series {
		n := m.series[m.at]
		p.Series, p.Sample = &n, m.sample()
		p.Facts.Sample, p.Facts.Habit = p.Sample != nil, n.Definition().Target.Value > 0
	}
	if len(m.series) > 1 {
		p.Note = m.series[m.at].Text
	}
	return p
}
