package model

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"arbor/model/query"
)

// Depends is the label of the arrow from a node to what has to be done before it.
const Depends = "depends"

// Standing is where an open task stands among the others.
type Standing struct {
	Node     Node
	Tags     []string // own and inherited, sorted
	Prio     float64  // the greatest of its lineage, 0 if none is given
	Due      Date     // its own, or that of the nearest node above that has one
	DueOf    ID       // whose it is
	Blocked  []ID     // the open nodes that it depends on, as its arrows stand
	Blocking int      // how many open nodes depend on it
	Below    int      // open tasks below it
	Urgency  float64
	Why      []Term
}

// Waiting reports whether a task is not to be thought of by now: it waits for somebody, or for a day.
func (s *Standing) Waiting(now time.Time) bool {
	return s.Node.State == Waiting || !s.Node.Wait.IsZero() && now.Before(s.Node.Wait.Start(now.Location()))
}

// Expired reports whether the time in which a task could be done is over.
func (s *Standing) Expired(now time.Time) bool {
	return !s.Node.Until.IsZero() && !now.Before(s.Node.Until.End(now.Location()))
}

// Ready reports whether a task can be done now: it does not wait, depends on nothing open, is not scheduled for later nor expired, and no
// open task lies below it, which would be what to do first.
func (s *Standing) Ready(now time.Time) bool {
	later := !s.Node.Sched.IsZero() && now.Before(s.Node.Sched.Start(now.Location()))
	return !s.Waiting(now) && len(s.Blocked) == 0 && !later && !s.Expired(now) && s.Below == 0
}

// worker is what is known of a node while standings are computed.
type worker struct {
	parent       ID
	task, closed bool
	prio         float64
	hasPrio      bool
	due          Date
	tags         []string
	needs        []ID // what it depends on
	blocking     int
	below        int
	line         *ancestry
}

// ancestry is what a node has from its lineage, itself included.
type ancestry struct {
	tags     []string
	prio     float64
	due      Date
	dueOf    ID
	detached bool // it does not hang in the tree, or in the trash
}

// Work returns where the open tasks that q means stand, in the order of the tree. A task is what IsTask says; what is closed is none, nor
// what lies in the trash. It reads all records once.
func (v *View) Work(q *query.Query, w Weights, now time.Time) ([]Standing, error) {
	k := workers{v: v, all: map[ID]*worker{}}
	if err := k.load(); err != nil {
		return nil, err
	}
	var out []Standing
	for n, err := range v.Select(&query.Query{Expr: query.And{query.Is("open"), query.Is("task"), q.Expr}, Now: q.Now}) {
		if err != nil {
			return nil, err
		}
		x := k.all[n.ID]
		if !n.IsTask() || x == nil {
			continue
		}
		line := k.line(n.ID)
		s := Standing{Node: n, Tags: line.tags, Prio: line.prio, Due: line.due, DueOf: line.dueOf, Blocking: x.blocking, Below: x.below}
		for _, a := range n.Arrows {
			if a.Label == Depends && k.open(a.To) {
				s.Blocked = append(s.Blocked, a.To)
			}
		}
		s.Urgency, s.Why = w.weigh(&s, now)
		out = append(out, s)
	}
	return out, nil
}

// Next returns the open tasks that q means and that are ready, the most urgent first; of two the older.
func (v *View) Next(q *query.Query, w Weights, now time.Time) ([]Standing, error) {
	all, err := v.Work(q, w, now)
	all = slices.DeleteFunc(all, func(s Standing) bool { return !s.Ready(now) })
	slices.SortStableFunc(all, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(b.Urgency, a.Urgency), a.Node.Created.Compare(b.Node.Created))
	})
	return all, err
}

type workers struct {
	v   *View
	all map[ID]*worker
}

// load reads all records, and counts who waits for whom and what lies below what.
func (k *workers) load() error {
	if err := k.v.everyNode(func(n *Node, _ []byte) error {
		x := &worker{parent: n.Parent, task: n.IsTask(), closed: n.State.Closed(), due: n.Due}
		x.prio, x.hasPrio = n.prio()
		for _, t := range n.AllTags() {
			x.tags = append(x.tags, strings.Clone(t))
		}
		for _, a := range n.Arrows {
			if a.Label == Depends {
				x.needs = append(x.needs, a.To)
			}
		}
		k.all[n.ID] = x
		return nil
	}); err != nil {
		return err
	}
	for id, x := range k.all {
		if !k.open(id) {
			continue
		}
		for _, id := range x.needs {
			if to := k.all[id]; to != nil {
				to.blocking++
			}
		}
		if x.task {
			k.above(x, func(_ ID, up *worker) { up.below++ })
		}
	}
	return nil
}

// above calls fn with the nodes above one, the nearest first, but for the root.
func (k *workers) above(x *worker, fn func(ID, *worker)) {
	for id := x.parent; id != Root; {
		up := k.all[id]
		if up == nil || builtin(id) {
			return
		}
		fn(id, up)
		id = up.parent
	}
}

// open reports whether a node stands in the tree and is not closed.
func (k *workers) open(id ID) bool {
	x := k.all[id]
	return x != nil && !x.closed && !builtin(id) && !k.line(id).detached
}

// line returns what a node has from its lineage.
func (k *workers) line(id ID) *ancestry {
	x := k.all[id]
	switch {
	case x == nil && id == Root: // nobody has changed it
		return &ancestry{}
	case x == nil || id == Trash || id == Detached:
		return &ancestry{detached: true}
	case x.line != nil:
		return x.line
	case id == Root:
		x.line = &ancestry{tags: x.tags}
		return x.line
	}
	up := k.line(x.parent)
	a := *up
	if len(x.tags) > 0 {
		a.tags = append(slices.Clone(up.tags), x.tags...)
		slices.Sort(a.tags)
		a.tags = slices.Compact(a.tags)
	}
	if x.hasPrio {
		a.prio = max(a.prio, x.prio)
	}
	if !x.due.IsZero() {
		a.due, a.dueOf = x.due, id
	}
	x.line = &a
	return x.line
}
