package store

import (
	"fmt"
	"maps"
	"slices"

	"arbor/store/index"
)

// partCheck proves that every value in parts has all of them, and that no part belongs to nothing. It is shown the keys of one state in
// order; those of parts come before those that lead to them.
type partCheck struct {
	found  map[uint64]*foundParts
	staged map[uint64]bool
}

// foundParts is what there is under one id.
type foundParts struct {
	count uint32 // of parts
	first uint32 // of these, those before the first that is missing
	size  int64
	led   bool  // a key leads there
	bad   []int // see damaged
}

func newPartCheck() *partCheck {
	return &partCheck{found: map[uint64]*foundParts{}, staged: map[uint64]bool{}}
}

// see is shown a key, what it leads to and how long the value is, if it is sound.
func (c *partCheck) see(key []byte, x index.Value, size int) error {
	if id, n, ok := parsePart(key); ok {
		f := c.found[id]
		if f == nil {
			f = &foundParts{}
			c.found[id] = f
		}
		if n == f.first {
			f.first++
		}
		f.count++
		f.size += int64(size)
		return nil
	}
	if id, ok := parseMarker(key); ok {
		c.staged[id] = true
	}
	if !x.Parted {
		return nil
	}
	p, ok := parseParts(x.Inline)
	if !ok {
		return &CorruptError{File: "index", Err: fmt.Errorf("key %x: %x does not lead to the parts of a value", key, x.Inline)}
	}
	f := c.found[p.id]
	if f == nil {
		return p.missing(0)
	}
	if f.led {
		return &CorruptError{File: "index", Err: fmt.Errorf("key %x: another key leads to the parts of value %d too", key, p.id)}
	}
	f.led = true
	if f.first != p.count || f.count != p.count || f.size != int64(p.size) && len(f.bad) == 0 {
		return p.missing(f.first)
	}
	return nil
}

// damaged notes that key, if it is that of a part, leads to damage, the ith that was found.
func (c *partCheck) damaged(key []byte, i int) {
	if id, _, ok := parsePart(key); ok {
		c.found[id].bad = append(c.found[id].bad, i)
	}
}

// damage returns what was noted of the parts that x leads to.
func (c *partCheck) damage(x index.Value) []int {
	p, _ := parseParts(x.Inline)
	if f := c.found[p.id]; x.Parted && f != nil {
		return f.bad
	}
	return nil
}

// lost tells of the parts that nothing leads to and nobody is at.
func (c *partCheck) lost() (damage []error) {
	for _, id := range slices.Sorted(maps.Keys(c.found)) {
		if f := c.found[id]; !f.led && !c.staged[id] {
			damage = append(damage, &CorruptError{File: "index", Err: fmt.Errorf("%d parts of value %d, %d bytes, to which no key leads", f.count, id, f.size)})
		}
	}
	return damage
}
