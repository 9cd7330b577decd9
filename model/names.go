package model

import (
	"slices"

	"arbor/store"
)

// Tags returns the tags that nodes have or had, explicit or in the text, in order, at most limit of them. The cost is a seek each.
func (v *View) Tags(limit int) ([]string, error) {
	kind := []byte{termTag}
	from := slices.Clone(kind)
	var out []string
	for len(out) < limit {
		found := false
		r := store.Prefix(kind)
		r.From = from
		for e, err := range v.r.Scan(v.t.ks.terms, r) {
			if err != nil {
				return nil, err
			}
			end := slices.Index(e.Key, 0)
			if end < 0 {
				return out, nil
			}
			out, found = append(out, string(e.Key[len(kind):end])), true
			from = append(slices.Clone(e.Key[:end]), 1)
			break
		}
		if !found {
			break
		}
	}
	return out, nil
}

// Recent returns the open nodes that were changed last, at most limit of them, the latest first. It reads all records.
func (v *View) Recent(limit int) ([]Node, error) {
	later := func(a, b Node) int { return b.Modified.Compare(a.Modified) }
	var out []Node
	err := v.everyNode(func(n *Node, record []byte) error {
		if n.State.Closed() || builtin(n.ID) || n.Parent == Trash || n.Parent == Detached || len(out) == limit && !n.Modified.After(out[limit-1].Modified) {
			return nil
		}
		own, err := decodeRecord(n.ID, record)
		if err != nil {
			return err
		}
		i, _ := slices.BinarySearchFunc(out, *own, later)
		out = slices.Insert(out, i, *own)
		out = out[:min(len(out), limit)]
		return nil
	})
	return out, err
}
