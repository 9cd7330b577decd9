package model

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"arbor/store"
	"arbor/timeseries"

	"pgregory.net/rapid"
)

// plain is the tree as one would write it without a log, an index or an order of keys: what the real one is held to.
type plain struct {
	nodes map[ID]*plainNode
}

type plainNode struct {
	parent         ID
	children       []ID
	text, note     string
	state          State
	tags           map[string]bool
	fields         map[string]string
	due            Date
	pos            string
	flags          Flag
	arrows         map[ID]string
	samples        map[int64]float64
	marked         bool               // some were corrected or removed by marks
	events         map[EventID]string // the text of intervals
	origin, before ID                 // where it was before the trash
}

func newPlain() *plain {
	p := &plain{nodes: map[ID]*plainNode{}}
	p.nodes[Root], p.nodes[Trash] = newPlainNode(Root), newPlainNode(Trash)
	return p
}

func newPlainNode(parent ID) *plainNode {
	return &plainNode{parent: parent, tags: map[string]bool{}, fields: map[string]string{}, arrows: map[ID]string{}, samples: map[int64]float64{}, events: map[EventID]string{}}
}

func (p *plain) clone() *plain {
	c := &plain{nodes: map[ID]*plainNode{}}
	for id, n := range p.nodes {
		m := *n
		m.children, m.tags, m.fields = slices.Clone(n.children), maps.Clone(n.tags), maps.Clone(n.fields)
		m.arrows, m.samples, m.events = maps.Clone(n.arrows), maps.Clone(n.samples), maps.Clone(n.events)
		c.nodes[id] = &m
	}
	return c
}

// put hangs id under parent, in front of the index-th other child.
func (p *plain) put(id, parent ID, index int) {
	if n := p.nodes[id]; n.parent != id {
		old := p.nodes[n.parent]
		old.children = slices.DeleteFunc(old.children, func(c ID) bool { return c == id })
	}
	p.nodes[id].parent = parent
	to := p.nodes[parent]
	to.children = slices.Insert(to.children, min(index, len(to.children)), id)
}

func (p *plain) under(id, above ID) bool {
	for id != above && p.nodes[id].parent != id {
		id = p.nodes[id].parent
	}
	return id == above
}

// lines writes what a person could see, but for times.
func (p *plain) lines() string {
	var b strings.Builder
	var walk func(id ID, depth int)
	walk = func(id ID, depth int) {
		n := p.nodes[id]
		fmt.Fprintf(&b, "%*s%s %q %v %v %v due %v pos %s flags %d arrows %v note %q samples %v events %v\n", depth, "", id, n.text, n.state,
			slices.Sorted(maps.Keys(n.tags)), n.fields, n.due.T.Unix(), n.pos, n.flags, n.arrows, n.note, n.samples, n.events)
		for _, c := range n.children {
			walk(c, depth+1)
		}
	}
	walk(Root, 0)
	walk(Trash, 0)
	return b.String()
}

// readPlain reads a real tree as a plain one, and the times of its nodes.
func readPlain(t testing.TB, tree *Tree) (*plain, string) {
	t.Helper()
	p := newPlain()
	var times strings.Builder
	err := tree.View(func(v *View) error {
		var walk func(ID) error
		walk = func(id ID) error {
			n, err := v.Node(id)
			if err != nil {
				return err
			}
			if p.nodes[id] == nil {
				p.nodes[id] = newPlainNode(n.Parent)
			}
			m := p.nodes[id]
			m.text, m.state, m.due, m.flags = n.Text, n.State, n.Due, n.flags()&^(placed|isSeries)
			for _, tag := range n.Tags {
				m.tags[tag] = true
			}
			for _, f := range n.Fields {
				m.fields[f.Key] = f.Value
			}
			for _, a := range n.Arrows {
				m.arrows[a.To] = a.Label
			}
			if n.Placed {
				m.pos = fmt.Sprint(n.X, n.Y)
			}
			if m.note, err = v.Note(id); err != nil {
				return err
			}
			for s, err := range tree.ks.book.Range(v.Reader(), timeseries.Series{ID: timeseries.ID(id)}, math.MinInt64, math.MaxInt64) {
				if err != nil {
					return err
				}
				m.samples[s.T] = s.V
			}
			for ev, err := range v.Events(id, Interval) {
				if err != nil {
					return err
				}
				m.events[ev.ID] = ev.Text
			}
			fmt.Fprintln(&times, id, n.Created, n.Modified, n.Finished)
			for c, err := range v.Children(id) {
				if err != nil {
					return err
				}
				m.children = append(m.children, c.ID)
				if err := walk(c.ID); err != nil {
					return err
				}
				if child := p.nodes[c.ID]; child.parent != id || child.state != c.State {
					return fmt.Errorf("place of %s: parent %s, state %v, record says %s, %v", c.ID, id, c.State, child.parent, child.state)
				}
			}
			return nil
		}
		return errors.Join(walk(Root), walk(Trash))
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, times.String()
}

// history is a real tree, a plain one that had the same done to it, and what both looked like after each action.
type history struct {
	t     *rapid.T
	tb    testing.TB
	db    *store.DB
	tree  *Tree
	plain *plain
	past  []moment // the last is now
	next  []moment // undone, the last comes first
	at    time.Time
}

type moment struct {
	plain *plain
	times string
}

func (h *history) reopen() {
	var err error
	h.tree, err = Open(h.db, Options{Machine: "m", Location: time.UTC, Now: func() time.Time {
		h.at = h.at.Add(time.Second)
		return h.at
	}})
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *history) pick(label string, ok func(ID) bool) (ID, bool) {
	var ids []ID
	for id := range h.plain.nodes {
		if ok(id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return ID{}, false
	}
	slices.SortFunc(ids, func(a, b ID) int { return strings.Compare(h.path(a), h.path(b)) })
	return rapid.SampledFrom(ids).Draw(h.t, label), true
}

// path is an order of nodes that does not depend on their random ids, so that a failure can be replayed.
func (h *history) path(id ID) string {
	if builtin(id) {
		return id.String()
	}
	parent := h.plain.nodes[id].parent
	return fmt.Sprintf("%s/%04d", h.path(parent), slices.Index(h.plain.nodes[parent].children, id))
}

var textGen = rapid.OneOf(rapid.StringOfN(rapid.SampledFrom([]rune("ab #=é日\t\n")), 0, 12, -1), linkedGen)

// linkedGen are texts with links by name.
var linkedGen = rapid.Custom(func(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"[[a]]", "[[A  b]]", "[[é", "a", "b", "]]", " "}), 0, 5).Draw(t, "pieces"), "")
})

// step makes one random action on both trees.
func (h *history) step() {
	before := h.plain.clone()
	var act func(*Edit) error
	n := rapid.IntRange(1, 3).Draw(h.t, "changes")
	var acts []func(*Edit) error
	for range n {
		if a := h.change(); a != nil {
			acts = append(acts, a)
		}
	}
	act = all(acts)
	r, err := h.tree.Do("step", act)
	if err != nil {
		h.t.Fatalf("do: %v", err)
	}
	got, times := readPlain(h.tb, h.tree)
	if got.lines() != h.plain.lines() {
		h.t.Fatalf("after the action\n%swant\n%sbefore\n%s", got.lines(), h.plain.lines(), before.lines())
	}
	if r.Seq != 0 {
		h.past, h.next = append(h.past, moment{h.plain.clone(), times}), nil
	}
}

func (h *history) travel(redo bool) {
	from, to, move := &h.past, &h.next, h.tree.Undo
	left := len(h.past) - 1
	if redo {
		from, to, move, left = &h.next, &h.past, h.tree.Redo, len(h.next)
	}
	_, err := move(Scope(rapid.IntRange(0, 1).Draw(h.t, "scope")))
	if left == 0 {
		if !errors.Is(err, ErrNothing) {
			h.t.Fatalf("nothing is left, got %v", err)
		}
		return
	}
	if err != nil {
		h.t.Fatalf("redo %v: %v", redo, err)
	}
	*to = append(*to, (*from)[len(*from)-1])
	*from = (*from)[:len(*from)-1]
	h.check(redo)
}

func (h *history) check(redo bool) {
	want := h.past[len(h.past)-1]
	got, times := readPlain(h.tb, h.tree)
	if got.lines() != want.plain.lines() {
		h.t.Fatalf("redo %v gave\n%swant\n%s", redo, got.lines(), want.plain.lines())
	}
	if times != want.times {
		h.t.Fatalf("redo %v gave times\n%swant\n%s", redo, times, want.times)
	}
	h.plain = want.plain.clone()
}

// Whatever is done, the tree is what a plain one would be; each undo leads to the state before, each redo to the one after, to the first
// and to the last; and the state is the fold of the log.
func TestHistories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		db, err := store.Open("", store.Options{Memory: true})
		if err != nil {
			rt.Fatal(err)
		}
		defer db.Close()
		h := &history{t: rt, tb: t, db: db, plain: newPlain(), at: clockTime}
		h.reopen()
		_, times := readPlain(t, h.tree)
		h.past = []moment{{h.plain.clone(), times}}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			switch rapid.IntRange(0, 9).Draw(rt, "what") {
			case 0, 1:
				h.travel(false)
			case 2:
				h.travel(true)
			case 3:
				h.reopen()
			default:
				h.step()
			}
			wantSheet(t, h.tree)
		}
		for len(h.past) > 1 {
			h.travel(false)
		}
		for len(h.next) > 0 {
			h.travel(true)
		}
		if err := h.tree.Verify(context.Background()); err != nil {
			rt.Fatal(err)
		}
	})
}
