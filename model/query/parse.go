package query

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"arbor/model/date"
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

// condition reads one word, phrase, tag or key:value.
func (p *parser) condition() (Expr, error) {
	start, w := p.i, p.word()
	switch w[0] {
	case '"':
		s, err := p.value(start)
		return Phrase(strings.ToLower(s)), err
	case '\\':
		if len(w) > 1 {
			p.i += len(w)
			return Word(strings.ToLower(w[1:])), nil
		}
	case '+', '#':
		if key, _, ok := strings.Cut(w[1:], "="); ok && w[0] == '#' && key != "" && key[0] != '"' {
			p.i += 1 + len(key) + 1
			s, err := p.value(start)
			return Field{Key: key, Value: s}, err
		}
		p.i++
		s, err := p.value(start)
		if err == nil && s == "" {
			err = p.fail(start, p.i, "lacks the tag")
		}
		return Tag(s), err
	case '@':
		if len(w) > 1 || p.i+1 < len(p.s) && p.s[p.i+1] == '"' {
			p.i++
			s, err := p.value(start)
			if err == nil && s == "" {
				err = p.fail(start, p.i, "lacks the name")
			}
			return Saved(s), err
		}
	}
	if strings.HasPrefix(w, regexpStart) || strings.HasPrefix(w, noteStart) {
		return p.regexp(start)
	}
	if key, ok := compared(w); ok {
		p.i += len(key)
		return p.compare(start, key)
	}
	key, _, ok := keyed(w)
	if !ok {
		p.i += len(w)
		return Word(strings.ToLower(w)), nil
	}
	p.i += len(key) + 1
	return p.compare(start, key)
}

// regexp reads text~/pattern/ or note~/pattern/, with an i behind it where the letter case is to be put aside. A slash of the pattern has a backslash before it.
func (p *parser) regexp(start int) (Expr, error) {
	var pattern strings.Builder
	note := strings.HasPrefix(p.s[p.i:], noteStart)
	for i := p.i + len(regexpStart); i < len(p.s); i++ {
		switch c := p.s[i]; {
		case c == '\\' && i+1 < len(p.s):
			if i++; p.s[i] != '/' {
				pattern.WriteByte(c)
			}
			pattern.WriteByte(p.s[i])
			continue
		case c != '/':
			pattern.WriteByte(c)
			continue
		}
		p.i = i + 1
		flags := p.word()
		p.i += len(flags)
		if flags != "" && flags != "i" {
			return nil, p.fail(start, p.i, "has something else than i behind the slash")
		}
		if pattern.Len() == 0 {
			return nil, p.fail(start, p.i, "lacks the pattern")
		}
		if _, err := regexp.Compile(pattern.String()); err != nil {
			return nil, p.fail(start, p.i, "not understood: "+err.Error())
		}
		return Regexp{Pattern: pattern.String(), Fold: flags == "i", Note: note}, nil
	}
	return nil, p.fail(start, len(p.s), "lacks the closing slash")
}

// compare reads what stands behind a key.
func (p *parser) compare(start int, key string) (Expr, error) {
	if key == "under" && p.i < len(p.s) && p.s[p.i] == '(' {
		x, err := p.group()
		return Inside{x}, err
	}
	op, bare := Equal, p.i < len(p.s) && p.s[p.i] != '"'
	for _, o := range []Op{LessEqual, GreaterEqual, Less, Greater} {
		if strings.HasPrefix(p.s[p.i:], opText[o]) {
			op = o
			p.i += len(opText[o])
			break
		}
	}
	val, err := p.value(start)
	if err != nil {
		return nil, err
	}
	fail := func(why string) (Expr, error) { return nil, p.fail(start, p.i, why) }
	if val == "" {
		return fail("lacks a value")
	}
	if slices.Contains(Dates, key) {
		return p.date(start, key, op, val)
	}
	switch list := map[string][]string{"is": Kinds, "has": Parts, "state": States}[key]; {
	case slices.Contains(listKeys, key):
		return fail("says how to list: it stands outside of parentheses, behind no not and no and")
	case op != Equal && (list != nil || key == "under" || key == "above" || key == "tag"):
		return fail("cannot be compared with < or >")
	case key == "depth":
		n, err := strconv.Atoi(val)
		if err != nil {
			return fail("compares with something that is no whole number")
		}
		return Depth{op, n}, nil
	case key == "state":
		s := State(strings.Split(val, ","))
		for _, name := range s {
			if !slices.Contains(States, name) && !slices.Contains(p.own, name) {
				return fail("is no state; they are " + strings.Join(slices.Concat(States, p.own), ", "))
			}
		}
		return s, nil
	case list != nil && !slices.Contains(list, val):
		return fail("not understood; after " + key + ": comes " + strings.Join(list, ", "))
	case key == "is":
		return Is(val), nil
	case key == "has":
		return Has(val), nil
	case key == "under" && !bare:
		return Inside{Named(strings.ToLower(val))}, nil
	case key == "under":
		return Under(val), nil
	case key == "above":
		return Above(val), nil
	case key == "tag":
		return Tagged(val), nil
	case key == "prio":
		if n, ok := map[string]string{"H": "6", "M": "4", "L": "2"}[val]; ok {
			val = n
		}
	}
	if _, err := strconv.ParseFloat(val, 64); op != Equal && err != nil {
		return fail("compares with something that is no number")
	}
	if bare && op == Equal && val == "none" {
		return Field{Key: key, Op: None}, nil
	}
	if bare && op == Equal && val == "any" {
		return Field{Key: key, Op: Any}, nil
	}
	return Field{Key: key, Op: op, Value: val}, nil
}

// date reads what stands behind the key of a date.
func (p *parser) date(start int, key string, op Op, val string) (Expr, error) {
	if op == Equal {
		switch val {
		case "none":
			return Date{Key: key, Op: None}, nil
		case "any":
			return Date{Key: key, Op: Any}, nil
		case "overdue":
			return Date{Key: key, Op: Overdue}, nil
		}
	}
	d := Date{Key: key, Op: op, Phrase: val}
	from, to, two := strings.Cut(val, "..")
	var err error
	if d.At, err = date.Parse(from, p.now); err == nil && two && op == Equal {
		d.Op = Within
		d.To, err = date.Parse(to, p.now)
	} else if err == nil && two {
		return nil, p.fail(start, p.i, "is both a comparison and a range")
	}
	if err != nil {
		return nil, p.fail(start, p.i, "not understood: "+err.Error())
	}
	return d, nil
}
