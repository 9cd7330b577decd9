package model

import "slices"

// positions is where the nodes of a sheet stand.
type positions struct {
	parents  []int32 // slots, -1 where the parent has none
	tops     []ID    // by slot: Root, Trash or Detached
	children []int32 // how many
}

// positions computes where all nodes stand, the first time it is asked.
func (s *Sheet) positions() *positions {
	s.once.Do(func() {
		st := &positions{parents: make([]int32, len(s.all)), children: make([]int32, len(s.all))}
		slots := newSlots(s.all)
		for slot, f := range s.all {
			st.parents[slot] = -1
			if p, ok := slots.of(f.Parent); ok && !builtin(f.ID) {
				st.parents[slot] = int32(p)
				st.children[p]++
			}
		}
		st.climb(s)
		s.stand = st
	})
	return s.stand
}

// climb finds the tops of all nodes.
func (st *positions) climb(s *Sheet) {
	st.tops = make([]ID, len(s.all))
	known := make([]bool, len(s.all))
	var way []int
	for slot := range s.all {
		top := Detached // of those whose parent is not there
		for at := slot; ; at = int(st.parents[at]) {
			if known[at] {
				top = st.tops[at]
				break
			}
			way, known[at] = append(way, at), true
			f := s.all[at]
			if builtin(f.ID) {
				top = f.ID
				break
			}
			if st.parents[at] < 0 {
				if builtin(f.Parent) {
					top = f.Parent
				}
				break
			}
		}
		for _, at := range way {
			st.tops[at] = top
		}
		way = way[:0]
	}
}

// follow returns where the nodes stand after some came and some moved, from where they stood before: was is the sheet of then.
func (s *Sheet) follow(was *Sheet, came, moved []ID) *positions {
	before := was.positions()
	if len(came) == 0 && len(moved) == 0 {
		return before
	}
	n := len(s.all)
	st := &positions{parents: make([]int32, n), tops: make([]ID, n), children: make([]int32, n)}
	fresh := make(map[ID]int32, len(came)) // and their slots
	now, at := make([]int32, len(was.all)), 0
	for slot, f := range s.all {
		if at < len(was.all) && was.all[at].ID == f.ID {
			now[at] = int32(slot)
			at++
		} else {
			fresh[f.ID] = int32(slot)
		}
	}
	climbs := len(moved) > 0
	for old, slot := range now {
		up := before.parents[old]
		if up >= 0 {
			up = now[up]
		} else if f := s.all[slot]; !builtin(f.ID) {
			if to, ok := fresh[f.Parent]; ok { // of what is above nothing was known
				up, climbs = to, true
			}
		}
		st.parents[slot], st.tops[slot] = up, before.tops[old]
	}
	for _, id := range slices.Concat(came, moved) {
		slot, _ := s.Slot(id)
		up, ok := s.Slot(s.all[slot].Parent)
		if ok = ok && !builtin(id); !ok {
			up = -1
		}
		st.parents[slot] = int32(up)
		_, both := fresh[s.all[slot].Parent]
		climbs = climbs || both || builtin(id)
		switch {
		case ok:
			st.tops[slot] = st.tops[up]
		case builtin(s.all[slot].Parent):
			st.tops[slot] = s.all[slot].Parent
		default:
			st.tops[slot] = Detached
		}
	}
	for _, up := range st.parents {
		if up >= 0 {
			st.children[up]++
		}
	}
	if climbs {
		st.climb(s)
	}
	return st
}

// slotTable finds slots by ids faster than a search does.
type slotTable struct {
	all  []*Facts
	at   []int32 // slot+1, 0 for none
	mask uint64
}

func newSlots(all []*Facts) *slotTable {
	size := 16
	for size < 2*len(all) {
		size *= 2
	}
	t := &slotTable{all: all, at: make([]int32, size), mask: uint64(size - 1)}
	for slot, f := range all {
		i := t.first(f.ID)
		for t.at[i] != 0 {
			i = (i + 1) & t.mask
		}
		t.at[i] = int32(slot + 1)
	}
	return t
}

func (t *slotTable) first(id ID) uint64 {
	h := uint64(0)
	for _, b := range id {
		h = h<<8 | uint64(b)
	}
	return h * 0x9e3779b97f4a7c15 >> 20 & t.mask
}

func (t *slotTable) of(id ID) (int, bool) {
	for i := t.first(id); t.at[i] != 0; i = (i + 1) & t.mask {
		if slot := int(t.at[i] - 1); t.all[slot].ID == id {
			return slot, true
		}
	}
	return 0, false
}

// spread returns, by slot, which nodes are something or lie below one that is.
func (s *Sheet) spread(is func(slot int) bool) []bool {
	parents := s.positions().parents
	out, known := make([]bool, len(s.all)), make([]bool, len(s.all))
	var way []int32
	for slot := range s.all {
		in := false
		for at := int32(slot); at >= 0 && !in; at = parents[at] {
			if known[at] {
				in = out[at]
				break
			}
			known[at] = true
			if in = is(int(at)); in {
				out[at] = true
				break
			}
			way = append(way, at)
		}
		for _, at := range way {
			out[at] = in
		}
		way = way[:0]
	}
	return out
}

// depths returns, by slot, how many nodes lie above each.
func (s *Sheet) depths() []int32 {
	parents := s.positions().parents
	out := make([]int32, len(s.all)) // one more while it is made, 0 for what is not known
	var way []int32
	for slot := range s.all {
		depth := int32(1)
		for at := int32(slot); at >= 0; at = parents[at] {
			if out[at] > 0 {
				depth = out[at] + 1
				break
			}
			if way = append(way, at); parents[at] < 0 && !builtin(s.all[at].ID) {
				depth = 2 // below a top that has no slot
			}
		}
		for i := len(way) - 1; i >= 0; i-- {
			out[way[i]] = depth
			depth++
		}
		way = way[:0]
	}
	for slot := range out {
		out[slot]--
	}
	return out
}

// lineage returns the node in a slot and its ancestors, nearest first.
func (s *Sheet) lineage(slot int) []ID {
	var up []ID
	st := s.positions()
	for at := int32(slot); ; at = st.parents[at] {
		f := s.all[at]
		up = append(up, f.ID)
		if builtin(f.ID) {
			return up
		}
		if st.parents[at] < 0 {
			return append(up, f.Parent)
		}
	}
}
