package model

import (
	"fmt"
	"sync"

	"arbor/model/query"
	"arbor/store"
)

// Part is a part of the tree: what a query means, all below it, and the way there. It is of one state of the tree.
type Part struct {
	meant, above map[ID]bool

	mu    sync.Mutex
	below map[ID]bool // for what is neither: whether it stands below what is meant
}

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
	p := &Part{meant: make(map[ID]bool, len(ids)), above: map[ID]bool{}, below: map[ID]bool{}}
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
	return p, nil
}

// Shows reports whether a node that stands below parent belongs to the part. The cost is that of the way up to what is known already.
func (p *Part) Shows(v *View, id, parent ID) (bool, error) {
	if p.meant[id] || p.above[id] {
		return true, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var way []ID
	below := false
	for at := parent; ; {
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
