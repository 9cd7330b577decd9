package plot

import (
	"time"

	"arbor/model"
	"arbor/timeseries"
	"arbor/ui/plot"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// answer is what was read for a window of time. A first answer is from summaries alone, and the exact one is asked for when it has come.
type answer struct {
	seq      uint64
	first    bool
	series   []model.Node
	at       int
	all      timeseries.Summary
	whole    window
	from, to int64
	chart    plot.Chart
	figure   plot.Figure // what is drawn in place of the chart, if it is no line along time
	by       string      // the period of one value; empty for samples
	zone     *time.Location
	notes    []plot.Note
	feeds    map[model.ID]*feed
	cross    *cross
	aimed    uint64 // as many samples were asked for before
	err      error
}

// emptySpan is the time that is shown of a series without samples.
const emptySpan = 30 * 24 * time.Hour

// load has the chart read: of the series nearest to a node if one is given, else of the one that is shown. One reading is under way at a time: what
// is asked for meanwhile is read when it is done, however many keys that were.
func (m Model) load(near model.ID) (Model, tea.Cmd) {
	if near != (model.ID{}) {
		m.near = near
	}
	m.seq++
	if m.reading {
		return m, nil
	}
	m.reading = true
	return m, m.ask(m.near, true)
}

// ask reads the chart of the window, from summaries alone if first is true and that is enough for a picture.
func (m Model) ask(near model.ID, first bool) tea.Cmd {
	read := func() answer {
		a := answer{seq: m.seq, first: first, zone: m.env.Now().Location(), aimed: m.aims}
		if m.env.Book != nil {
			a.err = m.env.Tree.View(func(v *model.View) error { return m.read(v, near, &a) })
		}
		return a
	}
	return func() tea.Msg { return model.Again(read, func(a *answer) error { return a.err }) }
}

func (m Model) read(v *model.View, near model.ID, a *answer) (err error) {
	first := a.first
	a.first = false
	r := reader{m: &m, v: v, a: a, first: first}
	if a.series, err = v.Measured(); err != nil {
		return err
	}
	if err := r.derive(); err != nil || len(a.series) == 0 {
		return err
	}
	shown := model.ID{}
	if m.at < len(m.series) {
		shown = m.series[m.at].ID
	}
	if a.at, err = r.pick(near, shown); err != nil {
		return err
	}
	n := a.series[a.at]
	if a.all, err = r.span(&n); err != nil {
		return err
	}
	a.whole = wholeOf(&n, a.all, m.env.Now())
	if n.ID != shown || m.all.N == 0 || a.all.N == 0 || m.to <= m.from {
		a.from, a.to = a.whole.from, a.whole.to
	} else {
		a.from, a.to = a.whole.follow(m.whole, m.from, m.to)
	}
	if a.by = m.look.by; a.by != "" {
		a.by = plot.PeriodFor(a.by, a.from, a.to, max(m.room(), 1)*2)
	}
	if aim, ok := m.again(); ok && n.ID == shown && a.by == "" {
		if a.cross, err = aim.take(m.env.Book, v, &n); err != nil {
			return err
		}
	}
	if err := r.notes(&n); err != nil {
		return err
	}
	a.first, err = r.figure()
	return err
}

// window is a span of time, Unix nanoseconds.
type window struct{ from, to int64 }

// wholeOf returns the time that a series takes: up to now that of a habit, of which what is not done counts too, and of a series without samples.
func wholeOf(n *model.Node, all timeseries.Summary, now time.Time) window {
	if all.N == 0 {
		return window{now.Add(-emptySpan).UnixNano(), now.UnixNano()}
	}
	from, to := plot.Window(all)
	if n.Definition().Target.Value > 0 {
		to = max(to, now.UnixNano()+int64(time.Second))
	}
	return window{from, to}
}

// follow moves a window that reached the end of a series, which took the time of was, on to its new end; one that showed all of it shows all of it still.
func (w window) follow(was window, from, to int64) (int64, int64) {
	switch {
	case to != was.to || w.to == was.to:
		return from, to
	case from == was.from:
		return w.from, w.to
	}
	return from + w.to - was.to, w.to
}

// pick returns which series to show: the node near itself, else one below it, else what was shown, else the first.
func (r *reader) pick(near, shown model.ID) (int, error) {
	at := 0
	for i, n := range r.a.series {
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
	for i, n := range r.a.series {
		if r.follows(n) {
			continue
		}
		if under, err := r.v.Under(n.ID, near); err != nil || under {
			return i, err
		}
	}
	return at, nil
}

// arrived takes what was read. Where something else was asked for meanwhile that is read next; what there is of the series shown is drawn until then,
// so that the picture moves while keys repeat.
func (m Model) arrived(a answer) (Model, tea.Cmd) {
	if !m.reading || a.seq > m.seq {
		return m, nil
	}
	if a.seq < m.seq {
		if a.err == nil && m.same(&a) {
			m.chart, m.figure, m.by = a.chart, a.figure, a.by
		}
		return m, m.ask(m.near, true)
	}
	m.reading, m.near, m.settling = false, model.ID{}, false
	if m.failed = ""; a.err != nil {
		m.failed = a.err.Error()
		return m, screen.Say(screen.Echo{Text: a.err.Error(), Bad: true})
	}
	if a.by != m.by || !m.same(&a) {
		m.look.cross = nil
	}
	if a.aimed == m.aims && a.by == "" {
		m.look.cross = a.cross
	}
	m.series, m.at, m.all, m.chart, m.figure, m.by, m.loaded = a.series, a.at, a.all, a.chart, a.figure, a.by, true
	m.whole, m.from, m.to = a.whole, a.from, a.to
	m.feeds = a.feeds
	if m.notes = a.notes; len(a.series) > 0 {
		m.known = a.series[a.at].ID
	}
	if a.first {
		m.reading = true
		return m, m.ask(model.ID{}, false)
	}
	return m, nil
}

// same reports whether an answer is of the series that is shown.
func (m Model) same(a *answer) bool {
	return m.at < len(m.series) && a.at < len(a.series) && m.series[m.at].ID == a.series[a.at].ID
}
