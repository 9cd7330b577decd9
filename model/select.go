package model

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"

	"arbor/model/query"
	"arbor/store"
)

// Select yields the nodes that a query means, in its order, which is that of the tree where it says none. Those in the trash are meant only by a
// query that says under:trash. Where the query asks for a tag or a word the index says where to look; else the sheet says what the facts decide,
// and only for what is asked of texts alone are all records read. Of many nodes the records are read as they are yielded.
func (v *View) Select(q *query.Query) iter.Seq2[Node, error] {
	return func(yield func(Node, error) bool) {
		found, err := v.selected(q)
		if err != nil {
			yield(Node{}, err)
			return
		}
		for some := range slices.Chunk(found, aheadNodes) {
			if err := v.fetch(some); err != nil {
				yield(Node{}, err)
				return
			}
			v.recent = some
			for i := range some {
				if !yield(some[i].node.clone(), nil) {
					return
				}
				some[i].node = nil // so that no more of them is held than is read at once
			}
		}
	}
}

// Meant returns the ids of the nodes that Select yields, without reading those of which the facts say enough.
func (v *View) Meant(q *query.Query) ([]ID, error) {
	found, err := v.selected(q)
	ids := make([]ID, len(found))
	for i := range found {
		ids[i] = found[i].id
	}
	return ids, err
}

// match is a node that a query means.
type match struct {
	id   ID
	node *Node  // nil where it is not read yet, see fetch
	slot int32  // in the sheet, where the node is not read yet
	key  string // sorts like the tree; of those not read yet none is known
}

func (v *View) selected(q *query.Query) ([]match, error) {
	if found, ok, err := v.askedMeant(q); ok || err != nil {
		return found, err
	}
	q, err := v.Expand(q)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	w := selection{v: v, q: q, paths: paths{v: v, known: map[ID]spot{}}}
	if w.tops, err = v.tops(q.Expr); err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	ranges, err := v.plan(q.Expr)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	many, err := v.knowsMany(q.Expr, ranges)
	if err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	if ranges == nil || many {
		err = w.searched()
	} else {
		err = w.listed(ranges)
	}
	if err != nil {
		return nil, err
	}
	if !w.sorted {
		slices.SortFunc(w.out, func(a, b match) int { return strings.Compare(a.key, b.key) })
	}
	return v.ordered(q, w.out)
}

// fewBlocks is how many blocks of ids lead to nodes that are read faster than all facts are looked at.
const fewBlocks = 8

// knowsMany reports whether a sheet is at hand that decides an expression, and the index leads to so many nodes that reading them takes longer.
func (v *View) knowsMany(e query.Expr, ranges []store.Range) (bool, error) {
	if ranges == nil || v.sheet == nil {
		return false, nil
	}
	if _, exact := known(e); !exact {
		return false, nil
	}
	n, err := v.estimate(ranges)
	return n > fewBlocks, err
}

// alone reports whether the record of a node says by itself if an expression means it.
func alone(e query.Expr) bool {
	switch e := e.(type) {
	case query.And:
		return !slices.ContainsFunc(e, func(x query.Expr) bool { return !alone(x) })
	case query.Or:
		return !slices.ContainsFunc(e, func(x query.Expr) bool { return !alone(x) })
	case query.Not:
		return alone(e.X)
	case query.Is:
		return e != "leaf" && e != "inbox"
	case query.Has:
		return e != "children" && e != "arrow" && e != "link" && e != "backlink"
	case query.Under, query.Inside, query.Above, query.Tagged, query.Depth:
		return false
	}
	return true
}

// climbs reports whether an expression asks for what lies above a node.
func climbs(e query.Expr) bool {
	switch e := e.(type) {
	case query.And:
		return slices.ContainsFunc(e, climbs)
	case query.Or:
		return slices.ContainsFunc(e, climbs)
	case query.Not:
		return climbs(e.X)
	case query.Is:
		return e == "inbox"
	case query.Under, query.Inside, query.Tagged, query.Depth:
		return true
	}
	return false
}

// everyNode calls fn with every record, in the order of the ids: as a node that is lent until fn returns, and its bytes.
func (v *View) everyNode(fn func(n *Node, record []byte) error) error {
	if err := v.settle(); err != nil {
		return err
	}
	return v.recordsIn(store.Range{}, fn)
}

// listed finds what is meant among the nodes that the index has in some ranges.
func (w *selection) listed(ranges []store.Range) error {
	v := w.v
	if v.fold == nil && (v.sheet != nil || v.t.sheets.atHand()) {
		n, err := v.estimate(ranges)
		if err != nil {
			return err
		}
		if n == maxEstimate {
			return w.listedBeside(ranges)
		}
	}
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
	ids, err := v.narrowed(w.q.Expr, ids)
	if err != nil {
		return err
	}
	if err := w.compile(); err != nil {
		return err
	}
	return v.read(ids, w.try)
}

// listedBeside is listed of so many nodes that they are told apart by their slots in the sheet.
func (w *selection) listedBeside(ranges []store.Range) error {
	s, err := w.v.Sheet()
	if err != nil {
		return err
	}
	hits, err := w.v.slotsIn(s, ranges)
	if err != nil {
		return err
	}
	parts, _ := w.q.Expr.(query.And)
	for _, x := range parts {
		also, err := w.v.plan(x)
		if err != nil {
			return err
		}
		if also == nil || slices.EqualFunc(also, ranges, func(a, b store.Range) bool { return bytes.Equal(a.From, b.From) && bytes.Equal(a.To, b.To) }) {
			continue
		}
		other, err := w.v.slotsIn(s, also)
		if err != nil {
			return err
		}
		for slot, hit := range other {
			hits[slot] = hits[slot] && hit
		}
	}
	return w.byText(s, hits)
}

// slotsIn returns which slots of a sheet the index has in some ranges.
func (v *View) slotsIn(s *Sheet, ranges []store.Range) ([]bool, error) {
	hits, table := make([]bool, s.Len()), s.table()
	for _, r := range ranges {
		for id, err := range postings(&v.t.ks, v.r, r) {
			if err != nil {
				return nil, err
			}
			if slot, ok := table.of(id); ok {
				hits[slot] = true
			}
		}
	}
	return hits, nil
}

// narrowed leaves those of many ids that the index has for all parts of an expression, which is faster than to read the nodes.
func (v *View) narrowed(e query.Expr, ids []ID) ([]ID, error) {
	parts, ok := e.(query.And)
	if !ok {
		return ids, nil
	}
	for _, x := range parts {
		if len(ids) <= aheadNodes {
			break
		}
		ranges, err := v.plan(x)
		if err != nil {
			return nil, err
		}
		if ranges == nil {
			continue
		}
		meant := map[ID]bool{}
		for _, r := range ranges {
			for id, err := range postings(&v.t.ks, v.r, r) {
				if err != nil {
					return nil, err
				}
				meant[id] = true
			}
		}
		ids = slices.DeleteFunc(ids, func(id ID) bool { return !meant[id] })
	}
	return ids, nil
}

// read calls fn with nodes, reading many at a time with all that they hang from.
func (v *View) read(ids []ID, fn func(*Node) error) error {
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
			id, shows, err := v.within(id)
			if err != nil || !shows {
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
	case query.Phrase, query.Regexp:
		return v.runRanges(required(e))
	case query.Named:
		if wanted := slices.Collect(words(string(e))); len(wanted) > 0 {
			return v.rarest(wanted)
		}
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
