package cli

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"arbor/model"
	"arbor/model/query"
	"arbor/timeseries"
	"arbor/timeseries/expr"
)

// maxRead bounds how many samples of a series an expression reads.
const maxRead = 5_000_000

// exprError says what is wrong with an expression, and where, for the ^ below it.
type exprError struct {
	message string
	at      query.Error
}

func (e *exprError) Error() string {
	return fmt.Sprintf("expression, column %d: %s; 'arbor plot --help' tells what there is", e.at.Column, e.message)
}

func (e *exprError) Unwrap() error { return &e.at }

// looksLikeExpr tells whether a name that no series has is meant as an expression.
func looksLikeExpr(name string) bool {
	return strings.ContainsAny(name, "()+*/'\"`") || strings.Contains(name, " - ") || strings.Contains(name, " by ")
}

// formula is a series that follows from others by an expression.
type formula struct {
	p       *plotQuery
	expr    *expr.Expr
	series  map[string]model.Node
	derived map[string]*derived
	first   int64 // before which none of them has a sample
}

// formula reads an expression, and finds the series in it.
func (p *plotQuery) formula(text string) (*derived, error) {
	var tree []string
	for _, d := range model.Derivations {
		tree = append(tree, d.Name)
	}
	e, err := expr.Parse(text, timeseries.Periods, tree)
	var wrong *expr.Error
	if errors.As(err, &wrong) {
		at := query.Error{Query: text, Column: utf8.RuneCountInString(text[:wrong.At]) + 1}
		return nil, usagef("%w", &exprError{wrong.Message, at})
	}
	f := &formula{p: p, expr: e, series: map[string]model.Node{}, derived: map[string]*derived{}, first: math.MaxInt64}
	d := &derived{name: text, formula: f}
	d.Gauge = e.By() == ""
	for i, name := range e.Names() {
		n, of, err := p.known(name)
		if err != nil {
			return nil, err
		}
		if textual(&n) {
			return nil, usagef("%s holds texts, of which nothing can be worked out", quoted(name))
		}
		unit, _ := n.Field("unit")
		if of != nil {
			f.derived[name], unit = of, of.Unit
		} else {
			f.series[name] = n
		}
		if i == 0 && e.Keeps() {
			d.Unit = unit
		} else if unit != d.Unit {
			d.Unit = ""
		}
	}
	return d, nil
}

// env is what the expression reads.
func (f *formula) env() *expr.Env {
	return &expr.Env{Range: f.samples, Buckets: f.buckets, Edges: func(period string, from, to int64) ([]int64, error) {
		if from = max(from, f.first); from >= to {
			return nil, nil
		}
		return f.p.edges(f.dated(), period, from, to)
	}}
}

// dated returns the series by whose days the expression counts: the first that is logged.
func (f *formula) dated() *model.Node {
	for _, name := range f.expr.Names() {
		if n, ok := f.series[name]; ok {
			return &n
		}
	}
	return &model.Node{}
}

func (f *formula) samples(name string, from, to int64) (out []timeseries.Sample, err error) {
	if d := f.derived[name]; d != nil {
		return slices.DeleteFunc(slices.Clone(d.samples), func(x timeseries.Sample) bool { return x.T < from || x.T >= to }), nil
	}
	n := f.series[name]
	for x, err := range f.p.book.Range(f.p.v.Reader(), n.Source(), from, to) {
		if err != nil {
			return nil, err
		}
		if len(out) == maxRead {
			return nil, usagef("%s has more than %d samples in this time; take a shorter one with --since, or sum it up first: mean(%s) by hour", quoted(name), maxRead, name)
		}
		out = append(out, x)
	}
	return out, nil
}

func (f *formula) buckets(name string, edges []int64) ([]timeseries.Bucket, error) {
	if d := f.derived[name]; d != nil {
		return timeseries.Fill(edges, d.samples), nil
	}
	n := f.series[name]
	return f.p.book.Buckets(f.p.v.Reader(), n.Source(), edges)
}

// load works the expression out for a time, or for all of which there are samples.
func (f *formula) load(d *derived, from, to, now time.Time) (first, end int64, found bool, err error) {
	end = math.MinInt64
	for _, of := range f.derived {
		a, b, has, err := of.load(f.p.v, time.Time{}, to, now)
		if err != nil {
			return 0, 0, false, err
		}
		if has {
			f.first, end = min(f.first, a), max(end, b)
		}
	}
	for _, n := range f.series {
		all, err := f.p.book.Span(f.p.v.Reader(), n.Source())
		if err != nil {
			return 0, 0, false, err
		}
		if all.N > 0 {
			f.first, end = min(f.first, all.T0), max(end, all.T1+1)
		}
	}
	if first = f.first; !from.IsZero() {
		first = max(first, from.UnixNano())
	}
	if !to.IsZero() {
		end = min(end, to.UnixNano())
	}
	d.samples, err = f.expr.Eval(f.env(), first, end)
	if n := len(d.samples); err == nil && n > 0 {
		return d.samples[0].T, d.samples[n-1].T + 1, true, nil
	}
	return 0, 0, false, err
}
