package model

import (
	"bytes"
	"slices"
	"sort"

	"arbor/store"
)

// hasOrder reports whether the order of all nodes is known.
func (s *Sheet) hasOrder() bool {
	s.orderMu.Lock()
	defer s.orderMu.Unlock()
	return s.order != nil
}

// maxSame is of how many changed nodes it is looked up if they stand where they stood.
const maxSame = 256

// sameOrder gives a sheet the order of the one that it was made of, with the nodes that came in their places, if none of the others that changed
// stands elsewhere.
func (v *View) sameOrder(was, next *Sheet, older *store.Snapshot) error {
	was.orderMu.Lock()
	order := was.order
	was.orderMu.Unlock()
	if order == nil || len(next.after.ids) > maxSame {
		return nil
	}
	before := &View{t: v.t, r: older}
	var came []int32
	for _, id := range next.after.ids {
		if _, there := was.Slot(id); !there {
			if slot, ok := next.Slot(id); ok {
				came = append(came, int32(slot))
			}
			continue
		}
		a, err := before.need(id)
		if err != nil {
			return err
		}
		b, err := v.need(id)
		if err != nil {
			return err
		}
		if a.Parent != b.Parent || !bytes.Equal(a.Order, b.Order) {
			return nil
		}
	}
	if next.Len() != was.Len()+len(came) {
		return nil
	}
	if len(came) == 0 {
		next.order = order
		return nil
	}
	order, err := v.joined(next, order, came)
	next.order = order
	return err
}

// joined returns an order of all but a few slots with these in their places; nil where one of them has no place among the others.
func (v *View) joined(s *Sheet, order, came []int32) ([]int32, error) {
	slices.Sort(came)
	up := make([]int32, len(came)) // the first slot, as it was, that stands so many higher
	for i, slot := range came {
		up[i] = slot - int32(i)
	}
	follows := make(map[int32]int32, len(came))
	for _, slot := range came {
		before, ok, err := v.slotBefore(s, int(slot))
		if err != nil || !ok {
			return nil, err
		}
		follows[before] = slot
	}
	out := make([]int32, 0, len(order)+len(came))
	add := func(slot int32) {
		for ok := true; ok && len(out) < cap(out); slot, ok = follows[slot] {
			out = append(out, slot)
		}
	}
	for _, was := range order {
		add(was + int32(sort.Search(len(up), func(i int) bool { return up[i] > was })))
	}
	if len(out) != len(order)+len(came) {
		return nil, nil
	}
	return out, nil
}

// slotBefore returns the slot of the node that stands before one in the order of the tree: the last below its elder sibling, or its parent.
func (v *View) slotBefore(s *Sheet, slot int) (before int32, ok bool, err error) {
	n, err := v.need(s.ID(slot))
	if err != nil {
		return 0, false, err
	}
	last := func(r store.Range) (id ID, found bool, err error) {
		for c, err := range v.children(r, true) {
			return c.ID, err == nil, err
		}
		return ID{}, false, nil
	}
	id, found, err := last(store.Range{From: n.Parent[:], To: placeKey(n.Parent, n.Order, n.ID)})
	if !found {
		id = n.Parent
	}
	for found && err == nil {
		var below ID
		if below, found, err = last(store.Prefix(id[:])); found {
			id = below
		}
	}
	if err != nil {
		return 0, false, err
	}
	at, ok := s.Slot(id)
	return int32(at), ok, nil
}
