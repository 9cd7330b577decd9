package model

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"arbor/model/date"
)

// Weights says how much each term of the urgency counts: the names of Terms, tag.NAME for nodes with a tag, own or inherited, and
// field.KEY for nodes with a field.
type Weights map[string]float64

// DefaultWeights returns the weights where the settings say nothing. They are Taskwarrior's, as far as it knows the term.
func DefaultWeights() Weights {
	return Weights{
		"due": 12, "prio": 6, "blocking": 8, "blocked": -5, "doing": 4, "sched": 5, "age": 2, "tags": 1, "note": 1, "parent": 1, "waiting": -3,
		"tag.next": 15,
	}
}

// Terms are the names of the terms that hold for every node.
var Terms = []string{"due", "prio", "blocking", "blocked", "doing", "sched", "age", "tags", "note", "parent", "waiting"}

// Term is one reason for an urgency: Score is Value, which is from 0 to 1, times Weight.
type Term struct {
	Name                 string
	Value, Weight, Score float64
}

// values are those of Terms, in their order.
func (s *Standing) values(now time.Time) (v [11]float64) {
	loc := now.Location()
	is := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	if !s.Due.IsZero() {
		v[0] = dueValue(s.Due, now)
	}
	v[1] = max(0, min(s.Prio, 6)) / 6
	v[2] = is(s.Blocking > 0)
	v[3] = is(len(s.Blocked) > 0)
	v[4] = is(s.Node.State == Doing)
	v[5] = is(!s.Node.Sched.IsZero() && !now.Before(s.Node.Sched.Start(loc)))
	if !s.Node.Created.IsZero() {
		v[6] = max(0, min(1, now.Sub(s.Node.Created).Hours()/24/365))
	}
	v[7] = []float64{0, 0.8, 0.9, 1}[min(3, len(s.Tags))]
	v[8] = is(s.Node.NoteLen > 0)
	v[9] = is(s.Node.Parent != Root && s.Node.Parent != Inbox)
	v[10] = is(s.Waiting(now))
	return v
}

// weigher is weights, taken apart once for many nodes.
type weigher struct {
	terms [11]float64 // of Terms
	tags  []Term      // of nodes with a tag: its name and the weight
	keys  []Term      // of nodes with a field
}

func (w Weights) weigher() (out weigher) {
	for i, name := range Terms {
		out.terms[i] = w[name]
	}
	for name, weight := range w {
		if tag, ok := strings.CutPrefix(name, "tag."); ok {
			out.tags = append(out.tags, Term{Name: tag, Weight: weight})
		}
		if key, ok := strings.CutPrefix(name, "field."); ok {
			out.keys = append(out.keys, Term{Name: key, Weight: weight})
		}
	}
	byName := func(a, b Term) int { return cmp.Compare(a.Name, b.Name) } // so that sums do not differ in their last digit
	slices.SortFunc(out.tags, byName)
	slices.SortFunc(out.keys, byName)
	return out
}

// each calls fn with the terms that count for a standing.
func (w *weigher) each(s *Standing, now time.Time, fn func(kind, name string, value, weight float64)) {
	for i, value := range s.values(now) {
		fn("", Terms[i], value, w.terms[i])
	}
	for _, t := range w.tags {
		if slices.Contains(s.Tags, t.Name) {
			fn("tag.", t.Name, 1, t.Weight)
		}
	}
	for _, t := range w.keys {
		if _, has := s.Node.Field(t.Name); has {
			fn("field.", t.Name, 1, t.Weight)
		}
	}
}

// urgency is the sum alone.
func (w *weigher) urgency(s *Standing, now time.Time) (sum float64) {
	w.each(s, now, func(_, _ string, value, weight float64) { sum += value * weight })
	return sum
}

// weigh computes the urgency of a standing, and its reasons, the weightiest first.
func (w Weights) weigh(s *Standing, now time.Time) (sum float64, why []Term) {
	of := w.weigher()
	of.each(s, now, func(kind, name string, value, weight float64) {
		if score := value * weight; score != 0 {
			why = append(why, Term{kind + name, value, weight, score})
			sum += score
		}
	})
	slices.SortFunc(why, func(a, b Term) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Score), math.Abs(a.Score)), cmp.Compare(a.Name, b.Name))
	})
	return sum, why
}

// dueValue rises from 0.2, two weeks and more before the due date, to 1, a week after it (Taskwarrior's ramp). The date counts from its end.
func dueValue(due Date, now time.Time) float64 {
	if due.Equal(date.Someday) {
		return 0
	}
	over := now.Sub(due.End(now.Location())).Hours() / 24
	return max(0.2, min(1, (over+14)*0.8/21+0.2))
}
