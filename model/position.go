package model

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
)

// positions is where the nodes of a sheet stand.
type positions struct {
	parents []int32 // slots, -1 where the parent has none

	deep   sync.Once
	depths []int32
}

// positions computes where all nodes stand, and their tops, the first time it is asked.
func (s *columns) positions() *positions {
	s.once.Do(func() {
		st := &positions{parents: make([]int32, s.Len())}
		slots := newSlots(s)
		for i, b := range s.blocks {
			for k := range b.nodes {
				slot := int(s.starts[i]) + k
				st.parents[slot] = -1
				if p, ok := slots.of(b.parent(k)); ok && s.bits[slot]&factBuiltin == 0 {
					st.parents[slot] = int32(p)
				}
			}
		}
		s.climb(st)
		s.stand = st
	})
	return s.stand
}

// climb finds the tops of all nodes.
func (s *columns) climb(st *positions) {
	known := make([]bool, s.Len())
	var way []int32
	for slot := range s.bits {
		var top uint32
		for at := int32(slot); ; at = st.parents[at] {
			if known[at] {
				top = s.bits[at] &^ (factTop - 1)
				break
			}
			way, known[at] = append(way, at), true
			if s.bits[at]&factBuiltin != 0 {
				top = topBits(s.ID(int(at)))
				break
			}
			if st.parents[at] < 0 {
				top = topBits(s.parent(int(at))) // that of Detached if it is not there
				break
			}
		}
		for _, at := range way {
			s.bits[at] = s.bits[at]&(factTop-1) | top
		}
		way = way[:0]
	}
}

// parent returns the id of the parent of the node in a slot.
func (s *columns) parent(slot int) ID {
	b, i := s.block(slot)
	return b.parent(i)
}

// top returns the top of the tree in which the node in a slot stands.
func (s *columns) top(slot int) ID {
	s.positions()
	return factTops[s.bits[slot]/factTop]
}

// children returns how many children each node has, by slot.
func (s *columns) children() []int32 {
	st := s.positions()
	s.count.Do(func() {
		s.below = make([]int32, s.Len())
		for _, up := range st.parents {
			if up >= 0 {
				s.below[up]++
			}
		}
	})
	return s.below
}

// follow returns where the nodes stand after some came and some moved, from where they stood before: was is the sheet of then.
func (s *Sheet) follow(was *Sheet, came, moved []int32) *positions {
	before := was.positions()
	if len(came) == 0 && len(moved) == 0 {
		return before
	}
	st := &positions{parents: make([]int32, s.Len())}
	fresh := make(map[ID]int32, len(came)) // and their slots
	now, next := make([]int32, 0, was.Len()), came
	for slot := range int32(s.Len()) {
		if len(next) > 0 && next[0] == slot {
			fresh[s.ID(int(slot))], next = slot, next[1:]
		} else {
			now = append(now, slot)
		}
	}
	climbs := len(moved) > 0
	for old, slot := range now {
		up := before.parents[old]
		if up >= 0 {
			up = now[up]
		} else if s.bits[slot]&factBuiltin == 0 {
			if to, ok := fresh[s.parent(int(slot))]; ok { // of what is above nothing was known
				up, climbs = to, true
			}
		}
		st.parents[slot] = up
	}
	for _, slot := range slices.Concat(came, moved) {
		parent := s.parent(int(slot))
		up, ok := s.Slot(parent)
		own := s.bits[slot]&factBuiltin != 0
		if !ok || own {
			up = -1
		}
		st.parents[slot] = int32(up)
		_, both := fresh[parent]
		climbs = climbs || both || own
		top := topBits(parent)
		if up >= 0 {
			top = s.bits[up] &^ (factTop - 1)
		}
		s.bits[slot] = s.bits[slot]&(factTop-1) | top
	}
	if climbs {
		s.climb(st)
	}
	return st
}

// slotTable finds slots by ids faster than a search does: of random ids about one begins with the same bits, as many as count the nodes.
type slotTable struct {
	ids   []uint64
	first []int32 // by the first bits: the first slot of an id that begins with them, or with greater ones
	shift int
}

func newSlots(s *columns) *slotTable {
	width := bits.Len(uint(s.Len()))
	t := &slotTable{ids: make([]uint64, 0, s.Len()), first: make([]int32, 1<<width+1), shift: 64 - width}
	at := 0
	for _, b := range s.blocks {
		for i := range b.nodes {
			id := binary.BigEndian.Uint64(b.b[i*factRow:])
			for ; at <= int(id>>t.shift); at++ {
				t.first[at] = int32(len(t.ids))
			}
			t.ids = append(t.ids, id)
		}
	}
	for ; at < len(t.first); at++ {
		t.first[at] = int32(len(t.ids))
	}
	return t
}

// table finds the slots of many nodes. It is made the first time it is asked for.
func (s *columns) table() *slotTable {
	s.found.Do(func() { s.slots = newSlots(s) })
	return s.slots
}

func (t *slotTable) of(id ID) (int, bool) {
	key := binary.BigEndian.Uint64(id[:])
	at := key >> t.shift
	from := int(t.first[at])
	i, found := slices.BinarySearch(t.ids[from:t.first[at+1]], key)
	return from + i, found
}

// slotsFor returns what finds the slots of n nodes in the sheet of the view: of many by a table, which is made first.
func (v *View) slotsFor(n int) func(ID) (int, bool) {
	switch {
	case v.sheet == nil:
		return nil
	case n > aheadNodes:
		return v.sheet.table().of
	}
	return v.sheet.Slot
}

// spread returns, by slot, which nodes are something or lie below one that is.
func (s *columns) spread(is func(slot int) bool) []bool {
	parents := s.positions().parents
	out, known := make([]bool, s.Len()), make([]bool, s.Len())
	var way []int32
	for slot := range s.bits {
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
func (s *columns) depths() []int32 {
	st := s.positions()
	st.deep.Do(func() { st.depths = s.findDepths(st.parents) })
	return st.depths
}

func (s *columns) findDepths(parents []int32) []int32 {
	out := make([]int32, s.Len()) // one more while it is made, 0 for what is not known
	var way []int32
	for slot := range s.bits {
		depth := int32(1)
		for at := int32(slot); at >= 0; at = parents[at] {
			if out[at] > 0 {
				depth = out[at] + 1
				break
			}
			if way = append(way, at); parents[at] < 0 && s.bits[at]&factBuiltin == 0 {
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
func (s *columns) lineage(slot int) []ID {
	var up []ID
	st := s.positions()
	for at := int32(slot); ; at = st.parents[at] {
		up = append(up, s.ID(int(at)))
		if s.bits[at]&factBuiltin != 0 {
			return up
		}
		if st.parents[at] < 0 {
			return append(up, s.parent(int(at)))
		}
	}
}
