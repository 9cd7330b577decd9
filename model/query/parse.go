package query

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of a query.
const (
	maxLength = 16 << 10
	maxDepth  = 100
)

// Parse reads a query. Its dates are relative to now and in now's zone; own are the names of a person's own states, which state: takes too.
func Parse(s string, now time.Time, own ...string) (*Query, error) {
	p := &parser{s: s, now: now, own: own}
	if len(s) > maxLength {
		return nil, &Error{Query: s, Column: 1, Why: fmt.Sprintf("it has %d bytes, at most %d", len(s), maxLength)}
	}
	p.skip()
	e := Expr(And{})
	if p.i < len(s) {
		var err error
		if e, err = p.or(); err != nil {
			return nil, err
		}
	}
	if p.i < len(s) {
		return nil, p.fail(p.i, p.i+1, "has no opening parenthesis")
	}
	return &Query{Expr: e, Now: now, List: p.list}, nil
}

type parser struct {
	s     string
	i     int // where the next word begins; skip keeps it off spaces
	depth int
	now   time.Time
	own   []string // names of the person's own states
	list  List
}

func (p *parser) fail(from, to int, why string) error {
	return &Error{Query: p.s, Column: utf8.RuneCountInString(p.s[:from]) + 1, Part: p.s[from:to], Why: why}
}

func (p *parser) or() (Expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(p.i, p.i, "it is nested too deeply")
	}
	defer func() { p.depth-- }()
	start := p.i
	e, err := p.and()
	if err != nil {
		return nil, err
	}
	parts := Or{e}
	for p.operator("or") {
		if e, err = p.and(); err != nil {
			return nil, err
		}
		parts = append(parts, e)
	}
	if i := slices.IndexFunc(parts, func(e Expr) bool { return e == nil }); i >= 0 && len(parts) > 1 {
		return nil, p.fail(start, p.i, "has nothing beside an or; sort:, limit: and group: are no conditions")
	} else if i >= 0 {
		return And{}, nil
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return flatOr(parts), nil
}

// and reads conditions beside each other, and what says how to list. It returns nil if there is the latter alone.
func (p *parser) and() (Expr, error) {
	var parts And
	for said, lists := false, false; ; {
		some, err := p.lists()
		if err != nil {
			return nil, err
		}
		lists = lists || some
		ends := p.i == len(p.s) || p.s[p.i] == ')' || strings.EqualFold(p.word(), "or")
		if ends && !said && (lists || len(parts) > 0) {
			break
		}
		e, err := p.not()
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
		said = p.operator("and")
	}
	switch len(parts) {
	case 0:
		return nil, nil
	case 1:
		return parts[0], nil
	}
	return flatAnd(parts), nil
}

func flatOr(parts Or) Expr {
	var out Or
	for _, e := range parts {
		if o, ok := e.(Or); ok {
			out = append(out, o...)
		} else {
			out = append(out, e)
		}
	}
	return out
}

func flatAnd(parts And) Expr {
	var out And
	for _, e := range parts {
		if a, ok := e.(And); ok && len(a) > 0 {
			out = append(out, a...)
		} else {
			out = append(out, e)
		}
	}
	return out
}

func (p *parser) not() (Expr, error) {
	negate := false
	for p.operator("not") {
		negate = !negate
	}
	e, err := p.atom()
	if err == nil && negate {
		e = invert(e)
	}
	return e, err
}

func invert(e Expr) Expr {
	if n, ok := e.(Not); ok {
		return n.X
	}
	return Not{e}
}

// atom reads one condition, or a group in parentheses, with a minus before it or not.
func (p *parser) atom() (Expr, error) {
	start := p.i
	if p.i == len(p.s) {
		return nil, p.fail(p.i, p.i, "something is missing at the end")
	}
	switch w := p.word(); {
	case p.s[p.i] == ')':
		return nil, p.fail(p.i, p.i+1, "closes where something is missing")
	case p.s[p.i] == '(':
		return p.group()
	case isOperator(w):
		return nil, p.fail(p.i, p.i+len(w), "stands where something is missing before it")
	case w[0] == '-':
		return p.minus(start)
	}
	e, err := p.condition()
	p.skip()
	return e, err
}

func (p *parser) group() (Expr, error) {
	open := p.i
	p.i++
	p.skip()
	if p.i < len(p.s) && p.s[p.i] == ')' {
		p.i++
		p.skip()
		return And{}, nil
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.i == len(p.s) {
		return nil, p.fail(open, open+1, "is not closed")
	}
	p.i++
	p.skip()
	return e, nil
}

// minus reads what is negated: -word means neither the tag nor the word, nor the state if it is the name of one.
func (p *parser) minus(start int) (Expr, error) {
	p.i++
	if p.i < len(p.s) && p.s[p.i] == '(' {
		e, err := p.group()
		if err != nil {
			return nil, err
		}
		return invert(e), nil
	}
	bare := p.word()
	if bare == "" || bare[0] == '-' {
		return nil, p.fail(start, p.i, "negates nothing; write -word, -+tag or -key:value")
	}
	e, err := p.condition()
	if err != nil {
		return nil, err
	}
	p.skip()
	if w, ok := e.(Word); ok {
		state := slices.Contains(States, bare) || slices.Contains(p.own, bare)
		if len(bare) > 1 {
			bare = strings.TrimPrefix(bare, `\`)
		}
		if state && bare != "none" {
			return Not{Or{Tag(bare), w, State{bare}}}, nil
		}
		return Not{Or{Tag(bare), w}}, nil
	}
	return invert(e), nil
}
