package store

import (
	"bytes"

	"arbor/store/index"
)

// withoutLostParts returns the tree without the parts to which no key leads and that are not staged. The replay of the whole log leaves such ones: that a value
// has ended is told by what ended it, but which parts it had by what made its key lead there, and that the cleaner may have given back
// before it gives back the parts.
func (t *ledger) withoutLostParts(tree *index.Tree) (*index.Tree, error) {
	lost, err := partNumbers(tree)
	if err != nil || len(lost) == 0 {
		return tree, err
	}
	c := tree.Cursor()
	for ok := c.Seek(markerPrefix); ok; ok = c.Next() {
		if id, ok := parseMarker(c.Key()); ok {
			delete(lost, id)
		}
		if v := c.Value(); v.Parted {
			p, _ := parseParts(v.Inline) // if it leads nowhere, the others are lost
			delete(lost, p.id)
		}
	}
	if c.Err() != nil || len(lost) == 0 {
		return tree, c.Err()
	}
	edit := tree.Edit()
	for id := range lost {
		if err := t.dropParts(edit, id); err != nil {
			return nil, err
		}
	}
	return edit.Tree(), nil
}

// partNumbers returns the numbers of all values of which there are parts.
func partNumbers(tree *index.Tree) (map[uint64]bool, error) {
	ids := map[uint64]bool{}
	c := tree.Cursor()
	for ok := c.Seek(partPrefix); ok && bytes.HasPrefix(c.Key(), partPrefix); {
		id, _, _ := parsePart(c.Key())
		ids[id] = true
		_, to := partBounds(id)
		ok = c.Seek(to)
	}
	return ids, c.Err()
}
