package model

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Version is a node as one action left it.
type Version struct {
	Name    string // by which a person says which one is meant: the number of the action, behind that of its device if that is another
	At      time.Time
	Label   string // what the action was called
	Undo    bool   // the action took another one back, or did it again
	Session string
	Node    Node
	Note    string
	Changes []Change // of what was there before
}

// Change is one thing that differs between two versions. Before or After is empty where there was, or is, nothing.
type Change struct{ What, Before, After string }

// ErrNoVersion reports a name that no version of a node has.
var ErrNoVersion = errors.New("no such version")

// History yields the versions of a node, the oldest first, as the log tells them. The cost is that of reading the log.
func (v *View) History(id ID) iter.Seq2[Version, error] {
	return func(yield func(Version, error) bool) {
		me, err := readSelf(&v.t.ks, v.r)
		if err != nil {
			yield(Version{}, err)
			return
		}
		var s shadow
		if builtin(id) {
			s = shadow{there: true, node: Node{ID: id, Parent: id}}
		}
		for e, err := range allLogs(&v.t.ks, v.r) {
			if err != nil {
				yield(Version{}, err)
				return
			}
			if !bytes.Contains(e.raw, id[:]) {
				continue
			}
			before := s.copy()
			if !s.take(id, e.batch) {
				continue
			}
			b := e.batch
			ver := Version{Name: strconv.FormatUint(b.seq, 10), At: b.stamp.Time(), Label: b.label, Session: b.session, Node: s.node.clone(), Note: s.note}
			ver.Undo = b.role == roleUndo || b.role == roleRedo || b.role == roleBack
			if b.device != me.device {
				ver.Name = hex.EncodeToString(b.device[:2]) + "-" + ver.Name
			}
			if ver.Changes = s.since(&before); len(ver.Changes) > 0 && !yield(ver, nil) {
				return
			}
		}
	}
}

// VersionOf returns the version of a node that has a name.
func (v *View) VersionOf(id ID, name string) (Version, error) {
	for ver, err := range v.History(id) {
		if err != nil || ver.Name == name {
			return ver, err
		}
	}
	return Version{}, fmt.Errorf("node %s, version %q: %w", id, name, ErrNoVersion)
}

// VersionAt returns a node as it was at an instant; ok is false if it was not there yet.
func (v *View) VersionAt(id ID, at time.Time) (last Version, ok bool, err error) {
	for ver, err := range v.History(id) {
		if err != nil {
			return last, ok, err
		}
		if ver.At.After(at) {
			break
		}
		last, ok = ver, true
	}
	return last, ok, nil
}

// shadow is a node while its history is followed. It knows nothing of other nodes, so that a move counts though the fold may have refused it.
type shadow struct {
	there bool
	node  Node
	note  string
}

func (s *shadow) copy() shadow { return shadow{s.there, s.node.clone(), s.note} }

// take makes the changes of a batch to one node, and reports whether there were any.
func (s *shadow) take(id ID, b *batch) (any bool) {
	for i := range b.ops {
		o := &b.ops[i]
		if o.node != id || !s.there && o.kind != opCreate {
			continue
		}
		any = true
		s.apply(o, b.stamp.Time())
	}
	return any
}

func (s *shadow) apply(o *op, at time.Time) {
	n := &s.node
	switch o.kind {
	case opCreate:
		*s = shadow{there: true, node: Node{ID: o.node, Parent: o.parent, Order: o.order, Text: o.text, Created: at}}
	case opMove:
		n.Parent, n.Order, n.from = o.parent, o.order, o.from
	case opSplice:
		n.Text, _ = o.splice.apply(n.Text)
	case opNote:
		s.note, _ = o.splice.apply(s.note)
	case opRegister:
		n.set(o.reg, o.value)
	case opTag:
		if i, found := slices.BinarySearch(n.Tags, o.key); o.present && !found {
			n.Tags = slices.Insert(n.Tags, i, o.key)
		} else if !o.present && found {
			n.Tags = slices.Delete(n.Tags, i, i+1)
		}
	case opField:
		i, found := findField(n.Fields, o.key)
		if found {
			n.Fields = slices.Delete(n.Fields, i, i+1)
		}
		if o.present {
			n.Fields = slices.Insert(n.Fields, i, Field{o.key, o.text})
		}
	case opArrow:
		i, found := slices.BinarySearchFunc(n.Arrows, o.to, func(a Arrow, to ID) int { return bytes.Compare(a.To[:], to[:]) })
		if found {
			n.Arrows = slices.Delete(n.Arrows, i, i+1)
		}
		if o.present {
			n.Arrows = slices.Insert(n.Arrows, i, Arrow{From: n.ID, To: o.to, Label: o.key})
		}
	}
}

// since says how two shadows of a node differ, in what a person sees of it.
func (b *shadow) since(a *shadow) (out []Change) {
	add := func(what, before, after string) {
		if before != after {
			out = append(out, Change{what, before, after})
		}
	}
	x, y := &a.node, &b.node
	add("text", x.Text, y.Text)
	add("note", a.note, b.note)
	parent := func(n *Node, there bool) string {
		if !there {
			return ""
		}
		return n.Parent.String()
	}
	add("under", parent(x, a.there), parent(y, b.there))
	state := func(n *Node) string {
		if n.State == None {
			return ""
		}
		return n.State.String()
	}
	add("state", state(x), state(y))
	add("tags", strings.Join(x.Tags, " "), strings.Join(y.Tags, " "))
	for i, name := range []string{"due", "sched", "wait", "until"} {
		r := regDue + register(i)
		add(name, x.date(r).String(), y.date(r).String())
	}
	keys := map[string]bool{}
	var names []string
	for _, f := range slices.Concat(x.Fields, y.Fields) {
		if !keys[f.Key] {
			keys[f.Key] = true
			names = append(names, f.Key)
		}
	}
	slices.Sort(names)
	value := func(n *Node, key string) string {
		if i, ok := findField(n.Fields, key); ok {
			return n.Fields[i].Value
		}
		return ""
	}
	for _, key := range names {
		add(key, value(x, key), value(y, key))
	}
	arrows := func(n *Node) string {
		var all []string
		for _, a := range n.Arrows {
			all = append(all, strings.TrimSpace(a.To.String()+" "+a.Label))
		}
		return strings.Join(all, ", ")
	}
	add("arrows", arrows(x), arrows(y))
	return out
}

// Differ says how two versions of a node differ.
func Differ(a, b *Version) []Change {
	return (&shadow{true, b.Node, b.Note}).since(&shadow{true, a.Node, a.Note})
}

// Return makes the content of a node that of a version: text, note, state, tags, fields, dates and arrows. It stays where it stands.
func (e *Edit) Return(id ID, ver *Version) error {
	n, err := e.need(id)
	if err != nil {
		return err
	}
	was := n.clone()
	if err := errors.Join(e.SetText(id, ver.Node.Text), e.SetNote(id, ver.Note), e.SetState(id, ver.Node.State), e.SetFinished(id, ver.Node.Finished),
		e.SetDue(id, ver.Node.Due), e.SetSched(id, ver.Node.Sched), e.SetWait(id, ver.Node.Wait), e.SetUntil(id, ver.Node.Until)); err != nil {
		return err
	}
	for _, t := range was.Tags {
		if !slices.Contains(ver.Node.Tags, t) {
			err = errors.Join(err, e.RemoveTag(id, t))
		}
	}
	for _, t := range ver.Node.Tags {
		err = errors.Join(err, e.AddTag(id, t))
	}
	for _, f := range was.Fields {
		if _, ok := findField(ver.Node.Fields, f.Key); !ok {
			err = errors.Join(err, e.ClearField(id, f.Key))
		}
	}
	for _, f := range ver.Node.Fields {
		err = errors.Join(err, e.SetField(id, f.Key, f.Value))
	}
	for _, a := range was.Arrows {
		if _, ok := arrowTo(&ver.Node, a.To); !ok {
			err = errors.Join(err, e.RemoveArrow(id, a.To))
		}
	}
	for _, a := range ver.Node.Arrows {
		if lost := e.AddArrow(id, a.To, a.Label); !errors.Is(lost, ErrNoNode) { // its end may be gone since
			err = errors.Join(err, lost)
		}
	}
	return err
}
