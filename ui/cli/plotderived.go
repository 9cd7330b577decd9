package cli

import (
	"slices"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/query"
	"arbor/timeseries"
	"arbor/timeseries/expr"
	"arbor/ui/plot"
)

// derived is a series that follows from the tree, of the nodes that a query means: done, or done(+home); or from others, by an expression.
type derived struct {
	model.Derivation
	name    string
	query   *query.Query
	samples []timeseries.Sample
	formula *formula // nil of what follows from the tree
}

// derivedNames are what such a series can be called.
func derivedNames() string {
	var names []string
	for _, d := range model.Derivations {
		names = append(names, d.Name)
	}
	return strings.Join(names, ", ")
}

// derived reads the name of a series that follows from the tree; nil if it is none.
func (r *run) derived(name string) (*derived, error) {
	word, rest, asks := strings.Cut(name, "(")
	i := slices.IndexFunc(model.Derivations, func(d model.Derivation) bool { return d.Name == word })
	if i < 0 {
		return nil, nil
	}
	d := &derived{Derivation: model.Derivations[i], name: name}
	text := ""
	if asks {
		if expr.Enclosed(name[len(word):]) != name[len(word):] {
			return nil, nil // which an expression may be
		}
		text = strings.TrimSuffix(rest, ")")
	}
	q, err := r.parseScope(text)
	d.query = q
	return d, err
}

// load reads the samples of a derived series and returns its first and last time; false if it has none.
func (d *derived) load(v *model.View, from, to, now time.Time) (first, end int64, found bool, err error) {
	if d.formula != nil {
		return d.formula.load(d, from, to, now)
	}
	d.samples, err = v.Derived(d.Name, d.query, from, to, now)
	if n := len(d.samples); err == nil && n > 0 {
		return d.samples[0].T, d.samples[n-1].T + 1, true, nil
	}
	return 0, 0, false, err
}

// data returns one value for each period: of what counts the sum, 0 where nothing happened, of how things stood the last.
func (d *derived) data(by string, edges []int64, now time.Time) (plot.Data, []timeseries.Bucket) {
	if d.formula != nil {
		buckets := timeseries.Fill(edges, d.samples)
		return plot.Periods(d.name, d.Unit, by, buckets, model.DailyMean.Of), buckets
	}
	return plot.DerivedPeriods(d.Derivation, d.name, by, edges, d.samples, now)
}
