package plot

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"time"

	"arbor/model"
	"arbor/model/query"
	"arbor/ui/plot"
	"arbor/ui/theme"
)

// reader reads what is drawn of a window of time.
type reader struct {
	m     *Model
	v     *model.View
	a     *answer
	first bool // from summaries alone, if that is enough
}

// longest is how far back a heat map reads: a mean for each hour.
const longest = 2 * 365 * int64(24*time.Hour)

// figure reads the figure of the answer, and reports whether it is one from summaries alone.
func (r *reader) figure() (bool, error) {
	a, l, b := r.a, &r.m.look, r.m.env.Book
	n := &a.series[a.at]
	a.chart = plot.Chart{Location: a.zone, Marks: l.marks, Log: l.log, Curves: []plot.Curve{{Kind: l.kind}}}
	a.chart.Curves[0].From, a.chart.Curves[0].To, a.chart.Notes = a.from, a.to, a.notes
	st := theme.Series(a.at)
	kind := l.kind
	if derived := r.follows(*n); derived && (kind == plot.Heat || kind == plot.Box) {
		kind = plot.Calendar // there is one value a day
	}
	switch kind {
	case plot.Histogram:
		if r.follows(*n) {
			return false, r.days(n)
		}
		f, err := plot.ReadBins(b, r.v, n, a.from, a.to, r.m.room()/3)
		f.Marks, f.Style, a.figure, a.by = l.marks, st, &f, ""
		return false, err
	case plot.Heat:
		f, err := plot.ReadHeat(b, r.v, n, max(a.from, a.to-longest), a.to, a.zone)
		f.Marks, f.Style, a.figure, a.by = l.marks, st, &f, "hour"
		return false, err
	case plot.Calendar:
		weeks := int64(max(r.m.room()-5, 1))
		from := max(a.from, a.to-weeks*int64(7*24*time.Hour))
		d, err := r.periods(n, "day", from, a.to)
		f := plot.CalendarOf(&d, n.Definition().Day, from, a.to, r.v.Calendar(n))
		f.Marks, f.Style, a.figure, a.by = l.marks, st, &f, "day"
		return false, err
	case plot.Box:
		return false, r.boxes(n)
	case plot.Scatter:
		return false, r.pairs(n)
	case plot.Spark:
		return r.sparks()
	}
	return r.curves()
}

// notes reads what happened about a series: once, until something is changed, for that may take a look at the whole tree.
func (r *reader) notes(n *model.Node) (err error) {
	m := r.m
	switch {
	case m.look.silent:
	case m.known == n.ID:
		r.a.notes = m.notes
	case r.follows(*n) && m.look.about == "": // it has no node to which anything leads
	default:
		var q *query.Query
		if m.look.about != "" {
			if q, err = query.Parse(m.look.about, m.env.Now(), m.env.States()...); err != nil {
				return err
			}
		}
		r.a.notes, err = plot.ReadNotes(r.v, n, q, r.a.zone)
	}
	if err == nil && m.known != n.ID {
		err = r.texts()
	}
	return err
}

// texts has the samples of series of texts that lie beside stand among what happened.
func (r *reader) texts() error {
	for _, id := range r.m.look.beside {
		n, err := r.v.Node(id)
		if errors.Is(err, model.ErrNoNode) || err == nil && n.Definition().Kind != model.Words {
			continue
		}
		var notes []plot.Note
		if err == nil {
			notes, err = plot.ReadTexts(r.m.env.Book, r.v, &n, math.MinInt64, math.MaxInt64)
		}
		if err != nil {
			return err
		}
		r.a.notes = slices.Concat(r.a.notes, notes)
	}
	slices.SortStableFunc(r.a.notes, func(a, b plot.Note) int { return cmp.Compare(a.At, b.At) })
	return nil
}

// boxes reads the quartiles of each period.
func (r *reader) boxes(n *model.Node) error {
	a, b := r.a, r.m.env.Book
	a.by = r.m.look.by
	if a.by == "" {
		a.by = plot.BoxesBy(a.from, a.to)
	}
	a.by = plot.PeriodFor(a.by, a.from, a.to, min(max(r.m.room()/3, 1), plot.MaxBoxes))
	buckets, err := b.Buckets(r.v.Reader(), n.Source(), r.v.Calendar(n).Edges(a.by, a.from, a.to))
	if err != nil {
		return err
	}
	f, err := plot.ReadBoxes(b, r.v, n, a.by, buckets, a.zone)
	f.Marks, a.figure = r.m.look.marks, &f
	return err
}

// pairs reads the first series that lies beside over the one that is shown, by days or longer periods.
func (r *reader) pairs(n *model.Node) error {
	a := r.a
	other := &a.series[(a.at+1)%len(a.series)]
	if nodes := r.nodes(); len(nodes) > 1 {
		other = &nodes[1]
	}
	if a.by == "" || a.by == "hour" && r.follows(*n, *other) {
		a.by = plot.PeriodFor("day", a.from, a.to, 4000)
	}
	x, err := r.periods(n, a.by, a.from, a.to)
	if err != nil {
		return err
	}
	y, err := r.periods(other, a.by, a.from, a.to)
	f := plot.Pair(&x, &y, 0, false)
	f.Marks, a.figure = r.m.look.marks, &f
	return err
}

// nodes returns the series that is shown and those that lie beside it.
func (r *reader) nodes() []model.Node {
	a := r.a
	out := []model.Node{a.series[a.at]}
	for _, id := range r.m.look.beside {
		if i := slices.IndexFunc(a.series, func(n model.Node) bool { return n.ID == id }); i >= 0 && i != a.at {
			out = append(out, a.series[i])
		}
	}
	return out
}

// sparks reads a line of those series, or of every series where there is one alone, as many as there are rows for, from the one that is shown on.
func (r *reader) sparks() (bool, error) {
	a := r.a
	nodes := r.nodes()
	if len(nodes) == 1 {
		nodes = append(slices.Clone(a.series[a.at:]), a.series[:a.at]...)
	}
	nodes = nodes[:min(len(nodes), max(r.m.h, 1))]
	c, rough, err := plot.Chart{Location: a.zone, Curves: make([]plot.Curve, len(nodes))}, false, error(nil)
	if a.by = ""; r.follows(nodes...) {
		r.byDays()
		err = r.values(&c, nodes)
	} else {
		rough, err = c.Load(r.m.env.Book, r.v, nodes, a.from, a.to, r.m.room(), r.m.h, r.first)
	}
	for i := range c.Curves {
		c.Curves[i].Style = theme.Series(a.at + i)
	}
	a.figure = &plot.Sparks{Curves: c.Curves, Marks: r.m.look.marks}
	return rough, err
}

// curves reads the chart along time: of samples, or of one value for each period.
func (r *reader) curves() (bool, error) {
	a, l := r.a, &r.m.look
	n := &a.series[a.at]
	nodes := r.nodes()
	for i := range nodes[1:] {
		another := nodes[i+1].Definition().Unit != n.Definition().Unit
		a.chart.Curves = append(a.chart.Curves, plot.Curve{Kind: l.kind, Right: l.axis == right || l.axis == byUnit && another, Style: theme.Series(a.at + i + 1)})
	}
	a.chart.Curves[0].Style = theme.Series(a.at)
	if g, ok := plot.GoalOf(n, a.all, a.zone); ok && !l.noGoal {
		a.chart.Goals = []plot.Goal{g}
	}
	if r.follows(nodes...) {
		r.byDays()
	}
	if a.by == "" {
		return a.chart.Load(r.m.env.Book, r.v, nodes, a.from, a.to, r.m.room(), r.m.h, r.first)
	}
	return false, r.values(&a.chart, nodes)
}

// values reads one value for each period of every curve. Sums and habits are bars unless another kind is asked for.
func (r *reader) values(c *plot.Chart, nodes []model.Node) error {
	for i := range nodes {
		d, err := r.periods(&nodes[i], r.a.by, r.a.from, r.a.to)
		if err != nil {
			return err
		}
		u := &c.Curves[i]
		def := nodes[i].Definition()
		if u.Data = d; u.Kind == plot.Auto && (def.Day == model.DailySum || def.Target.Value > 0) {
			u.Kind = plot.Bar
		}
	}
	return nil
}

// days counts how often a value of a day is what.
func (r *reader) days(n *model.Node) error {
	a := r.a
	r.byDays()
	d, err := r.periods(n, a.by, a.from, a.to)
	f := plot.NewBins(d.Values(), nil, r.m.room()/3, d.Kind)
	f.Name, f.Unit, f.Marks, f.Style, f.Left, a.figure = n.Text, d.Unit, r.m.look.marks, theme.Series(a.at), 0, &f
	return err
}
