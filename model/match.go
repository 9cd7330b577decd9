package model

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"arbor/model/date"
	"arbor/model/query"
)

// test says whether a node is meant.
type test func(*Node) (bool, error)

// compile turns a query into a test.
func (v *View) compile(e query.Expr, now time.Time) (test, error) {
	switch e := e.(type) {
	case query.And:
		return v.compileAll(e, now, false)
	case query.Or:
		return v.compileAll(e, now, true)
	case query.Not:
		x, err := v.compile(e.X, now)
		return func(n *Node) (bool, error) {
			ok, err := x(n)
			return !ok, err
		}, err
	case query.Under:
		return v.compileWithin(e)
	case query.Inside:
		found, err := v.meant(e.X, now)
		return v.compileBelow(found), err
	case query.Named:
		return compileNamed(string(e)), nil
	case query.Above:
		return v.compileAbove(e)
	case query.Tagged:
		return v.compileTagged(string(e))
	case query.Depth:
		return v.compileDepth(e), nil
	case query.Regexp:
		return v.compileRegexp(e)
	case query.Is:
		return v.compileIs(string(e), now)
	case query.Has:
		return v.compileHas(string(e))
	case query.Date:
		if is := v.compileTime(e, now); is != nil {
			return is, nil
		}
		return compileDate(e, now)
	}
	return compilePlain(e)
}

// compilePlain compiles what the record alone decides.
func compilePlain(e query.Expr) (test, error) {
	plain := func(fn func(*Node) bool) (test, error) {
		return func(n *Node) (bool, error) { return fn(n), nil }, nil
	}
	switch e := e.(type) {
	case query.Word:
		wanted := slices.Collect(words(string(e)))
		if len(wanted) == 1 && wanted[0] == string(e) {
			return plain(func(n *Node) bool { return hasWord(n.Text, string(e)) })
		}
		return plain(func(n *Node) bool { return strings.Contains(strings.ToLower(n.Text), string(e)) })
	case query.Phrase:
		return plain(func(n *Node) bool { return strings.Contains(strings.ToLower(n.Text), string(e)) })
	case query.Tag:
		return plain(func(n *Node) bool { return n.HasTag(string(e)) })
	case query.Field:
		return plain(func(n *Node) bool { return e.Match(n.Field(e.Key)) })
	case query.State:
		var want [states]bool
		own := []string{}
		for _, name := range e {
			if s, err := ParseState(name); err == nil {
				want[s] = true
			} else {
				own = append(own, name)
			}
		}
		return plain(func(n *Node) bool { return want[n.State] || len(own) > 0 && slices.Contains(own, n.StateName()) })
	}
	return nil, fmt.Errorf("query: %v is not understood", e)
}

func (v *View) compileRegexp(e query.Regexp) (test, error) {
	pattern := e.Pattern
	if e.Fold {
		pattern = "(?i)" + pattern
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e, err)
	}
	if e.Note {
		found, err := v.noted(e, re)
		return among(found), err
	}
	return func(n *Node) (bool, error) { return re.MatchString(n.Text), nil }, nil
}

func (v *View) compileAll(parts []query.Expr, now time.Time, any bool) (test, error) {
	tests := make([]test, len(parts))
	for i, p := range parts {
		var err error
		if tests[i], err = v.compile(p, now); err != nil {
			return nil, err
		}
	}
	return func(n *Node) (bool, error) {
		for _, t := range tests {
			if ok, err := t(n); err != nil || ok == any {
				return ok, err
			}
		}
		return !any, nil
	}, nil
}

func compileDate(e query.Date, now time.Time) (test, error) {
	for r := regDue; r < registers; r++ {
		if dateNames[r] != e.Key {
			continue
		}
		return func(n *Node) (bool, error) {
			var d date.Date
			if at := n.date(r); at != nil {
				d = *at
			} else if at := n.time(r); !at.IsZero() {
				d = Date{T: *at}
			}
			return e.Match(d, now) && !(e.Op == query.Overdue && r == regDue && n.State.Closed()), nil
		}, nil
	}
	return nil, fmt.Errorf("query: %v is not understood", e)
}

var dateNames = [registers]string{
	regDue: "due", regSched: "sched", regWait: "wait", regUntil: "until",
	regCreated: "created", regModified: "modified", regFinished: "finished",
}

func (v *View) compileIs(what string, now time.Time) (test, error) {
	switch what {
	case "task":
		return func(n *Node) (bool, error) { return n.IsTask(), nil }, nil
	case "open":
		return func(n *Node) (bool, error) { return !n.State.Closed(), nil }, nil
	case "done":
		return func(n *Node) (bool, error) { return n.State.Closed(), nil }, nil
	case "overdue":
		return compileDate(query.Date{Key: "due", Op: query.Overdue}, now)
	case "series":
		return func(n *Node) (bool, error) { return n.Series, nil }, nil
	case "leaf":
		return v.compileChildren(false), nil
	case "waiting", "scheduled", "expired":
		return compileDay(what, now), nil
	case "ready", "blocked", "blocking":
		return v.compileStanding(what, now)
	case "recurring":
		return v.compileHas(fieldRule)
	case "event":
		return v.compileHas(fieldWhen)
	case "active":
		found, err := v.worked(true)
		return among(found), err
	case "inbox":
		return v.compileUnder(Inbox), nil
	case "mirror":
		return func(n *Node) (bool, error) {
			_, ok := n.Mirrors()
			return ok, nil
		}, nil
	}
	return nil, fmt.Errorf("query: is:%s is not understood", what)
}

func (v *View) compileHas(what string) (test, error) {
	switch what {
	case "note":
		return func(n *Node) (bool, error) { return n.NoteLen > 0, nil }, nil
	case "tag":
		return func(n *Node) (bool, error) { return len(n.AllTags()) > 0, nil }, nil
	case "children":
		return v.compileChildren(true), nil
	case "arrow":
		return v.compileArrow(true, true)
	case "link":
		return v.compileLink(true)
	case "backlink":
		return v.compileLink(false)
	case "interval":
		found, err := v.worked(false)
		return among(found), err
	case "depends":
		if at := v.asked; at != nil {
			return func(n *Node) (bool, error) { return at.bits[n.slot]&factDepends != 0, nil }, nil
		}
		return func(n *Node) (bool, error) { return len(n.Depends()) > 0, nil }, nil
	case "rec", "when", "prio", "est", "query":
		return func(n *Node) (bool, error) {
			_, ok := n.Field(what)
			return ok, nil
		}, nil
	}
	for r := regDue; r <= regUntil; r++ {
		if dateNames[r] == what {
			return func(n *Node) (bool, error) { return !n.date(r).IsZero(), nil }, nil
		}
	}
	return nil, fmt.Errorf("query: has:%s is not understood", what)
}
