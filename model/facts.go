package model

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Facts is what is known of a node beside its text, its note and its place among its siblings: all that most questions about many nodes
// ask for. What it returns belongs to the sheet.
type Facts struct {
	ID, Parent ID
	State      State
	Series     bool
	Note       bool // it has one
	Task       bool // as IsTask says
	HasPrio    bool
	Prio       float64 // that it gives itself

	created, modified, finished int64 // milliseconds, noTime for none
	more                        *moreFacts
}

// moreFacts is what most nodes have nothing of.
type moreFacts struct {
	dates   [4]Date // from regDue to regUntil
	tags    []string
	fields  []Field
	depends []ID
	arrows  bool
}

const noTime = math.MinInt64

// Due returns the date by which the node is to be done.
func (f *Facts) Due() Date { return f.date(regDue) }

// Wait returns the date until which the node is not to be thought of.
func (f *Facts) Wait() Date { return f.date(regWait) }

func (f *Facts) date(r register) Date {
	if f.more == nil {
		return Date{}
	}
	return f.more.dates[r-regDue]
}

// Created returns when the node was made.
func (f *Facts) Created() time.Time { return timeOf(f.created) }

func timeOf(ms int64) time.Time {
	if ms == noTime {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return noTime
	}
	return t.UnixMilli()
}

// Tags returns what AllTags of the node does.
func (f *Facts) Tags() []string {
	if f.more == nil {
		return nil
	}
	return f.more.tags
}

// Depends returns what has to be done before the node.
func (f *Facts) Depends() []ID {
	if f.more == nil {
		return nil
	}
	return f.more.depends
}

// fill makes n a node that answers every question like the one of f, but for those about its texts, its order and its arrows.
func (f *Facts) fill(n *Node) {
	*n = Node{ID: f.ID, Parent: f.Parent, State: f.State, Series: f.Series, Created: timeOf(f.created), Modified: timeOf(f.modified), Finished: timeOf(f.finished)}
	if f.Note {
		n.NoteLen = 1
	}
	if m := f.more; m != nil {
		n.Tags, n.Fields = m.tags, m.fields
		n.Due, n.Sched, n.Wait, n.Until = m.dates[0], m.dates[1], m.dates[2], m.dates[3]
	}
}

// factsReader makes facts of records, and keeps each tag and key once.
type factsReader struct{ names map[string]string }

func (r *factsReader) name(s string) string {
	if known, ok := r.names[s]; ok {
		return known
	}
	s = strings.Clone(s)
	r.names[s] = s
	return s
}

// of returns the facts of a node that is lent.
func (r *factsReader) of(n *Node) Facts {
	f := Facts{ID: n.ID, Parent: n.Parent, State: n.State, Series: n.Series, Note: n.NoteLen > 0,
		created: millis(n.Created), modified: millis(n.Modified), finished: millis(n.Finished)}
	m := moreFacts{dates: [4]Date{n.Due, n.Sched, n.Wait, n.Until}, arrows: len(n.Arrows) > 0}
	for _, t := range n.Tags {
		m.tags = append(m.tags, r.name(t))
	}
	for _, x := range n.Fields {
		m.fields = append(m.fields, Field{r.name(x.Key), strings.Clone(x.Value)})
	}
	if strings.IndexByte(n.Text, '#') >= 0 {
		r.live(n, &m)
	}
	for _, a := range n.Arrows {
		if a.Label == Depends {
			m.depends = append(m.depends, a.To)
		}
	}
	if len(m.tags) > 0 || len(m.fields) > 0 || m.arrows || m.dates != [4]Date{} {
		f.more = &m
	}
	if p, ok := n.prio(); ok {
		f.Prio, f.HasPrio = p, true
	}
	_, tagged := slices.BinarySearch(m.tags, "task")
	f.Task = n.State != None || !n.Due.IsZero() || !n.Sched.IsZero() || tagged
	return f
}

// live adds the tags and fields that stand in the text. What is kept in fields by us, a state of one's own and what is mirrored, is none there.
func (r *factsReader) live(n *Node, m *moreFacts) {
	for t := range tokens(n.Text) {
		if !t.hasValue {
			if t.value == "" {
				m.tags = append(m.tags, r.name(t.key))
			}
			continue
		}
		if i, found := findField(m.fields, t.key); !found && t.key != fieldState && t.key != fieldMirror {
			m.fields = slices.Insert(m.fields, i, Field{r.name(t.key), strings.Clone(t.value)})
		}
	}
	slices.Sort(m.tags)
	m.tags = slices.Compact(m.tags)
}
