package cli

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/query"
	"arbor/timeseries"
	"arbor/timeseries/fn"
	"arbor/ui/plot"
)

// plotQuery reads what a plot shows.
type plotQuery struct {
	r       *run
	book    *timeseries.Book
	v       *model.View
	opt     plotting
	series  []model.Node
	derived []*derived   // of each series, nil for one that is logged
	texts   []model.Node // series of texts, which stand beside the others as what happened
	chart   plot.Chart
	figure  plot.Figure
	buckets [][]timeseries.Bucket // of each series, with --by

	pairings  []fn.Correlation // of a scatter, by lag
	strongest int              // of these
}

// series returns the series of that name or id.
func series(v *model.View, name string) (model.Node, error) {
	id, found, err := v.SeriesByName(name)
	if err != nil {
		return model.Node{}, err
	}
	if !found {
		if !looksLikeID(name) {
			return model.Node{}, missingf("there is no series %q; 'arbor series list' lists them", name)
		}
		of, err := resolve(v, name)
		if err != nil {
			return model.Node{}, err
		}
		if id, err = v.Through(of); err != nil {
			return model.Node{}, mirrorError(of, err)
		}
	}
	n, err := v.Node(id)
	if err == nil && !n.Series {
		err = missingf("%s has no samples; 'arbor series list' lists what has", quoted(n.Text))
	}
	return n, err
}

// find finds the series: one whose name is all the words, else one for each word.
func (p *plotQuery) find(names []string) error {
	if all := strings.Join(names, " "); len(names) > 1 {
		_, found, err := p.v.SeriesByName(all)
		if err != nil {
			return err
		}
		if found {
			names = []string{all}
		}
	}
	kind := p.chart.Curves[0].Kind
	p.chart.Curves = nil
	for _, name := range names {
		n, of, err := p.one(name)
		if err != nil {
			return err
		}
		if textual(&n) {
			p.texts = append(p.texts, n)
			continue
		}
		p.series, p.derived = append(p.series, n), append(p.derived, of)
		u := plot.Curve{Kind: kind, Right: slices.Contains(p.opt.axis2, name)}
		if len(p.opt.axis2) == 0 {
			u.Right = p.unit(len(p.series)-1) != p.unit(0)
		}
		p.chart.Curves = append(p.chart.Curves, u)
	}
	if len(p.series) == 0 {
		return usagef("%s holds texts; name a series of numbers, too, beside which they stand, or list them with 'arbor log %s --list'", quoted(p.texts[0].Text), quoted(p.texts[0].Text))
	}
	for _, name := range p.opt.axis2 {
		if !slices.Contains(names, name) {
			return usagef("--axis2 %s is not one of the series to plot", name)
		}
	}
	return nil
}

// one finds a series: one that is logged, else one that follows from the tree, or from others by an expression.
func (p *plotQuery) one(name string) (model.Node, *derived, error) {
	n, of, err := p.known(name)
	if err != nil && exitCode(err) == exitMissing && looksLikeExpr(name) {
		of, err = p.formula(name)
		n = model.Node{Text: name}
	}
	if err == nil && of != nil && p.opt.by == "" {
		if p.opt.by = "day"; of.formula != nil {
			p.opt.by = cmp.Or(of.formula.expr.By(), "day")
		}
	}
	return n, of, err
}

// known finds a series that is logged or follows from the tree.
func (p *plotQuery) known(name string) (model.Node, *derived, error) {
	n, err := series(p.v, name)
	if err == nil || exitCode(err) != exitMissing {
		return n, nil, err
	}
	of, derivedErr := p.r.derived(name)
	switch {
	case derivedErr != nil:
		return n, nil, derivedErr
	case of == nil:
		return n, nil, err
	}
	return model.Node{Text: name}, of, nil
}

// unit returns the unit of a series.
func (p *plotQuery) unit(i int) string {
	if of := p.derived[i]; of != nil {
		return of.Unit
	}
	unit, _ := p.series[i].Field("unit")
	return unit
}

// span returns the time that a series takes; false if it has no samples.
func (p *plotQuery) span(i int, from, to time.Time) (first, end int64, found bool, err error) {
	if of := p.derived[i]; of != nil {
		return of.load(p.v, from, to, p.r.now())
	}
	all, err := p.book.Span(p.v.Reader(), p.series[i].Source())
	if err != nil || all.N == 0 {
		return 0, 0, false, err
	}
	if !from.IsZero() { // up to now, or as far as it goes
		return all.T0, all.T1 + 1, true, nil
	}
	first, end = plot.Window(all)
	return first, end, true, nil
}

// window returns what time to show; false if there is nothing in the time asked for.
func (p *plotQuery) window(from, to time.Time) (first, end int64, found bool, err error) {
	for i := range p.series {
		a, b, has, err := p.span(i, from, to)
		if err != nil {
			return 0, 0, false, err
		}
		if !has {
			continue
		}
		if !found {
			first, end, found = a, b, true
		}
		first, end = min(first, a), max(end, b)
	}
	if !from.IsZero() {
		first, end = from.UnixNano(), max(end, p.r.now().UnixNano())
	}
	if !to.IsZero() {
		end = to.UnixNano()
	}
	return first, end, found && first < end, nil
}

// read reads what is to be drawn; false if there are no samples in the time asked for.
func (p *plotQuery) read(from, to time.Time) (bool, error) {
	first, end, found, err := p.window(from, to)
	if err != nil || !found {
		return false, err
	}
	kind := p.chart.Curves[0].Kind
	if !kind.Timed() && kind != plot.Spark {
		return p.numbers(kind, first, end)
	}
	p.figure = &p.chart
	if p.opt.years {
		return true, p.overYears(first, end)
	}
	if p.opt.by != "" {
		err = p.periods(first, end)
	} else {
		_, err = p.chart.Load(p.book, p.v, p.series, first, end, p.opt.width, p.opt.height, false)
	}
	if err != nil {
		return false, err
	}
	if kind == plot.Spark {
		p.figure = &plot.Sparks{Curves: p.chart.Curves, Marks: p.chart.Marks}
		p.opt.height = min(p.opt.height, len(p.series))
	}
	if err := p.goal(); err != nil {
		return false, err
	}
	if err := p.notes(); err != nil {
		return false, err
	}
	for i := range p.texts {
		more, err := plot.ReadTexts(p.book, p.v, &p.texts[i], first, end)
		if err != nil {
			return false, err
		}
		p.chart.Notes = append(p.chart.Notes, more...)
	}
	slices.SortStableFunc(p.chart.Notes, func(a, b plot.Note) int { return cmp.Compare(a.At, b.At) })
	return p.any(), nil
}

// notes reads what happened.
func (p *plotQuery) notes() (err error) {
	var q *query.Query
	switch {
	case p.opt.annotated && p.opt.annotate == "", !p.opt.annotated && p.derived[0] != nil:
		return nil
	case p.opt.annotated:
		if q, err = p.r.parseScope(p.opt.annotate); err != nil {
			return err
		}
	}
	p.chart.Notes, err = plot.ReadNotes(p.v, &p.series[0], q, p.r.config.Zone)
	return err
}

// any tells whether there is a sample to be drawn.
func (p *plotQuery) any() bool {
	return slices.ContainsFunc(p.chart.Curves, func(u plot.Curve) bool { return u.Total.N > 0 })
}

// maxPeriods bounds what --by asks for.
const maxPeriods = 200000

// edges returns the edges of periods by the calendar of a series.
func (p *plotQuery) edges(n *model.Node, by string, from, to int64) ([]int64, error) {
	if float64(to-from)/float64(time.Hour) > maxPeriods && by == "hour" {
		return nil, usagef("there are more than %d hours to plot; take a shorter time with --since", maxPeriods)
	}
	return p.v.Calendar(n).Edges(by, from, to), nil
}

// periods reads one value for each period of the calendar.
func (p *plotQuery) periods(from, to int64) error {
	all, err := p.edges(&p.series[0], p.opt.by, from, to)
	if err != nil {
		return err
	}
	for i, n := range p.series {
		edges := p.v.Calendar(&n).Like(p.v.Calendar(&p.series[0]), p.opt.by, all) // so that what is of one day meets, whenever that begins
		if of := p.derived[i]; of != nil {
			data, buckets := of.data(p.opt.by, edges, p.r.now())
			p.buckets = append(p.buckets, buckets)
			p.chart.Curves[i].Data = data
			if u := &p.chart.Curves[i]; u.Kind == plot.Auto && !of.Gauge {
				u.Kind = plot.Bar
			}
			continue
		}
		buckets, err := p.book.Buckets(p.v.Reader(), n.Source(), edges)
		if err != nil {
			return err
		}
		d := n.Definition()
		p.buckets = append(p.buckets, buckets)
		p.chart.Curves[i].Data = plot.Periods(n.Text, d.Unit, p.opt.by, buckets, d.Day.Of)
		if d.Day != model.DailyCount {
			p.chart.Curves[i].Data.Kind = d.Kind
		}
		if u := &p.chart.Curves[i]; u.Kind == plot.Auto && d.Day == model.DailySum {
			u.Kind = plot.Bar
		}
	}
	return nil
}

// goal draws the goal of the first series.
func (p *plotQuery) goal() error {
	if p.derived[0] != nil || p.chart.Curves[0].Right {
		return nil
	}
	all, err := p.book.Span(p.v.Reader(), p.series[0].Source())
	if err != nil {
		return err
	}
	if line, ok := plot.GoalOf(&p.series[0], all, p.r.config.Zone); ok {
		p.chart.Goals = append(p.chart.Goals, line)
	}
	return nil
}

// encode writes the buckets behind the columns.
func (p *plotQuery) encode(enc *json.Encoder) error {
	for i, u := range p.chart.Curves {
		buckets := u.Columns
		if p.opt.by != "" {
			buckets = p.buckets[i]
		}
		for _, b := range buckets {
			if b.N == 0 {
				continue
			}
			period := ""
			if p.opt.by != "" {
				period = p.v.Calendar(&p.series[min(i, len(p.series)-1)]).Name(p.opt.by, b.From)
			}
			name := u.Name
			if p.opt.years {
				name = p.series[0].Text
			}
			line := bucketJSON{jsonVersion, name, nanos(b.From), nanos(b.To), b.N, b.Min, b.Max, b.First, b.Last, b.Sum, b.Mean, period}
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
	}
	if err := p.encodePairings(enc); err != nil || len(p.chart.Curves) == 0 {
		return err
	}
	for _, n := range plot.Within(p.chart.Notes, p.chart.Curves[0].From, p.chart.Curves[0].To) {
		line := noteJSON{V: jsonVersion, Note: n.Text, From: nanos(n.At)}
		if n.ID != (model.ID{}) {
			line.ID = n.ID.String()
		}
		if n.Until > n.At {
			line.To = nanos(n.Until)
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
