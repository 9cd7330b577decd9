package crdt

import (
	"bytes"
	"cmp"
	"slices"
)

// NodeID names a node of a Tree.
type NodeID [8]byte

// Move puts a node under a parent, at an order among its siblings. To create, to reorder and to put into the trash are moves. Time and
// Replica together stamp it: they order all moves and no two have the same.
type Move struct {
	Time    uint64
	Replica uint64
	Node    NodeID
	Parent  NodeID
	Order   Order
}

// Compare orders moves by their stamps.
func (m *Move) Compare(o *Move) int {
	return cmp.Or(cmp.Compare(m.Time, o.Time), cmp.Compare(m.Replica, o.Replica))
}

// Tree is a tree under moves that any replica may make at any time (Kleppmann and others, A highly-available move operation for
// replicated trees). Moves take effect in the order of their stamps; one that would put a node below itself, at its place in that order,
// has no effect. So each node has one parent, there is no cycle, and the tree is a function of the set of moves.
//
// The zero NodeID and every node that was never moved are roots. The zero Tree is ready for use.
type Tree struct {
	index map[NodeID]int32
	names []NodeID
	at    []spot // by index
	log   []done // in the order of stamps
}

// spot is where a node is.
type spot struct {
	parent int32 // index, or root
	order  Order
}

// root is the parent of what has none.
const root = -1

// done is a move and what it replaced.
type done struct {
	Move
	node, parent int32 // indices
	was          spot
	effect       bool
}

// intern returns the index of a node.
func (t *Tree) intern(id NodeID) int32 {
	i, ok := t.index[id]
	if !ok {
		if t.index == nil {
			t.index = map[NodeID]int32{}
		}
		i = int32(len(t.names))
		t.index[id] = i
		t.names, t.at = append(t.names, id), append(t.at, spot{parent: root})
	}
	return i
}

// Merge makes moves, in any order and however often. It undoes what is later than the oldest of them, once, and does all again in order,
// at a cost that grows with the number of moves undone and made, and with the depth of the tree.
func (t *Tree) Merge(moves []Move) {
	if len(moves) == 0 {
		return
	}
	fresh := make([]done, 0, len(moves))
	for _, m := range moves {
		fresh = append(fresh, done{Move: m, node: t.intern(m.Node), parent: t.intern(m.Parent)})
	}
	slices.SortFunc(fresh, func(a, b done) int { return a.Compare(&b.Move) })
	first, _ := slices.BinarySearchFunc(t.log, fresh[0], func(a, b done) int { return a.Compare(&b.Move) })
	for i := len(t.log) - 1; i >= first; i-- {
		t.undo(&t.log[i])
	}
	later := slices.Clone(t.log[first:])
	t.log = t.log[:first]
	for len(later) > 0 || len(fresh) > 0 {
		from := &later
		if len(later) == 0 || len(fresh) > 0 && fresh[0].Compare(&later[0].Move) < 0 {
			from = &fresh
		}
		d := (*from)[0]
		*from = (*from)[1:]
		if n := len(t.log); n > 0 && t.log[n-1].Compare(&d.Move) == 0 {
			continue // it came before
		}
		t.do(&d)
		t.log = append(t.log, d)
	}
}

func (t *Tree) do(d *done) {
	d.was = t.at[d.node]
	if d.effect = !t.under(d.parent, d.node) && d.Node != (NodeID{}); d.effect {
		t.at[d.node] = spot{d.parent, d.Order}
	}
}

func (t *Tree) undo(d *done) {
	if d.effect {
		t.at[d.node] = d.was
	}
}

// under reports whether node is above or lies below it.
func (t *Tree) under(node, above int32) bool {
	for node != above && node != root {
		node = t.at[node].parent
	}
	return node == above
}

// Under reports whether node is above or lies below it.
func (t *Tree) Under(node, above NodeID) bool {
	i, ok := t.index[node]
	j, too := t.index[above]
	return node == above || ok && too && t.under(i, j)
}

// Place returns where a node is; false for a root.
func (t *Tree) Place(node NodeID) (parent NodeID, order Order, ok bool) {
	i, ok := t.index[node]
	if !ok || t.at[i].parent == root {
		return NodeID{}, nil, false
	}
	return t.names[t.at[i].parent], t.at[i].order, true
}

// Children returns the nodes under parent in their order. It looks at every node.
func (t *Tree) Children(parent NodeID) []NodeID {
	of, ok := t.index[parent]
	var found []int32
	for i, s := range t.at {
		if ok && s.parent == of {
			found = append(found, int32(i))
		}
	}
	slices.SortFunc(found, func(a, b int32) int {
		return cmp.Or(bytes.Compare(t.at[a].order, t.at[b].order), bytes.Compare(t.names[a][:], t.names[b][:]))
	})
	out := make([]NodeID, len(found))
	for i, f := range found {
		out[i] = t.names[f]
	}
	return out
}

// Skipped returns the moves that have no effect, because they would make a cycle, in the order of their stamps.
func (t *Tree) Skipped() []Move {
	var out []Move
	for i := range t.log {
		if !t.log[i].effect {
			out = append(out, t.log[i].Move)
		}
	}
	return out
}

// Forget drops what is needed to merge moves with stamps below time, once no such move can come any more. It keeps the tree.
func (t *Tree) Forget(time uint64) {
	n, _ := slices.BinarySearchFunc(t.log, time, func(d done, time uint64) int {
		if d.Time < time {
			return -1
		}
		return 1
	})
	t.log = slices.Clone(t.log[n:])
}
