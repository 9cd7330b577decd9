package model

import (
	"fmt"
	"slices"
)

// treeOrder returns the slots of a sheet in the order of the tree: those below Root, then those in the trash and those that are detached. The first
// to ask has all places read; it is kept with the sheet.
func (v *View) treeOrder(s *Sheet) ([]int32, error) {
	s.orderMu.Lock()
	defer s.orderMu.Unlock()
	if s.order != nil {
		return s.order, nil
	}
	order, err := v.findOrder(s)
	if err == nil {
		s.order = order
	}
	return order, err
}

// findOrder is treeOrder, of all places.
func (v *View) findOrder(s *Sheet) ([]int32, error) {
	f, err := v.families(s)
	if err != nil {
		return nil, err
	}
	order := make([]int32, 0, s.Len())
	var way []int32
	for _, top := range []ID{Root, Trash, Detached} {
		for _, slot := range slices.Backward(f.tops[top]) {
			way = append(way, slot)
		}
		if slot, ok := s.Slot(top); ok {
			way = f.below(int32(slot), way)
		}
		for len(way) > 0 {
			slot := way[len(way)-1]
			way = f.below(slot, way[:len(way)-1])
			order = append(order, slot)
		}
	}
	return order, nil
}

// families is the children of all nodes of a sheet, in their order.
type families struct {
	from, to []int32 // by slot: which of kids
	kids     [][]int32
	tops     map[ID][]int32 // of those that have no slot
	half     func(slot int32) int
}

// below appends the children of a node, the last one first.
func (f *families) below(slot int32, way []int32) []int32 {
	kids := f.kids[f.half(slot)]
	for i := f.to[slot] - 1; i >= f.from[slot]; i-- {
		way = append(way, kids[i])
	}
	return way
}

func (v *View) families(s *Sheet) (*families, error) {
	slots, ranges := newSlots(s.columns), halves()
	f := &families{from: make([]int32, s.Len()), to: make([]int32, s.Len()), kids: make([][]int32, len(ranges)), tops: map[ID][]int32{}}
	middle, _ := s.Slot(ID{0x80})
	f.half = func(slot int32) int {
		if int(slot) < middle {
			return 0
		}
		return 1
	}
	tops := make([]map[ID][]int32, len(ranges))
	if err := together(len(ranges), func(i int) error {
		tops[i] = map[ID][]int32{}
		var above ID
		var kids []int32
		begin := 0
		end := func() {
			if slot, ok := slots.of(above); ok {
				f.from[slot], f.to[slot] = int32(begin), int32(len(kids))
			} else if len(kids) > begin {
				tops[i][above] = slices.Clone(kids[begin:])
			}
			begin = len(kids)
		}
		for e, err := range v.r.Scan(v.t.ks.places, ranges[i]) {
			if err != nil {
				return err
			}
			parent, _, id := splitPlace(e.Key)
			if parent != above && len(kids) > begin {
				end()
			}
			above = parent
			if slot, ok := slots.of(id); ok {
				kids = append(kids, int32(slot))
			}
		}
		if len(kids) > begin {
			end()
		}
		f.kids[i] = kids
		return nil
	}); err != nil {
		return nil, err
	}
	for _, some := range tops {
		for top, kids := range some {
			f.tops[top] = kids
		}
	}
	return f, nil
}

// ranked returns those of a sheet's slots that are hit in the order of the tree, at most that many if it is not 0. Their nodes are not read.
func (v *View) ranked(s *Sheet, hits []bool, n, most int) ([]match, error) {
	order, err := v.treeOrder(s)
	if err != nil {
		return nil, err
	}
	if most > 0 {
		n = min(n, most)
	}
	out := make([]match, 0, n)
	for _, slot := range order {
		if len(out) == n {
			break
		}
		if hits[slot] {
			out = append(out, match{slot: slot}) // ordered adds the ids of those that are left
		}
	}
	return out, nil
}

// fetch reads the nodes of matches that are not read yet.
func (v *View) fetch(some []match) error {
	var keys [][]byte
	for i := range some {
		if some[i].node == nil {
			keys = append(keys, some[i].id[:])
		}
	}
	if len(keys) == 0 {
		return nil
	}
	values, err := v.r.GetMany(v.t.ks.nodes, keys)
	if err != nil {
		return err
	}
	at := 0
	for i := range some {
		if some[i].node != nil {
			continue
		}
		if values[at] == nil {
			return fmt.Errorf("%s: %w", some[i].id, ErrNoNode)
		}
		if some[i].node, err = decodeRecord(some[i].id, values[at]); err != nil {
			return err
		}
		at++
	}
	return nil
}

// fetchAll is fetch of any number.
func (v *View) fetchAll(all []match) error {
	for some := range slices.Chunk(all, aheadNodes) {
		if err := v.fetch(some); err != nil {
			return err
		}
	}
	return nil
}
