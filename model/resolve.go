package model

import (
	"fmt"
	"strings"

	"arbor/store"
)

// minPrefix is the least number of digits that name a node.
const minPrefix = 4

// AmbiguousError says that a prefix names several nodes.
type AmbiguousError struct {
	Ref        string
	Candidates []ID
}

// maxCandidates bounds how many are listed.
const maxCandidates = 8

func (e *AmbiguousError) Error() string {
	names := make([]string, len(e.Candidates))
	for i, id := range e.Candidates {
		names[i] = id.String()
	}
	return fmt.Sprintf("%q names several nodes: %s", e.Ref, strings.Join(names, ", "))
}

// Resolve returns the node that ref names: root, inbox, trash, or the first digits of an id, at least four. Nodes that are only
// detached are not found.
func (v *View) Resolve(ref string) (ID, error) {
	ref = strings.ToLower(strings.TrimSpace(ref))
	switch ref {
	case "root", "home", "/":
		return Root, nil
	case "trash":
		return Trash, nil
	case "inbox":
		if found, err := v.shown(Inbox); err != nil || found {
			return Inbox, err
		}
		return ID{}, fmt.Errorf("inbox: %w", ErrNoNode)
	}
	from, to, err := idRange(ref)
	if err != nil {
		return ID{}, err
	}
	if from == to && builtin(from) && from != Detached {
		return from, nil
	}
	if len(ref) < minPrefix {
		return ID{}, fmt.Errorf("%q: give at least %d digits of an id: %w", ref, minPrefix, ErrID)
	}
	found, err := v.candidates(from, to)
	switch {
	case err != nil:
		return ID{}, err
	case len(found) == 0:
		return ID{}, fmt.Errorf("%q: %w", ref, ErrNoNode)
	case len(found) > 1:
		return ID{}, &AmbiguousError{ref, found}
	}
	return found[0], nil
}

// candidates returns the nodes of a range of ids that can be seen, a few at most.
func (v *View) candidates(from, to ID) ([]ID, error) {
	if err := v.settle(); err != nil {
		return nil, err
	}
	r := store.Range{From: from[:], To: append(to[:len(to):len(to)], 0)}
	var ids, out []ID
	for e, err := range v.r.Scan(v.t.ks.nodes, r) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, ID(e.Key))
		if len(ids) > maxCandidates*maxCandidates {
			break
		}
	}
	for _, id := range ids {
		ok, err := v.shown(id)
		if err != nil {
			return nil, err
		}
		if ok && len(out) < maxCandidates {
			out = append(out, id)
		}
	}
	return out, nil
}

// shown reports whether id is in the tree or in the trash.
func (v *View) shown(id ID) (bool, error) {
	n, err := v.node(id)
	if err != nil || n == nil {
		return false, err
	}
	top, err := v.Top(id)
	return top != Detached, err
}

// ShortID returns the shortest prefix of id, of at least four digits, that Resolve takes.
func (v *View) ShortID(id ID) (string, error) {
	if v.sheet != nil {
		if slot, ok := v.sheet.Slot(id); ok {
			return v.sheet.Short(slot), nil
		}
	}
	s := id.String()
	if at, ok, err := v.askedPlace(id); ok || err != nil {
		return s[:min(at.short, len(s))], err
	}
	if err := v.settle(); err != nil {
		return "", err
	}
	n := minPrefix
	for _, reverse := range []bool{false, true} {
		r := store.Range{From: append(id[:len(id):len(id)], 0)}
		if reverse {
			r = store.Range{To: id[:], Reverse: true}
		}
		for e, err := range v.r.Scan(v.t.ks.nodes, r) {
			if err != nil {
				return "", err
			}
			n = max(n, shared(s, ID(e.Key).String())+1)
			break
		}
	}
	return s[:min(n, len(s))], nil
}

// shared returns how many bytes a and b begin with in common.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
