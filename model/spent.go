package model

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"arbor/model/date"
)

// Spent is time worked, of some day and node.
type Spent struct {
	Event Event
	Day   Date
	From  time.Time // within the day
	To    time.Time
}

// Days cuts intervals at the edges of days, and to [from, to).
func (v *View) Days(all []Event, from, to, now time.Time) iter.Seq[Spent] {
	loc := v.t.opt.Location
	return func(yield func(Spent) bool) {
		for _, e := range all {
			begin, end := e.From, e.From.Add(e.Length(now))
			if !from.IsZero() && begin.Before(from) {
				begin = from
			}
			if !to.IsZero() && end.After(to) {
				end = to
			}
			for begin.Before(end) {
				day := date.Day(begin.In(loc))
				cut := day.End(loc)
				if cut.After(end) {
					cut = end
				}
				if !yield(Spent{e, day, begin, cut}) {
					return
				}
				begin = cut
			}
		}
	}
}

// Total is time worked under one key.
type Total struct {
	Key, Label string
	Time       time.Duration
	Estimate   time.Duration // of the nodes themselves, each once
	N          int           // intervals
}

// By is what time is added up by.
type By string

const (
	ByNode   By = "node"
	ByParent By = "parent"
	ByTop    By = "top" // the ancestor below the root
	ByTag    By = "tag"
	ByDay    By = "day"
	ByWeek   By = "week"
)

// Totals adds up time worked, the most first, by day and week in their order. By tag an interval counts for each tag of its node and of those
// above it: the totals need not add up to the time there was.
func (v *View) Totals(all []Event, by By, from, to, now time.Time) ([]Total, error) {
	sums := map[string]*Total{}
	counted := map[string]bool{}
	for s := range v.Days(all, from, to, now) {
		keys, err := v.totalKeys(&s, by)
		if err != nil {
			return nil, err
		}
		n, err := v.Node(s.Event.Node)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			t := sums[k.Key]
			if t == nil {
				t = &Total{Key: k.Key, Label: k.Label}
				sums[k.Key] = t
			}
			t.Time += s.To.Sub(s.From)
			if mark := k.Key + "\x00" + string(s.Event.ID[:]); !counted[mark] {
				counted[mark] = true
				t.N++
			}
			if mark := k.Key + "\x01" + string(n.ID[:]); !counted[mark] {
				counted[mark] = true
				if est, ok := n.Field("est"); ok {
					d, _ := date.ParseSpan(est)
					t.Estimate += d
				}
			}
		}
	}
	out := make([]Total, 0, len(sums))
	for _, t := range sums {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Total) int {
		if by == ByDay || by == ByWeek {
			return cmp.Compare(a.Key, b.Key)
		}
		return cmp.Or(cmp.Compare(b.Time, a.Time), cmp.Compare(a.Label, b.Label))
	})
	return out, nil
}

// totalKeys returns what a piece of time counts for.
func (v *View) totalKeys(s *Spent, by By) ([]Total, error) {
	id := s.Event.Node
	switch by {
	case ByDay:
		return []Total{{Key: s.Day.String(), Label: s.Day.String()}}, nil
	case ByWeek:
		year, week := s.Day.T.ISOWeek()
		key := fmt.Sprintf("%d-W%02d", year, week)
		return []Total{{Key: key, Label: key}}, nil
	case ByTag:
		in, err := v.Inherited(id)
		if err != nil {
			return nil, err
		}
		var keys []Total
		for _, t := range in.Tags {
			keys = append(keys, Total{Key: t, Label: "+" + t})
		}
		if keys == nil {
			keys = []Total{{Label: "(no tag)"}}
		}
		return keys, nil
	case ByTop, ByParent:
		path, err := v.Path(id)
		if err != nil {
			return nil, err
		}
		if i := slices.Index(path, Root); by == ByTop && i >= 0 && i+1 < len(path) {
			id = path[i+1]
		} else if n := len(path); by == ByParent && n > 1 {
			id = path[n-2]
		}
	}
	n, err := v.Node(id)
	if err != nil {
		return nil, err
	}
	label := n.Text
	if id == Root {
		label = "(top)"
	}
	return []Total{{Key: id.String(), Label: label}}, nil
}
