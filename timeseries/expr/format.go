package expr

import (
	"slices"
	"strconv"
	"strings"
)

// String writes an expression so that Parse reads the same.
func (e *Expr) String() string { return e.root.String() }

func (n *node) String() string {
	switch {
	case n.kind == numbers && n.number < 0:
		return "(-" + strconv.FormatFloat(-n.number, 'f', -1, 64) + ")"
	case n.kind == numbers:
		return strconv.FormatFloat(n.number, 'f', -1, 64)
	case n.kind == spans:
		return strconv.FormatFloat(n.span.Seconds(), 'f', -1, 64) + "s"
	case n.op == "by":
		return "(" + n.args[0].String() + " by " + n.name + ")"
	case n.op == "":
		for _, quote := range []string{`"`, "'", "`"} {
			if !strings.Contains(n.name, quote) {
				return quote + n.name + quote
			}
		}
		return n.name
	case strings.Contains("+-*/", n.op):
		return "(" + n.args[0].String() + " " + n.op + " " + n.args[1].String() + ")"
	}
	args := make([]string, len(n.args))
	for i, a := range n.args {
		args[i] = a.String()
	}
	return n.op + "(" + strings.Join(args, ", ") + ")"
}

// By returns the period that all of an expression is summed up by, "" if there is none.
func (e *Expr) By() string {
	if e.root.op == "by" {
		return e.root.name
	}
	return ""
}

// Names returns the series that an expression reads, in their order.
func (e *Expr) Names() (names []string) {
	var walk func(n *node)
	walk = func(n *node) {
		if n.kind == series && n.op == "" && !slices.Contains(names, n.name) {
			names = append(names, n.name)
		}
		for _, a := range n.args {
			walk(a)
		}
	}
	walk(e.root)
	return names
}

// Keeps reports whether the values of an expression are in the unit of the series that it reads.
func (e *Expr) Keeps() bool {
	var keeps func(n *node) bool
	keeps = func(n *node) bool {
		if slices.Contains([]string{"*", "/", "rate", "log", "sqrt", "count"}, n.op) {
			return false
		}
		for _, a := range n.args {
			if !keeps(a) {
				return false
			}
		}
		return true
	}
	return keeps(e.root)
}
