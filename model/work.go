package model

import (
	"slices"
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

// Later reports whether a task is scheduled for a time to come.
func (s *Standing) Later(now time.Time) bool {
	return !s.Node.Sched.IsZero() && now.Before(s.Node.Sched.Start(now.Location()))
}

// Ready reports whether a task can be done now: it does not wait, depends on nothing open, is not scheduled for later nor expired, and no
// open task lies below it, which would be what to do first.
func (s *Standing) Ready(now time.Time) bool {
	return !s.Waiting(now) && len(s.Blocked) == 0 && !s.Later(now) && !s.Expired(now) && s.Below == 0
}

// ancestry is what a node has from its lineage, itself included.
type ancestry struct {
	tags  []string
	prio  float64
	due   Date
	dueOf ID
}

// Work returns where the open tasks that q means stand, in the order of the tree. A task is what IsTask says; what is closed is none, nor
// what lies in the trash. It reads the records of these alone, and of the rest what a sheet says.
func (v *View) Work(q *query.Query, w Weights, now time.Time) ([]Standing, error) {
	k, err := v.workers()
	if err != nil {
		return nil, err
	}
	return k.work(q, w, now)
}

func (k *workers) work(q *query.Query, w Weights, now time.Time) ([]Standing, error) {
	var out []Standing
	for n, err := range k.v.Select(&query.Query{Expr: query.And{query.Is("open"), query.Is("task"), q.Expr}, Now: q.Now}) {
		if err != nil {
			return nil, err
		}
		slot, ok := k.s.Slot(n.ID)
		if !ok {
			continue
		}
		s := k.standing(n, slot)
		s.Urgency, s.Why = w.weigh(&s, now)
		out = append(out, s)
	}
	return out, nil
}

// standing returns where a node stands, but for its urgency.
func (k *workers) standing(n Node, slot int) Standing {
	line := k.line(slot)
	s := Standing{Node: n, Tags: line.tags, Prio: line.prio, Due: line.due, DueOf: line.dueOf, Blocking: int(k.blocking[slot]), Below: int(k.below[slot])}
	for _, on := range k.depends(slot) {
		if to, ok := k.s.Slot(on); ok && k.open(to) {
			s.Blocked = append(s.Blocked, on)
		}
	}
	return s
}

// workers is what the standings of all nodes are computed from, by slot.
type workers struct {
	v        *View
	s        *Sheet
	at       *positions
	blocking []int32
	below    []int32
	lines    []*ancestry // nil where not yet known
	whole    bool        // all is known, so that many goroutines may ask
}

// workers counts who waits for whom and what lies below what.
func (v *View) workers() (*workers, error) {
	if v.work != nil {
		return v.work, nil
	}
	s, err := v.Sheet()
	if err != nil {
		return nil, err
	}
	if shared := s.workers.Load(); shared != nil && v.fold == nil {
		k := *shared
		k.v, v.work = v, &k
		return v.work, nil
	}
	k := v.countWorkers(s)
	if v.fold == nil {
		v.work = k
		if v.t.sheets.lasting.Load() || s.stood.Swap(true) {
			k.share()
		}
	}
	return k, nil
}

// countWorkers is workers of which nothing is kept.
func (v *View) countWorkers(s *Sheet) *workers {
	all := make([]workers, goroutines(s.Len()))
	_ = together(len(all), func(i int) error {
		k := &all[i]
		*k = workers{v: v, s: s, at: s.positions(), blocking: make([]int32, s.Len()), below: make([]int32, s.Len())}
		for slot := i * s.Len() / len(all); slot < (i+1)*s.Len()/len(all); slot++ {
			k.count(slot, 1)
		}
		return nil
	})
	k := &all[0]
	k.lines = make([]*ancestry, s.Len())
	for _, other := range all[1:] {
		for slot := range k.below {
			k.below[slot] += other.below[slot]
			k.blocking[slot] += other.blocking[slot]
		}
	}
	return k
}

// count adds to what an open node counts for: those that it depends on and, if it is a task, those that it lies below.
func (k *workers) count(slot int, by int32) {
	bits := k.s.bits[slot]
	if bits&factOpen == 0 || bits&(factTask|factDepends) == 0 || !k.open(slot) {
		return
	}
	for _, on := range k.depends(slot) {
		if to, ok := k.s.Slot(on); ok {
			k.blocking[to] += by
		}
	}
	if bits&factTask != 0 {
		k.above(slot, func(up int) { k.below[up] += by })
	}
}

// complete finds what all nodes have from their lineage, after which nothing of k changes.
func (k *workers) complete() {
	if k.whole {
		return
	}
	n, parts := len(k.lines), make([]workers, goroutines(len(k.lines)))
	_ = together(len(parts), func(i int) error { // each with lines of its own
		p := &parts[i]
		*p = *k
		p.lines = slices.Clone(k.lines)
		for slot := i * n / len(parts); slot < (i+1)*n/len(parts); slot++ {
			p.line(slot)
		}
		return nil
	})
	for i, p := range parts {
		from, to := i*n/len(parts), (i+1)*n/len(parts)
		copy(k.lines[from:to], p.lines[from:to])
	}
	k.whole = true
}

// share completes k, and keeps it for all views of the sheet.
func (k *workers) share() {
	k.complete()
	shared := *k
	shared.v = nil
	k.s.workers.Store(&shared)
}

// above calls fn with the slots of the nodes above one, the nearest first, but for the root.
func (k *workers) above(slot int, fn func(int)) {
	for up := k.at.parents[slot]; up >= 0 && k.s.bits[up]&factBuiltin == 0; up = k.at.parents[up] {
		fn(int(up))
	}
}

// open reports whether a node stands in the tree and is not closed.
func (k *workers) open(slot int) bool {
	return k.s.bits[slot]&(factOpen|factBuiltin) == factOpen && k.s.top(slot) == Root
}

// depends returns what has to be done before a node.
func (k *workers) depends(slot int) []ID {
	if k.s.bits[slot]&factDepends == 0 {
		return nil
	}
	return k.s.Facts(slot).Depends()
}

// line returns what a node has from its lineage.
func (k *workers) line(slot int) *ancestry {
	if k.lines[slot] != nil {
		return k.lines[slot]
	}
	is, up := k.s.bits[slot], k.at.parents[slot]
	if is&(factBuiltin|factTags|factPrio|factDates) == 0 && up >= 0 { // it adds nothing
		k.lines[slot] = k.line(int(up))
		return k.lines[slot]
	}
	f := k.s.Facts(slot)
	if is&factBuiltin != 0 {
		k.lines[slot] = &ancestry{tags: f.Tags()}
		return k.lines[slot]
	}
	var a ancestry
	if up >= 0 {
		a = *k.line(int(up))
	}
	if own := f.Tags(); len(own) > 0 {
		a.tags = append(slices.Clone(a.tags), own...)
		slices.Sort(a.tags)
		a.tags = slices.Compact(a.tags)
	}
	if f.HasPrio {
		a.prio = max(a.prio, f.Prio)
	}
	if due := f.Due(); !due.IsZero() {
		a.due, a.dueOf = due, f.ID
	}
	k.lines[slot] = &a
	return &a
}
