package model

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"arbor/model/query"
	"arbor/store"
)

// withLinks calls fn with each node that has links by name in its text or its note, and their names in the form of sameName. It reads those that have
// or had any.
func (v *View) withLinks(fn func(n *Node, names []string) error) error {
	var ids []ID
	for id, err := range postings(&v.t.ks, v.r, store.Prefix([]byte{termLink})) {
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ID) int { return slices.Compare(a[:], b[:]) })
	return v.read(slices.Compact(ids), func(n *Node) error {
		names, err := v.linksOf(n)
		if err != nil || len(names) == 0 {
			return err
		}
		return fn(n, names)
	})
}

// linksOf returns the names of the links in the text and the note of a node, in the form of sameName.
func (v *View) linksOf(n *Node) (names []string, err error) {
	note, err := readNote(&v.t.ks, v.r, n)
	for _, text := range []string{n.Text, note} {
		for l := range links(text) {
			names = append(names, sameName(l.name))
		}
	}
	return names, err
}

// aside is v for what is found out while a query is answered.
func (v *View) aside() *View {
	return &View{t: v.t, r: v.r, fold: v.fold, sheet: v.sheet, found: v.found}
}

// linking returns the nodes with links by name, whether they lead anywhere or not.
func (v *View) linking() (map[ID]bool, error) {
	return v.once("has:link", func(found map[ID]bool) error {
		if v.sheet != nil && v.fold == nil {
			linking, _, err := v.linkSets()
			maps.Copy(found, linking)
			return err
		}
		return v.aside().withLinks(func(n *Node, _ []string) error {
			found[n.ID] = true
			return nil
		})
	})
}

// linked returns the nodes to which a link by name leads from another node of the tree.
func (v *View) linked() (map[ID]bool, error) {
	return v.once("has:backlink", func(found map[ID]bool) error {
		if v.sheet != nil && v.fold == nil {
			_, linked, err := v.linkSets()
			maps.Copy(found, linked)
			return err
		}
		in := v.aside()
		from := map[string][]ID{} // by name: two nodes that link so, at most
		if err := in.withLinks(func(n *Node, names []string) error {
			top, err := in.Top(n.ID)
			if err != nil || top != Root {
				return err
			}
			for _, name := range names {
				if ids := from[name]; len(ids) < 2 && !slices.Contains(ids, n.ID) {
					from[name] = append(ids, n.ID)
				}
			}
			return nil
		}); err != nil {
			return err
		}
		for name, ids := range from {
			to, err := in.Titled(name)
			if err != nil {
				return err
			}
			for _, id := range to {
				if len(ids) > 1 || ids[0] != id {
					found[id] = true
				}
			}
		}
		return nil
	})
}

// appendSameName appends sameName of a text.
func appendSameName(b, text []byte) []byte {
	space := false
	for _, c := range text {
		switch {
		case c >= 0x80:
			return append(b[:0], sameName(string(text))...)
		case c == ' ' || '\t' <= c && c <= '\r':
			space = len(b) > 0
			continue
		case space:
			b, space = append(b, ' '), false
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

// compileLink compiles what asks for links: arrows and links by name, that begin at a node or that lead to it.
func (v *View) compileLink(from bool) (test, error) {
	arrow, err := v.compileArrow(from, !from)
	if err != nil {
		return nil, err
	}
	find := v.linked
	if from {
		find = v.linking
	}
	named, err := find()
	return func(n *Node) (bool, error) {
		if named[n.ID] {
			return true, nil
		}
		return arrow(n)
	}, err
}

// within returns the node below which a query looks that says under:id: below a mirror that is what it shows. false: there is nothing.
func (v *View) within(id ID) (ID, bool, error) {
	if builtin(id) {
		return id, true, nil
	}
	return v.Below(id)
}

// compileWithin compiles what asks for the nodes below one.
func (v *View) compileWithin(e query.Under) (test, error) {
	id, err := v.Resolve(string(e))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e, err)
	}
	to, shows, err := v.within(id)
	if err != nil || !shows {
		return func(*Node) (bool, error) { return false, nil }, err
	}
	return v.compileUnder(to), nil
}

// reflect adds to some nodes those that the mirrors among them show.
func (v *View) reflect(found map[ID]bool, mirrors map[ID]bool) error {
	var more []ID
	for id := range found {
		if !mirrors[id] {
			continue
		}
		to, shows, err := v.Below(id)
		if err != nil {
			return err
		}
		if shows {
			more = append(more, to)
		}
	}
	for _, id := range more {
		found[id] = true
	}
	return nil
}

// overMirrors reports whether an expression looks below a mirror: what is there is said by other nodes than those that are looked at.
func (v *View) overMirrors(e query.Expr) (bool, error) {
	var failed error
	is := asksFor(e, func(e query.Expr) bool {
		ref, ok := e.(query.Under)
		if !ok {
			return false
		}
		id, err := v.Resolve(string(ref))
		if err != nil {
			return false // it is said where the query is asked
		}
		n, err := v.node(id)
		failed = errors.Join(failed, err)
		if n == nil {
			return false
		}
		_, mirror := n.Mirrors()
		return mirror
	})
	return is, failed
}
