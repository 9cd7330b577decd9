package model

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"arbor/model/date"
)

// Date is a civil day or an instant.
type Date = date.Date

// State says how far a task is.
type State uint8

// The states. A node without one is no task by its state alone.
const (
	None State = iota
	Todo
	Doing
	Waiting
	Done
	Cancelled
	states // how many there are
)

var stateNames = [states]string{"none", "todo", "doing", "waiting", "done", "cancelled"}

// String returns the name that ParseState reads.
func (s State) String() string {
	if s < states {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// Closed reports whether nothing is left to do.
func (s State) Closed() bool { return s == Done || s == Cancelled }

// ParseState reads the name of a state.
func ParseState(name string) (State, error) {
	for i, n := range stateNames {
		if strings.EqualFold(n, name) {
			return State(i), nil
		}
	}
	return None, fmt.Errorf("state %q: want one of %s", name, strings.Join(stateNames[:], ", "))
}

// Field is a named value of a node.
type Field struct{ Key, Value string }

// Arrow points from a node to another.
type Arrow struct {
	From, To ID
	Label    string
}

// Node is what is known of one node.
type Node struct {
	ID, Parent ID
	Order      []byte // the key among its siblings
	Text       string
	State      State
	Tags       []string // explicit, sorted; AllTags has those in the text too
	Fields     []Field  // explicit, sorted by key; Field finds those in the text too
	Due        Date
	Sched      Date
	Wait       Date
	Until      Date
	NoteLen    int // bytes of the note
	X, Y       int // the place on a canvas, if Placed
	Placed     bool

	Collapsed, HideDone, AutoArrange bool

	Arrows []Arrow // outgoing, sorted by To

	words  func(float64) (string, bool) // of a series of texts that was read by a View
	Series bool                         // it has samples

	Created, Modified, Finished time.Time

	from     origin // where it was before it was put into the trash
	reflects Reflects

	slot int // in the sheet that a query asks, while it looks at the node
}

// Same reports whether n and o are one node in the same state, its note but for its length and its events apart.
func (n *Node) Same(o *Node) bool {
	return n.ID == o.ID && bytes.Equal(appendRecord(nil, n), appendRecord(nil, o))
}

// origin is a former place.
type origin struct {
	parent ID
	order  []byte
	known  bool
}

// Flag is a switch of a node.
type Flag uint8

// The switches.
const (
	Collapsed Flag = 1 << iota
	HideDone
	AutoArrange
	isSeries // set by Log and PutChunk
	placed   // used in records alone
)

func (n *Node) flags() Flag {
	var f Flag
	for _, s := range []struct {
		on   bool
		flag Flag
	}{{n.Collapsed, Collapsed}, {n.HideDone, HideDone}, {n.AutoArrange, AutoArrange}, {n.Series, isSeries}, {n.Placed, placed}} {
		if s.on {
			f |= s.flag
		}
	}
	return f
}

func (n *Node) setFlags(f Flag) {
	n.Collapsed, n.HideDone, n.AutoArrange = f&Collapsed != 0, f&HideDone != 0, f&AutoArrange != 0
	n.Series, n.Placed = f&isSeries != 0, f&placed != 0
}

// AllTags returns the explicit tags and those written as #tag in the text, sorted.
func (n *Node) AllTags() []string {
	tags := slices.Clone(n.Tags)
	for t := range tokens(n.Text) {
		if t.value == "" && !t.hasValue {
			tags = append(tags, t.key)
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// HasTag reports whether AllTags has tag, without making the list.
func (n *Node) HasTag(tag string) bool {
	if _, ok := slices.BinarySearch(n.Tags, tag); ok {
		return true
	}
	for t := range tokens(n.Text) {
		if !t.hasValue && t.key == tag {
			return true
		}
	}
	return false
}

// Field returns the value of a field: the explicit one, else the first one written as #key=value in the text.
func (n *Node) Field(key string) (string, bool) {
	if i, ok := findField(n.Fields, key); ok {
		return n.Fields[i].Value, true
	}
	for t := range tokens(n.Text) {
		if t.hasValue && t.key == key {
			return t.value, true
		}
	}
	return "", false
}

// fieldState keeps a person's own name for the state that the node has.
const fieldState = "state"

// StateName returns the name of the node's state: the person's own, such as review, or that of the state.
func (n *Node) StateName() string {
	if i, ok := findField(n.Fields, fieldState); ok && n.State != None {
		return n.Fields[i].Value
	}
	return n.State.String()
}

// IsTask reports whether the node is one to be done: it has a state, a date by which or on which to do it, or the tag task.
func (n *Node) IsTask() bool {
	return n.State != None || !n.Due.IsZero() || !n.Sched.IsZero() || n.HasTag("task")
}

func findField(fields []Field, key string) (int, bool) {
	return slices.BinarySearchFunc(fields, key, func(f Field, key string) int { return strings.Compare(f.Key, key) })
}

// clone returns a copy that shares nothing that the fold changes in place.
func (n *Node) clone() Node {
	c := *n
	c.Tags, c.Fields, c.Arrows = slices.Clone(n.Tags), slices.Clone(n.Fields), slices.Clone(n.Arrows)
	return c
}
