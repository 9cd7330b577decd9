package cli

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/inline"
)

// orders compare two nodes by what the name of an order says; what is not there comes last. A dash before the name turns the order round,
// but for what is not there.
var orders = map[string]func(a, b *model.Node) (int, bool){
	"text": func(a, b *model.Node) (int, bool) {
		return cmp.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text)), false
	},
	"state":    func(a, b *model.Node) (int, bool) { return cmp.Compare(a.State, b.State), false },
	"due":      func(a, b *model.Node) (int, bool) { return byDate(a.Due, b.Due) },
	"sched":    func(a, b *model.Node) (int, bool) { return byDate(a.Sched, b.Sched) },
	"wait":     func(a, b *model.Node) (int, bool) { return byDate(a.Wait, b.Wait) },
	"created":  func(a, b *model.Node) (int, bool) { return byTime(a.Created, b.Created) },
	"modified": func(a, b *model.Node) (int, bool) { return byTime(a.Modified, b.Modified) },
	"finished": func(a, b *model.Node) (int, bool) { return byTime(a.Finished, b.Finished) },
	"prio":     func(a, b *model.Node) (int, bool) { return cmp.Compare(prioOf(a), prioOf(b)), false },
}

// absent orders what is there before what is not; settled says that one of them is not.
func absent(a, b bool) (order int, settled bool) {
	switch {
	case a && b:
		return 0, true
	case a:
		return 1, true
	case b:
		return -1, true
	}
	return 0, false
}

func byDate(a, b model.Date) (int, bool) {
	if order, settled := absent(a.IsZero(), b.IsZero()); settled {
		return order, true
	}
	return a.Compare(b), false
}

func byTime(a, b time.Time) (int, bool) {
	if order, settled := absent(a.IsZero(), b.IsZero()); settled {
		return order, true
	}
	return a.Compare(b), false
}

func prioOf(n *model.Node) float64 {
	value, _ := n.Field("prio")
	p, err := inline.Priority(value)
	if err != nil {
		return 0
	}
	return p
}

// ordering reads names of orders with commas between them. It returns nil for the order of the tree.
func ordering(names string) (func(a, b model.Node) int, error) {
	if names == "" {
		return nil, nil
	}
	type key struct {
		compare func(a, b *model.Node) (int, bool)
		back    bool
	}
	var keys []key
	for _, name := range strings.Split(names, ",") {
		bare, back := strings.CutPrefix(strings.TrimSpace(name), "-")
		compare, ok := orders[bare]
		if !ok {
			known := make([]string, 0, len(orders))
			for k := range orders {
				known = append(known, k)
			}
			slices.Sort(known)
			return nil, usagef("--sort: there is no order %q; write %s, a dash before one turns it round", bare, strings.Join(known, ", "))
		}
		keys = append(keys, key{compare, back})
	}
	return func(a, b model.Node) int {
		for _, k := range keys {
			order, absent := k.compare(&a, &b)
			if k.back && !absent {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	}, nil
}
