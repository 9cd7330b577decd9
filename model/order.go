package model

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"arbor/model/date"
	"arbor/model/query"
)

// ordered puts what a query means, which is in the order of the tree, into that of the query, and leaves no more than it wants.
func (v *View) ordered(q *query.Query, all []match) ([]match, error) {
	out, err := v.sorted(q, all)
	v.name(out)
	return out, err
}

// name sets the ids of matches of which the slots are known.
func (v *View) name(all []match) {
	name := func(some []match) {
		for i := range some {
			if m := &some[i]; m.node == nil {
				m.id = v.sheet.ID(int(m.slot))
			}
		}
	}
	if len(all) < partedNodes {
		name(all)
		return
	}
	inHalves(len(all), func(_, from, to int) { name(all[from:to]) })
}

func (v *View) sorted(q *query.Query, all []match) ([]match, error) {
	n := len(all)
	if q.Limit > 0 {
		n = min(n, q.Limit)
	}
	if len(q.Sort) == 0 || len(all) < 2 {
		return all[:n], nil
	}
	if slices.ContainsFunc(q.Sort, func(o query.Order) bool { return o.Key == "text" }) {
		v.name(all)
		if err := v.fetchAll(all); err != nil {
			return nil, err
		}
	}
	by, err := v.ranks(q, len(all))
	if err != nil {
		return nil, err
	}
	if len(by) == 1 && q.Sort[0].Key != "text" && q.Sort[0].Key != "tree" {
		return v.orderedBy(q.Sort[0], by[0], all, n), nil
	}
	ranks := make([]rank, 0, len(all)*len(by))
	v.eachRanked(all, func(i int, m ranked) {
		for _, of := range by {
			r := of(m)
			if q.Sort[len(ranks)%len(by)].Key == "tree" {
				r.number = float64(i)
			}
			ranks = append(ranks, r)
		}
	})
	s := sorting{orders: q.Sort, ranks: ranks}
	order := s.first(len(all), n)
	out := make([]match, n)
	for i, at := range order {
		out[i] = all[at]
	}
	return out, nil
}

// ranked is a node that is to be ranked: by its record if that is read, else by what a sheet says.
type ranked struct {
	node *Node
	s    *Sheet
	slot int
}

// eachRanked calls fn with all nodes, in their order.
func (v *View) eachRanked(all []match, fn func(int, ranked)) {
	slotOf := v.slotsFor(len(all))
	for i, m := range all {
		r := ranked{node: m.node, s: v.sheet, slot: int(m.slot)}
		if m.node != nil && v.sheet != nil {
			r.slot, _ = slotOf(m.id)
		}
		fn(i, r)
	}
}

// orderedBy returns the first n of all in one order, in which ranks are numbers.
func (v *View) orderedBy(o query.Order, of func(ranked) rank, all []match, n int) []match {
	most := len(all)
	if n <= most/8 {
		most = max(2*n, aheadNodes) // of which the first n stay each time
	}
	if most == len(all) && most >= partedNodes && o.Key != "urgency" { // of which the ranks are known by now
		return sortedBy(all, n, v.keysBy(o, of, all))
	}
	first, bound := make([]keyed, 0, most), uint64(math.MaxUint64)
	v.eachRanked(all, func(i int, m ranked) {
		r := of(m)
		key := r.key(o.Back)
		if key > bound {
			return
		}
		if len(first) == most {
			sortKeyed(first)
			first = first[:n]
			bound = first[n-1].key
		}
		first = append(first, keyed{key, int32(i)})
	})
	return sortedBy(all, n, first)
}

// keysBy returns the keys of all nodes in one order. It asks for ranks by two goroutines.
func (v *View) keysBy(o query.Order, of func(ranked) rank, all []match) []keyed {
	keys := make([]keyed, len(all))
	inHalves(len(all), func(_, from, to int) {
		v.eachRanked(all[from:to], func(i int, m ranked) {
			r := of(m)
			keys[from+i] = keyed{r.key(o.Back), int32(from + i)}
		})
	})
	return keys
}

// sortedBy returns the first n of all by their keys.
func sortedBy(all []match, n int, keys []keyed) []match {
	sortKeyed(keys)
	out := make([]match, n)
	for i, k := range keys[:n] {
		out[i] = all[k.i]
	}
	return out
}

// foremost leaves of the slots that are hit those that can be among the first of a query, in its order by one number, and returns how many are
// left. Of many hits only these are then put into the order of the tree.
func (v *View) foremost(q *query.Query, hits []bool, n int) (int, error) {
	if len(q.Sort) != 1 || q.Limit == 0 || q.Limit > n/8 || q.Sort[0].Key == "text" || q.Sort[0].Key == "tree" {
		return n, nil
	}
	by, err := v.ranks(q, n)
	if err != nil {
		return n, err
	}
	keys := make([]uint64, 0, n)
	first, bound := make([]uint64, 0, max(2*q.Limit, aheadNodes)), uint64(math.MaxUint64)
	cut := func() {
		if slices.Sort(first); len(first) >= q.Limit {
			first = first[:q.Limit]
			bound = first[q.Limit-1]
		}
	}
	for slot, hit := range hits {
		if !hit {
			continue
		}
		r := by[0](ranked{s: v.sheet, slot: slot})
		key := r.key(q.Sort[0].Back)
		if keys = append(keys, key); key > bound {
			continue
		}
		if len(first) == cap(first) {
			cut()
		}
		first = append(first, key)
	}
	cut()
	at := 0
	for slot, hit := range hits {
		if !hit {
			continue
		}
		if keys[at] > bound {
			hits[slot] = false
			n--
		}
		at++
	}
	return n, nil
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
		if c := s.ranks[int(a)*k+i].compare(&s.ranks[int(b)*k+i], o.Back); c != 0 {
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
