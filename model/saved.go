package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"arbor/model/query"
)

// FieldQuery keeps the query whose results a node lists.
const FieldQuery = "query"

// Errors of saved queries.
var (
	ErrNoQuery    = errors.New(`no node of that name lists what a query means; a name of several words goes in quotes: @"this week"`)
	ErrAsksItself = errors.New("a saved query asks for itself")
)

// maxAsked bounds how many saved queries one query asks for, each as often as it does.
const maxAsked = 100

// Query returns the query whose results a node lists: what its field says, else of #tagged=a #tagged=b in the text the nodes that have all these
// tags, or fields, and of a bare #tagged those that have the other tags of the node. With #plot these feed the plot alone.
func (n *Node) Query() (text string, ok bool) {
	if text, ok := n.Field(FieldQuery); ok {
		return text, true
	}
	if strings.IndexByte(n.Text, '#') < 0 {
		return "", false
	}
	var all query.And
	tagged := false
	for t := range tokens(n.Text) {
		switch {
		case t.key == "plot":
			return "", false
		case t.key != "tagged":
		case t.hasValue:
			all = append(all, hasTagged(t.value))
		default:
			tagged = true
		}
	}
	if tagged {
		for _, t := range n.AllTags() {
			if t != "tagged" {
				all = append(all, query.Tag(t))
			}
		}
	}
	return all.String(), len(all) > 0
}

// hasTagged asks for what #tagged= means: a tag, the key of a field, or key=value.
func hasTagged(tag string) query.Expr {
	key, value, has := strings.Cut(tag, "=")
	f := query.Field{Key: key, Op: query.Any}
	if has {
		f.Op, f.Value = query.Equal, value
	}
	return query.Or{query.Tag(tag), f}
}

// Results returns the nodes that the query of a node means, but not the node itself, in the query's order and at most that many; more is how
// many there are besides. false: the node has no query. now is what the query's dates are relative to.
func (v *View) Results(n *Node, now time.Time, most int) (nodes []Node, more int, ok bool, err error) {
	text, ok := n.Query()
	if !ok {
		return nil, 0, false, nil
	}
	e := expansion{v: v, now: now}
	q, err := e.saved(n, text)
	if err != nil {
		return nil, 0, true, err
	}
	limit := q.Limit
	if limit > 0 {
		q.Limit++ // for the node itself
	}
	all, err := v.again(q)
	if err != nil {
		return nil, 0, true, err
	}
	all = slices.DeleteFunc(all, func(m match) bool { return m.id == n.ID })
	if limit > 0 {
		all = all[:min(limit, len(all))]
	}
	shown := all[:min(most, len(all))]
	if err := v.fetchAll(shown); err != nil {
		return nil, 0, true, err
	}
	for _, m := range shown {
		nodes = append(nodes, m.node.clone())
	}
	return nodes, len(all) - len(nodes), true, nil
}

// Expand returns a query with the saved ones in it in the place of their names. Where one of them must hold, and the query does not say how to
// list, it lists as that one does. It is the query itself if it names none.
func (v *View) Expand(q *query.Query) (*query.Query, error) {
	if !names(q.Expr) {
		return q, nil
	}
	e := expansion{v: v, now: q.Now}
	return e.of(q)
}

// names reports whether an expression names a saved query.
func names(e query.Expr) bool {
	switch e := e.(type) {
	case query.And:
		return slices.ContainsFunc(e, names)
	case query.Or:
		return slices.ContainsFunc(e, names)
	case query.Not:
		return names(e.X)
	case query.Inside:
		return names(e.X)
	case query.Saved:
		return true
	}
	return false
}

// expansion puts saved queries in the place of their names.
type expansion struct {
	v     *View
	now   time.Time
	way   []*Node // those that asked for what is looked at
	asked int
}

func (e *expansion) of(q *query.Query) (*query.Query, error) {
	out := &query.Query{Now: q.Now, List: q.List}
	x, err := e.expr(q.Expr, &out.List)
	out.Expr = x
	return out, err
}

// expr expands an expression. list takes how to list from what must hold; it is nil below everything else.
func (e *expansion) expr(x query.Expr, list *query.List) (query.Expr, error) {
	all := func(parts []query.Expr, list *query.List) ([]query.Expr, error) {
		out := make([]query.Expr, len(parts))
		for i, p := range parts {
			var err error
			if out[i], err = e.expr(p, list); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	switch x := x.(type) {
	case query.And:
		parts, err := all(x, list)
		return query.And(parts), err
	case query.Or:
		parts, err := all(x, nil)
		return query.Or(parts), err
	case query.Not:
		y, err := e.expr(x.X, nil)
		return query.Not{X: y}, err
	case query.Inside:
		y, err := e.expr(x.X, nil)
		return query.Inside{X: y}, err
	case query.Saved:
		n, text, err := e.named(x)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x, err)
		}
		q, err := e.saved(n, text)
		if err != nil {
			return nil, err
		}
		if list != nil {
			*list = list.Or(q.List)
		}
		return q.Expr, nil
	}
	return x, nil
}

// named returns the node with a query that a name, or an id, means.
func (e *expansion) named(name query.Saved) (*Node, string, error) {
	in := &View{t: e.v.t, r: e.v.r, fold: e.v.fold, sheet: e.v.sheet, found: e.v.found}
	all, err := in.selected(&query.Query{Expr: query.Named(strings.ToLower(string(name))), Now: e.now})
	if err != nil {
		return nil, "", err
	}
	if err := in.fetchAll(all); err != nil {
		return nil, "", err
	}
	var found *Node
	var asks string
	for _, m := range all {
		text, ok := m.node.Query()
		if ok && found != nil {
			return nil, "", &AmbiguousError{Ref: string(name), Candidates: []ID{found.ID, m.node.ID}}
		}
		if ok {
			found, asks = m.node, text
		}
	}
	if found != nil {
		return found, asks, nil
	}
	id, err := e.v.Resolve(string(name))
	if errors.Is(err, ErrID) || errors.Is(err, ErrNoNode) {
		return nil, "", ErrNoQuery
	}
	if err != nil {
		return nil, "", err
	}
	n, err := e.v.need(id)
	if err != nil {
		return nil, "", err
	}
	text, ok := n.Query()
	if !ok {
		return nil, "", ErrNoQuery
	}
	return n, text, nil
}

// saved returns the query of a node, without names in it.
func (e *expansion) saved(n *Node, text string) (*query.Query, error) {
	if i := slices.IndexFunc(e.way, func(above *Node) bool { return above.ID == n.ID }); i >= 0 {
		var b strings.Builder
		for _, above := range e.way[i:] {
			fmt.Fprintf(&b, "%q asks for ", above.Text)
		}
		return nil, fmt.Errorf("%w: %s%q", ErrAsksItself, b.String(), n.Text)
	}
	if e.asked++; e.asked > maxAsked {
		return nil, fmt.Errorf("%q asks for more than %d saved queries: %w", e.way[0].Text, maxAsked, ErrTooLarge)
	}
	q, err := query.Parse(text, e.now, e.v.t.opt.States...)
	if err != nil {
		return nil, fmt.Errorf("%q asks: %w", n.Text, err)
	}
	e.way = append(e.way, n)
	defer func() { e.way = e.way[:len(e.way)-1] }()
	return e.of(q)
}
