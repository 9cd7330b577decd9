package model

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"arbor/model/query"
)

// rank is what a node is ordered by.
type rank struct {
	absent bool // it comes last, whichever way the order goes
	number float64
	second int // of equal numbers: 0 or 1
	text   string
}

func (a *rank) compare(b *rank, back bool) int {
	switch {
	case a.absent || b.absent:
		return last(a.absent, b.absent)
	case back:
		a, b = b, a
	}
	if c := cmp.Compare(a.number, b.number); c != 0 {
		return c
	}
	if c := cmp.Compare(a.second, b.second); c != 0 {
		return c
	}
	return cmp.Compare(a.text, b.text)
}

// key returns a number that orders ranks without text as compare does. Numbers that differ by less than one part in 2^51 may be equal.
func (a *rank) key(back bool) uint64 {
	if a.absent {
		return math.MaxUint64
	}
	const sign = 1 << 63
	bits := math.Float64bits(a.number + 0) // of two zeros one
	if bits&sign != 0 {
		bits = ^bits
	} else {
		bits |= sign
	}
	bits = bits&^1 | uint64(a.second)
	if back {
		bits = ^bits
	}
	return min(bits, math.MaxUint64-1)
}

// ranks returns how nodes, so many, are ranked by each of a query's orders.
func (v *View) ranks(q *query.Query, n int) ([]func(ranked) rank, error) {
	out := make([]func(ranked) rank, len(q.Sort))
	for i, o := range q.Sort {
		if o.Key != "urgency" {
			out[i] = rankBy(o.Key)
			continue
		}
		var err error
		if out[i], err = v.rankByUrgency(q.Now, n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (v *View) rankByUrgency(now time.Time, n int) (func(ranked) rank, error) {
	k, err := v.workers()
	if err != nil {
		return nil, err
	}
	of := k.urgencies(v.t.opt.Weights, now)
	edits := v.fold != nil // within an edit no sheet is kept
	var all []float64
	if !edits && n > max(aheadNodes, k.s.Len()/fewHits) {
		k.complete()
		all = k.weighAll(v.t.opt.Weights, now)
	}
	return func(m ranked) rank {
		if edits {
			m.slot, _ = k.s.Slot(m.node.ID)
		}
		if !k.open(m.slot) || k.s.bits[m.slot]&factTask == 0 {
			return rank{absent: true}
		}
		if all != nil {
			return rank{number: -all[m.slot]}
		}
		return rank{number: -of.at(m.slot)}
	}, nil
}

// rankBy returns how nodes are ranked by what needs to be known of them alone.
func rankBy(key string) func(ranked) rank {
	at := func(ms int64) rank { return rank{absent: ms == noTime, number: float64(ms)} }
	has := func(m ranked, bit uint32) bool { return m.s.bits[m.slot]&bit != 0 }
	switch key {
	case "text":
		return func(m ranked) rank { return rank{text: strings.ToLower(m.node.Text)} }
	case "state":
		return func(m ranked) rank {
			if m.node != nil {
				return rank{number: float64(m.node.State)}
			}
			return rank{number: float64(m.s.bits[m.slot] & factState)}
		}
	case "prio":
		return func(m ranked) rank {
			if m.node != nil {
				p, ok := m.node.prio()
				return rank{absent: !ok, number: p}
			}
			if !has(m, factPrio) {
				return rank{absent: true}
			}
			return rank{number: m.s.Facts(m.slot).Prio}
		}
	case "created":
		return func(m ranked) rank {
			if m.node != nil {
				return at(millis(m.node.Created))
			}
			return at(m.s.created(m.slot))
		}
	case "modified":
		return func(m ranked) rank {
			if m.node != nil {
				return at(millis(m.node.Modified))
			}
			return at(m.s.modified(m.slot))
		}
	case "finished":
		return func(m ranked) rank {
			switch {
			case m.node != nil:
				return at(millis(m.node.Finished))
			case !has(m, factFinished):
				return rank{absent: true}
			}
			return at(m.s.finished(m.slot))
		}
	}
	if i := slices.Index([]string{"due", "sched", "wait"}, key); i >= 0 {
		return func(m ranked) rank {
			var d Date
			if m.node != nil {
				d = [...]Date{m.node.Due, m.node.Sched, m.node.Wait}[i]
			} else if has(m, factDates) {
				d = m.s.Facts(m.slot).date(regDue + register(i))
			}
			r := at(millis(d.T))
			if !d.AllDay {
				r.second = 1
			}
			return r
		}
	}
	return func(ranked) rank { return rank{} } // that of the tree
}
