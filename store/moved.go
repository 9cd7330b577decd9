package store

import (
	"bytes"

	"arbor/store/index"
)

// What the cleaner has moved lies elsewhere and is the same: no reader is told of it, and no transaction that has read it loses by it. The
// index knows only the places; so where these differ, and the cleaner was at work, the bytes are compared.

// isMoved tells whether an entry differs only in where its value lies.
func (e *engine) isMoved(c *index.Change) bool {
	a, b := c.Before, c.After
	if !c.Was || !c.Is || a.Inline != nil || b.Inline != nil || a.Len != b.Len && !e.limits.compress {
		return false
	}
	n := changeHeader + uint32(len(c.Key))
	x, err := e.changeBytes(LSN(a.Addr), n+a.Len)
	if err != nil {
		return false // who reads it is told
	}
	y, err := e.changeBytes(LSN(b.Addr), n+b.Len)
	if err != nil {
		return false
	}
	if x[changeKind] != y[changeKind] {
		v, err := e.value(a, c.Key)
		if err != nil {
			return false
		}
		w, err := e.value(b, c.Key)
		return err == nil && bytes.Equal(v, w)
	}
	// the checksums, less their places, tell most changes without a look at the values
	return le.Uint64(x)^e.id.mix(LSN(a.Addr)) == le.Uint64(y)^e.id.mix(LSN(b.Addr)) && bytes.Equal(x[8:], y[8:])
}

// unmoved tells whether what was read in one state is the same in a newer one, but for where it lies.
func (e *engine) unmoved(older, newer *state, reads []read) (bool, error) {
	for _, r := range reads {
		for c, err := range index.Changed(older.tree, newer.tree, r.from, r.end()) {
			if err != nil {
				return false, err
			}
			if !e.isMoved(&c) {
				return false, nil
			}
		}
	}
	return true, nil
}
