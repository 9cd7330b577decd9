package plot

import (
	"slices"
	"strings"
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

// look is how the person wants the series to be drawn.
type look struct {
	kind   plot.Kind
	marks  plot.Marks
	by     string // the period of one value; empty for samples
	log    bool
	noGoal bool
	words  bool       // said, not drawn
	beside []model.ID // series that lie beside the one that is shown
	axis   axis
	about  string // the query of what happened; empty for what leads to the series
	silent bool   // nothing of what happened is shown
	cross  *cross // what is pointed at
}

// axis says which of what lies beside goes by the axis on the right.
type axis uint8

const (
	byUnit axis = iota // what has another unit than the series that is shown
	right
	left
	axes
)

// Beside asks the plot to lay a series beside the one that is shown, or, if it does, to take it away.
type Beside struct{ ID model.ID }

func (m Model) layBeside(id model.ID) (Model, tea.Cmd) {
	m = m.derive(id)
	m.known = model.ID{} // what happened may be told by what lies beside
	was := m.look.beside
	m.look.beside = slices.DeleteFunc(slices.Clone(was), func(x model.ID) bool { return x == id })
	if len(m.look.beside) == len(was) {
		m.look.beside = append(m.look.beside, id)
	}
	return m.load(model.ID{})
}

// About asks the plot to show what a query means as what happened: empty is what leads to the series, and None is nothing.
type About struct{ Query string }

// None is the query of About that means nothing.
const None = "-"

func (m Model) tellAbout(a About) (Model, tea.Cmd) {
	m.look.about, m.look.silent, m.known = a.Query, a.Query == None, model.ID{}
	return m.load(model.ID{})
}

// restyle runs the commands that change how the series looks.
func (m Model) restyle(id command.ID) (Model, tea.Cmd) {
	l := &m.look
	switch id {
	case command.CrossNext, command.CrossPrev, command.CrossLeft, command.CrossRight:
		return m.step(id)
	case command.CrossOff:
		l.cross = nil
		return m, nil
	case command.Back:
		if l.cross == nil {
			l.words = false
		}
		l.cross = nil
		return m, nil
	case command.PlotWords:
		l.words = !l.words
		return m, nil
	case command.PlotKind:
		l.kind = m.kindAfter(1)
	case command.PlotKindBack:
		l.kind = m.kindAfter(-1)
	case command.PlotBy:
		names := append([]string{""}, timeseries.Periods...)
		l.by = names[(slices.Index(names, l.by)+1)%len(names)]
	case command.PlotMarks:
		l.marks = (l.marks + 1) % (plot.ASCII + 1)
	case command.PlotLog:
		l.log = !l.log
	case command.PlotGoal:
		l.noGoal = !l.noGoal
	case command.PlotAxis:
		l.axis = (l.axis + 1) % axes
	default:
		return m, nil
	}
	return m.load(model.ID{})
}

// kindAfter returns the kind after the one that is shown, or before it. One series alone has no other to be set over.
func (m Model) kindAfter(step int) plot.Kind {
	n := int(plot.Spark) + 1
	k := plot.Kind((int(m.look.kind) + step + n) % n)
	if k == plot.Scatter && len(m.series) < 2 {
		k = plot.Kind(int(k) + step)
	}
	return k
}

// presets are spans of time to be shown.
var presets = map[command.ID]time.Duration{
	command.ZoomHour: time.Hour, command.ZoomDay: 24 * time.Hour, command.ZoomWeek: 7 * 24 * time.Hour, command.ZoomMonth: 30 * 24 * time.Hour, command.ZoomQuarter: 91 * 24 * time.Hour,
	command.ZoomYear: 365 * 24 * time.Hour,
}

// preset shows a span of time: about what is pointed at, else up to where the window ends, or the series.
func (m Model) preset(span time.Duration) (Model, tea.Cmd) {
	if c := m.look.cross; c != nil {
		return m.show(c.T-int64(span)/2, int64(span))
	}
	end := m.whole.to
	return m.show(min(m.to, end)-int64(span), int64(span))
}

// Span asks the plot to show the time from From on or up to To, Unix nanoseconds; 0 leaves an end where it is.
type Span struct{ From, To int64 }

// span shows a span of time. An end that would be on the wrong side of the other one takes that along, to the end of the series.
func (m Model) span(s Span) (Model, tea.Cmd) {
	if len(m.series) == 0 {
		return m, nil
	}
	from, to := m.from, m.to
	first, last := m.whole.from, m.whole.to
	if s.From != 0 {
		if from = s.From; to <= from {
			to = max(last, from+leastSpan)
		}
	}
	if s.To != 0 {
		if to = s.To; from >= to {
			from = min(first, to-leastSpan)
		}
	}
	m.from, m.to = from, to
	return m.load(model.ID{})
}

// shown is what is drawn: a chart with what is pointed at, or another figure.
func (m Model) shown() plot.Figure {
	if m.figure != nil {
		return m.figure
	}
	c := m.chart
	if m.look.cross != nil {
		c.Cross = &m.look.cross.Cross
	}
	return &c
}

// said is what is drawn in words, and what is pointed at.
func (m Model) said() string {
	f := m.shown()
	if c, ok := f.(*plot.Chart); ok && c.Cross != nil {
		return "pointing at " + c.Pointed() + "\n" + f.Describe()
	}
	return f.Describe()
}

// drawWords says what is shown, a line for each thing that is said, as far as there is room.
func (m Model) drawWords(s grid.Surface) {
	w, h := s.Size()
	var lines []string
	for l := range strings.Lines(m.said()) {
		for i, part := range strings.Split(strings.TrimRight(l, "\n"), "; ") {
			for k, x := range grid.Wrap(part, max(w-4, 1)) {
				indent := "  "
				if i == 0 && k == 0 {
					indent = ""
				}
				lines = append(lines, indent+x)
			}
		}
	}
	if len(lines) > h && h > 0 {
		lines = append(lines[:h-1], "… and more; zoom in for it")
	}
	for y, l := range lines {
		s.Text(0, y, theme.Text, l)
	}
}

// note says how the series is looked at, where that is not the usual way, and what time is shown.
func (m Model) note() string {
	var parts []string
	if m.look.kind != plot.Auto {
		parts = append(parts, m.look.kind.String())
	}
	if m.by != "" {
		parts = append(parts, "by "+m.by)
	}
	if m.figure != nil {
		parts = append(parts, plot.Days(m.from, m.to, m.chart.Location))
	}
	if len(m.chart.Curves) > 1 && m.look.axis != byUnit {
		parts = append(parts, map[axis]string{right: "beside on the right axis", left: "all on one axis"}[m.look.axis])
	}
	if len(parts) == 0 && len(m.series) > 1 {
		return m.series[m.at].Text
	}
	return strings.Join(parts, " · ")
}

// stepPeriod points at the next period that has a value, or the one before.
func (m Model) stepPeriod(forward bool) Model {
	columns := slices.Clone(m.chart.Curves[0].Columns)
	if !forward {
		slices.Reverse(columns)
	}
	for _, b := range columns {
		c := m.look.cross
		if b.N > 0 && (c == nil || forward && b.T0 > c.T || !forward && b.T0 < c.T) {
			m.look.cross = &cross{Cross: plot.Cross{T: b.T0, V: b.Last}, want: b.T0, n: 1}
			break
		}
	}
	return m
}

// click points at what is nearest to a time.
func (m Model) click(at int64) (Model, tea.Cmd) {
	switch {
	case m.figure != nil:
		return m, screen.Say(screen.Echo{Text: m.noTime()})
	case m.by == "":
		return m.point(aim{at: at})
	}
	var best *cross
	for _, b := range m.chart.Curves[0].Columns {
		if b.N > 0 && (best == nil || b.From <= at) {
			best = &cross{Cross: plot.Cross{T: b.T0, V: b.Last}, want: b.T0, n: 1}
		}
	}
	m.look.cross = best
	return m, nil
}

// noTime says why nothing can be pointed at.
func (m Model) noTime() string {
	return "one points at samples along time, not in a " + m.look.kind.String() + "; " + m.env.Keys.Label(command.PlotKind) + " is another kind"
}
