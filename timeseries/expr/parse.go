package expr

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Error says what is wrong with an expression, and at which byte.
type Error struct {
	At      int
	Message string
}

func (e *Error) Error() string { return e.Message }

// Bounds of an expression.
const (
	maxLength = 4096
	maxDepth  = 64
)

// kind is what a part of an expression gives.
type kind int

const (
	numbers kind = iota
	spans
	series
)

func (k kind) String() string {
	return [...]string{"a number", "a span of time, such as 7d", "a series"}[k]
}

// node is a part of an expression.
type node struct {
	at     int
	kind   kind
	op     string // a sign, a function, "by", or "" for what stands for itself
	name   string // of a series; of "by" the period
	number float64
	span   time.Duration
	args   []*node
}

// Expr is an expression that makes sense.
type Expr struct{ root *node }

// parser reads an expression. tree are names of series that take what is in parentheses behind them as it stands.
type parser struct {
	text    string
	at      int
	periods []string
	tree    []string
	depth   int
}

// Parse reads an expression. periods are the names of what can stand behind by, and tree those of series that are made of a query, which stands in
// parentheses behind them: minutes(+work). An error is an *Error.
func Parse(text string, periods, tree []string) (*Expr, error) {
	p := &parser{text: text, periods: periods, tree: tree}
	if len(text) > maxLength {
		return nil, &Error{0, fmt.Sprintf("an expression of %d bytes; %d are the most", len(text), maxLength)}
	}
	n, err := p.expression()
	switch {
	case err != nil:
		return nil, err
	case p.peek() != 0:
		return nil, p.errorf(p.at, "%s is not expected here", p.shown())
	case n.kind != series:
		return nil, p.errorf(n.at, "this is %s, and what is asked for is a series", n.kind)
	}
	return &Expr{n}, nil
}

func (p *parser) errorf(at int, format string, a ...any) error {
	return &Error{at, fmt.Sprintf(format, a...)}
}

// peek skips spaces and returns the next character, 0 at the end.
func (p *parser) peek() rune {
	for p.at < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[p.at:])
		if !unicode.IsSpace(r) {
			return r
		}
		p.at += size
	}
	return 0
}

// shown is what comes next, for a message.
func (p *parser) shown() string {
	if p.peek() == 0 {
		return "the end"
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	if word := p.word(); word != "" {
		return strconv.Quote(word)
	}
	return strconv.Quote(string(r))
}

func inName(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.' }

// word returns the word that comes next, "" if there is none, without taking it.
func (p *parser) word() string {
	p.peek()
	end := p.at
	for end < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[end:])
		if !inName(r) {
			break
		}
		end += size
	}
	return p.text[p.at:end]
}

// take takes one of some signs.
func (p *parser) take(signs string) (sign rune, at int) {
	if r := p.peek(); r != 0 && strings.ContainsRune(signs, r) {
		at = p.at
		p.at++
		return r, at
	}
	return 0, p.at
}

func (p *parser) expression() (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.errorf(p.at, "parentheses are more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	n, err := p.chain("+-", func() (*node, error) { return p.chain("*/", p.factor) })
	if err != nil {
		return nil, err
	}
	if p.word() != "by" {
		return n, p.summed(n)
	}
	at := p.at
	p.at += len("by")
	period := p.word()
	if !slices.Contains(p.periods, period) {
		return nil, p.errorf(p.at, "%s is no period; there are %s", p.shown(), strings.Join(p.periods, ", "))
	}
	p.at += len(period)
	if n.kind != series {
		return nil, p.errorf(n.at, "this is %s; only a series is summed up by a period", n.kind)
	}
	if !n.summary() {
		if err := p.summed(n); err != nil {
			return nil, err
		}
		n = &node{at: n.at, kind: series, op: "mean", args: []*node{n}}
	}
	return &node{at: at, kind: series, op: "by", name: period, args: []*node{n}}, nil
}

// summary reports whether a node sums a series up, for which it needs a period.
func (n *node) summary() bool { return len(n.args) == 1 && slices.Contains(summaries, n.op) }

// summed refuses what sums up without a period behind it.
func (p *parser) summed(n *node) error {
	if n.summary() {
		return p.errorf(n.at, "%s(…) sums up and wants a period behind it: %s(…) by week", n.op, n.op)
	}
	for _, a := range n.args {
		if n.op == "by" {
			break
		}
		if err := p.summed(a); err != nil {
			return err
		}
	}
	return nil
}

// chain reads operands with signs between them, from the left.
func (p *parser) chain(signs string, operand func() (*node, error)) (*node, error) {
	left, err := operand()
	for err == nil {
		sign, at := p.take(signs)
		if sign == 0 {
			break
		}
		var right *node
		if right, err = operand(); err == nil {
			left, err = p.joined(string(sign), at, left, right)
		}
	}
	return left, err
}

// joined is two operands with a sign between them.
func (p *parser) joined(sign string, at int, a, b *node) (*node, error) {
	for _, n := range []*node{a, b} {
		if n.kind == spans {
			return nil, p.errorf(n.at, "a span of time cannot be reckoned with; write a number")
		}
	}
	n := &node{at: at, kind: max(a.kind, b.kind), op: sign, args: []*node{a, b}}
	if n.kind == numbers {
		n.number, n.op, n.args = apply(sign, a.number, b.number), "", nil
		if math.IsNaN(n.number - n.number) {
			return nil, p.errorf(at, "this gives no number")
		}
	}
	return n, nil
}

func (p *parser) factor() (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.errorf(p.at, "signs are more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	if sign, at := p.take("-"); sign != 0 {
		n, err := p.factor()
		if err != nil {
			return nil, err
		}
		return p.joined("-", at, &node{at: at}, n)
	}
	if sign, _ := p.take("("); sign != 0 {
		n, err := p.expression()
		if err != nil {
			return nil, err
		}
		if sign, _ := p.take(")"); sign == 0 {
			return nil, p.errorf(p.at, "a parenthesis is not closed before %s", p.shown())
		}
		return n, nil
	}
	r := p.peek()
	switch {
	case strings.ContainsRune(`'"`+"`", r) && r != 0:
		return p.quoted(string(r))
	case unicode.IsDigit(r) || r == '.':
		return p.number()
	case inName(r):
		return p.named()
	}
	return nil, p.errorf(p.at, "a series, a number or a function is expected, not %s", p.shown())
}

func (p *parser) quoted(quote string) (*node, error) {
	at := p.at
	name, _, closed := strings.Cut(p.text[at+1:], quote)
	if !closed || name == "" {
		return nil, p.errorf(at, "a name in quotes is not closed, or empty")
	}
	p.at += len(name) + 2
	return &node{at: at, kind: series, name: name}, nil
}

// units of spans.
var units = map[string]time.Duration{"s": time.Second, "min": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}

// number reads a number or, with a unit behind it, a span.
func (p *parser) number() (*node, error) {
	at, word := p.at, p.word()
	digits := strings.TrimRightFunc(word, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' })
	v, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return nil, p.errorf(at, "%s is no number; a name that begins with a digit stands in quotes", strconv.Quote(word))
	}
	p.at += len(word)
	if unit := word[len(digits):]; unit != "" {
		of, ok := units[unit]
		if span := v * float64(of); ok && span >= 1 && span < 1<<62 {
			return &node{at: at, kind: spans, span: time.Duration(span)}, nil
		}
		return nil, p.errorf(at, "%s is no span of time; there are 30s, 15min, 6h, 7d and 2w", strconv.Quote(word))
	}
	return &node{at: at, number: v}, nil
}

// named reads the name of a series or a call.
func (p *parser) named() (*node, error) {
	at, word := p.at, p.word()
	p.at += len(word)
	if p.peek() != '(' {
		return &node{at: at, kind: series, name: word}, nil
	}
	if slices.Contains(p.tree, word) {
		query := Enclosed(p.text[p.at:])
		if query == "" {
			return nil, p.errorf(p.at, "the parenthesis is not closed")
		}
		p.at += len(query)
		return &node{at: at, kind: series, name: word + query}, nil
	}
	p.take("(")
	n := &node{at: at, kind: series, op: word}
	for {
		a, err := p.expression()
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, a)
		if sign, _ := p.take(","); sign == 0 {
			break
		}
	}
	if sign, _ := p.take(")"); sign == 0 {
		return nil, p.errorf(p.at, "%s(…) is not closed before %s", word, p.shown())
	}
	return n, p.call(n)
}

// Enclosed returns what of a text, which begins with a parenthesis, reaches to where that is closed; "" if it is not.
func Enclosed(text string) string {
	depth := 0
	for i, r := range text {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return text[:i+1]
			}
		}
	}
	return ""
}

// call makes sure that a function is there, and takes what it is given.
func (p *parser) call(n *node) error {
	all, ok := functions[n.op]
	if !ok {
		return p.errorf(n.at, "there is no function %s; there are %s", n.op, strings.Join(Functions(), ", "))
	}
	most := len(all.takes)
	if len(n.args) < all.least || len(n.args) > most {
		return p.errorf(n.at, "%s is written %s", n.op, all.written)
	}
	for i, a := range n.args {
		if a.kind != all.takes[i] {
			return p.errorf(a.at, "this is %s, and %s takes %s here: %s", a.kind, n.op, all.takes[i], all.written)
		}
	}
	if n.op == "ewma" && !(n.args[1].number > 0 && n.args[1].number <= 1) {
		return p.errorf(n.args[1].at, "the weight of ewma is above 0 and at most 1")
	}
	return nil
}
