package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"arbor/model/query"
)

// Next returns the open tasks that q means and that are ready, the most urgent first; of two the older, then that which comes first in the tree.
// Of more than most, if that is not 0, it returns the first; ready is how many there are. It reads the records of those that it returns.
func (v *View) Next(q *query.Query, w Weights, now time.Time, most int) ([]Standing, int, error) {
	first, ready, ok, err := v.askedNext(q, w, now, most)
	if err == nil && !ok {
		first, ready, err = v.nextUp(q, w, now, most)
	}
	if err != nil {
		return nil, 0, err
	}
	for some := range slices.Chunk(first, aheadNodes) {
		matches := make([]match, len(some))
		for i := range some {
			matches[i].id = some[i].Node.ID
		}
		if err := v.fetch(matches); err != nil {
			return nil, 0, err
		}
		v.recent = matches
		for i := range some {
			s := &some[i]
			s.Node = *matches[i].node
			s.Urgency, s.Why = w.weigh(s, now)
		}
	}
	return first, ready, nil
}

// nextUp is Next without the nodes, of which the ids alone are set, and without their urgencies.
func (v *View) nextUp(q *query.Query, w Weights, now time.Time, most int) (first []Standing, ready int, err error) {
	k, err := v.workers()
	if err != nil {
		return nil, 0, err
	}
	all, err := k.ready(q, w, now)
	if err != nil {
		return nil, 0, err
	}
	if ready = len(all); most == 0 || most > ready {
		most = ready
	}
	all = foremost(all, most)
	if err := k.byPlace(all); err != nil {
		return nil, 0, err
	}
	first = make([]Standing, most)
	for i, t := range all[:most] {
		first[i] = k.standing(Node{ID: k.s.ID(int(t.slot))}, int(t.slot))
	}
	return first, ready, nil
}

// upNext is a task that is ready.
type upNext struct {
	slot    int32
	urgency float64
	created int64
}

func (a upNext) compare(b upNext) int {
	return cmp.Or(cmp.Compare(b.urgency, a.urgency), cmp.Compare(a.created, b.created))
}

// foremost returns the first of some tasks in their order, so many as most says, and those that are as urgent and as old as the last of them.
func foremost(all []upNext, most int) []upNext {
	if most >= len(all)/manyHits {
		slices.SortFunc(all, upNext.compare)
		alike := most
		for alike > 0 && alike < len(all) && all[alike].compare(all[alike-1]) == 0 {
			alike++
		}
		return all[:alike]
	}
	var first []upNext // in order
	for _, t := range all {
		if len(first) == most && t.compare(first[most-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(first, t, upNext.compare)
		first = slices.Insert(first[:min(len(first), most-1)], at, t)
	}
	last := first[most-1]
	first = first[:0]
	for _, t := range all {
		if t.compare(last) <= 0 {
			first = append(first, t)
		}
	}
	slices.SortFunc(first, upNext.compare)
	return first
}

// ready returns the open tasks that q means and that are ready.
func (k *workers) ready(q *query.Query, w Weights, now time.Time) (out []upNext, err error) {
	if all, ok := q.Expr.(query.And); ok && len(all) == 0 { // which the bits decide
		var slots []int32
		for slot, bits := range k.s.bits {
			if bits&factTask != 0 && k.below[slot] == 0 && k.open(slot) {
				slots = append(slots, int32(slot))
			}
		}
		return k.readyOf(slots, w, now), nil
	}
	work := &query.Query{Expr: query.And{query.Is("open"), query.Is("task"), q.Expr}, Now: q.Now}
	part, exact := known(work.Expr)
	if !exact || k.v.fold != nil {
		ids, err := k.v.Meant(work)
		var slots []int32
		for _, id := range ids {
			if slot, ok := k.s.Slot(id); ok {
				slots = append(slots, int32(slot))
			}
		}
		return k.readyOf(slots, w, now), err
	}
	tops, err := k.v.tops(work.Expr)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	hits, _, err := k.v.onSheet(work, part, tops)
	var slots []int32
	for slot, hit := range hits {
		if hit && k.below[slot] == 0 {
			slots = append(slots, int32(slot))
		}
	}
	return k.readyOf(slots, w, now), err
}

// readyOf returns those of some open tasks that are ready.
func (k *workers) readyOf(slots []int32, w Weights, now time.Time) []upNext {
	if len(slots) <= max(aheadNodes, k.s.Len()/fewHits) {
		return k.readyIn(slots, w, now)
	}
	k.complete()
	var parts [2][]upNext
	inHalves(len(slots), func(half, from, to int) { parts[half] = k.readyIn(slots[from:to], w, now) })
	return slices.Concat(parts[0], parts[1])
}

// readyIn is readyOf by one goroutine.
func (k *workers) readyIn(slots []int32, w Weights, now time.Time) (out []upNext) {
	of := k.urgencies(w, now)
	var n Node
	for _, slot := range slots {
		at := int(slot)
		if k.s.bits[at]&factDates == 0 {
			if State(k.s.bits[at]&factState) == Waiting || k.below[at] > 0 || k.blocked(at) {
				continue
			}
		} else {
			k.s.Facts(at).fill(&n)
			if s := k.standing(n, at); !s.Ready(now) {
				continue
			}
		}
		out = append(out, upNext{slot, of.at(at), k.s.created(at)})
	}
	return out
}

// byPlace puts those of some tasks that are as urgent and as old into the order of the tree.
func (k *workers) byPlace(some []upNext) error {
	place := map[int32]string{}
	if len(some) > aheadNodes {
		order, err := k.v.treeOrder(k.s)
		if err != nil {
			return err
		}
		for i, slot := range order {
			place[slot] = fmt.Sprintf("%010d", i)
		}
	} else {
		ids := make([]ID, len(some))
		for i, t := range some {
			ids[i] = k.s.ID(int(t.slot))
		}
		if err := k.v.ahead(ids); err != nil {
			return err
		}
		defer func() { k.v.near = nil }()
		p := paths{v: k.v, known: map[ID]spot{}}
		for i, t := range some {
			at, err := p.of(ids[i])
			if err != nil {
				return err
			}
			place[t.slot] = at.key
		}
	}
	slices.SortStableFunc(some, func(a, b upNext) int {
		return cmp.Or(a.compare(b), strings.Compare(place[a.slot], place[b.slot]))
	})
	return nil
}
