package model

import (
	"slices"
	"strings"
	"sync"

	"arbor/model/date"
	"arbor/store"
)

// linkIndex is the links by name of all nodes of a sheet, and the nodes to which they lead. It is brought up to the next sheet by what changed.
type linkIndex struct {
	mu     sync.Mutex
	at     store.Position  // of the sheet; of none while names is nil
	from   map[ID][]string // the names of the links of a node, in the form of sameName, each once
	names  map[string]*linkEnds
	titles map[ID][]string // of names, those by which links lead to a node
}

// linkEnds is the nodes with links of one name, and those to which these lead, in the tree or not.
type linkEnds struct{ from, to []ID }

// maxRelooked bounds how many nodes that changed are looked at again rather than all.
const maxRelooked = 1024

// linkSets returns which nodes have links by name, and to which ones a link leads from another node of the tree, of the view's sheet. It costs a look
// at the names of all links, and what upTo does.
func (v *View) linkSets() (linking, linked map[ID]bool, err error) {
	x, s := &v.t.links, v.sheet
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.upTo(v, s); err != nil {
		x.names = nil
		return nil, nil, err
	}
	s.positions()
	slots := s.table()
	inTree := func(id ID) bool {
		slot, ok := slots.of(id)
		return ok && s.bits[slot]&factBuiltin == 0 && s.top(slot) == Root
	}
	linking, linked = make(map[ID]bool, len(x.from)), map[ID]bool{}
	for id := range x.from {
		linking[id] = true
	}
	for _, e := range x.names {
		for _, to := range e.to {
			if !linked[to] && inTree(to) && slices.ContainsFunc(e.from, func(id ID) bool { return id != to && inTree(id) }) {
				linked[to] = true
			}
		}
	}
	return linking, linked, nil
}

// upTo makes the index that of a sheet: from what changed, or of all links and texts.
func (x *linkIndex) upTo(v *View, s *Sheet) error {
	if x.names != nil {
		if ids, _, _, ok := v.t.sheets.between(x.at, s.at); ok && len(ids) <= maxRelooked {
			for _, id := range ids {
				if err := x.look(v, id); err != nil {
					return err
				}
			}
			x.at = s.at
			return nil
		}
	}
	x.at, x.from, x.names, x.titles = s.at, map[ID][]string{}, map[string]*linkEnds{}, map[ID][]string{}
	if err := v.aside().withLinks(func(n *Node, names []string) error {
		for _, name := range names {
			x.link(n.ID, name)
		}
		return nil
	}); err != nil {
		return err
	}
	return x.findTitles(v, s)
}

// look looks again at a node that changed.
func (x *linkIndex) look(v *View, id ID) error {
	for _, name := range x.from[id] {
		e := x.names[name] // which stays, if without links
		e.from = slices.DeleteFunc(e.from, func(of ID) bool { return of == id })
	}
	delete(x.from, id)
	for _, name := range x.titles[id] {
		e := x.names[name]
		e.to = slices.DeleteFunc(e.to, func(to ID) bool { return to == id })
	}
	delete(x.titles, id)
	n, err := v.node(id)
	if err != nil || n == nil {
		return err
	}
	for _, name := range linkNames(n) {
		if x.names[name] != nil {
			x.title(id, name)
		}
	}
	names, err := v.linksOf(n)
	if err != nil {
		return err
	}
	for _, name := range names {
		known := x.names[name] != nil
		if x.link(id, name); known {
			continue
		}
		to, err := v.titled(name)
		if err != nil {
			return err
		}
		for _, id := range to {
			x.title(id, name)
		}
	}
	return nil
}

// link notes a link of a node by a name, title that links by a name lead to a node.
func (x *linkIndex) link(id ID, name string) {
	if slices.Contains(x.from[id], name) {
		return
	}
	x.from[id] = append(x.from[id], name)
	e := x.names[name]
	if e == nil {
		e = &linkEnds{}
		x.names[name] = e
	}
	e.from = append(e.from, id)
}

func (x *linkIndex) title(id ID, name string) {
	if slices.Contains(x.titles[id], name) {
		return
	}
	x.titles[id] = append(x.titles[id], name)
	e := x.names[name]
	e.to = append(e.to, id)
}

// manyNames is of how many names it is faster to look at all texts in memory than to look each up.
const manyNames = 16

// allTexts is the part of all nodes of which, as names, reading all texts is faster than looking each up: a hundredth.
const allTexts = 100

// findTitles finds to which nodes the links of all names lead.
func (x *linkIndex) findTitles(v *View, s *Sheet) error {
	var texts []textBlock
	if len(x.names) >= manyNames {
		var err error
		if texts, err = v.texts(s); err == nil && texts == nil && len(x.names) > s.Len()/allTexts { // it is the first to ask, and worth it
			texts, err = v.texts(s)
		}
		if err != nil {
			return err
		}
	}
	var found [2][]titled
	inHalves(len(texts), func(half, from, to int) {
		for i := from; i < to; i++ {
			found[half] = x.titledIn(s, i, &texts[i], found[half])
		}
	})
	for _, f := range slices.Concat(found[0], found[1]) {
		x.title(f.id, f.name)
	}
	for name := range x.names {
		if _, err := date.ParseISO(strings.TrimSpace(name)); err != nil && texts != nil {
			continue // a day has a page too
		}
		to, err := v.titled(name)
		if err != nil {
			return err
		}
		for _, id := range to {
			x.title(id, name)
		}
	}
	return nil
}

// titled is a node to which links by a name lead.
type titled struct {
	id   ID
	name string
}

// titledIn appends the nodes of a block of texts to which links lead by these.
func (x *linkIndex) titledIn(s *Sheet, block int, t *textBlock, found []titled) []titled {
	var low []byte
	for k := range t.ends {
		low = appendSameName(low[:0], t.text(k))
		if _, named := x.names[string(low)]; named && linkable(string(low)) {
			found = append(found, titled{s.ID(int(s.starts[block]) + k), string(low)})
		}
	}
	return found
}
