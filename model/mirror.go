package model

import (
	"errors"
	"fmt"
	"slices"

	"arbor/model/field"
)

// fieldMirror is the field of a mirror: the whole id of the node that it shows.
const fieldMirror = "mirror"

// maxHops bounds how many mirrors of mirrors lead to a node.
const maxHops = 8

// ErrGone says that a mirror shows nothing: its node is in the trash or was never there.
var ErrGone = errors.New("what it mirrors is gone")

// Mirrors returns the node that n is a mirror of, by what it says itself; false if it is none.
func (n *Node) Mirrors() (ID, bool) {
	i, ok := findField(n.Fields, fieldMirror)
	if !ok {
		return ID{}, false
	}
	id, err := ParseID(n.Fields[i].Value)
	return id, err == nil
}

// Reflects says what a node that Reflected returned shows.
type Reflects uint8

// What a node shows.
const (
	Itself  Reflects = iota
	Another          // it is a mirror, and has the text and all else of what it mirrors
	Nothing          // it is a mirror of what is gone
)

// Reflects returns what n shows, if it comes from Reflected.
func (n *Node) Reflects() Reflects { return n.reflects }

// Through returns the node that is meant where id is: id, or what it mirrors, over several mirrors if need be. Where that is gone, or the mirrors go
// in a circle, the error is ErrGone.
func (v *View) Through(id ID) (ID, error) {
	at := id
	for range maxHops {
		n, err := v.need(at)
		if err != nil {
			return id, err
		}
		to, ok := n.Mirrors()
		if !ok {
			return at, nil
		}
		if there, err := v.node(to); err != nil {
			return id, err
		} else if there == nil {
			break
		}
		if top, err := v.Top(to); err != nil {
			return id, err
		} else if top != Root || to == Root {
			break
		}
		at = to
	}
	return id, fmt.Errorf("%s: %w", id, ErrGone)
}

// Reflected returns n as it is shown: of a mirror, what it mirrors, in the mirror's place and with its id.
func (v *View) Reflected(n Node) (Node, error) {
	own, ok := n.Mirrors()
	if !ok {
		return n, nil
	}
	id, err := v.Through(n.ID)
	if errors.Is(err, ErrGone) {
		n.reflects = Nothing
		return n, nil
	}
	if err != nil {
		return n, err
	}
	shown, err := v.Node(id)
	if err != nil {
		return n, err
	}
	shown = shown.clone()
	shown.ID, shown.Parent, shown.Order, shown.reflects = n.ID, n.Parent, n.Order, Another
	shown.Collapsed, shown.HideDone, shown.X, shown.Y, shown.Placed = n.Collapsed, n.HideDone, n.X, n.Y, n.Placed
	i, found := findField(shown.Fields, fieldMirror)
	if !found {
		shown.Fields = append(shown.Fields[:i:i], append([]Field{{fieldMirror, own.String()}}, shown.Fields[i:]...)...)
	}
	return shown, nil
}

// Below returns the node whose children are shown below id: id, or what it mirrors. Below a mirror of what is gone there is nothing, nor below one that
// stands below what it shows: it would be there again, without an end.
func (v *View) Below(id ID) (ID, bool, error) {
	n, err := v.need(id)
	if err != nil {
		return id, false, err
	}
	if _, ok := n.Mirrors(); !ok {
		return id, true, nil
	}
	to, err := v.Through(id)
	if errors.Is(err, ErrGone) {
		return id, false, nil
	}
	if err != nil {
		return id, false, err
	}
	within, err := v.Under(id, to)
	return to, !within, err
}

// maxReflected bounds how many nodes are shown below the mirrors of one subtree.
const maxReflected = 100_000

// reflectAll shows what the mirrors of a subtree show. Mirrors below those are shown without what is below them, so that it has an end.
func (v *View) reflectAll(all []Branch, keys []field.Def) ([]Branch, error) {
	if !slices.ContainsFunc(all, func(b Branch) bool { _, ok := b.Node.Mirrors(); return ok }) {
		return all, nil
	}
	out, room := make([]Branch, 0, len(all)), maxReflected
	for _, b := range all {
		var below []Branch
		if _, ok := b.Node.Mirrors(); ok {
			to, shows, err := v.Below(b.Node.ID)
			if err != nil {
				return nil, err
			}
			if shows && room > 0 {
				if below, err = v.rollUp(to, keys); err != nil {
					return nil, err
				}
				room -= len(below)
				b.add(&below[0])
				below = below[1:]
			}
			if b.Node, err = v.Reflected(b.Node); err != nil {
				return nil, err
			}
		}
		out = append(out, b)
		for _, c := range below {
			n, err := v.Reflected(c.Node)
			if err != nil {
				return nil, err
			}
			c.Node, c.Depth, c.Mirrored = n, c.Depth+b.Depth, true
			out = append(out, c)
		}
	}
	return out, nil
}

// add counts what is below a mirrored node for its mirror.
func (b *Branch) add(top *Branch) {
	b.Size, b.Done, b.Tasks = b.Size+top.Size, b.Done+top.Done, b.Tasks+top.Tasks
	b.Rolled = slices.Clone(b.Rolled)
	for k := range b.Rolled {
		b.Rolled[k].add(top.Rolled[k])
	}
}

// Mirror makes a node under parent that shows another wherever that is changed. A mirror of a mirror shows what that one does.
func (e *Edit) Mirror(of, parent ID, at Place) (ID, error) {
	to, err := e.Through(of)
	if err != nil {
		return ID{}, err
	}
	if builtin(to) {
		return ID{}, fmt.Errorf("%s: %w", to, ErrBuiltin)
	}
	id, err := e.Create(parent, at, "")
	if err != nil {
		return id, err
	}
	return id, e.SetField(id, fieldMirror, to.String())
}
