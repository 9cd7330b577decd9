package plot

import (
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
	second int         // how many series after the one that is shown another lies beside it; 0 is none
	cross  *plot.Cross // the sample pointed at
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

// restyle runs the commands that change how the chart looks. Pointing at a sample reads nothing: the columns have their first and last.
func (m Model) restyle(id command.ID) (Model, tea.Cmd) {
	switch id {
	case command.CrossNext:
		return m.point(1), nil
	case command.CrossPrev:
		return m.point(-1), nil
	case command.CrossOff:
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

// point points at the next sample that the columns of the chart know, or, with -1, the one before: the first and the last of each. Without one
// pointed at, it begins at the other end.
func (m Model) point(step int) Model {
	if len(m.chart.Curves) == 0 {
		return m
	}
	var at *plot.Cross
	columns := m.chart.Curves[0].Columns
	for i := range columns {
		b := &columns[i]
		if step < 0 {
			b = &columns[len(columns)-1-i]
		}
		if b.N == 0 {
			continue
		}
		ends := [2]plot.Cross{{T: b.T0, V: b.First}, {T: b.T1, V: b.Last}}
		if step < 0 {
			ends[0], ends[1] = ends[1], ends[0]
		}
		for _, c := range ends {
			if at == nil && (m.look.cross == nil || (c.T-m.look.cross.T)*int64(step) > 0) {
				at = &c
			}
		}
		if at != nil {
			break
		}
	}
	if at != nil {
		m.look.cross = at
	}
	return m
}
