package model

// spot is where a node stands: at the top of which tree, and a key that sorts like the tree.
type spot struct {
	top ID
	key string
}

// paths finds spots, each node's once.
type paths struct {
	v     *View
	kin   kin
	known map[ID]spot
}

func (p *paths) of(id ID) (spot, error) {
	if s, ok := p.known[id]; ok {
		return s, nil
	}
	s := spot{top: id, key: string(id[:])}
	if !builtin(id) {
		parent, order, ok := p.kin.of(id)
		if !ok {
			n, err := p.v.need(id)
			if err != nil {
				return s, err
			}
			parent, order = n.Parent, n.Order
		}
		above, err := p.of(parent)
		if err != nil {
			return s, err
		}
		s = spot{above.top, above.key + string(placeKey(ID{}, order, id)[len(id):])}
	}
	p.known[id] = s
	return s, nil
}
