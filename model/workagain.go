package model

import (
	"slices"

	"arbor/store"
)

// maxTouched bounds how many nodes are counted again rather than all.
const maxTouched = 4096

// carry gives a sheet the workers of the one that it was made of, in which what the changes of some nodes touch is counted again; came are the slots
// of those that were not there. Where they touch many, whoever asks counts all. It costs a copy of some bytes a node.
func (v *View) carry(was, s *Sheet, came []int32, ids []ID) error {
	shared := was.workers.Load()
	if shared == nil {
		return nil
	}
	touched, ok, err := v.touched(was, s, ids)
	if err != nil || !ok {
		return err
	}
	old := &workers{s: was, at: was.positions(), blocking: slices.Clone(shared.blocking), below: slices.Clone(shared.below)}
	for id := range touched {
		if slot, there := was.Slot(id); there {
			old.count(slot, -1)
		}
	}
	k := &workers{s: s, at: s.positions(), blocking: widened(old.blocking, came), below: widened(old.below, came)}
	if k.lines = widened(shared.lines, came); len(came) == 0 {
		k.lines = slices.Clone(k.lines)
	}
	for id := range touched {
		if slot, there := s.Slot(id); there {
			k.lines[slot] = nil
			k.count(slot, 1)
		}
	}
	for _, slot := range came {
		if err := v.awaited(k, int(slot), touched); err != nil {
			return err
		}
	}
	for id := range touched {
		if slot, there := s.Slot(id); there {
			k.line(slot)
		}
	}
	k.whole = true
	s.workers.Store(k)
	return nil
}

// touched returns nodes that changed and what lies below those of which it inherits; false if these are too many.
func (v *View) touched(was, s *Sheet, ids []ID) (map[ID]bool, bool, error) {
	touched := map[ID]bool{}
	var wide []ID
	for _, id := range ids {
		touched[id] = true
		old, there := was.Slot(id)
		if slot, ok := s.Slot(id); ok && (!there || s.Facts(slot).bequeathsOther(was.Facts(old))) {
			wide = append(wide, id)
		}
	}
	ok, err := v.addBelow(wide, touched, maxTouched)
	return touched, ok && len(touched) <= maxTouched, err
}

// bequeathsOther reports whether what stands below a node has something else from it, or by where it stands, than when it was as was says.
func (f *Facts) bequeathsOther(was *Facts) bool {
	return f.Parent != was.Parent || f.HasPrio != was.HasPrio || f.Prio != was.Prio || f.Due() != was.Due() || !slices.Equal(f.Tags(), was.Tags())
}

// addBelow adds all that lies below some nodes to a set; false once it has more than most.
func (v *View) addBelow(tops []ID, set map[ID]bool, most int) (bool, error) {
	for next := slices.Clone(tops); len(next) > 0; {
		id := next[len(next)-1]
		next = next[:len(next)-1]
		for c, err := range v.Children(id) {
			if err != nil {
				return false, err
			}
			if set[c.ID] = true; len(set) > most {
				return false, nil
			}
			next = append(next, c.ID)
		}
	}
	return true, nil
}

// awaited counts the open nodes that depend on one that came, and did so before, but for those that are touched, which count themselves.
func (v *View) awaited(k *workers, slot int, touched map[ID]bool) error {
	id := k.s.ID(slot)
	for e, err := range v.r.Scan(v.t.ks.arrows, store.Prefix(id[:])) {
		if err != nil {
			return err
		}
		from := ID(e.Key[len(id):])
		if at, ok := k.s.Slot(from); ok && !touched[from] && k.open(at) && slices.Contains(k.depends(at), id) {
			k.blocking[slot]++
		}
	}
	return nil
}

// widened returns a column of what a sheet had before some slots came, with nothing in these. Without any it is the same.
func widened[T any](column []T, came []int32) []T {
	if len(came) == 0 {
		return column
	}
	out := make([]T, 0, len(column)+len(came))
	var none T
	for _, slot := range came {
		n := int(slot) - len(out)
		out, column = append(append(out, column[:n]...), none), column[n:]
	}
	return append(out, column...)
}
