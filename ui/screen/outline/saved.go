package outline

import (
	"maps"
	"slices"
	"time"

	"arbor/model"
)

// resultsShown is how many results of a saved query have a row below its node.
const resultsShown = 100

// listing is what a saved query means, or what is below the node of a mirror: some of it, and how many there are besides.
type listing struct {
	ids   []model.ID
	more  int
	wrong string // why it cannot be asked
}

// fillSaved fills the window, and asks the saved queries in it again if that is due, or what they mean is not known. It happens in a command, so
// no key waits for a query but for one whose own action it follows.
func (q query) fillSaved(w *walker, a *window) error {
	empty := *a
	empty.saved = slices.Clip(a.saved)
	if err := q.fill(w, a); err != nil {
		return err
	}
	if q.outdated {
		w.found = nil
	}
	for {
		unknown := slices.DeleteFunc(slices.Clone(a.saved), func(id model.ID) bool {
			_, known := w.found[id]
			return known
		})
		if len(unknown) == 0 {
			a.found = w.found
			return nil
		}
		found, err := ask(w.v, unknown, a.now)
		if err != nil {
			return err
		}
		maps.Copy(found, w.found)
		w.found, *a = found, empty
		if err := q.fill(w, a); err != nil { // which may show others
			return err
		}
	}
}

// lists reports whether a node has rows below it that stand elsewhere: what its query means, or, below a mirror, what is below its node.
func lists(n *model.Node) bool {
	_, mirror := n.Mirrors()
	_, saved := n.Query()
	return mirror || saved
}

// listsSome reports whether a node of which lists is true is to be unfolded: a query may have results at any time, a mirror has those that are there.
func (w *walker) listsSome(n *model.Node) (bool, error) {
	if _, mirror := n.Mirrors(); !mirror {
		return true, nil
	}
	id, shows, err := w.v.Below(n.ID)
	if err != nil || !shows {
		return false, err
	}
	return w.v.HasChildren(id)
}

// reflected returns what is below the node of a mirror: its children, which are shown without what is below them, so that all has an end.
func reflected(v *model.View, mirror model.ID) (l listing, err error) {
	id, shows, err := v.Below(mirror)
	if err != nil || !shows {
		return l, err
	}
	for c, err := range v.Children(id) {
		switch {
		case err != nil:
			return l, err
		case len(l.ids) < resultsShown:
			l.ids = append(l.ids, c.ID)
		default:
			l.more++
		}
		if l.more == maxMore {
			break
		}
	}
	return l, nil
}

// maxMore bounds how many children of a mirrored node are counted.
const maxMore = 10_000

// ask returns what some nodes list.
func ask(v *model.View, ids []model.ID, now time.Time) (map[model.ID]listing, error) {
	found := map[model.ID]listing{}
	for _, id := range ids {
		n, err := v.Node(id)
		if err != nil {
			return nil, err
		}
		if _, ok := n.Mirrors(); ok {
			if found[id], err = reflected(v, id); err != nil {
				return nil, err
			}
			continue
		}
		nodes, more, _, err := v.Results(&n, now, resultsShown)
		l := listing{more: more}
		if err != nil {
			l.wrong = err.Error()
		}
		for i := range nodes {
			l.ids = append(l.ids, nodes[i].ID)
		}
		found[id] = l
	}
	return found, nil
}

// listed returns the results that have rows below a node.
func (w *walker) listed(n *model.Node) []model.ID {
	l, ok := w.found[n.ID]
	if !ok {
		return nil
	}
	if !lists(n) {
		return nil
	}
	return l.ids
}

// result returns the row of a result below the node that lists it.
func (w *walker) result(via model.ID, nth, depth int) (spot, bool, error) {
	s, ok, err := w.at(w.found[via].ids[nth], depth)
	s.via, s.nth = via, nth
	return s, ok, err
}

// rootListed returns the results of the node below which everything is shown.
func (w *walker) rootListed() ([]model.ID, error) {
	if _, ok := w.found[w.root]; !ok {
		return nil, nil
	}
	n, err := w.v.Node(w.root)
	return w.listed(&n), err
}

// afterResult returns the row after a result: the next one, else what hangs from the node that lists it, else what comes after that.
func (w *walker) afterResult(s spot) (spot, bool, error) {
	if s.nth+1 < len(w.found[s.via].ids) {
		return w.result(s.via, s.nth+1, s.depth)
	}
	hides, err := w.hides(s.via)
	if err != nil {
		return spot{}, false, err
	}
	c, ok, err := w.child(s.via, hides, false)
	switch {
	case err != nil:
		return spot{}, false, err
	case ok:
		return w.at(c.ID, s.depth)
	case s.depth == 0:
		return spot{}, false, nil
	}
	up, _, err := w.at(s.via, s.depth-1)
	if err != nil {
		return spot{}, false, err
	}
	return w.after(up)
}

// findResult returns the row of a result, if the node that lists it has its own row and is open.
func (w *walker) findResult(id, via model.ID) (spot, bool, error) {
	depth := 0
	if via != w.root {
		s, ok, err := w.find(via)
		if err != nil || !ok || s.node.ID != via || !w.folds.open(&s.node, s.depth) {
			return spot{}, false, err
		}
		depth = s.depth + 1
	}
	n, err := w.v.Node(via)
	if err != nil {
		return spot{}, false, err
	}
	i := slices.Index(w.listed(&n), id)
	if i < 0 {
		return spot{}, false, nil
	}
	return w.result(via, i, depth)
}
