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
func (v *View) Next(q *query.Query, w Weights, now time.Time, most int) (first []Standing, ready int, err error) {
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
	slices.SortFunc(all, upNext.compare)
	alike := most // so many are looked at, for the last one may be as urgent and old as others
	for alike > 0 && alike < ready && all[alike].compare(all[alike-1]) == 0 {
		alike++
	}
	if err := k.byPlace(all[:alike]); err != nil {
		return nil, 0, err
	}
	for some := range slices.Chunk(all[:most], aheadNodes) {
		matches := make([]match, len(some))
		for i, t := range some {
			matches[i].id = k.s.ID(int(t.slot))
		}
		if err := v.fetch(matches); err != nil {
			return nil, 0, err
		}
		for i, t := range some {
			s := k.standing(*matches[i].node, int(t.slot))
			s.Urgency, s.Why = w.weigh(&s, now)
			first = append(first, s)
		}
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

// ready returns the open tasks that q means and that are ready.
func (k *workers) ready(q *query.Query, w Weights, now time.Time) (out []upNext, err error) {
	of := w.weigher()
	var n Node
	add := func(slot int) {
		f := k.s.Facts(slot)
		f.fill(&n)
		s := k.standing(n, slot)
		if s.Ready(now) {
			out = append(out, upNext{int32(slot), of.urgency(&s, now), f.created})
		}
	}
	work := &query.Query{Expr: query.And{query.Is("open"), query.Is("task"), q.Expr}, Now: q.Now}
	part, exact := known(work.Expr)
	if !exact || k.v.fold != nil {
		ids, err := k.v.Meant(work)
		for _, id := range ids {
			if slot, ok := k.s.Slot(id); ok {
				add(slot)
			}
		}
		return out, err
	}
	tops, err := k.v.tops(work.Expr)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	hits, _, err := k.v.onSheet(work, part, tops)
	for slot, hit := range hits {
		if hit {
			add(slot)
		}
	}
	return out, err
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
