package screen

import (
	"fmt"
	"time"

	"arbor/model"
	"arbor/model/inline"
	"arbor/model/query"
)

// Context is a view of a part of the tree: what its query means. What is added in it gets its stamp. The zero value is the whole tree.
type Context struct{ Name, Query, Stamp string }

// Narrow tells the screens which context holds from now on.
type Narrow struct{ Context Context }

// Within is the query of the context that holds; it means every node if there is none.
func (e Env) Within(now time.Time) (*query.Query, error) {
	if e.Context.Query == "" {
		return &query.Query{Expr: query.And{}, Now: now}, nil
	}
	q, err := query.Parse(e.Context.Query, now, e.States()...)
	if err != nil {
		return nil, fmt.Errorf("context %s: %w", e.Context.Name, err)
	}
	return q, nil
}

// Part is the part of the tree that the context shows, nil for all of it.
func (e Env) Part(v *model.View, now time.Time) (*model.Part, error) {
	if e.Context.Query == "" {
		return nil, nil
	}
	q, err := e.Within(now)
	if err != nil {
		return nil, err
	}
	p, err := v.Part(q)
	if err != nil {
		return nil, fmt.Errorf("context %s: %w", e.Context.Name, err)
	}
	return p, nil
}

// Stamp puts on a new line what the context asks for, where the line does not say otherwise. It says nothing of where the line stands, which the
// person shows by the cursor.
func (e Env) Stamp(l *inline.Line) error {
	if e.Context.Stamp == "" {
		return nil
	}
	stamp, err := inline.Parse(e.Context.Stamp, inline.Env{Now: e.Now(), Fields: e.Fields})
	if err == nil && stamp.Text != "" {
		err = fmt.Errorf("%q is no tag, key or date", stamp.Text)
	}
	if err != nil {
		return fmt.Errorf("stamp of context %s: %w", e.Context.Name, err)
	}
	under, after := l.Under, l.After
	l.Stamp(stamp)
	l.Under, l.After = under, after
	return nil
}
