package model

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// kin says of every node where it stands: under which parent, by which key of order. It is filled in the order of the ids, by one pass over the
// records, and takes about thirty bytes a node.
type kin struct {
	ids, parents []uint64
	orders       []byte
	ends         []uint32 // of each node's key in orders
}

func (k *kin) add(n *Node) error {
	id := binary.BigEndian.Uint64(n.ID[:])
	if last := len(k.ids) - 1; last >= 0 && k.ids[last] >= id {
		return fmt.Errorf("records of nodes are out of order at %s", n.ID)
	}
	k.ids, k.parents = append(k.ids, id), append(k.parents, binary.BigEndian.Uint64(n.Parent[:]))
	k.orders = append(k.orders, n.Order...)
	k.ends = append(k.ends, uint32(len(k.orders)))
	return nil
}

// of returns where a node stands; ok is false if it is not known.
func (k *kin) of(id ID) (parent ID, order []byte, ok bool) {
	i, ok := slices.BinarySearch(k.ids, binary.BigEndian.Uint64(id[:]))
	if !ok {
		return parent, nil, false
	}
	from := uint32(0)
	if i > 0 {
		from = k.ends[i-1]
	}
	binary.BigEndian.PutUint64(parent[:], k.parents[i])
	return parent, k.orders[from:k.ends[i]], true
}
