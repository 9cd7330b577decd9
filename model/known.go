package model

import (
	"fmt"
	"time"

	"arbor/model/query"
	"arbor/store"
)

// known returns what of an expression a sheet can decide: every node that is meant by e is meant by what it returns, which is nil if the sheet
// says nothing. exact: the others are not.
func known(e query.Expr) (part query.Expr, exact bool) {
	switch e := e.(type) {
	case query.And:
		var parts query.And
		exact = true
		for _, x := range e {
			k, whole := known(x)
			exact = exact && whole
			if k != nil {
				parts = append(parts, k)
			}
		}
		if len(parts) == 0 && len(e) > 0 {
			return nil, false
		}
		return parts, exact
	case query.Or:
		var parts query.Or
		exact = true
		for _, x := range e {
			k, whole := known(x)
			if k == nil {
				return nil, false
			}
			exact = exact && whole
			parts = append(parts, k)
		}
		return parts, exact
	case query.Not:
		if k, whole := known(e.X); whole {
			return query.Not{X: k}, true
		}
	case query.Tag, query.Field, query.Date, query.Is, query.Has, query.Under, query.State, query.Tagged, query.Inside, query.Above, query.Depth:
		return e, true
	case query.Regexp:
		if e.Note {
			return e, true
		}
	}
	return nil, false
}

// onSheet returns which slots an expression means that a sheet decides, and how many they are.
func (v *View) onSheet(q *query.Query, e query.Expr, tops map[ID]bool) (hits []bool, n int, err error) {
	s, err := v.Sheet()
	if err != nil {
		return nil, 0, err
	}
	v.asked = s
	defer func() { v.asked = nil }()
	keep, err := v.compile(e, q.Now)
	if err != nil {
		return nil, 0, fmt.Errorf("select: %w", err)
	}
	var in [len(factTops)]bool
	for i, top := range factTops {
		in[i] = tops[top]
	}
	judge, facts := judged(e, q.Now), needsFacts(e)
	hits = make([]bool, s.Len())
	counts := make([]int, goroutines(s.Len()))
	err = together(len(counts), func(part int) error {
		var node Node
		from, to := part*len(hits)/len(counts), (part+1)*len(hits)/len(counts)
		for slot, bits := range s.bits[from:to] {
			if slot += from; bits&factBuiltin != 0 || !in[bits/factTop] {
				continue
			}
			said := unsaid
			if judge != nil {
				said = judge(bits)
			}
			if said == unsaid {
				if facts {
					s.Facts(slot).fill(&node)
				} else {
					node.ID = s.ID(slot)
				}
				node.slot = slot
				ok, err := keep(&node)
				if err != nil {
					return err
				}
				said = sure(ok)
			}
			if said == means {
				hits[slot] = true
				counts[part]++
			}
		}
		return nil
	})
	for _, c := range counts {
		n += c
	}
	return hits, n, err
}

// partedNodes is how many nodes are looked at by one goroutine as soon as by two.
const partedNodes = 4 << 10

// goroutines is by how many so many nodes are looked at.
func goroutines(n int) int {
	if n < partedNodes {
		return 1
	}
	return 2
}

// compileTime compiles what asks when a node was created, modified or finished, which a sheet has in columns. nil: another date is asked for.
func (v *View) compileTime(e query.Date, now time.Time) test {
	at := v.asked
	if at == nil {
		return nil
	}
	var of func(slot int) int64
	switch e.Key {
	case dateNames[regCreated]:
		of = at.created
	case dateNames[regModified]:
		of = at.modified
	case dateNames[regFinished]:
		of = func(slot int) int64 {
			if at.bits[slot]&factFinished == 0 {
				return noTime
			}
			return at.finished(slot)
		}
	default:
		return nil
	}
	return func(n *Node) (bool, error) { return e.Match(Date{T: timeOf(of(n.slot))}, now), nil }
}

// compileUnder compiles what asks whether a node lies below another.
func (v *View) compileUnder(top ID) test {
	if at := v.asked; at != nil && builtin(top) {
		return func(n *Node) (bool, error) { return at.top(n.slot) == top && n.ID != top, nil }
	}
	return v.compileBelow(map[ID]bool{top: true})
}

// compileChildren compiles what asks for children.
func (v *View) compileChildren(want bool) test {
	if at := v.asked; at != nil {
		children := at.children()
		return func(n *Node) (bool, error) { return (children[n.slot] > 0) == want, nil }
	}
	return func(n *Node) (bool, error) {
		has, err := v.HasChildren(n.ID)
		return has == want, err
	}
}

// compileArrow compiles what asks whether an arrow leads from a node, or to it from one in the tree.
func (v *View) compileArrow(from, to bool) (test, error) {
	at := v.asked
	if at == nil {
		return func(n *Node) (bool, error) {
			for _, err := range v.Incoming(n.ID) {
				if to {
					return err == nil, err
				}
			}
			return from && len(n.Arrows) > 0, nil
		}, nil
	}
	if !to {
		return func(n *Node) (bool, error) {
			return at.bits[n.slot]&factArrows != 0, nil
		}, nil
	}
	pointed, table := make([]bool, at.Len()), at.table()
	for e, err := range v.r.Scan(v.t.ks.arrows, store.Range{}) {
		if err != nil {
			return nil, err
		}
		to, known := table.of(ID(e.Key))
		if from, ok := table.of(ID(e.Key[len(ID{}):])); ok && known && at.top(from) == Root {
			pointed[to] = true
		}
	}
	return func(n *Node) (bool, error) {
		return pointed[n.slot] || from && at.bits[n.slot]&factArrows != 0, nil
	}, nil
}
