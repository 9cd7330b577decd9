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

	happened []happened // to it until then
}

// Change is one thing that differs between two versions. Before or After is empty where there was, or is, nothing.
type Change struct{ What, Before, After string }

// ErrNoVersion reports a name that no version of a node has.
var ErrNoVersion = errors.New("no such version")

// History yields the versions of a node, the oldest first, as the log tells them. The cost is that of reading the log.
func (v *View) History(id ID) iter.Seq2[Version, error] {
	return func(yield func(Version, error) bool) {
		names, err := v.versionNames()
		if err != nil {
			yield(Version{}, err)
			return
		}
		s := newShadow(id)
		for e, err := range allLogs(&v.t.ks, v.r) {
			if err != nil {
				yield(Version{}, err)
				return
			}
			if !bytes.Contains(e.raw, id[:]) {
				continue
			}
			if ver, ok := s.version(e.batch, names); ok && !yield(ver, nil) {
				return
			}
		}
	}
}

// version makes the changes of a batch, and returns what came of it; ok is false if nothing did.
func (s *shadow) version(b *batch, names *versionNames) (ver Version, ok bool) {
	before := s.copy()
	if !s.take(s.id, b) {
		return ver, false
	}
	ver = Version{Name: names.of(b), At: b.stamp.Time(), Label: b.label, Session: b.session, Changes: append(s.since(&before), happenings(s.happened[len(before.happened):])...)}
	if len(ver.Changes) == 0 {
		return ver, false
	}
	ver.Undo = b.role == roleUndo || b.role == roleRedo || b.role == roleBack
	ver.Node, ver.Note, ver.happened = s.node.clone(), s.note, s.happened[:len(s.happened):len(s.happened)]
	return ver, true
}

// versionNames gives versions their names: the number of the batch, of another device behind as much of its id as tells it from the others.
type versionNames struct {
	me     device
	digits int
}

// leastDigits is how much of the id of another device a name has where that is enough.
const leastDigits = 4

func (v *View) versionNames() (*versionNames, error) {
	me, err := readSelf(&v.t.ks, v.r)
	if err != nil {
		return nil, err
	}
	devices, err := logDevices(&v.t.ks, v.r)
	if err != nil {
		return nil, err
	}
	n := &versionNames{me.device, leastDigits}
	for i, d := range devices {
		for _, other := range devices[:i] {
			a, b := hex.EncodeToString(d[:]), hex.EncodeToString(other[:])
			for n.digits < len(a) && a[:n.digits] == b[:n.digits] {
				n.digits++
			}
		}
	}
	return n, nil
}

func (n *versionNames) of(b *batch) string {
	name := strconv.FormatUint(b.seq, 10)
	if b.device == n.me {
		return name
	}
	return hex.EncodeToString(b.device[:])[:n.digits] + "-" + name
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
	id    ID
	there bool
	node  Node
	note  string

	happened []happened // only ever appended to
	words    map[float64]string
	events   map[string]string // as they are, by what happened and to which
}

func newShadow(id ID) *shadow {
	s := &shadow{id: id, events: map[string]string{}}
	if builtin(id) {
		s.there, s.node = true, Node{ID: id, Parent: id}
	}
	return s
}

// copy is what s is now, but for what happened, of which it is the part until now.
func (s *shadow) copy() shadow {
	return shadow{id: s.id, there: s.there, node: s.node.clone(), note: s.note, happened: s.happened}
}

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
		s.there, s.node, s.note = true, Node{ID: o.node, Parent: o.parent, Order: o.order, Text: o.text, Created: at}, ""
		s.forget()
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
	case opEvent, opSamples, opChunk, opMark, opTrim, opWord:
		s.happen(o)
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

// Differ says how two versions of a node differ, b from a: also in what happened to it, if b is of its history. The zero a is that of a node that was
// not there.
func Differ(a, b *Version) []Change {
	was := &shadow{there: a.Name != "" || !a.Node.Created.IsZero(), node: a.Node, note: a.Note}
	out := (&shadow{there: true, node: b.Node, note: b.Note}).since(was)
	if b.Name == "" {
		return out
	}
	if n := len(a.happened); n <= len(b.happened) {
		return append(out, happenings(b.happened[n:])...)
	}
	for _, c := range happenings(a.happened[len(b.happened):]) {
		out = append(out, Change{c.What, c.After, c.Before})
	}
	return out
}

// Return makes the content of a node that of a version: text, note, state, tags, fields, dates and arrows. It stays where it stands, and what
// happened to it did.
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
