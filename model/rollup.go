package model

import (
	"arbor/model/field"
	"arbor/store"
)

// Rolled is what the values of a key come to for a node and all that lies below it.
type Rolled struct {
	N             int // how many nodes have a value
	Sum, Min, Max float64
}

// Of returns the value that a roll gives; false if no node has one.
func (r Rolled) Of(roll field.Roll) (float64, bool) {
	switch {
	case r.N == 0:
		return 0, false
	case roll == field.Mean:
		return r.Sum / float64(r.N), true
	case roll == field.Min:
		return r.Min, true
	case roll == field.Max:
		return r.Max, true
	}
	return r.Sum, true
}

func (r *Rolled) add(o Rolled) {
	if o.N == 0 {
		return
	}
	if r.N == 0 {
		*r = o
		return
	}
	r.N, r.Sum, r.Min, r.Max = r.N+o.N, r.Sum+o.Sum, min(r.Min, o.Min), max(r.Max, o.Max)
}

// Branch is a node of a subtree with what all below it comes to.
type Branch struct {
	Node   Node
	Depth  int      // below the top of the subtree
	Size   int      // how many nodes are below it
	Rolled []Rolled // one for each key that was asked for
	// Done of Tasks are closed: of the tasks below the node that have no task below them.
	Done, Tasks int
	// Mirrored says that it is shown below a mirror, and stands elsewhere.
	Mirrored bool
}

// RollUp returns the subtree of a node, in the order of the tree and the node itself first, with what the values of each key come to. A value
// that is not of its key's kind counts for nothing. Mirrors are as Reflected shows them, with what is below the nodes that they mirror below them; that counts
// for the mirror, but not for what is above it. It reads the whole subtree, of Root in two passes.
func (v *View) RollUp(root ID, keys []field.Def) ([]Branch, error) {
	all, err := v.rollUp(root, keys)
	if err != nil {
		return nil, err
	}
	return v.reflectAll(all, keys)
}

// rollUp is RollUp with mirrors as they are.
func (v *View) rollUp(root ID, keys []field.Def) ([]Branch, error) {
	if _, err := v.need(root); err != nil {
		return nil, err
	}
	below, err := v.childrenBelow(root)
	if err != nil {
		return nil, err
	}
	var out []Branch
	var parents []int // of each branch, where its parent is in out
	type todo struct {
		id     ID
		parent int
	}
	for stack := []todo{{root, -1}}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		b := Branch{Node: Node{ID: at.id}, Rolled: make([]Rolled, len(keys))}
		if at.parent >= 0 {
			b.Depth = out[at.parent].Depth + 1
		}
		for i := len(below[at.id]) - 1; i >= 0; i-- {
			stack = append(stack, todo{below[at.id][i], len(out)})
		}
		out, parents = append(out, b), append(parents, at.parent)
	}
	if err := v.readBranches(out, keys); err != nil {
		return nil, err
	}
	for i := len(out) - 1; i >= 0; i-- { // what is below comes behind, so it is summed up by now
		b := &out[i]
		done, tasks := b.Done, b.Tasks
		if b.Node.IsTask() && b.Tasks == 0 {
			tasks = 1
			if b.Node.State.Closed() {
				done = 1
			}
		}
		if parents[i] < 0 {
			continue
		}
		p := &out[parents[i]]
		p.Size += b.Size + 1
		p.Done, p.Tasks = p.Done+done, p.Tasks+tasks
		for k := range keys {
			p.Rolled[k].add(b.Rolled[k])
		}
	}
	return out, nil
}

// childrenBelow returns the children, in their order, of all nodes of a subtree.
func (v *View) childrenBelow(root ID) (map[ID][]ID, error) {
	below := map[ID][]ID{}
	if root == Root { // a scan of all places is faster than one of each node
		if err := v.settle(); err != nil {
			return nil, err
		}
		for e, err := range v.r.Scan(v.t.ks.places, store.Range{}) {
			if err != nil {
				return nil, err
			}
			parent, _, id := splitPlace(e.Key)
			below[parent] = append(below[parent], id)
		}
		return below, nil
	}
	for next := []ID{root}; len(next) > 0; {
		id := next[len(next)-1]
		next = next[:len(next)-1]
		for c, err := range v.Children(id) {
			if err != nil {
				return nil, err
			}
			below[id] = append(below[id], c.ID)
			next = append(next, c.ID)
		}
	}
	return below, nil
}

// branchesAhead is how many records are read at once.
const branchesAhead = 1024

// readBranches reads the nodes, and what each says of the keys itself.
func (v *View) readBranches(out []Branch, keys []field.Def) error {
	defer func() { v.near = nil }()
	for from := 0; from < len(out); from += branchesAhead {
		part := out[from:min(from+branchesAhead, len(out))]
		ids := make([]ID, len(part))
		for i := range part {
			ids[i] = part[i].Node.ID
		}
		if err := v.ahead(ids); err != nil {
			return err
		}
		for i := range part {
			n, err := v.Node(ids[i])
			if err != nil {
				return err
			}
			part[i].Node = n
			for k, def := range keys {
				value, ok := n.Field(def.Key)
				if !ok {
					continue
				}
				if x, ok := def.Number(value); ok {
					part[i].Rolled[k] = Rolled{1, x, x, x}
				}
			}
		}
	}
	return nil
}
