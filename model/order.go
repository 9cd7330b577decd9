package model

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"arbor/model/date"
	"arbor/model/query"
)

// rank is what a node is ordered by.
type rank struct {
	absent bool // it comes last, whichever way the order goes
	number float64
	second int // of equal numbers
	text   string
}

func (a rank) compare(b rank, back bool) int {
	switch {
	case a.absent || b.absent:
		if a.absent == b.absent {
			return 0
		}
		if a.absent {
			return 1
		}
		return -1
	case back:
		a, b = b, a
	}
	return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.second, b.second), cmp.Compare(a.text, b.text))
}

// ordered puts what a query means, which is in the order of the tree, into that of the query, and leaves no more than it wants.
func (v *View) ordered(q *query.Query, all []match) ([]match, error) {
	n := len(all)
	if q.Limit > 0 {
		n = min(n, q.Limit)
	}
	if len(q.Sort) == 0 || len(all) < 2 {
		return all[:n], nil
	}
	if slices.ContainsFunc(q.Sort, func(o query.Order) bool { return o.Key == "text" }) {
		if err := v.fetchAll(all); err != nil {
			return nil, err
		}
	}
	by, err := v.ranks(q)
	if err != nil {
		return nil, err
	}
	ranks := make([]rank, 0, len(all)*len(by))
	var known Node // as far as the sheet does
	slotOf := v.slotsFor(len(all))
	byTask := !slices.ContainsFunc(q.Sort, func(o query.Order) bool { return o.Key != "urgency" && o.Key != "tree" })
	for i, m := range all {
		node, slot := m.node, int(m.slot)
		if node == nil {
			if node = &known; !byTask || v.sheet.bits[slot]&factTask != 0 { // else nothing of it is looked at
				v.sheet.Facts(slot).fill(node)
			}
		} else if v.sheet != nil {
			slot, _ = slotOf(m.id)
		}
		for _, of := range by {
			r := of(node, slot)
			if q.Sort[len(ranks)%len(by)].Key == "tree" {
				r.number = float64(i)
			}
			ranks = append(ranks, r)
		}
	}
	s := sorting{orders: q.Sort, ranks: ranks}
	order := s.first(len(all), n)
	out := make([]match, n)
	for i, at := range order {
		out[i] = all[at]
	}
	return out, nil
}

// sorting compares nodes by their ranks.
type sorting struct {
	orders []query.Order
	ranks  []rank // as many for each node as there are orders
	worst  []int32
}

// compare never says that two are equal: what ranks alike stays in the order in which it came.
func (s *sorting) compare(a, b int32) int {
	k := len(s.orders)
	for i, o := range s.orders {
		if c := s.ranks[int(a)*k+i].compare(s.ranks[int(b)*k+i], o.Back); c != 0 {
			return c
		}
	}
	return cmp.Compare(a, b)
}

// first returns the first n of some, in order. Of many it looks for these alone.
func (s *sorting) first(all, n int) []int32 {
	if n > all/8 {
		order := make([]int32, all)
		for i := range order {
			order[i] = int32(i)
		}
		slices.SortFunc(order, s.compare)
		return order[:n]
	}
	for i := range int32(all) {
		if len(s.worst) < n {
			heap.Push(s, i)
		} else if s.compare(i, s.worst[0]) < 0 {
			s.worst[0] = i
			heap.Fix(s, 0)
		}
	}
	slices.SortFunc(s.worst, s.compare)
	return s.worst
}

// Len implements heap.Interface, of the best so far, the worst of which is on top.
func (s *sorting) Len() int { return len(s.worst) }

// Less implements heap.Interface.
func (s *sorting) Less(i, j int) bool { return s.compare(s.worst[i], s.worst[j]) > 0 }

// Swap implements heap.Interface.
func (s *sorting) Swap(i, j int) { s.worst[i], s.worst[j] = s.worst[j], s.worst[i] }

// Push implements heap.Interface.
func (s *sorting) Push(x any) { s.worst = append(s.worst, x.(int32)) }

// Pop implements heap.Interface.
func (s *sorting) Pop() any {
	x := s.worst[len(s.worst)-1]
	s.worst = s.worst[:len(s.worst)-1]
	return x
}

// ranks returns how nodes are ranked by each of a query's orders, of which one asks for their slots.
func (v *View) ranks(q *query.Query) ([]func(*Node, int) rank, error) {
	out := make([]func(*Node, int) rank, len(q.Sort))
	for i, o := range q.Sort {
		if o.Key != "urgency" {
			by := rankBy(o.Key)
			out[i] = func(n *Node, _ int) rank { return by(n) }
			continue
		}
		k, err := v.workers()
		if err != nil {
			return nil, err
		}
		w := v.t.opt.Weights.weigher()
		edits := v.fold != nil // within an edit no sheet is kept
		out[i] = func(n *Node, slot int) rank {
			if edits {
				slot, _ = k.s.Slot(n.ID)
			}
			if !k.open(slot) || k.s.bits[slot]&factTask == 0 {
				return rank{absent: true}
			}
			s := k.standing(*n, slot)
			return rank{number: -w.urgency(&s, q.Now)}
		}
	}
	return out, nil
}

func rankBy(key string) func(*Node) rank {
	at := func(t time.Time) rank {
		return rank{absent: t.IsZero(), number: float64(t.UnixMilli())}
	}
	on := func(d Date) rank {
		r := at(d.T)
		if !d.AllDay {
			r.second = 1
		}
		return r
	}
	switch key {
	case "text":
		return func(n *Node) rank { return rank{text: strings.ToLower(n.Text)} }
	case "state":
		return func(n *Node) rank { return rank{number: float64(n.State)} }
	case "prio":
		return func(n *Node) rank {
			p, ok := n.prio()
			return rank{absent: !ok, number: p}
		}
	case "due":
		return func(n *Node) rank { return on(n.Due) }
	case "sched":
		return func(n *Node) rank { return on(n.Sched) }
	case "wait":
		return func(n *Node) rank { return on(n.Wait) }
	case "created":
		return func(n *Node) rank { return at(n.Created) }
	case "modified":
		return func(n *Node) rank { return at(n.Modified) }
	case "finished":
		return func(n *Node) rank { return at(n.Finished) }
	}
	return func(*Node) rank { return rank{} } // that of the tree
}

// Urgency returns how urgent a node is; false of one that is no open task. Of a mirror it is that of what it shows.
func (v *View) Urgency(id ID, weights Weights, now time.Time) (float64, bool, error) {
	id, err := v.Through(id)
	if errors.Is(err, ErrGone) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	k, err := v.workers()
	if err != nil {
		return 0, false, err
	}
	slot, ok := k.s.Slot(id)
	if !ok || !k.open(slot) || k.s.bits[slot]&factTask == 0 {
		return 0, false, nil
	}
	n, err := v.Node(id)
	if err != nil {
		return 0, false, err
	}
	s, w := k.standing(n, slot), weights.weigher()
	return w.urgency(&s, now), true, nil
}

// Group is the nodes of a list that belong together.
type Group struct {
	Tag, State string // what they have in common; "" where they have none of it
	Due        Date
	Overdue    bool
	Parent     ID
	Nodes      []Node
}

// Title names a group of nodes that were put together by tag, state, due or parent, for a person whose clock shows now.
func (v *View) Title(by string, g Group, now time.Time) (string, error) {
	switch {
	case by == "parent" && g.Parent == Root:
		return "the top of the tree", nil
	case by == "parent":
		n, err := v.Node(g.Parent)
		return n.Text, err
	case by == "state":
		return g.State, nil
	case by == "tag" && g.Tag == "":
		return "no tag", nil
	case by == "tag":
		return "+" + g.Tag, nil
	case g.Overdue:
		return "overdue", nil
	case g.Due.IsZero():
		return "no due date", nil
	}
	return "due " + date.Format(g.Due, now), nil
}

// Groups parts nodes, in their order, into the groups that a query asks for: by tag, in the order of their names, where a node of several is in
// each; by state, in the order of the states; by the day on which they are due, with what is late first; or by parent. What has no tag, or no
// date, comes last.
func Groups(q *query.Query, nodes []Node) []Group {
	at := map[string]int{}
	var out []Group
	add := func(key string, g Group, n Node) {
		i, there := at[key]
		if !there {
			i, at[key] = len(out), len(out)
			out = append(out, g)
		}
		out[i].Nodes = append(out[i].Nodes, n)
	}
	for _, n := range nodes {
		switch q.Group {
		case "tag":
			tags := n.AllTags()
			for _, t := range tags {
				add(t, Group{Tag: t}, n)
			}
			if len(tags) == 0 {
				add("", Group{}, n)
			}
		case "state":
			add(fmt.Sprint(n.State, n.StateName()), Group{State: n.StateName()}, n)
		case "due":
			key, g := dueGroup(&n, q.Now)
			add(key, g, n)
		case "parent":
			add(n.Parent.String(), Group{Parent: n.Parent}, n)
		}
	}
	slices.SortStableFunc(out, func(a, b Group) int {
		switch q.Group {
		case "tag":
			return cmp.Or(last(a.Tag == "", b.Tag == ""), cmp.Compare(a.Tag, b.Tag))
		case "state":
			return cmp.Or(cmp.Compare(a.Nodes[0].State, b.Nodes[0].State), cmp.Compare(a.State, b.State))
		case "due":
			return cmp.Or(last(b.Overdue, a.Overdue), last(a.Due.IsZero(), b.Due.IsZero()), a.Due.Compare(b.Due))
		}
		return 0
	})
	return out
}

func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// dueGroup returns the group of a node by the civil day on which it is due.
func dueGroup(n *Node, now time.Time) (key string, g Group) {
	loc := now.Location()
	switch {
	case n.Due.IsZero():
		return "", Group{}
	case !n.State.Closed() && !n.Due.End(loc).After(now):
		return "overdue", Group{Overdue: true}
	}
	day := n.Due
	if !day.AllDay {
		y, m, d := day.T.In(loc).Date()
		day = Date{T: time.Date(y, m, d, 0, 0, 0, 0, time.UTC), AllDay: true}
	}
	return day.String(), Group{Due: day}
}
