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

// weigh computes the urgency of a standing, and its reasons, the weightiest first.
func (w Weights) weigh(s *Standing, now time.Time) (sum float64, why []Term) {
	loc := now.Location()
	values := map[string]float64{}
	set := func(name string, is bool, value float64) {
		if is && value != 0 {
			values[name] = value
		}
	}
	set("due", !s.Due.IsZero(), dueValue(s.Due, now))
	set("prio", true, max(0, min(s.Prio, 6))/6)
	set("blocking", s.Blocking > 0, 1)
	set("blocked", len(s.Blocked) > 0, 1)
	set("doing", s.Node.State == Doing, 1)
	set("sched", !s.Node.Sched.IsZero() && !now.Before(s.Node.Sched.Start(loc)), 1)
	set("age", !s.Node.Created.IsZero(), max(0, min(1, now.Sub(s.Node.Created).Hours()/24/365)))
	set("tags", true, []float64{0, 0.8, 0.9, 1}[min(3, len(s.Tags))])
	set("note", s.Node.NoteLen > 0, 1)
	set("parent", s.Node.Parent != Root && s.Node.Parent != Inbox, 1)
	set("waiting", s.Waiting(now), 1)
	for name := range w {
		if tag, ok := strings.CutPrefix(name, "tag."); ok {
			set(name, slices.Contains(s.Tags, tag), 1)
		}
		if key, ok := strings.CutPrefix(name, "field."); ok {
			_, has := s.Node.Field(key)
			set(name, has, 1)
		}
	}
	for name, value := range values {
		if score := value * w[name]; score != 0 {
			why = append(why, Term{name, value, w[name], score})
		}
	}
	slices.SortFunc(why, func(a, b Term) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Score), math.Abs(a.Score)), cmp.Compare(a.Name, b.Name))
	})
	for _, t := range why {
		sum += t.Score
	}
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
