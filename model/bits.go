package model

import (
	"slices"
	"time"

	"arbor/model/query"
)

// possible compiles what the bits of a node say of an expression: if it is false the node is not meant, as far as a sheet decides. nil: they say
// nothing.
func possible(e query.Expr, now time.Time) func(bits uint32) bool {
	has := func(want uint32) func(uint32) bool { return func(bits uint32) bool { return bits&want == want } }
	switch e := e.(type) {
	case query.And:
		var parts []func(uint32) bool
		for _, x := range e {
			if p := possible(x, now); p != nil {
				parts = append(parts, p)
			}
		}
		switch len(parts) {
		case 0:
			return nil
		case 1:
			return parts[0]
		}
		return func(bits uint32) bool {
			for _, p := range parts {
				if !p(bits) {
					return false
				}
			}
			return true
		}
	case query.Or:
		var parts []func(uint32) bool
		for _, x := range e {
			p := possible(x, now)
			if p == nil {
				return nil
			}
			parts = append(parts, p)
		}
		return func(bits uint32) bool {
			return slices.ContainsFunc(parts, func(p func(uint32) bool) bool { return p(bits) })
		}
	case query.State:
		var want [factState + 1]bool
		own := false
		for _, name := range e {
			s, err := ParseState(name)
			own, want[s] = own || err != nil, want[s] || err == nil
		}
		return func(bits uint32) bool { return want[bits&factState] || own && bits&factFields != 0 }
	case query.Date:
		switch {
		case e.Match(Date{}, now):
		case e.Key == dateNames[regFinished]:
			return has(factFinished)
		case slices.Contains(dateNames[regDue:regUntil+1], e.Key):
			return has(factDates)
		}
	case query.Field:
		if !e.Match("", false) {
			return has(factFields)
		}
	case query.Tag:
		return has(factTags)
	case query.Is:
		return possibleIs(string(e))
	case query.Has:
		if want := hasBits[string(e)]; want != 0 {
			return has(want)
		}
	}
	return nil
}

func possibleIs(what string) func(uint32) bool {
	if what == "done" {
		return func(bits uint32) bool { return bits&factOpen == 0 }
	}
	if want := isBits[what]; want != 0 {
		return func(bits uint32) bool { return bits&want == want }
	}
	return nil
}

// isBits and hasBits are the bits of all nodes of which something is said.
var (
	isBits = map[string]uint32{
		"task": factTask, "open": factOpen, "overdue": factOpen | factDates, "series": factSeries, "waiting": factOpen, "scheduled": factOpen | factDates,
		"expired": factOpen | factDates, "ready": factOpen | factTask, "blocked": factOpen | factDepends, "blocking": factOpen, "recurring": factFields, "event": factFields, "mirror": factFields,
	}
	hasBits = map[string]uint32{
		"note": factNote, "tag": factTags, "depends": factDepends, "rec": factFields, "when": factFields, "prio": factFields, "est": factFields,
		"query": factFields, "due": factDates, "sched": factDates, "wait": factDates, "until": factDates,
	}
)
