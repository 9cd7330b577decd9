package model

import (
	"fmt"
	"slices"
)

// among reads the records of the nodes that hits says, one by one, while the sheet answers what it can of each.
func (w *selection) among(s *Sheet, hits []bool) error {
	v := w.v
	var slots []int
	for slot, hit := range hits {
		if hit && s.bits[slot]&factBuiltin == 0 && w.tops[s.top(slot)] {
			slots = append(slots, slot)
		}
	}
	if len(slots) > s.Len()/manyHits {
		return w.beside(s, hits)
	}
	middle := len(slots) / 2
	parts := [][]int{slots[:middle], slots[middle:]}
	d, err := w.deciding(s, len(parts))
	if err != nil {
		return err
	}
	want := required(w.q.Expr)
	if err := together(len(parts), func(i int) error {
		may := literal{want: want}
		for some := range slices.Chunk(parts[i], aheadNodes) {
			keys := make([][]byte, len(some))
			for k, slot := range some {
				id := s.ID(slot)
				keys[k] = id[:]
			}
			values, err := v.r.GetMany(v.t.ks.nodes, keys)
			if err != nil {
				return err
			}
			for k, slot := range some {
				if values[k] == nil || !may.stand(values[k]) {
					continue
				}
				if err := d.decide(i, slot, s.ID(slot), values[k]); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return d.end()
}

// decision is a selection by records that are read in parts, each by one goroutine, beside a sheet.
type decision struct {
	w     *selection
	s     *Sheet
	keeps test
	keep  bool // the nodes: else facts decide about the order, and which of them are read at all
	found []bool
	parts []decided
}

// decided is what one part has found.
type decided struct {
	lent Node
	kept map[int32]*Node
	n    int
}

func (w *selection) deciding(s *Sheet, parts int) (*decision, error) {
	d := &decision{w: w, s: s, keep: len(w.q.Sort) == 0, found: make([]bool, s.Len()), parts: make([]decided, parts)}
	for i := range d.parts {
		d.parts[i].kept = map[int32]*Node{}
	}
	w.v.asked = s
	defer func() { w.v.asked = nil }()
	var err error
	if d.keeps, err = w.v.compile(w.q.Expr, w.q.Now); err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	return d, nil
}

// decide takes the node of a slot, of which this is the record, if it is meant.
func (d *decision) decide(part, slot int, id ID, record []byte) error {
	p := &d.parts[part]
	if err := p.lent.lend(id, record); err != nil {
		return err
	}
	p.lent.slot = slot
	if ok, err := d.keeps(&p.lent); err != nil || !ok {
		return err
	}
	p.n++
	if d.found[slot] = true; !d.keep {
		return nil
	}
	n, err := decodeRecord(id, record)
	p.kept[int32(slot)] = n
	return err
}

// end puts what was found into the order of the tree.
func (d *decision) end() error {
	v, w, s := d.w.v, d.w, d.s
	n := 0
	for i := range d.parts {
		n += d.parts[i].n
	}
	if n <= max(aheadNodes, s.Len()/fewHits) && !(n > fewBlocks*termBlock && s.hasOrder()) {
		ids := make([]ID, 0, n)
		for slot, ok := range d.found {
			if ok {
				ids = append(ids, s.ID(slot))
			}
		}
		return v.read(ids, w.add)
	}
	var err error
	if w.out, err = v.ranked(s, d.found, n, 0); err != nil {
		return err
	}
	for i := range w.out {
		m := &w.out[i]
		for k := range d.parts {
			if node := d.parts[k].kept[m.slot]; node != nil {
				m.id, m.node = node.ID, node
			}
		}
	}
	w.sorted = true
	return nil
}
