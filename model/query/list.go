package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// List says how what a query means is listed: in which order, how much of it, and in which groups. The zero List is all in the order of the tree.
type List struct {
	Sort  []Order
	Limit int    // 0 for all
	Group string // one of Groupings, "" for none
}

// Order is one of Orders, turned round or not. What has nothing to be ordered by comes last either way.
type Order struct {
	Key  string
	Back bool
}

// What sort: and group: take.
var (
	Orders    = []string{"created", "due", "finished", "modified", "prio", "sched", "state", "text", "tree", "urgency", "wait"}
	Groupings = []string{"tag", "state", "due", "parent"}
)

// listKeys are the keys that say how to list.
var listKeys = []string{"sort", "limit", "group"}

// Plain reports whether a list says nothing.
func (l List) Plain() bool { return len(l.Sort) == 0 && l.Limit == 0 && l.Group == "" }

// Or returns l, and what o says where l says nothing.
func (l List) Or(o List) List {
	if l.Sort == nil {
		l.Sort = o.Sort
	}
	if l.Group == "" {
		l.Group = o.Group
	}
	if l.Limit == 0 {
		l.Limit = o.Limit
	}
	return l
}

// String writes what Parse reads.
func (l List) String() string {
	var parts []string
	if len(l.Sort) > 0 {
		names := make([]string, len(l.Sort))
		for i, o := range l.Sort {
			if names[i] = o.Key; o.Back {
				names[i] = "-" + o.Key
			}
		}
		parts = append(parts, "sort:"+strings.Join(names, ","))
	}
	if l.Limit > 0 {
		parts = append(parts, "limit:"+strconv.Itoa(l.Limit))
	}
	if l.Group != "" {
		parts = append(parts, "group:"+l.Group)
	}
	return strings.Join(parts, " ")
}

// ParseOrders reads names of orders with commas between them, each with a dash before it if it is turned round.
func ParseOrders(names string) ([]Order, error) {
	var out []Order
	for _, name := range strings.Split(names, ",") {
		key, back := strings.CutPrefix(strings.TrimSpace(name), "-")
		if !slices.Contains(Orders, key) {
			return nil, fmt.Errorf("there is no order %q; write %s, a dash before one turns it round", key, strings.Join(Orders, ", "))
		}
		out = append(out, Order{key, back})
	}
	return out, nil
}

// lists takes what says how to list the whole query, if any stands here.
func (p *parser) lists() (some bool, err error) {
	for p.depth == 1 && p.i < len(p.s) {
		start := p.i
		key, _, ok := keyed(p.word())
		if !ok || !slices.Contains(listKeys, key) {
			break
		}
		some = true
		p.i += len(key) + 1
		val, err := p.value(start)
		if err != nil {
			return true, err
		}
		if why := p.list.set(key, val); why != "" {
			return true, p.fail(start, p.i, why)
		}
		p.skip()
	}
	return some, nil
}

// set says what is wrong with a value, "" if nothing is.
func (l *List) set(key, val string) (why string) {
	switch key {
	case "sort":
		if l.Sort != nil {
			return "comes after another sort: already there"
		}
		orders, err := ParseOrders(val)
		if err != nil {
			return "not understood: " + err.Error()
		}
		l.Sort = orders
	case "limit":
		n, err := strconv.Atoi(val)
		if err != nil || n < 1 {
			return "wants a number of 1 or more"
		}
		if l.Limit != 0 {
			return "comes after another limit: already there"
		}
		l.Limit = n
	case "group":
		if !slices.Contains(Groupings, val) {
			return "not understood; after group: comes " + strings.Join(Groupings, ", ")
		}
		if l.Group != "" {
			return "comes after another group: already there"
		}
		l.Group = val
	}
	return ""
}
