package plot

import (
	"slices"

	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/plot"

	tea "github.com/charmbracelet/bubbletea"
)

// look is how the person wants the chart to be drawn.
type look struct {
	kind   plot.Kind
	marks  plot.Marks
	log    bool
	noGoal bool
	second int    // how many series after the one that is shown another lies beside it; 0 is none
	cross  *cross // what is pointed at
}

// chart sets up the chart of an answer but for its samples, and returns the series in it.
func (l look) chart(v *model.View, a *answer, m *Model) ([]model.Node, error) {
	n := a.series[a.at]
	a.chart = plot.Chart{Location: a.zone, Marks: l.marks, Log: l.log, Curves: []plot.Curve{{Kind: l.kind}}}
	nodes := []model.Node{n}
	if i := l.second % len(a.series); i > 0 {
		other := a.series[(a.at+i)%len(a.series)]
		unit, _ := n.Field("unit")
		has, _ := other.Field("unit")
		nodes = append(nodes, other)
		a.chart.Curves = append(a.chart.Curves, plot.Curve{Kind: l.kind, Right: has != unit})
	}
	if g, ok := plot.GoalOf(&n, a.all, a.zone); ok && !l.noGoal {
		a.chart.Goals = []plot.Goal{g}
	}
	return nodes, nil
}

// restyle runs the commands that change how the chart looks.
func (m Model) restyle(id command.ID) (Model, tea.Cmd) {
	switch id {
	case command.CrossNext, command.CrossPrev, command.CrossLeft, command.CrossRight:
		return m.step(id)
	case command.CrossOff, command.Back:
		m.look.cross = nil
		return m, nil
	case command.PlotKind:
		if m.look.kind++; m.look.kind > plot.Band {
			m.look.kind = plot.Auto
		}
	case command.PlotMarks:
		m.look.marks = (m.look.marks + 1) % (plot.ASCII + 1)
	case command.PlotLog:
		m.look.log = !m.look.log
	case command.PlotGoal:
		m.look.noGoal = !m.look.noGoal
	case command.PlotSecond:
		m.look.second = (m.look.second + 1) % len(m.series)
	default:
		return m, nil
	}
	return m.load(model.ID{})
}

// periods reports whether what is drawn is one value for each period, which is no sample.
func (m Model) periods() bool { return len(m.chart.Curves) > 0 && m.chart.Curves[0].By != "" }

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
	if !m.periods() {
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
