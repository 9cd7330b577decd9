package model

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sync"

	"arbor/model/query"
	"arbor/store"
)

// Part is a part of the tree: what a query means, all below it, and the way there. It is of one state of the tree.
type Part struct {
	meant, above map[ID]bool

	kids map[ID][]ID // what of the children of a node is one of these

	mu     sync.Mutex
	below  map[ID]bool    // for what is neither: whether it stands below what is meant
	picked map[ID][]Child // kids in their order, of the nodes that were asked for
}

// maxPicked bounds how many children of a node are put in order.
const maxPicked = 1000

// parts keeps the part that was asked for last.
type parts struct {
	mu   sync.Mutex
	key  string
	at   store.Position
	part *Part
}

// Part returns the part of the tree that a query means. In a state that did not change since it was asked for last, nothing is asked again.
func (v *View) Part(q *query.Query) (*Part, error) {
	snapshot, ok := v.r.(*store.Snapshot)
	if !ok || v.fold != nil {
		return v.newPart(q)
	}
	at, err := snapshot.Position()
	if err != nil {
		return nil, fmt.Errorf("part: %w", err)
	}
	kept, key := &v.t.parts, liveKey(q)
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if kept.part != nil && kept.key == key && kept.at == at {
		return kept.part, nil
	}
	p, err := v.newPart(q)
	if err != nil {
		return nil, err
	}
	kept.key, kept.at, kept.part = key, at, p
	return p, nil
}

func (v *View) newPart(q *query.Query) (*Part, error) {
	ids, err := v.Meant(q)
	if err != nil {
		return nil, err
	}
	p := &Part{meant: make(map[ID]bool, len(ids)), above: map[ID]bool{}, kids: map[ID][]ID{}, below: map[ID]bool{}, picked: map[ID][]Child{}}
	s, err := v.Sheet()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		p.meant[id] = true
		for {
			slot, ok := s.Slot(id)
			if !ok {
				break
			}
			if id = s.parent(slot); p.above[id] {
				break
			}
			p.above[id] = true
		}
	}
	pick := func(id ID) {
		if slot, ok := s.Slot(id); ok {
			up := s.parent(slot)
			p.kids[up] = append(p.kids[up], id)
		}
	}
	for id := range p.meant {
		pick(id)
	}
	for id := range p.above {
		if !p.meant[id] {
			pick(id)
		}
	}
	return p, nil
}

// Shows reports whether a node that stands below parent belongs to the part. The cost is that of the way up to what is known already.
func (p *Part) Shows(v *View, id, parent ID) (bool, error) {
	if p.meant[id] || p.above[id] {
		return true, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inside(v, parent)
}

// inside reports whether a node, or one above it, is meant. mu is held.
func (p *Part) inside(v *View, id ID) (bool, error) {
	var way []ID
	below := false
	for at := id; ; {
		if p.meant[at] {
			below = true
			break
		}
		if known, ok := p.below[at]; ok {
			below = known
			break
		}
		n, err := v.Node(at)
		if err != nil {
			return false, err
		}
		way = append(way, at)
		if n.Parent == at || at == Root || at == Trash || at == Detached {
			break
		}
		at = n.Parent
	}
	for _, at := range way {
		p.below[at] = below
	}
	return below, nil
}

// Children returns the children of a node that belong to the part, in their order, so that one need not go past all others. ok is false if all
// do, or so many that one meets them soon enough.
func (p *Part) Children(v *View, id ID) (list []Child, ok bool, err error) {
	if p.meant[id] || len(p.kids[id]) > maxPicked {
		return nil, false, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if list, ok = p.picked[id]; ok {
		return list, true, nil
	}
	if in, err := p.inside(v, id); err != nil || in {
		return nil, false, err
	}
	list = make([]Child, 0, len(p.kids[id]))
	for _, c := range p.kids[id] {
		n, err := v.Node(c)
		if err != nil {
			return nil, false, err
		}
		list = append(list, Child{ID: c, State: n.State, Order: n.Order})
	}
	slices.SortFunc(list, func(a, b Child) int { return cmp.Or(bytes.Compare(a.Order, b.Order), bytes.Compare(a.ID[:], b.ID[:])) })
	p.picked[id] = list
	return list, true, nil
}
