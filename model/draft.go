package model

import (
	"errors"
	"fmt"
	"slices"

	"arbor/model/inline"
)

// Draft is what some subtrees say, to be made anew elsewhere: texts, notes, tags, fields, dates, states, switches, places on a canvas and
// arrows. Samples, intervals worked and what became of dates stay with the nodes that they happened to.
type Draft struct {
	nodes []drafted
	size  int    // bytes that they take in a batch, about
	name  string // what the ids of the nodes are made of, so that two devices make the same; "": they are random
}

// drafted is one node of a draft.
type drafted struct {
	node   Node
	note   string
	parent int          // where in the draft the node above it is; -1 at the top
	line   *inline.Line // applied to it beside what the node says
}

// maxDraft bounds the nodes of a draft.
const maxDraft = 1 << 20

// leftBehind are fields that are about the node itself and do not go with a copy: what an import knows it by, and when it was reviewed.
var leftBehind = []string{"import", "uuid", "uuid.children", FieldReviewed}

// Draft reads the subtrees of some nodes, in the order in which they are given.
func (v *View) Draft(ids ...ID) (*Draft, error) {
	d := &Draft{}
	for _, id := range ids {
		if builtin(id) {
			return nil, fmt.Errorf("%s: %w", id, ErrBuiltin)
		}
		below, err := v.childrenBelow(id)
		if err != nil {
			return nil, err
		}
		d.add(id, below)
		if len(d.nodes) > maxDraft {
			return nil, fmt.Errorf("%d nodes, at most %d: %w", len(d.nodes), maxDraft, ErrTooLarge)
		}
	}
	return d, v.readDraft(d)
}

// add puts id and all below it behind what the draft has.
func (d *Draft) add(id ID, below map[ID][]ID) {
	type todo struct {
		id     ID
		parent int
	}
	for stack := []todo{{id, -1}}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, c := range slices.Backward(below[at.id]) {
			stack = append(stack, todo{c, len(d.nodes)})
		}
		d.nodes = append(d.nodes, drafted{node: Node{ID: at.id}, parent: at.parent})
	}
}

// readDraft reads the nodes of a draft and their notes.
func (v *View) readDraft(d *Draft) error {
	defer func() { v.near = nil }()
	for part := range slices.Chunk(d.nodes, aheadNodes) {
		ids, keys := make([]ID, len(part)), make([][]byte, len(part))
		for i := range part {
			ids[i] = part[i].node.ID
			keys[i] = ids[i][:]
		}
		if err := v.ahead(ids); err != nil {
			return err
		}
		notes, err := v.r.GetMany(v.t.ks.notes, keys)
		if err != nil {
			return err
		}
		for i, id := range ids {
			n, err := v.Node(id)
			if err != nil {
				return err
			}
			part[i].node = n.clone()
			if n.NoteLen > 0 {
				part[i].note = string(notes[i])
			}
			d.size += importNode + draftSize(&part[i])
		}
	}
	return nil
}

// draftSize is about how many bytes a node takes in a batch.
func draftSize(n *drafted) int {
	const each = 40 // bytes of an op beside its value
	size := len(n.node.Text) + len(n.note) + each*(8+len(n.node.Tags)+len(n.node.Fields)+len(n.node.Arrows))
	for _, f := range n.node.Fields {
		size += len(f.Key) + len(f.Value)
	}
	return size
}

// Len returns how many nodes a draft has.
func (d *Draft) Len() int { return len(d.nodes) }

// Small reports whether a draft can be made as a part of one edit.
func (d *Draft) Small() bool { return d.size <= importBatch && len(d.nodes) <= 400 }

// Under returns the draft with all its tops below a new node that says l.
func (d *Draft) Under(l inline.Line) *Draft {
	out := &Draft{nodes: []drafted{{node: Node{Text: l.Text}, parent: -1, line: &l}}, size: d.size + importNode + len(l.Text)}
	for _, n := range d.nodes {
		n.parent++ // of the tops to the new node, of the others to where theirs is now
		out.nodes = append(out.nodes, n)
	}
	return out
}

// Make makes what a draft says: its tops at a place under parent, in their order. An arrow between two nodes of the draft leads from copy to
// copy, another to where it led. It returns the tops.
func (e *Edit) Make(d *Draft, parent ID, at Place) (tops []ID, err error) {
	ids, made := make([]ID, len(d.nodes)), map[ID]ID{}
	for i := range d.nodes {
		n := &d.nodes[i]
		above, place := parent, at
		if n.parent >= 0 {
			above, place = ids[n.parent], Last
		}
		if ids[i], err = e.draftID(d, n); err == nil {
			err = e.CreateID(ids[i], above, place, n.node.Text)
		}
		if err != nil {
			return nil, err
		}
		if n.parent < 0 {
			tops, at = append(tops, ids[i]), After(ids[i])
		}
		made[n.node.ID] = ids[i]
	}
	for i := range d.nodes {
		if err := e.fill(ids[i], &d.nodes[i], made); err != nil {
			return nil, err
		}
	}
	return tops, nil
}

// draftID returns the id that a node of a draft is to have. One that is in use is left to whoever has it.
func (e *Edit) draftID(d *Draft, n *drafted) (ID, error) {
	if d.name != "" {
		id := Named(d.name + "/" + n.node.ID.String())
		if used, err := e.shown(id); err != nil || !used {
			return id, err
		}
	}
	return e.freeID(func(ID) bool { return false })
}

// Make makes what a draft says as the last children of parent, however much it is, and returns the tops.
func (im *Importer) Make(d *Draft, parent ID) (tops []ID, err error) {
	ids, made := make([]ID, len(d.nodes)), map[ID]ID{}
	for i := range d.nodes {
		n := &d.nodes[i]
		above := parent
		if n.parent >= 0 {
			above = ids[n.parent]
		}
		if ids[i], err = im.Create(above, n.node.Text, 0, nil); err != nil {
			return nil, err
		}
		if n.parent < 0 {
			tops = append(tops, ids[i])
		}
		made[n.node.ID] = ids[i]
	}
	for i := range d.nodes {
		n, id := &d.nodes[i], ids[i]
		if err := im.Fill(draftSize(n), func(e *Edit) error { return e.fill(id, n, made) }); err != nil {
			return nil, err
		}
	}
	return tops, nil
}

// fill gives a new node what a drafted one says. made leads from the nodes of the draft to those made of them.
func (e *Edit) fill(id ID, from *drafted, made map[ID]ID) error {
	n := &from.node
	if err := e.fillTask(id, n); err != nil {
		return err
	}
	for _, t := range n.Tags {
		if err := e.AddTag(id, t); err != nil {
			return err
		}
	}
	for _, f := range n.Fields {
		if slices.Contains(leftBehind, f.Key) {
			continue
		}
		if to, ok := n.Mirrors(); ok && f.Key == fieldMirror {
			if copied, ok := made[to]; ok {
				f.Value = copied.String()
			}
		}
		if err := e.SetField(id, f.Key, f.Value); err != nil {
			return err
		}
	}
	if err := e.SetNote(id, from.note); err != nil {
		return err
	}
	for _, a := range n.Arrows {
		to := a.To
		if copied, ok := made[to]; ok {
			to = copied
		}
		if err := e.AddArrow(id, to, a.Label); err != nil && !errors.Is(err, ErrNoNode) { // an arrow may outlive its end
			return err
		}
	}
	if n.Placed {
		if err := e.SetPos(id, n.X, n.Y); err != nil {
			return err
		}
	}
	if err := e.setFlag(id, n.flags()&(Collapsed|HideDone|AutoArrange), true); err != nil || from.line == nil {
		return err
	}
	return e.Apply(id, *from.line)
}

// fillTask gives a node the state and the dates of another.
func (e *Edit) fillTask(id ID, n *Node) error {
	if err := e.SetState(id, n.State); err != nil {
		return err
	}
	if !n.Finished.IsZero() {
		if err := e.SetFinished(id, n.Finished); err != nil {
			return err
		}
	}
	return errors.Join(e.SetDue(id, n.Due), e.SetSched(id, n.Sched), e.SetWait(id, n.Wait), e.SetUntil(id, n.Until))
}

// Make makes what a draft says under the node that where names, as one step of undo. Much of it is brought in piece by piece, shown as a whole,
// and stands behind the other children whatever place where names.
func (t *Tree) Make(label string, d *Draft, where func(*Edit) (ID, Place, error)) (tops []ID, err error) {
	if d.Small() {
		_, err = t.Do(label, func(e *Edit) error {
			parent, at, err := where(e)
			if err != nil {
				return err
			}
			tops, err = e.Make(d, parent, at)
			return err
		})
		return tops, err
	}
	var parent ID
	if _, err := t.write(intent{label: label}, func(e *Edit) error { // where it will be; what has to be made for that is made with the rest
		if parent, _, err = where(e); err == nil {
			err = errRehearsed
		}
		return err
	}); !errors.Is(err, errRehearsed) {
		return nil, err
	}
	_, err = t.Import(label, func(im *Importer) error {
		im.Change(importNode, func(e *Edit) error {
			_, _, err := where(e)
			return err
		})
		tops, err = im.Make(d, parent)
		return err
	})
	return tops, err
}
