package model

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"

	"arbor/store"
)

// View is a frozen state of the tree, or the state an edit works on. It belongs to one goroutine.
type View struct {
	t     *Tree
	r     store.Reader
	fold  *fold        // of an edit: the records it holds back
	rand  io.Reader    // of an edit that is to draw the ids that another drew; nil is the tree's
	near  map[ID]*Node // read ahead, see ahead
	kin   *kin         // where every node stands, while a query that asks for it is answered
	sheet *Sheet       // of a frozen state, once it was asked for
	asked *Sheet       // while a query is answered on a sheet

	unanswered bool               // the owner of the store was asked and did not say
	recent     []match            // what was read last of what the owner said, whose places are then asked for together
	known      map[ID]whereabouts // what the owner said of places

	few   bool                   // a few nodes are asked: it costs more to look at all
	work  *workers               // of a frozen state, once they were asked for
	found map[string]map[ID]bool // what parts of queries mean, see once
}

// Reader returns what the view reads from, for the packages that keep their own keys in the same store.
func (v *View) Reader() store.Reader { return v.r }

// settle makes the records that an edit holds back visible to scans.
func (v *View) settle() error {
	if v.fold == nil {
		return nil
	}
	return v.fold.putRecords()
}

// node returns a node that may be shared, nil if there is none.
func (v *View) node(id ID) (*Node, error) {
	if v.fold != nil {
		h, err := v.fold.get(id)
		if err != nil {
			return nil, err
		}
		return h.node, nil
	}
	if n, ok := v.near[id]; ok {
		return n, nil
	}
	return readNode(&v.t.ks, v.r, id)
}

// ahead reads the nodes of some ids, and all that they hang from, in a few exchanges with the process that owns the store, so that node
// finds them at hand. It forgets those that it read before.
func (v *View) ahead(ids []ID) error {
	if v.fold != nil {
		return nil
	}
	v.near = make(map[ID]*Node, 2*len(ids))
	for len(ids) > 0 {
		keys := make([][]byte, len(ids))
		for i := range ids {
			keys[i] = ids[i][:]
		}
		values, err := v.r.GetMany(v.t.ks.nodes, keys)
		if err != nil {
			return err
		}
		var above []ID
		for i, value := range values {
			if value == nil {
				continue // not there, or a part of every tree
			}
			n, err := decodeRecord(ids[i], value)
			if err != nil {
				return err
			}
			v.near[n.ID] = n
		}
		wanted := map[ID]bool{}
		for _, id := range ids {
			n := v.near[id]
			if n == nil || v.near[n.Parent] != nil || wanted[n.Parent] {
				continue
			}
			if wanted[n.Parent] = true; !builtin(n.Parent) {
				above = append(above, n.Parent)
				continue
			}
			if v.near[n.Parent], err = readNode(&v.t.ks, v.r, n.Parent); err != nil {
				return err
			}
		}
		ids = above
	}
	return nil
}

// need is node with an error where there is none.
func (v *View) need(id ID) (*Node, error) {
	n, err := v.node(id)
	if err == nil && n == nil {
		err = fmt.Errorf("%s: %w", id, ErrNoNode)
	}
	return n, err
}

// Node returns a node.
func (v *View) Node(id ID) (Node, error) {
	n, err := v.need(id)
	if err != nil {
		return Node{}, err
	}
	if v.fold != nil {
		return v.worded(n.clone()), nil
	}
	return v.worded(*n), nil
}

// Note returns the note of a node, "" if it has none.
func (v *View) Note(id ID) (string, error) {
	n, err := v.need(id)
	if err != nil {
		return "", err
	}
	return readNote(&v.t.ks, v.r, n)
}

// Child is what the index of places knows of a node, without reading its record.
type Child struct {
	ID    ID
	State State
	Order []byte
}

// Children yields the children of id in order.
func (v *View) Children(id ID) iter.Seq2[Child, error] {
	return v.children(store.Prefix(id[:]), false)
}

// ChildrenReverse yields the children of id from the last to the first.
func (v *View) ChildrenReverse(id ID) iter.Seq2[Child, error] {
	return v.children(store.Prefix(id[:]), true)
}

func (v *View) children(r store.Range, reverse bool) iter.Seq2[Child, error] {
	r.Reverse = reverse
	return func(yield func(Child, error) bool) {
		for e, err := range v.r.Scan(v.t.ks.places, r) {
			if err != nil {
				yield(Child{}, err)
				return
			}
			_, order, id := splitPlace(e.Key)
			c := Child{ID: id, Order: bytes.Clone(order)}
			if len(e.Value) > 0 {
				c.State = State(e.Value[0])
			}
			if !yield(c, nil) {
				return
			}
		}
	}
}

// one returns the first child that seq yields, if any.
func one(seq iter.Seq2[Child, error]) (Child, bool, error) {
	for c, err := range seq {
		return c, err == nil, err
	}
	return Child{}, false, nil
}

// FirstChild returns the first child of id; false if it has none.
func (v *View) FirstChild(id ID) (Child, bool, error) { return one(v.Children(id)) }

// LastChild returns the last child of id; false if it has none.
func (v *View) LastChild(id ID) (Child, bool, error) { return one(v.ChildrenReverse(id)) }

// HasChildren reports whether id has any.
func (v *View) HasChildren(id ID) (bool, error) {
	_, ok, err := v.FirstChild(id)
	return ok, err
}

// NextSibling returns the sibling after id; false if id is the last.
func (v *View) NextSibling(id ID) (Child, bool, error) {
	n, err := v.need(id)
	if err != nil || builtin(id) {
		return Child{}, false, err
	}
	return one(v.after(n.Parent, n.Order, id))
}

// PrevSibling returns the sibling before id; false if id is the first.
func (v *View) PrevSibling(id ID) (Child, bool, error) {
	n, err := v.need(id)
	if err != nil || builtin(id) {
		return Child{}, false, err
	}
	return one(v.before(n.Parent, n.Order, id))
}

// after yields the children of parent behind a place.
func (v *View) after(parent ID, order []byte, id ID) iter.Seq2[Child, error] {
	r := store.Prefix(parent[:])
	r.From = append(placeKey(parent, order, id), 0)
	return v.children(r, false)
}

// before yields the children of parent in front of a place, the nearest first.
func (v *View) before(parent ID, order []byte, id ID) iter.Seq2[Child, error] {
	r := store.Prefix(parent[:])
	r.To = placeKey(parent, order, id)
	return v.children(r, true)
}

// Path returns the nodes from the top of the tree, which is Root unless id is in the trash or detached, down to id.
func (v *View) Path(id ID) ([]ID, error) {
	path, err := v.lineage(id)
	for i, j := 0, len(path)-1; i < j; i, j = i+1, j-1 {
		path[i], path[j] = path[j], path[i]
	}
	return path, err
}

// lineage returns id and its ancestors, nearest first.
func (v *View) lineage(id ID) (up []ID, err error) {
	if v.sheet != nil {
		if slot, ok := v.sheet.Slot(id); ok {
			return v.sheet.lineage(slot), nil
		}
	}
	if at, ok, err := v.askedPlace(id); ok || err != nil {
		return slices.Clone(at.lineage), err
	}
	err = v.climb(id, func(n *Node) bool {
		up = append(up, n.ID)
		return true
	})
	return up, err
}

// climb calls fn with id and its ancestors, nearest first, until fn says no. The nodes may be shared.
func (v *View) climb(id ID, fn func(*Node) bool) error {
	for {
		n, err := v.need(id)
		if err != nil || !fn(n) || builtin(id) {
			return err
		}
		id = n.Parent
	}
}

// Depth returns how many nodes are above id.
func (v *View) Depth(id ID) (int, error) {
	depth := -1
	err := v.climb(id, func(*Node) bool {
		depth++
		return true
	})
	return depth, err
}

// Top returns the node at the top of id's path: Root, Trash or Detached.
func (v *View) Top(id ID) (ID, error) {
	var top ID
	err := v.climb(id, func(n *Node) bool {
		top = n.ID
		return true
	})
	return top, err
}

// Under reports whether id is ancestor or lies below it.
func (v *View) Under(id, ancestor ID) (bool, error) {
	found := false
	err := v.climb(id, func(n *Node) bool {
		found = n.ID == ancestor
		return !found
	})
	return found, err
}

// Incoming yields the arrows that point to id from nodes that are in the tree.
func (v *View) Incoming(id ID) iter.Seq2[Arrow, error] {
	return func(yield func(Arrow, error) bool) {
		var from []ID
		for e, err := range v.r.Scan(v.t.ks.arrows, store.Prefix(id[:])) {
			if err != nil {
				yield(Arrow{}, err)
				return
			}
			from = append(from, ID(e.Key[len(id):]))
		}
		for _, f := range from {
			n, err := v.need(f)
			if err == nil {
				var top ID
				if top, err = v.Top(f); err == nil && top != Root {
					continue
				}
			}
			if err != nil {
				yield(Arrow{}, err)
				return
			}
			for _, a := range n.Arrows {
				if a.To == id && !yield(a, nil) {
					return
				}
			}
		}
	}
}
