package expr

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"time"

	"arbor/timeseries"
	"arbor/timeseries/fn"
)

// Sample is a value at a time.
type Sample = timeseries.Sample

// Env is what an expression reads.
type Env struct {
	Range   func(name string, from, to int64) ([]Sample, error)            // the samples of a series in [from, to), by time
	Buckets func(name string, edges []int64) ([]timeseries.Bucket, error)  // their summaries between edges
	Edges   func(period string, from, to int64) (edges []int64, err error) // of periods of the calendar that hold [from, to)
}

// function is one of the language.
type function struct {
	takes   []kind
	least   int // how many of these have to be there
	written string
	says    string
	eval    func(*Env, *node, int64, int64) ([]Sample, error) // nil for what needs a period
}

// summaries are the functions that sum a series up by a period.
var summaries = []string{"sum", "count", "mean", "min", "max", "first", "last", "median"}

var functions map[string]function

func init() {
	one, spanned := []kind{series}, []kind{series, spans}
	functions = map[string]function{
		"delta":      {one, 1, "delta(x)", "by how much each value differs from the one before", stepped(fn.Delta)},
		"increase":   {one, 1, "increase(x)", "by how much a counter grew since the value before; one that is less began again at 0", stepped(fn.Increase)},
		"rate":       {spanned, 1, "rate(x) or rate(x, 1h)", "increase in each span, a day if none is given", rate},
		"cumulative": {one, 1, "cumulative(x)", "the sum of all values up to each", cumulative},
		"mean":       {spanned, 1, "mean(x, 7d), or mean(x) by week", "the mean of the span up to each value", moving(fn.MovingMean)},
		"median":     {spanned, 1, "median(x, 7d), or median(x) by week", "the median of the span up to each value", moving(fn.MovingMedian)},
		"ewma":       {[]kind{series, numbers, spans}, 2, "ewma(x, 0.1) or ewma(x, 0.1, 1d)", "a mean that each value moves by a part of the way, for each span (a day) since the last", ewma},
		"shift":      {spanned, 2, "shift(x, 7d)", "as it was that long before", shift},
		"abs":        {one, 1, "abs(x)", "without its sign", mapped(math.Abs)},
		"log":        {one, 1, "log(x)", "the natural logarithm", mapped(math.Log)},
		"sqrt":       {one, 1, "sqrt(x)", "the square root", mapped(math.Sqrt)},
		"round":      {one, 1, "round(x)", "the nearest integer", mapped(math.RoundToEven)},
	}
	for _, name := range summaries {
		if _, ok := functions[name]; !ok {
			functions[name] = function{one, 1, name + "(x) by week", map[string]string{"sum": "the sum", "count": "how many values there are", "min": "the least value",
				"max": "the greatest value", "first": "the first value", "last": "the last value"}[name] + " of each period", nil}
		}
	}
}

// Functions returns the names of all functions, sorted.
func Functions() []string { return slices.Sorted(maps.Keys(functions)) }

// Help returns how a function is written and what it gives.
func Help(name string) (written, says string) { return functions[name].written, functions[name].says }

// Eval returns the samples of an expression with times in [from, to). It reads of each series what these need: of a moving mean its span more, of ewma
// and cumulative all before, of series that are summed up summaries alone.
func (e *Expr) Eval(env *Env, from, to int64) ([]Sample, error) {
	if from >= to {
		return nil, nil
	}
	return e.root.eval(env, from, to)
}

func (n *node) eval(env *Env, from, to int64) ([]Sample, error) {
	switch n.op {
	case "":
		return env.Range(n.name, from, to)
	case "by":
		return n.periods(env, from, to)
	case "+", "-", "*", "/":
		return n.reckon(env, from, to)
	}
	return functions[n.op].eval(env, n, from, to)
}

// cut leaves the finite samples from a time on.
func cut(s []Sample, from int64) []Sample {
	s = s[sort.Search(len(s), func(i int) bool { return s[i].T >= from }):]
	return slices.DeleteFunc(s, func(x Sample) bool { return math.IsNaN(x.V - x.V) })
}

// before is a time that much earlier, the first there is if there is none.
func before(t int64, span time.Duration) int64 {
	if t < math.MinInt64+int64(span) {
		return math.MinInt64
	}
	return t - int64(span)
}

// withLast evaluates a series in [from, to) with at least one sample before, if there is one.
func (n *node) withLast(env *Env, from, to int64) ([]Sample, error) {
	for span := 24 * time.Hour; ; span *= 8 {
		first := before(from, span)
		if span > math.MaxInt64/16 {
			first = math.MinInt64
		}
		s, err := n.eval(env, first, to)
		if err != nil || len(s) > 0 && s[0].T < from || first == math.MinInt64 {
			return s, err
		}
	}
}

// apply reckons with two numbers.
func apply(sign string, a, b float64) float64 {
	switch sign {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	}
	return a / b
}

// reckon joins two series, or one and a number.
func (n *node) reckon(env *Env, from, to int64) ([]Sample, error) {
	a, b := n.args[0], n.args[1]
	if a.kind == numbers || b.kind == numbers {
		of := a
		if a.kind == numbers {
			of = b
		}
		s, err := of.eval(env, from, to)
		out := make([]Sample, len(s))
		for i, x := range s {
			if of == a {
				out[i] = Sample{T: x.T, V: apply(n.op, x.V, b.number)}
			} else {
				out[i] = Sample{T: x.T, V: apply(n.op, a.number, x.V)}
			}
		}
		return cut(out, math.MinInt64), err
	}
	left, err := a.eval(env, from, to)
	if err != nil || len(left) == 0 {
		return nil, err
	}
	right, err := b.withLast(env, left[0].T+1, to)
	if err != nil {
		return nil, err
	}
	var out []Sample
	at := 0 // how many of right are not later
	for _, x := range left {
		for at < len(right) && right[at].T <= x.T {
			at++
		}
		if at > 0 {
			out = append(out, Sample{T: x.T, V: apply(n.op, x.V, right[at-1].V)})
		}
	}
	return cut(out, math.MinInt64), nil
}

// periods sums a series up.
func (n *node) periods(env *Env, from, to int64) ([]Sample, error) {
	edges, err := env.Edges(n.name, from, to)
	if err != nil || len(edges) < 2 {
		return nil, err
	}
	of, x := n.args[0].op, n.args[0].args[0]
	var out []Sample
	if of != "median" && x.op == "" {
		buckets, err := env.Buckets(x.name, edges)
		for _, b := range buckets {
			if b.N > 0 {
				out = append(out, Sample{T: b.From, V: summed(of, &b.Summary)})
			}
		}
		return cut(out, math.MinInt64), err
	}
	s, err := x.eval(env, edges[0], edges[len(edges)-1])
	if err != nil {
		return nil, err
	}
	if of != "median" {
		for _, b := range timeseries.Fill(edges, s) {
			if b.N > 0 {
				out = append(out, Sample{T: b.From, V: summed(of, &b.Summary)})
			}
		}
		return cut(out, math.MinInt64), nil
	}
	for i := 1; i < len(edges); i++ {
		k := sort.Search(len(s), func(k int) bool { return s[k].T >= edges[i] })
		if part := fn.Values(s[:k]); len(part) > 0 {
			v, err := fn.Percentile(part, 50, fn.Linear)
			if err != nil {
				return nil, fmt.Errorf("median: %w", err)
			}
			out = append(out, Sample{T: edges[i-1], V: v})
		}
		s = s[k:]
	}
	return out, nil
}

// summed is what a summary says.
func summed(of string, s *timeseries.Summary) float64 {
	switch of {
	case "sum":
		return s.Sum
	case "count":
		return float64(s.N)
	case "min":
		return s.Min
	case "max":
		return s.Max
	case "first":
		return s.First
	case "last":
		return s.Last
	}
	return s.Mean
}

// mapped is a function of each value alone.
func mapped(of func(float64) float64) func(*Env, *node, int64, int64) ([]Sample, error) {
	return func(env *Env, n *node, from, to int64) ([]Sample, error) {
		s, err := n.args[0].eval(env, from, to)
		out := make([]Sample, len(s))
		for i, x := range s {
			out[i] = Sample{T: x.T, V: of(x.V)}
		}
		return cut(out, math.MinInt64), err
	}
}

// stepped is a function of each value and the one before.
func stepped(of func([]Sample) []Sample) func(*Env, *node, int64, int64) ([]Sample, error) {
	return func(env *Env, n *node, from, to int64) ([]Sample, error) {
		s, err := n.args[0].withLast(env, from, to)
		return cut(of(s), from), err
	}
}

// moving is a function of the values of a span.
func moving(of func([]Sample, time.Duration) ([]Sample, error)) func(*Env, *node, int64, int64) ([]Sample, error) {
	return func(env *Env, n *node, from, to int64) ([]Sample, error) {
		span := n.args[1].span
		s, err := n.args[0].eval(env, before(from, span), to)
		if err != nil {
			return nil, err
		}
		out, err := of(s, span)
		return cut(out, from), err
	}
}

// spanOf returns the span that is the i-th argument, a day without one.
func (n *node) spanOf(i int) time.Duration {
	if i < len(n.args) {
		return n.args[i].span
	}
	return 24 * time.Hour
}

func rate(env *Env, n *node, from, to int64) ([]Sample, error) {
	s, err := n.args[0].withLast(env, from, to)
	if err != nil {
		return nil, err
	}
	out, err := fn.Rate(s, n.spanOf(1))
	return cut(out, from), err
}

func cumulative(env *Env, n *node, from, to int64) ([]Sample, error) {
	s, err := n.args[0].eval(env, math.MinInt64, to)
	return cut(fn.Cumulative(s), from), err
}

func ewma(env *Env, n *node, from, to int64) ([]Sample, error) {
	s, err := n.args[0].eval(env, math.MinInt64, to)
	if err != nil {
		return nil, err
	}
	out, err := fn.EWMA(s, n.args[1].number, n.spanOf(2))
	return cut(out, from), err
}

func shift(env *Env, n *node, from, to int64) ([]Sample, error) {
	span := n.args[1].span
	s, err := n.args[0].eval(env, before(from, span), before(to, span))
	out := make([]Sample, len(s))
	for i, x := range s {
		out[i] = Sample{T: x.T + int64(span), V: x.V}
	}
	return cut(out, from), err
}
