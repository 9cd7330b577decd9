package query

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"arbor/model/date"
)

// Query is a parsed query. Its dates are those of Now, in Now's zone: a query that lives longer is parsed again when the day changes.
type Query struct {
	Expr Expr
	Now  time.Time
	List
}

// String writes the query so that Parse, with the same now, reads an equal one.
func (q *Query) String() string {
	text := q.List.String()
	if a, ok := q.Expr.(And); ok && len(a) == 0 {
		return text
	}
	return strings.TrimSpace(q.Expr.String() + " " + text)
}

// In returns q asked of what another query means alone. It lists as q says, and where that says nothing as the other does.
func (q *Query) In(outer *Query) *Query {
	return &Query{Expr: And{outer.Expr, q.Expr}, Now: q.Now, List: q.List.Or(outer.List)}
}

// Expr is a part of a query: And, Or, Not, Word, Phrase, Regexp, Tag, Tagged, Field, State, Date, Depth, Under, Inside, Named, Above, Saved, Is or Has.
type Expr interface {
	fmt.Stringer
	expr()
}

type (
	// And holds where all its parts do; without parts it holds everywhere.
	And []Expr
	// Or holds where one of its parts does.
	Or []Expr
	// Not holds where X does not.
	Not struct{ X Expr }
	// Word holds where a word of the text begins with it, letter case aside. It is lower case.
	Word string
	// Phrase holds where the text contains it, letter case aside. It is lower case.
	Phrase string
	// Regexp holds where a part of the text, or of the note, matches Pattern, in the syntax of package regexp; Fold puts the letter case aside.
	Regexp struct {
		Pattern    string
		Fold, Note bool
	}
	// Tag holds where the node has the tag.
	Tag string
	// Tagged holds where the node, or one above it, has the tag.
	Tagged string
	// Field compares a field's value.
	Field struct {
		Key   string
		Op    Op
		Value string // for None and Any ""
	}
	// State holds where the node's state is one of these.
	State []string
	// Under holds below the node of that reference.
	Under string
	// Inside holds below each node that X means.
	Inside struct{ X Expr }
	// Named holds where the whole text is this, letter case and live words aside. It stands in an Inside.
	Named string
	// Above holds for the nodes that the one of that reference lies below.
	Above string
	// Saved holds where the query of the node of that name, or reference, does.
	Saved string
	// Depth compares how many nodes lie above, the top of the tree included.
	Depth struct {
		Op Op
		N  int
	}
	// Is holds where the node is what it says: one of Kinds.
	Is string
	// Has holds where the node has what it says: one of Parts.
	Has string
	// Date compares one of the node's times: one of Dates.
	Date struct {
		Key    string
		Op     Op
		Phrase string    // as typed; "" for None, Any and Overdue
		At     date.Date // what Phrase means
		To     date.Date // the last day, or the last instant, of a Within
	}
)

// Op is a comparison.
type Op uint8

// The comparisons. For a date Equal means on that day, or at that instant.
const (
	Equal Op = iota
	Less
	LessEqual
	Greater
	GreaterEqual
	Within  // dates: both ends are included
	None    // there is no value
	Any     // there is a value
	Overdue // dates: it is over; for due the node is also neither done nor cancelled
)

var opText = [...]string{Less: "<", LessEqual: "<=", Greater: ">", GreaterEqual: ">=", None: "none", Any: "any", Overdue: "overdue"}

// What state:, the date keys, is: and has: take.
var (
	States = []string{"none", "todo", "doing", "waiting", "done", "cancelled"}
	Dates  = []string{"due", "sched", "wait", "until", "created", "modified", "finished"}
	Kinds  = []string{"task", "open", "done", "overdue", "series", "leaf", "ready", "waiting", "scheduled", "expired", "blocked", "blocking",
		"recurring", "event", "active", "inbox", "mirror"}
	Parts = []string{"note", "arrow", "link", "backlink", "children", "due", "sched", "wait", "until", "tag", "rec", "when", "prio", "est", "depends",
		"interval", "query"}
)

func (And) expr()    {}
func (Or) expr()     {}
func (Not) expr()    {}
func (Word) expr()   {}
func (Phrase) expr() {}
func (Regexp) expr() {}
func (Tagged) expr() {}
func (Inside) expr() {}
func (Named) expr()  {}
func (Above) expr()  {}
func (Saved) expr()  {}
func (Depth) expr()  {}
func (Tag) expr()    {}
func (Field) expr()  {}
func (State) expr()  {}
func (Under) expr()  {}
func (Is) expr()     {}
func (Has) expr()    {}
func (Date) expr()   {}

// Match compares a node's date. Of Overdue it answers the date's half: that it is over.
func (c Date) Match(d date.Date, now time.Time) bool {
	if c.Op == None || d.IsZero() {
		return c.Op == None && d.IsZero()
	}
	loc := now.Location()
	start := d.Start(loc)
	switch c.Op {
	case Any:
		return true
	case Overdue:
		return !d.End(loc).After(now)
	case Less:
		return start.Before(c.At.Start(loc))
	case GreaterEqual:
		return !start.Before(c.At.Start(loc))
	case LessEqual:
		return !past(start, c.At, loc)
	case Greater:
		return past(start, c.At, loc)
	case Within:
		return !start.Before(c.At.Start(loc)) && !past(start, c.To, loc)
	}
	return !start.Before(c.At.Start(loc)) && !past(start, c.At, loc)
}

// past reports whether t lies behind the whole of d.
func past(t time.Time, d date.Date, loc *time.Location) bool {
	if d.AllDay {
		return !t.Before(d.End(loc))
	}
	return t.After(d.T)
}

// Match compares a field's value; ok says whether the node has the field. Numbers are compared as numbers, anything else is in no order.
func (f Field) Match(value string, ok bool) bool {
	switch f.Op {
	case None:
		return !ok
	case Any:
		return ok
	}
	if !ok {
		return false
	}
	a, errA := strconv.ParseFloat(value, 64)
	b, errB := strconv.ParseFloat(f.Value, 64)
	numbers := errA == nil && errB == nil
	switch f.Op {
	case Equal:
		return value == f.Value || numbers && a == b
	case Less:
		return numbers && a < b
	case LessEqual:
		return numbers && a <= b
	case Greater:
		return numbers && a > b
	case GreaterEqual:
		return numbers && a >= b
	}
	return false
}

// String writes the parts beside each other.
func (a And) String() string {
	if len(a) == 0 {
		return "()"
	}
	return join(a, " ", func(e Expr) bool { _, or := e.(Or); _, and := e.(And); return or || and })
}

func (o Or) String() string {
	if len(o) == 0 {
		return "(not ())"
	}
	return join(o, " or ", func(e Expr) bool { _, or := e.(Or); return or })
}

func join(parts []Expr, sep string, enclose func(Expr) bool) string {
	var b strings.Builder
	for i, e := range parts {
		if i > 0 {
			b.WriteString(sep)
		}
		if s := e.String(); enclose(e) && s != "()" {
			b.WriteString("(" + s + ")")
		} else {
			b.WriteString(s)
		}
	}
	return b.String()
}

func (n Not) String() string {
	switch x := n.X.(type) {
	case And, Or:
		if s := x.String(); s == "()" {
			return "not ()"
		}
		return "not (" + x.String() + ")"
	}
	return "not " + n.X.String()
}

func (w Word) String() string {
	s := string(w)
	if special(s) {
		return `\` + s
	}
	return s
}

func (p Phrase) String() string { return quoted(string(p)) }

// String writes the pattern between slashes, with a backslash before those in it.
func (r Regexp) String() string {
	var b strings.Builder
	if r.Note {
		b.WriteString(noteStart)
	} else {
		b.WriteString(regexpStart)
	}
	for i := 0; i < len(r.Pattern); i++ {
		switch c := r.Pattern[i]; {
		case c == '\\' && i+1 < len(r.Pattern):
			b.WriteString(r.Pattern[i : i+2])
			i++
		case c == '/':
			b.WriteString(`\/`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('/')
	if r.Fold {
		b.WriteByte('i')
	}
	return b.String()
}

func (t Tag) String() string    { return "+" + value(string(t)) }
func (s State) String() string  { return "state:" + strings.Join(s, ",") }
func (t Tagged) String() string { return "tag:" + value(string(t)) }
func (u Under) String() string  { return "under:" + value(string(u)) }
func (a Above) String() string  { return "above:" + value(string(a)) }
func (s Saved) String() string  { return "@" + value(string(s)) }
func (n Named) String() string  { return quoted(string(n)) }
func (d Depth) String() string  { return "depth:" + opText[d.Op] + strconv.Itoa(d.N) }

// String writes a name in quotes, anything else in parentheses.
func (w Inside) String() string {
	if n, ok := w.X.(Named); ok {
		return "under:" + n.String()
	}
	if s := w.X.String(); s == "()" {
		return "under:()"
	}
	return "under:(" + w.X.String() + ")"
}

func (i Is) String() string  { return "is:" + string(i) }
func (h Has) String() string { return "has:" + string(h) }

func (f Field) String() string {
	if f.Op == None || f.Op == Any {
		return f.Key + ":" + opText[f.Op]
	}
	if f.Op == Equal && (f.Value == "" || !isKey(f.Key) || reserved(f.Key)) {
		return "#" + f.Key + "=" + value(f.Value)
	}
	if f.Op == Equal && (f.Value == "none" || f.Value == "any" || strings.ContainsAny(f.Value[:1], "<>") || strings.HasPrefix(f.Value, "//")) {
		return f.Key + ":" + quoted(f.Value)
	}
	return f.Key + ":" + opText[f.Op] + value(f.Value)
}

func (c Date) String() string {
	switch c.Op {
	case None, Any, Overdue:
		return c.Key + ":" + opText[c.Op]
	case Equal, Within:
		return c.Key + ":" + value(c.Phrase)
	}
	return c.Key + ":" + opText[c.Op] + value(c.Phrase)
}

// value writes what stands behind a key, in quotes if it must.
func value(s string) string {
	if s == "" || s[0] == '"' || strings.IndexFunc(s, ends) >= 0 {
		return quoted(s)
	}
	return s
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// Match compares a depth.
func (d Depth) Match(depth int) bool {
	switch d.Op {
	case Less:
		return depth < d.N
	case LessEqual:
		return depth <= d.N
	case Greater:
		return depth > d.N
	case GreaterEqual:
		return depth >= d.N
	}
	return depth == d.N
}
