package plot

import (
	"maps"
	"math"
	"slices"
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/plot"

	tea "github.com/charmbracelet/bubbletea"
)

// feed is a series that nobody logs: it follows from the tree, from what the context shows of it. It is read whole, once until something changes.
type feed struct {
	model.Derivation
	samples []timeseries.Sample
	now     time.Time
}

// DerivedID names a series that follows from the tree, of model.Derivations, as nodes are named.
func DerivedID(name string) model.ID { return model.Named("derived/" + name) }

// derivation returns the series that follows from the tree and is named by an id.
func derivation(id model.ID) (model.Derivation, bool) {
	i := slices.IndexFunc(model.Derivations, func(d model.Derivation) bool { return DerivedID(d.Name) == id })
	if i < 0 {
		return model.Derivation{}, false
	}
	return model.Derivations[i], true
}

// node is the feed as the node of a series.
func (f *feed) node() model.Node {
	day := model.DailySum
	if f.Gauge {
		day = model.DailyLast
	}
	return model.Node{ID: DerivedID(f.Name), Text: f.Name, Fields: []model.Field{{Key: "day", Value: string(day)}, {Key: "unit", Value: f.Unit}}}
}

// summary sums all samples up.
func (f *feed) summary() timeseries.Summary {
	return timeseries.Fill([]int64{math.MinInt64, math.MaxInt64}, f.samples)[0].Summary
}

// Show asks the plot to show a series, which is logged or follows from the tree.
type Show struct{ ID model.ID }

func (m Model) showSeries(id model.ID) (Model, tea.Cmd) {
	if m = m.derive(id); !slices.Contains(m.derived, id) {
		m.place.Cursor, m.place.On = id, true
	}
	m.look.cross = nil
	return m.load(id)
}

// derive has a series among those to be shown, if it is one that follows from the tree.
func (m Model) derive(id model.ID) Model {
	if _, ok := derivation(id); ok && !slices.Contains(m.derived, id) {
		m.derived = append(slices.Clip(m.derived), id)
	}
	return m
}

// stale has what takes a look at the whole tree be read again when it is needed.
func (m Model) stale() Model {
	m.known, m.feeds = model.ID{}, nil
	return m
}

// derive reads the series that follow from the tree and are to be shown.
func (r *reader) derive() error {
	a, m := r.a, r.m
	a.feeds = maps.Clone(m.feeds)
	for _, id := range m.derived {
		f := a.feeds[id]
		if f == nil {
			of, _ := derivation(id)
			f = &feed{Derivation: of, now: m.env.Now()}
			q, err := m.env.Within(f.now)
			if err != nil {
				return err
			}
			if f.samples, err = r.v.Derived(of.Name, q, time.Time{}, f.now.Add(1), f.now); err != nil {
				return err
			}
			if a.feeds == nil {
				a.feeds = map[model.ID]*feed{}
			}
			a.feeds[id] = f
		}
		a.series = append(a.series, f.node())
	}
	return nil
}

// span returns the summary of all of a series.
func (r *reader) span(n *model.Node) (timeseries.Summary, error) {
	if f := r.a.feeds[n.ID]; f != nil {
		return f.summary(), nil
	}
	return r.m.env.Book.Span(r.v.Reader(), n.Source())
}

// periods returns one value of a series for each period of that name that meets [from, to).
func (r *reader) periods(n *model.Node, by string, from, to int64) (plot.Data, error) {
	if f := r.a.feeds[n.ID]; f != nil {
		d, _ := plot.DerivedPeriods(f.Derivation, f.Name, by, r.v.Calendar(n).Edges(by, from, to), f.samples, f.now)
		return d, nil
	}
	d, _, err := plot.ReadPeriods(r.m.env.Book, r.v, n, by, from, to)
	return d, err
}

// follows reports whether one of some series follows from the tree, and so has no values shorter than a day.
func (r *reader) follows(nodes ...model.Node) bool {
	return slices.ContainsFunc(nodes, func(n model.Node) bool { return r.a.feeds[n.ID] != nil })
}

// byDays has values of a day, or of a longer period that is asked for or that there are not too many of.
func (r *reader) byDays() {
	a := r.a
	if a.by == "" || a.by == "hour" {
		a.by = "day"
	}
	a.by = plot.PeriodFor(a.by, a.from, a.to, max(r.m.room(), 1)*2)
}
