package model

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"arbor/model/query"
	"arbor/store"
)

// Select yields the nodes that a query means, in the order of the tree. Those in the trash are meant only by a query that says under:trash.
// Where the query asks for a tag or a word the index says where to look; else all records are read.
func (v *View) Select(q *query.Query) iter.Seq2[Node, error] {
	return func(yield func(Node, error) bool) {
		found, err := v.selected(q)
		if err != nil {
			yield(Node{}, err)
			return
		}
		for _, f := range found {
			if !yield(f.node.clone(), nil) {
				return
			}
		}
	}
}

// match is a node that a query means, with a key that sorts like the tree.
type match struct {
	node *Node
	key  string
}

func (v *View) selected(q *query.Query) ([]match, error) {
	keep, err := v.compile(q.Expr, q.Now)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	tops, err := v.tops(q.Expr)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	ranges, err := v.plan(q.Expr)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	p := paths{v: v, known: map[ID]spot{}}
	var out []match
	add := func(n *Node) error {
		ok, err := keep(n)
		if err != nil || !ok || builtin(n.ID) {
			return err
		}
		s, err := p.of(n.ID)
		if err == nil && tops[s.top] {
			out = append(out, match{node: n, key: s.key})
		}
		return err
	}
	if ranges == nil {
		err = v.everyNode(&p, add)
	} else {
		err = v.listed(ranges, add)
	}
	slices.SortFunc(out, func(a, b match) int { return strings.Compare(a.key, b.key) })
	return out, err
}

// everyNode calls fn with all the records, after noting in p where each one stands.
func (v *View) everyNode(p *paths, fn func(*Node) error) error {
	if err := v.settle(); err != nil {
		return err
	}
	var all []*Node
	for e, err := range v.r.Scan(v.t.ks.nodes, store.Range{}) {
		if err != nil {
			return err
		}
		n, err := decodeRecord(ID(e.Key), e.Value)
		if err != nil {
			return err
		}
		all = append(all, n)
	}
	p.nodes = make(map[ID]*Node, len(all))
	for _, n := range all {
		p.nodes[n.ID] = n
	}
	for _, n := range all {
		if err := fn(n); err != nil {
			return err
		}
	}
	return nil
}

// listed calls fn with the nodes that the index has in some ranges, each once.
func (v *View) listed(ranges []store.Range, fn func(*Node) error) error {
	seen := map[ID]bool{}
	var ids []ID
	for _, r := range ranges {
		for id, err := range postings(&v.t.ks, v.r, r) {
			if err != nil {
				return err
			}
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	defer func() { v.near = nil }()
	for some := range slices.Chunk(ids, aheadNodes) {
		if err := v.ahead(some); err != nil {
			return err
		}
		for _, id := range some {
			n, err := v.node(id)
			if err == nil && n != nil {
				err = fn(n)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// aheadNodes is how many nodes are read at once.
const aheadNodes = 1024

// tops returns the tops of the trees in which a query looks.
func (v *View) tops(e query.Expr) (map[ID]bool, error) {
	tops := map[ID]bool{Root: true}
	var walk func(query.Expr) error
	walk = func(e query.Expr) error {
		switch e := e.(type) {
		case query.And:
			for _, x := range e {
				if err := walk(x); err != nil {
					return err
				}
			}
		case query.Or:
			return walk(query.And(e))
		case query.Under:
			id, err := v.Resolve(string(e))
			if err != nil {
				return err
			}
			top, err := v.Top(id)
			tops[top] = true
			return err
		}
		return nil
	}
	return tops, walk(e)
}

// plan returns ranges of terms that hold every node an expression can mean, those with the fewest ids; nil if the index cannot tell.
func (v *View) plan(e query.Expr) ([]store.Range, error) {
	switch e := e.(type) {
	case query.Tag:
		return []store.Range{store.Prefix(termPrefix(tagTerm(string(e))))}, nil
	case query.Word:
		wanted := slices.Collect(words(string(e)))
		if len(wanted) != 1 || wanted[0] != string(e) {
			return nil, nil
		}
		return wordRanges(wanted[0]), nil
	case query.Is:
		if e == "series" {
			return []store.Range{store.Prefix(termPrefix(string(rune(termSeries))))}, nil
		}
	case query.Or:
		var all []store.Range
		for _, x := range e {
			r, err := v.plan(x)
			if err != nil || r == nil {
				return nil, err
			}
			all = append(all, r...)
		}
		return all, nil
	case query.And:
		var best []store.Range
		fewest := maxEstimate + 1
		for _, x := range e {
			r, err := v.plan(x)
			if err != nil {
				return nil, err
			}
			if r == nil {
				continue
			}
			n, err := v.estimate(r)
			if err != nil {
				return nil, err
			}
			if n < fewest {
				best, fewest = r, n
			}
		}
		return best, nil
	}
	return nil, nil
}

// spot is where a node stands: at the top of which tree, and a key that sorts like the tree.
type spot struct {
	top ID
	key string
}

// paths finds spots, each node's once.
type paths struct {
	v     *View
	nodes map[ID]*Node // those already read
	known map[ID]spot
}

func (p *paths) of(id ID) (spot, error) {
	if s, ok := p.known[id]; ok {
		return s, nil
	}
	s := spot{top: id, key: string(id[:])}
	if !builtin(id) {
		n := p.nodes[id]
		if n == nil {
			var err error
			if n, err = p.v.need(id); err != nil {
				return s, err
			}
		}
		above, err := p.of(n.Parent)
		if err != nil {
			return s, err
		}
		s = spot{above.top, above.key + string(placeKey(ID{}, n.Order, id)[len(id):])}
	}
	p.known[id] = s
	return s, nil
}
