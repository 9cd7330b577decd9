package jsonl

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/timeseries"
)

// Version is the format that is written, and the newest that is read.
const Version = 1

// Node is the line of a node.
type Node struct {
	ID     string            `json:"id"`
	Parent *string           `json:"parent"`
	Order  int               `json:"order"`
	Text   string            `json:"text"`
	State  string            `json:"state"`
	Tags   []string          `json:"tags"`
	Fields map[string]string `json:"fields"`

	Note  string    `json:"note,omitempty"`
	Due   date.Date `json:"due,omitzero"`
	Sched date.Date `json:"sched,omitzero"`
	Wait  date.Date `json:"wait,omitzero"`
	Until date.Date `json:"until,omitzero"`

	Created  time.Time `json:"created,omitzero"`
	Modified time.Time `json:"modified,omitzero"`
	Finished time.Time `json:"finished,omitzero"`

	Arrows      []Arrow `json:"arrows,omitempty"`
	X           *int    `json:"x,omitempty"`
	Y           *int    `json:"y,omitempty"`
	Collapsed   bool    `json:"collapsed,omitempty"`
	HideDone    bool    `json:"hide_done,omitempty"`
	AutoArrange bool    `json:"auto_arrange,omitempty"`
	Series      bool    `json:"series,omitempty"`
}

// Arrow is an arrow in the line of the node that it comes from.
type Arrow struct {
	To    string `json:"to"`
	Label string `json:"label,omitempty"`
}

// line is any line.
type line struct {
	Node
	Arbor    int             `json:"arbor"`
	Exported time.Time       `json:"exported,omitzero"`
	Samples  json.RawMessage `json:"samples,omitempty"` // an id, or in the last line a count
	Values   []pair          `json:"values,omitempty"`
	Texts    []string        `json:"texts,omitempty"`
	Events   json.RawMessage `json:"events,omitempty"` // an id, or in the last line a count
	Happened []event         `json:"happened,omitempty"`
	End      bool            `json:"end,omitempty"`
	Nodes    int             `json:"nodes,omitempty"`
}

type header struct {
	Arbor    int       `json:"arbor"`
	Exported time.Time `json:"exported"`
}

type samples struct {
	Samples string   `json:"samples"`
	Values  []pair   `json:"values"`
	Texts   []string `json:"texts,omitempty"` // of a series of texts, what the values stand for
}

type end struct {
	End     bool `json:"end"`
	Nodes   int  `json:"nodes"`
	Samples int  `json:"samples"`
	Events  int  `json:"events,omitempty"`
}

// Of makes the line of a node, which is the order-th child of its parent.
func Of(n *model.Node, note string, order int) Node {
	l := Node{ID: n.ID.String(), Order: order, Text: n.Text, State: n.State.String(), Tags: n.Tags, Fields: map[string]string{}, Note: note,
		Due: n.Due, Sched: n.Sched, Wait: n.Wait, Until: n.Until, Created: n.Created.UTC(), Modified: n.Modified.UTC(), Finished: n.Finished.UTC(),
		Collapsed: n.Collapsed, HideDone: n.HideDone, AutoArrange: n.AutoArrange, Series: n.Series}
	if n.ID != n.Parent {
		p := n.Parent.String()
		l.Parent = &p
	}
	if l.Tags == nil {
		l.Tags = []string{}
	}
	for _, f := range n.Fields {
		l.Fields[f.Key] = f.Value
	}
	for _, a := range n.Arrows {
		l.Arrows = append(l.Arrows, Arrow{a.To.String(), a.Label})
	}
	if n.Placed {
		l.X, l.Y = &n.X, &n.Y
	}
	return l
}

// node reads the line of a node back.
func (l *Node) node() (*model.Node, error) {
	n := &model.Node{Text: model.OneLine(l.Text), Due: l.Due, Sched: l.Sched, Wait: l.Wait, Until: l.Until,
		Created: l.Created, Modified: l.Modified, Finished: l.Finished,
		Collapsed: l.Collapsed, HideDone: l.HideDone, AutoArrange: l.AutoArrange, Series: l.Series}
	var err error
	if n.ID, err = model.ParseID(l.ID); err != nil {
		return nil, fmt.Errorf("id: %w", err)
	}
	n.Parent = n.ID
	if l.Parent != nil {
		if n.Parent, err = model.ParseID(*l.Parent); err != nil {
			return nil, fmt.Errorf("parent: %w", err)
		}
	}
	if l.State != "" {
		if n.State, err = model.ParseState(l.State); err != nil {
			return nil, err
		}
	}
	n.Tags = slices.Clone(l.Tags)
	slices.Sort(n.Tags)
	n.Tags = slices.Compact(n.Tags)
	for k, v := range l.Fields {
		n.Fields = append(n.Fields, model.Field{Key: k, Value: v})
	}
	slices.SortFunc(n.Fields, func(a, b model.Field) int { return compare(a.Key, b.Key) })
	for _, a := range l.Arrows {
		to, err := model.ParseID(a.To)
		if err != nil {
			return nil, fmt.Errorf("arrow: %w", err)
		}
		n.Arrows = append(n.Arrows, model.Arrow{From: n.ID, To: to, Label: a.Label})
	}
	if (l.X == nil) != (l.Y == nil) {
		return nil, errors.New("x without y")
	}
	if l.X != nil {
		n.X, n.Y, n.Placed = *l.X, *l.Y, true
	}
	return n, nil
}

// pair is a sample as [nanoseconds, value].
type pair timeseries.Sample

// MarshalJSON writes the value exactly.
func (p pair) MarshalJSON() ([]byte, error) {
	b := append(strconv.AppendInt([]byte{'['}, p.T, 10), ',')
	if p.V-p.V != 0 {
		b = append(strconv.AppendFloat(append(b, '"'), p.V, 'g', -1, 64), '"')
	} else {
		b = strconv.AppendFloat(b, p.V, 'g', -1, 64)
	}
	return append(b, ']'), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *pair) UnmarshalJSON(b []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil || len(parts) != 2 {
		return errors.New("a sample is no pair of time and value")
	}
	if err := json.Unmarshal(parts[0], &p.T); err != nil {
		return fmt.Errorf("time of a sample: %w", err)
	}
	s := string(parts[1])
	if s == `"NaN"` || s == `"+Inf"` || s == `"-Inf"` {
		s = s[1 : len(s)-1]
	}
	var err error
	if p.V, err = strconv.ParseFloat(s, 64); err != nil {
		return fmt.Errorf("value of a sample: %w", err)
	}
	return nil
}
