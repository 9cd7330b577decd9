package model

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"arbor/model/query"
	"arbor/store"
)

// compileBelow compiles what asks whether a node lies below one of some others.
func (v *View) compileBelow(tops map[ID]bool) test {
	if at := v.asked; at != nil {
		is := make([]bool, at.Len())
		for id := range tops {
			if slot, ok := at.Slot(id); ok {
				is[slot] = true
			}
		}
		in := at.spread(func(slot int) bool { return is[slot] })
		parents := at.positions().parents
		return func(n *Node) (bool, error) { return parents[n.slot] >= 0 && in[parents[n.slot]], nil }
	}
	lines := lineages{v: v, known: map[ID]*line{}, below: func(id ID) bool { return tops[id] }}
	return func(n *Node) (bool, error) {
		if builtin(n.ID) {
			return false, nil
		}
		in, err := lines.of(n.Parent)
		return err == nil && in.tagged, err
	}
}

// compileTagged compiles what asks for a tag of the node or of one above it.
func (v *View) compileTagged(tag string) (test, error) {
	if at := v.asked; at != nil {
		ranges, err := v.plan(query.Tag(tag))
		if err != nil {
			return nil, err
		}
		may, err := v.slotsIn(at, ranges)
		if err != nil {
			return nil, err
		}
		in := at.spread(func(slot int) bool {
			if !may[slot] {
				return false
			}
			_, ok := slices.BinarySearch(at.Facts(slot).Tags(), tag)
			return ok
		})
		return func(n *Node) (bool, error) { return in[n.slot], nil }, nil
	}
	lines := lineages{v: v, known: map[ID]*line{}, is: func(n *Node) bool { return n.HasTag(tag) }}
	return func(n *Node) (bool, error) {
		in, err := lines.of(n.ID)
		return err == nil && in.tagged, err
	}, nil
}

// compileAbove compiles what asks for the nodes above one.
func (v *View) compileAbove(ref query.Above) (test, error) {
	id, err := v.Resolve(string(ref))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	up, err := v.lineage(id)
	return func(n *Node) (bool, error) { return n.ID != id && slices.Contains(up, n.ID), nil }, err
}

// compileDepth compiles what asks how many nodes lie above one.
func (v *View) compileDepth(e query.Depth) test {
	if at := v.asked; at != nil {
		depths := at.depths()
		return func(n *Node) (bool, error) { return e.Match(int(depths[n.slot])), nil }
	}
	return func(n *Node) (bool, error) {
		depth, err := v.Depth(n.ID)
		return err == nil && e.Match(depth), err
	}
}

// compileNamed compiles what asks for a text, letter case and the live words in it aside.
func compileNamed(name string) test {
	return func(n *Node) (bool, error) {
		return named(n.Text, name), nil
	}
}

func named(text, name string) bool {
	low := strings.ToLower(text)
	if low == name {
		return true
	}
	if strings.IndexByte(low, '#') < 0 {
		return false
	}
	var plain []string
	for w := range strings.FieldsSeq(low) {
		if len(w) < 2 || w[0] != '#' {
			plain = append(plain, w)
		}
	}
	return strings.Join(plain, " ") == name
}

// meant returns the nodes that a part of a query means by itself.
func (v *View) meant(e query.Expr, now time.Time) (map[ID]bool, error) {
	return v.once("("+e.String()+") "+now.String(), func(found map[ID]bool) error {
		in := v.aside()
		all, err := in.selected(&query.Query{Expr: e, Now: now})
		if err != nil {
			return err
		}
		for _, m := range all {
			found[m.id] = true
		}
		if _, byName := e.(query.Named); byName || len(found) == 0 {
			return nil // a mirror has no name of its own
		}
		mirrors, err := in.once("is:mirror", func(is map[ID]bool) error {
			all, err := in.aside().selected(&query.Query{Expr: query.Is("mirror"), Now: now})
			for _, m := range all {
				is[m.id] = true
			}
			return err
		})
		if err != nil {
			return err
		}
		return in.reflect(found, mirrors)
	})
}

// noted returns the nodes whose notes match. It reads all notes.
func (v *View) noted(e query.Regexp, re *regexp.Regexp) (map[ID]bool, error) {
	return v.once(e.String(), func(found map[ID]bool) error {
		for kv, err := range v.r.Scan(v.t.ks.notes, store.Range{}) {
			if err != nil {
				return err
			}
			if re.Match(kv.Value) {
				found[ID(kv.Key)] = true
			}
		}
		return nil
	})
}

// worked returns the nodes with intervals; running: with one that has no end. It reads the keys of all of these.
func (v *View) worked(running bool) (map[ID]bool, error) {
	if running {
		return v.once("is:active", func(found map[ID]bool) error {
			for e, err := range v.RunningEvents() {
				if err != nil {
					return err
				}
				found[e.Node] = true
			}
			return nil
		})
	}
	return v.once("has:interval", func(found map[ID]bool) error {
		for kv, err := range v.r.Scan(v.t.ks.events, store.Prefix([]byte{eventOf})) {
			if err != nil {
				return err
			}
			if EventKind(kv.Key[1+len(ID{})]) == Interval {
				found[ID(kv.Key[1:])] = true
			}
		}
		return nil
	})
}

// once finds a set of nodes the first time a frozen state is asked for it, and each time within an edit. What many queries ask for is kept with the
// sheet of the state.
func (v *View) once(key string, find func(map[ID]bool) error) (map[ID]bool, error) {
	if found, ok := v.found[key]; ok && v.fold == nil {
		return found, nil
	}
	keep := v.sheet != nil && v.fold == nil && (strings.HasPrefix(key, "has:") || strings.HasPrefix(key, "is:")) // of which there are few
	if keep {
		if found, ok := v.sheet.sets.Load(key); ok {
			return found.(map[ID]bool), nil
		}
	}
	found := map[ID]bool{}
	if err := find(found); err != nil {
		return nil, err
	}
	if keep {
		v.sheet.sets.Store(key, found)
	}
	if v.found == nil {
		v.found = map[string]map[ID]bool{}
	}
	v.found[key] = found
	return found, nil
}

func among(found map[ID]bool) test {
	return func(n *Node) (bool, error) { return found[n.ID], nil }
}
