package outline

import (
	"errors"
	"maps"
	"slices"

	"arbor/model"
	"arbor/ui/screen"
)

// folds says which nodes show their children, beyond what the tree itself says. It is never changed once it is in use.
type folds struct {
	level int               // > 0: show this many levels, whatever the tree says
	over  map[model.ID]bool // true: open. Stronger than level
}

// with returns f with one more exception.
func (f folds) with(id model.ID, open bool) folds {
	over := maps.Clone(f.over)
	if over == nil {
		over = map[model.ID]bool{}
	}
	over[id] = open
	return folds{f.level, over}
}

// open tells whether a node shows its children. depth counts from the first level shown.
func (f folds) open(n *model.Node, depth int) bool {
	if o, ok := f.over[n.ID]; ok {
		return o
	}
	if f.level > 0 {
		return depth+1 < f.level
	}
	return !n.Collapsed
}

// walker goes from a row to its neighbours in one frozen state of the tree.
type walker struct {
	v        *model.View
	root     model.ID
	folds    folds
	hideDone bool
	keep     []model.ID // shown even if they are done
	rootHide bool
	part     *model.Part // what the context shows, nil for all
	rows     *screen.Rows
	found    map[model.ID]listing // what saved queries mean, as far as it is known
}

// spot is a node on the way, with its depth below the root shown.
type spot struct {
	node  model.Node
	depth int
	via   model.ID // of a result: the node that lists it
	nth   int      // which of its results
}

func (w *walker) shows(c model.Child, parentHides bool) bool {
	return !c.State.Closed() || slices.Contains(w.keep, c.ID) || !w.hideDone && !parentHides
}

// sees reports whether a child of parent has a row.
func (w *walker) sees(c model.Child, parent model.ID, parentHides bool) (bool, error) {
	if !w.shows(c, parentHides) || w.part == nil || slices.Contains(w.keep, c.ID) {
		return w.shows(c, parentHides), nil
	}
	return w.part.Shows(w.v, c.ID, parent)
}

// among returns the children of a node that a context shows, if they are few among many.
func (w *walker) among(parent model.ID) ([]model.Child, bool, error) {
	if w.part == nil {
		return nil, false, nil
	}
	list, ok, err := w.part.Children(w.v, parent)
	if err != nil || !ok {
		return nil, false, err
	}
	for _, id := range w.keep {
		if id == model.Root || slices.ContainsFunc(list, func(c model.Child) bool { return c.ID == id }) {
			continue
		}
		n, err := w.v.Node(id)
		if err != nil && !errors.Is(err, model.ErrNoNode) {
			return nil, false, err
		}
		if err == nil && n.Parent == parent { // it has a row though the context does not show it
			return nil, false, nil
		}
	}
	return list, true, nil
}

func (w *walker) hides(parent model.ID) (bool, error) {
	if parent == w.root {
		return w.rootHide, nil
	}
	p, err := w.v.Node(parent)
	return p.HideDone, err
}

// child returns the first or last child of id that is shown.
func (w *walker) child(id model.ID, hides, last bool) (c model.Child, ok bool, err error) {
	if list, ok, err := w.among(id); err != nil || ok {
		for i := range list {
			if last {
				i = len(list) - 1 - i
			}
			if w.shows(list[i], hides) {
				return list[i], true, err
			}
		}
		return model.Child{}, false, err
	}
	seq := w.v.Children(id)
	if last {
		seq = w.v.ChildrenReverse(id)
	}
	for c, err := range seq {
		sees := false
		if err == nil {
			sees, err = w.sees(c, id, hides)
		}
		if err != nil || sees {
			return c, err == nil, err
		}
	}
	return model.Child{}, false, nil
}

// beside returns the sibling behind or in front of id that is shown.
func (w *walker) beside(id, parent model.ID, back bool) (model.Child, bool, error) {
	hides, err := w.hides(parent)
	if err != nil {
		return model.Child{}, false, err
	}
	list, ok, err := w.among(parent)
	if err != nil {
		return model.Child{}, false, err
	}
	if i := slices.IndexFunc(list, func(c model.Child) bool { return c.ID == id }); ok && i >= 0 {
		by := 1
		if back {
			by = -1
		}
		for i += by; i >= 0 && i < len(list); i += by {
			if w.shows(list[i], hides) {
				return list[i], true, nil
			}
		}
		return model.Child{}, false, nil
	}
	for {
		step := w.v.NextSibling
		if back {
			step = w.v.PrevSibling
		}
		c, ok, err := step(id)
		sees := false
		if err == nil && ok {
			sees, err = w.sees(c, parent, hides)
		}
		if err != nil || !ok || sees {
			return c, ok && err == nil, err
		}
		id = c.ID
	}
}

func (w *walker) at(id model.ID, depth int) (spot, bool, error) {
	n, err := w.v.Node(id)
	return spot{node: n, depth: depth}, err == nil, err
}

// next returns the row after s.
func (w *walker) next(s spot) (spot, bool, error) {
	if s.via != (model.ID{}) {
		return w.afterResult(s)
	}
	if w.folds.open(&s.node, s.depth) {
		if len(w.listed(&s.node)) > 0 {
			return w.result(s.node.ID, 0, s.depth+1)
		}
		c, ok, err := w.child(s.node.ID, s.node.HideDone, false)
		if err != nil {
			return spot{}, false, err
		}
		if ok {
			return w.at(c.ID, s.depth+1)
		}
	}
	return w.after(s)
}

// after returns the row after s and all below it.
func (w *walker) after(s spot) (spot, bool, error) {
	for s.depth >= 0 {
		c, ok, err := w.beside(s.node.ID, s.node.Parent, false)
		if err != nil {
			return spot{}, false, err
		}
		if ok {
			return w.at(c.ID, s.depth)
		}
		if s.depth == 0 {
			break
		}
		if s, _, err = w.at(s.node.Parent, s.depth-1); err != nil {
			return spot{}, false, err
		}
	}
	return spot{}, false, nil
}

// prev returns the row before s.
func (w *walker) prev(s spot) (spot, bool, error) {
	if s.via != (model.ID{}) && s.nth > 0 {
		return w.result(s.via, s.nth-1, s.depth)
	}
	up := s.via
	if up == (model.ID{}) {
		c, ok, err := w.beside(s.node.ID, s.node.Parent, true)
		if err != nil {
			return spot{}, false, err
		}
		if ok {
			return w.lastBelow(c.ID, s.depth)
		}
		up = s.node.Parent
		n, err := w.v.Node(up)
		if err != nil {
			return spot{}, false, err
		}
		if ids := w.listed(&n); len(ids) > 0 { // they stand before the children
			return w.result(up, len(ids)-1, s.depth)
		}
	}
	if s.depth == 0 {
		return spot{}, false, nil
	}
	return w.at(up, s.depth-1)
}

// lastBelow returns the last row of the subtree of id, which may be id itself.
func (w *walker) lastBelow(id model.ID, depth int) (spot, bool, error) {
	for {
		s, _, err := w.at(id, depth)
		if err != nil || !w.folds.open(&s.node, depth) {
			return s, err == nil, err
		}
		c, ok, err := w.child(id, s.node.HideDone, true)
		if err != nil {
			return s, false, err
		}
		if ids := w.listed(&s.node); !ok && len(ids) > 0 {
			return w.result(id, len(ids)-1, depth+1)
		}
		if !ok {
			return s, true, nil
		}
		id, depth = c.ID, depth+1
	}
}

// edge returns the first or the last row of all.
func (w *walker) edge(last bool) (spot, bool, error) {
	ids, err := w.rootListed()
	if err != nil {
		return spot{}, false, err
	}
	c, ok, err := w.child(w.root, w.rootHide, last)
	if err != nil {
		return spot{}, false, err
	}
	if len(ids) > 0 && !(last && ok) {
		nth := 0
		if last {
			nth = len(ids) - 1
		}
		return w.result(w.root, nth, 0)
	}
	if !ok {
		return spot{}, false, nil
	}
	if last {
		return w.lastBelow(c.ID, 0)
	}
	return w.at(c.ID, 0)
}

// find returns the row of id, or the row into which it is folded. It reports false for a node that is not below the root shown.
func (w *walker) find(id model.ID) (spot, bool, error) {
	path, err := w.v.Path(id)
	if errors.Is(err, model.ErrNoNode) {
		return spot{}, false, nil
	}
	if err != nil {
		return spot{}, false, err
	}
	for i, p := range path {
		if p != w.root || i == len(path)-1 {
			continue
		}
		hides := w.rootHide
		for depth, id := range path[i+1:] {
			s, _, err := w.at(id, depth)
			sees := false
			if err == nil {
				sees, err = w.sees(model.Child{ID: id, State: s.node.State}, s.node.Parent, hides)
			}
			if err != nil || !sees {
				return spot{}, false, err
			}
			if depth == len(path)-i-2 || !w.folds.open(&s.node, depth) {
				return s, true, nil
			}
			hides = s.node.HideDone
		}
	}
	return spot{}, false, nil
}
