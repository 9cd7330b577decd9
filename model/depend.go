package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"arbor/store"
)

// Errors of dependencies.
var (
	ErrArrowThere = errors.New("another arrow leads there already; erase it first")
	ErrNoArrow    = errors.New("no such arrow")
)

// maxNamed bounds how many nodes of a circle an error names.
const maxNamed = 8

// CycleError says that nodes would depend on each other in a circle. It is an ErrCycle.
type CycleError struct {
	Path  []ID     // each depends on the next, the last one on the first
	Texts []string // of these nodes
}

func (e *CycleError) Error() string { return "none could be begun: " + CycleText(e.Texts) }

// Unwrap returns ErrCycle.
func (e *CycleError) Unwrap() error { return ErrCycle }

// CycleText names the nodes of a circle in a line.
func CycleText(texts []string) string {
	var b strings.Builder
	for i, t := range texts {
		if i == maxNamed {
			fmt.Fprintf(&b, "… needs ")
			break
		}
		fmt.Fprintf(&b, "%q needs ", t)
	}
	return b.String() + fmt.Sprintf("%q", texts[0])
}

// AddDepend says that on has to be done before id. What would go round in a circle is a *CycleError, also where some of it is closed: it may
// be opened again. Between two nodes there is one arrow: where one of another label leads from id to on it is ErrArrowThere.
func (e *Edit) AddDepend(id, on ID) error {
	if builtin(id) || builtin(on) {
		return fmt.Errorf("%s depends on %s: %w", id, on, ErrBuiltin)
	}
	n, err := e.need(id)
	if err != nil {
		return err
	}
	if a, found := arrowTo(n, on); found {
		if a.Label == Depends {
			return nil
		}
		return fmt.Errorf("%s to %s, labelled %q: %w", id, on, a.Label, ErrArrowThere)
	}
	path, err := e.dependPath(on, id)
	if err != nil {
		return err
	}
	if path != nil {
		return e.cycleError(append([]ID{id}, path[:len(path)-1]...))
	}
	return e.AddArrow(id, on, Depends)
}

// RemoveDepend says that id need not wait for on. ErrNoArrow: it does not.
func (e *Edit) RemoveDepend(id, on ID) error {
	n, err := e.need(id)
	if err != nil {
		return err
	}
	if a, found := arrowTo(n, on); !found || a.Label != Depends {
		return fmt.Errorf("%s does not depend on %s: %w", id, on, ErrNoArrow)
	}
	return e.RemoveArrow(id, on)
}

// setDepends does what depends: says in a line: of each reference one more, of none no more at all.
func (e *Edit) setDepends(id ID, refs []string) error {
	if len(refs) == 0 && refs != nil {
		n, err := e.need(id)
		if err != nil {
			return err
		}
		for _, on := range slices.Clone(n.Depends()) {
			if err := e.RemoveArrow(id, on); err != nil {
				return err
			}
		}
	}
	for _, ref := range refs {
		on, err := e.Resolve(ref)
		if err == nil {
			err = e.AddDepend(id, on)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *View) cycleError(path []ID) error {
	c := &CycleError{Path: path}
	for _, id := range path {
		n, err := v.need(id)
		if err != nil {
			return err
		}
		c.Texts = append(c.Texts, n.Text)
	}
	return c
}

// dependPath returns a way along dependencies from one node to another, both included; nil if there is none.
func (v *View) dependPath(from, to ID) ([]ID, error) {
	before := map[ID]ID{from: from}
	for next := []ID{from}; len(next) > 0; {
		id := next[0]
		next = next[1:]
		if id == to {
			path := []ID{to}
			for id != from {
				id = before[id]
				path = append(path, id)
			}
			slices.Reverse(path)
			return path, nil
		}
		n, err := v.node(id)
		if err != nil {
			return nil, err
		}
		if n == nil { // an arrow may outlive its end
			continue
		}
		for _, on := range n.Depends() {
			if _, known := before[on]; !known {
				before[on] = id
				next = append(next, on)
			}
		}
	}
	return nil, nil
}

// Depends returns what has to be done before n.
func (n *Node) Depends() []ID {
	var out []ID
	for _, a := range n.Arrows {
		if a.Label == Depends {
			out = append(out, a.To)
		}
	}
	return out
}

// BlockedBy returns what n still waits for: of what it depends on, all that is in the tree and not closed.
func (v *View) BlockedBy(n *Node) ([]ID, error) {
	var out []ID
	for _, on := range n.Depends() {
		open, err := v.openInTree(on)
		if err != nil {
			return nil, err
		}
		if open {
			out = append(out, on)
		}
	}
	return out, nil
}

// Blocks returns what still waits for n: nothing once n is closed.
func (v *View) Blocks(n *Node) ([]ID, error) {
	if n.State.Closed() {
		return nil, nil
	}
	var out []ID
	for a, err := range v.Incoming(n.ID) {
		if err != nil {
			return nil, err
		}
		if a.Label != Depends {
			continue
		}
		from, err := v.need(a.From)
		if err != nil {
			return nil, err
		}
		if !from.State.Closed() {
			out = append(out, a.From)
		}
	}
	return out, nil
}

// openInTree reports whether a node is there, in the tree, and not closed.
func (v *View) openInTree(id ID) (bool, error) {
	n, err := v.node(id)
	if err != nil || n == nil || n.State.Closed() {
		return false, err
	}
	top, err := v.Top(id)
	return top == Root, err
}

// DependCycles returns the circles of dependencies in the tree, one of each group of nodes that wait for each other. Edits make none, but two
// devices can that did not know of each other. It reads every arrow.
func (v *View) DependCycles() ([]*CycleError, error) {
	if err := v.settle(); err != nil {
		return nil, err
	}
	var from []ID
	seen := map[ID]bool{}
	for e, err := range v.r.Scan(v.t.ks.arrows, store.Range{}) {
		if err != nil {
			return nil, err
		}
		if id := ID(e.Key[len(ID{}):]); !seen[id] {
			seen[id] = true
			from = append(from, id)
		}
	}
	defer func() { v.near = nil }()
	if err := v.ahead(from); err != nil {
		return nil, err
	}
	w := &circles{v: v, state: map[ID]int{}}
	for _, id := range from {
		if err := w.visit(id); err != nil {
			return nil, err
		}
	}
	return w.found, nil
}

// circles goes along all dependencies, depth first, without recursion: a chain may be as long as the tree is large.
type circles struct {
	v     *View
	state map[ID]int // 0 not seen, 1 on the way, 2 done
	found []*CycleError
}

// step is a node on the way, and which of its dependencies are still to be seen.
type step struct {
	id   ID
	rest []ID
}

func (w *circles) visit(start ID) error {
	var way []step
	enter := func(id ID) error {
		n, err := w.v.node(id)
		if err != nil {
			return err
		}
		w.state[id] = 1
		s := step{id: id}
		if n != nil {
			s.rest = n.Depends()
		}
		way = append(way, s)
		return nil
	}
	if w.state[start] == 0 {
		if err := enter(start); err != nil {
			return err
		}
	}
	for len(way) > 0 {
		at := &way[len(way)-1]
		if len(at.rest) == 0 {
			w.state[at.id] = 2
			way = way[:len(way)-1]
			continue
		}
		on := at.rest[0]
		at.rest = at.rest[1:]
		switch w.state[on] {
		case 0:
			if err := enter(on); err != nil {
				return err
			}
		case 1:
			if err := w.add(way, on); err != nil {
				return err
			}
		}
	}
	return nil
}

// add notes the circle that closes at on, unless something of it stands outside the tree.
func (w *circles) add(way []step, on ID) error {
	i := slices.IndexFunc(way, func(s step) bool { return s.id == on })
	var path []ID
	for _, s := range way[i:] {
		top, err := w.v.Top(s.id)
		if err != nil || top != Root {
			return err
		}
		path = append(path, s.id)
	}
	err := w.v.cycleError(path)
	var c *CycleError
	if !errors.As(err, &c) {
		return err
	}
	w.found = append(w.found, c)
	return nil
}
