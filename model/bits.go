package model

import (
	"slices"
	"time"

	"arbor/model/query"
)

// verdict is what the bits of a node say of an expression: that it means the node, that it does not, or that more has to be looked at.
type verdict int8

const (
	meansNot verdict = iota - 1
	unsaid
	means
)

// sure is the verdict of what the bits decide.
func sure(is bool) verdict {
	if is {
		return means
	}
	return meansNot
}

// judged compiles what the bits of a node say of an expression, as far as a sheet decides. nil: they say nothing of any node.
func judged(e query.Expr, now time.Time) func(bits uint32) verdict {
	switch e := e.(type) {
	case query.And:
		return judgedAll(e, now, meansNot)
	case query.Or:
		return judgedAll(e, now, means)
	case query.Not:
		if x := judged(e.X, now); x != nil {
			return func(bits uint32) verdict { return -x(bits) }
		}
	case query.State:
		return judgedState(e)
	case query.Date:
		of := uint32(0)
		switch {
		case e.Key == dateNames[regFinished]:
			of = factFinished
		case slices.Contains(dateNames[regDue:regUntil+1], e.Key):
			of = factDates
		default:
			return nil
		}
		return unlessNone(of, sure(e.Match(Date{}, now)))
	case query.Field:
		return unlessNone(factFields, sure(e.Match("", false)))
	case query.Tag:
		return unlessNone(factTags, meansNot)
	case query.Is:
		return judgedIs(string(e))
	case query.Has:
		switch e {
		case "note":
			return exactly(factNote)
		case "tag":
			return exactly(factTags)
		case "depends":
			return exactly(factDepends)
		}
		if of := hasBits[string(e)]; of != 0 {
			return unlessNone(of, meansNot)
		}
	}
	return nil
}

// judgedAll compiles an And, which one part that is not meant decides, or an Or, which one that is meant does.
func judgedAll(parts []query.Expr, now time.Time, decides verdict) func(uint32) verdict {
	all, silent := make([]func(uint32) verdict, 0, len(parts)), false
	for _, x := range parts {
		if f := judged(x, now); f != nil {
			all = append(all, f)
		} else {
			silent = true
		}
	}
	if len(all) == 0 && silent {
		return nil
	}
	if len(all) == 1 && !silent {
		return all[0]
	}
	return func(bits uint32) verdict {
		said := -decides
		if silent {
			said = unsaid
		}
		for _, f := range all {
			switch f(bits) {
			case decides:
				return decides
			case unsaid:
				said = unsaid
			}
		}
		return said
	}
}

// exactly is what one bit decides.
func exactly(bit uint32) func(uint32) verdict {
	return func(bits uint32) verdict { return sure(bits&bit != 0) }
}

// unlessNone is what is decided of a node without anything of a kind, and open of the others.
func unlessNone(of uint32, none verdict) func(uint32) verdict {
	return func(bits uint32) verdict {
		if bits&of == 0 {
			return none
		}
		return unsaid
	}
}

// judgedState knows the states that have names of their own from a field alone.
func judgedState(e query.State) func(uint32) verdict {
	var want [factState + 1]bool
	own := false
	for _, name := range e {
		s, err := ParseState(name)
		own, want[s] = own || err != nil, want[s] || err == nil
	}
	return func(bits uint32) verdict {
		switch is := want[bits&factState]; {
		case bits&factFields == 0:
			return sure(is)
		case !is && !own:
			return meansNot
		}
		return unsaid
	}
}

func judgedIs(what string) func(uint32) verdict {
	switch what {
	case "task":
		return exactly(factTask)
	case "open":
		return exactly(factOpen)
	case "series":
		return exactly(factSeries)
	case "done":
		return func(bits uint32) verdict { return sure(bits&factOpen == 0) }
	}
	want := isBits[what]
	if want == 0 {
		return nil
	}
	return func(bits uint32) verdict {
		if bits&want != want {
			return meansNot
		}
		return unsaid
	}
}

// isBits and hasBits are the bits of all nodes of which something is said.
var (
	isBits = map[string]uint32{
		"overdue": factOpen | factDates, "waiting": factOpen, "scheduled": factOpen | factDates, "expired": factOpen | factDates,
		"ready": factOpen | factTask, "blocked": factOpen | factDepends, "blocking": factOpen, "recurring": factFields, "event": factFields, "mirror": factFields,
	}
	hasBits = map[string]uint32{
		"rec": factFields, "when": factFields, "prio": factFields, "est": factFields, "query": factFields,
		"due": factDates, "sched": factDates, "wait": factDates, "until": factDates,
	}
)
