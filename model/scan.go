package model

import (
	"fmt"
	"slices"

	"arbor/model/query"
)

// selection is a query while it is answered.
type selection struct {
	v      *View
	q      *query.Query
	tops   map[ID]bool // of the trees in which it looks
	paths  paths
	keep   test // nil until records are looked at
	out    []match
	sorted bool // out is in the order of the tree
}

func (w *selection) compile() (err error) {
	if w.keep, err = w.v.compile(w.q.Expr, w.q.Now); err != nil {
		return fmt.Errorf("select: %w", err)
	}
	return nil
}

// add takes a node that is kept, if it stands where the query looks.
func (w *selection) add(n *Node) error {
	s, err := w.paths.of(n.ID)
	if err == nil && w.tops[s.top] {
		w.out = append(w.out, match{id: n.ID, node: n, key: s.key})
	}
	return err
}

// try takes a node if it is kept.
func (w *selection) try(n *Node) error {
	ok, err := w.keep(n)
	if err != nil || !ok || builtin(n.ID) {
		return err
	}
	return w.add(n)
}

// manyHits is the part of all nodes of which reading all in a row is faster than reading one by one: an eighth.
const manyHits = 8

// fewHits is the part of all nodes of which it is faster to find out where each stands than where all do.
const fewHits = 32

// searched finds what is meant where no index tells.
func (w *selection) searched() error {
	v := w.v
	part, exact := known(w.q.Expr)
	switch {
	case v.fold != nil:
		return w.scanned()
	case v.sheet == nil && part == nil && alone(w.q.Expr) && !v.t.sheets.atHand(): // a sheet would say nothing but where the nodes stand
		return w.scanned()
	case v.sheet == nil && alone(w.q.Expr) && !v.t.sheets.worthwhile():
		return w.scanned()
	}
	if part == nil {
		s, err := v.Sheet()
		if err != nil {
			return err
		}
		return w.byText(s, nil)
	}
	hits, n, err := v.onSheet(w.q, part, w.tops)
	if err != nil {
		return err
	}
	if exact {
		if n, err = v.foremost(w.q, hits, n); err != nil {
			return err
		}
	}
	if exact && (n > max(aheadNodes, len(hits)/fewHits) || n > fewBlocks*termBlock && v.sheet.hasOrder()) {
		most := w.q.Limit
		if len(w.q.Sort) > 0 {
			most = 0
		}
		w.out, err = v.ranked(v.sheet, hits, n, most)
		w.sorted = true
		return err
	}
	if !exact && n > aheadNodes {
		return w.byText(v.sheet, hits)
	}
	if !exact {
		if err := w.compile(); err != nil {
			return err
		}
	}
	ids := make([]ID, 0, n)
	for slot, hit := range hits {
		if hit {
			ids = append(ids, v.sheet.ID(slot))
		}
	}
	if exact {
		return v.read(ids, w.add)
	}
	return v.read(ids, w.try)
}

// scanned reads all records.
func (w *selection) scanned() error {
	if err := w.compile(); err != nil {
		return err
	}
	v := w.v
	if tree := climbs(w.q.Expr); v.fold != nil || tree {
		return w.readAll(tree)
	}
	parts := halves()
	kept := make([][]*Node, len(parts))
	count := make([]int, len(parts))
	if err := together(len(parts), func(i int) error {
		may := literal{want: required(w.q.Expr)}
		var lent Node
		for r, err := range v.r.Scan(v.t.ks.nodes, parts[i]) {
			if err != nil {
				return err
			}
			if count[i]++; !may.stand(r.Value) {
				continue
			}
			id := ID(r.Key)
			if err := lent.lend(id, r.Value); err != nil {
				return err
			}
			if ok, err := w.keep(&lent); err != nil {
				return err
			} else if !ok || builtin(id) {
				continue
			}
			n, err := decodeRecord(id, r.Value)
			if err != nil {
				return err
			}
			kept[i] = append(kept[i], n)
		}
		return nil
	}); err != nil {
		return err
	}
	all, n := slices.Concat(kept...), 0
	for _, c := range count {
		n += c
	}
	if len(all) > max(aheadNodes, n/manyHits) {
		if err := v.everyNode(func(n *Node, _ []byte) error { return w.paths.kin.add(n) }); err != nil {
			return err
		}
		for _, n := range all {
			if err := w.add(n); err != nil {
				return err
			}
		}
		return nil
	}
	ids := make([]ID, len(all))
	for i, n := range all {
		ids[i] = n.ID
	}
	return v.read(ids, w.add)
}

// byText finds what is meant among the nodes that hits says, all if it is nil, by the texts in memory, else by records.
func (w *selection) byText(s *Sheet, hits []bool) error {
	texts, err := w.v.texts(s)
	switch {
	case err != nil:
		return err
	case texts != nil:
		return w.told(s, hits, texts)
	case hits != nil:
		return w.among(s, hits)
	}
	return w.beside(s, nil)
}

// beside reads the records that hits says, all if it is nil, while the sheet answers what it can of each: both are in the order of the ids.
func (w *selection) beside(s *Sheet, hits []bool) error {
	v := w.v
	want := required(w.q.Expr)
	parts := halves()
	d, err := w.deciding(s, len(parts))
	if err != nil {
		return err
	}
	if err := together(len(parts), func(i int) error {
		may := literal{want: want}
		slot, _ := s.Slot(ID{byte(i << 7)})
		for r, err := range v.r.Scan(v.t.ks.nodes, parts[i]) {
			if err != nil {
				return err
			}
			at := slot
			slot++
			if id := ID(r.Key); builtin(id) || hits != nil && !hits[at] || !w.tops[s.top(at)] || !may.stand(r.Value) {
				continue
			}
			if err := d.decide(i, at, ID(r.Key), r.Value); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return d.end()
}

// readAll is scanned by one pass in the order of the ids. What is not kept costs no memory but where it stands. tree says that the test asks for
// what lies above a node, so that a pass before it has to find out where each one stands.
func (w *selection) readAll(tree bool) error {
	v, p := w.v, &w.paths
	if tree {
		if err := v.everyNode(func(n *Node, _ []byte) error { return p.kin.add(n) }); err != nil {
			return err
		}
		v.kin = &p.kin
		defer func() { v.kin = nil }()
	}
	var kept []*Node
	err := v.everyNode(func(lent *Node, record []byte) error {
		if !tree {
			if err := p.kin.add(lent); err != nil {
				return err
			}
		}
		ok, err := w.keep(lent)
		if err != nil || !ok || builtin(lent.ID) {
			return err
		}
		n, err := decodeRecord(lent.ID, record)
		kept = append(kept, n)
		return err
	})
	if err != nil {
		return err
	}
	for _, n := range kept {
		if err := w.add(n); err != nil {
			return err
		}
	}
	return nil
}
