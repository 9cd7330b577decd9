package model

import (
	"iter"
	"slices"
	"strconv"
	"time"
)

// Visible yields the children of id that its view shows: none if it is collapsed, not those that are closed if it hides them, and
// filtered as the live words of its text say, in this order: #done, #open, #since=7d, #until=1d (by the time of modification), #rev,
// #limit=3.
func (v *View) Visible(id ID) iter.Seq2[Child, error] {
	return func(yield func(Child, error) bool) {
		n, err := v.need(id)
		if err != nil {
			yield(Child{}, err)
			return
		}
		if n.Collapsed {
			return
		}
		f := filterOf(n, v.t.opt.Now())
		seq := v.Children(id)
		if f.reverse {
			seq = v.ChildrenReverse(id)
		}
		for c, err := range seq {
			if err != nil {
				yield(c, err)
				return
			}
			if f.limit == 0 {
				return
			}
			ok, err := f.keeps(v, c)
			if err != nil {
				yield(c, err)
				return
			}
			if !ok {
				continue
			}
			f.limit--
			if !yield(c, nil) {
				return
			}
		}
	}
}

// filter is which children a node shows.
type filter struct {
	hideDone, done, open, reverse bool
	since, until                  time.Time // by modification, zero for no bound
	limit                         int       // -1 for none
}

func filterOf(n *Node, now time.Time) filter {
	f := filter{hideDone: n.HideDone, limit: -1}
	for t := range tokens(n.Text) {
		switch t.key {
		case "done":
			f.done = f.done || !t.hasValue
		case "open":
			f.open = f.open || !t.hasValue
		case "rev":
			f.reverse = f.reverse || !t.hasValue
		case "limit":
			if k, err := strconv.Atoi(t.value); err == nil && k >= 0 && f.limit < 0 {
				f.limit = k
			}
		}
	}
	f.since, f.until = bound(n, "since", now), bound(n, "until", now)
	return f
}

// bound returns the moment that #key=7d stands for, zero if there is none.
func bound(n *Node, key string, now time.Time) time.Time {
	for t := range tokens(n.Text) {
		if t.key == key && t.hasValue {
			if d, ok := span(t.value); ok {
				return now.Add(-d)
			}
			return time.Time{}
		}
	}
	return time.Time{}
}

func (f *filter) keeps(v *View, c Child) (bool, error) {
	closed := c.State.Closed()
	if closed && (f.hideDone || f.open) || !closed && f.done {
		return false, nil
	}
	if f.since.IsZero() && f.until.IsZero() {
		return true, nil
	}
	n, err := v.need(c.ID)
	if err != nil {
		return false, err
	}
	return !n.Modified.Before(f.since) && (f.until.IsZero() || !n.Modified.After(f.until)), nil
}

// Inherited is what a node has from all its lineage, itself included.
type Inherited struct {
	Tags []string // sorted
	// Prio is the greatest priority of the lineage, 1 if none is given.
	Prio float64
}

// Inherited returns the tags and the priority that hold for a node.
func (v *View) Inherited(id ID) (Inherited, error) {
	var in Inherited
	given := false
	err := v.climb(id, func(n *Node) bool {
		in.Tags = append(in.Tags, n.AllTags()...)
		if p, ok := n.prio(); ok {
			in.Prio, given = max(in.Prio, p), true
		}
		return true
	})
	if !given {
		in.Prio = 1
	}
	slices.Sort(in.Tags)
	in.Tags = slices.Compact(in.Tags)
	return in, err
}
