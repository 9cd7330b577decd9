package void

import (
	"cmp"
	"slices"

	"arbor/model/exchange"
)

// home is the id of void's root.
const home = 0

// placed is a node at its place in the tree.
type placed struct {
	*node
	parent *placed // nil for home
	key    string  // tells nodes of one id apart
}

// shape makes a tree of what the file says, home first, parents before children, siblings in order. It trusts lists of children first,
// then what a node names as its parent, and hangs what is left under home.
func shape(nodes []*node, report *exchange.Report) []*placed {
	byID := make(map[uint64]*placed, len(nodes))
	var all []*placed
	for _, n := range nodes {
		p := &placed{node: n}
		if byID[n.id] != nil {
			report.Map(0, "a second node %d → a node of its own", n.id)
			p.key = "again"
			p.children = nil // they are the first one's
		} else {
			byID[n.id] = p
		}
		all = append(all, p)
	}
	root := byID[home]
	if root == nil { // the caller has made sure that something names it
		root = &placed{node: &node{id: home, autoArrange: true}}
		report.Map(0, "the file lacks its home node → one was made")
	}
	s := shaper{byID: byID, below: map[*placed][]*placed{}, taken: map[*placed]bool{root: true}, report: report}
	s.adopt(root)
	for _, p := range slices.SortedStableFunc(slices.Values(all), func(a, b *placed) int { return cmp.Compare(a.id, b.id) }) {
		if !s.taken[p] {
			s.orphan(p, root)
		}
	}
	return s.list(root)
}

type shaper struct {
	byID   map[uint64]*placed
	below  map[*placed][]*placed
	taken  map[*placed]bool
	report *exchange.Report
}

// adopt gives every node reached from top the children that it lists and that are still free.
func (s *shaper) adopt(top *placed) {
	for queue := []*placed{top}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		for _, id := range p.children {
			c := s.byID[id]
			switch {
			case c == nil:
				s.report.Drop(0, "node %d lists a child %d that is not in the file", p.id, id)
				continue
			case s.taken[c]:
				s.report.Drop(0, "node %d lists child %d, which stands elsewhere", p.id, id)
				continue
			}
			s.put(c, p)
			if c.hasParent && c.node.parent != p.id {
				s.report.Map(0, "node %d names %d as its parent but is a child of %d → there it stays", c.id, c.node.parent, p.id)
			}
			queue = append(queue, c)
		}
	}
}

func (s *shaper) put(c, parent *placed) {
	s.taken[c] = true
	c.parent = parent
	s.below[parent] = append(s.below[parent], c)
}

// orphan finds a place for a node that no list of children reaches. It climbs by the parents that nodes name up to one that is in the
// tree, or is not in the file, or was met before, and hangs up what it passed, the topmost first.
func (s *shaper) orphan(p, root *placed) {
	var climbed []*placed
	seen := map[*placed]bool{}
	up := p
	for up != nil && !s.taken[up] && !seen[up] {
		seen[up] = true
		climbed = append(climbed, up)
		if !up.hasParent {
			up = nil
			break
		}
		up = s.byID[up.node.parent]
	}
	why := "is no one's child"
	if up != nil && !s.taken[up] {
		up, why = nil, "stands in a ring"
	}
	for _, c := range slices.Backward(climbed) {
		if !s.taken[c] { // the lists of those above may have reached it
			to := up
			if to == nil {
				to = root
				s.report.Map(0, "node %d %s → below home", c.id, why)
			} else {
				s.report.Map(0, "node %d is no one's child → below %d, which it names as its parent", c.id, to.id)
			}
			s.put(c, to)
			s.adopt(c)
		}
		up = c
	}
}

// list returns the tree in order, parents first.
func (s *shaper) list(root *placed) []*placed {
	var out []*placed
	for stack := []*placed{root}; len(stack) > 0; {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		out = append(out, p)
		below := s.below[p]
		for _, c := range slices.Backward(below) {
			stack = append(stack, c)
		}
	}
	return out
}
