package timeseries

import (
	"cmp"
	"slices"
	"sort"
)

// interval is the time [from, to).
type interval struct{ from, to int64 }

// masked returns what marks leave of tails, and the values of marks as pieces of their own. marks are by their beginning.
func masked(pieces []*piece, marks []Mark, policy Policy) []*piece {
	hidden := hiddenBy(marks)
	out := pieces[:0]
	for _, p := range pieces {
		if p.cols.hide(hiddenIn(hidden, p.t0, p.t1)); len(p.cols.t) > 0 {
			p.span()
			out = append(out, p)
		}
	}
	return append(out, valued(seen(marks), policy)...)
}

// hiddenIn returns those of hidden, which rise, that reach into [t0, t1].
func hiddenIn(hidden []interval, t0, t1 int64) []interval {
	if len(hidden) == 0 {
		return nil
	}
	first := sort.Search(len(hidden), func(i int) bool { return hidden[i].to > t0 })
	end := first + sort.Search(len(hidden)-first, func(i int) bool { return hidden[first+i].from > t1 })
	return hidden[first:end]
}

// span sets the times of a piece that is in memory.
func (p *piece) span() { p.t0, p.t1 = p.cols.t[0], p.cols.t[len(p.cols.t)-1] }

// hiddenBy returns the times in which samples without a stamp are hidden, apart from each other and rising.
func hiddenBy(marks []Mark) []interval {
	var out []interval
	for _, m := range marks {
		if !m.Hides {
			continue
		}
		if last := len(out) - 1; last >= 0 && m.From <= out[last].to {
			out[last].to = max(out[last].to, m.To)
			continue
		}
		out = append(out, interval{m.From, m.To})
	}
	return out
}

// hide takes out the samples within hidden, which rise.
func (c *columns) hide(hidden []interval) {
	if len(hidden) == 0 {
		return
	}
	n := 0
	for i, t := range c.t {
		for len(hidden) > 0 && hidden[0].to <= t {
			hidden = hidden[1:]
		}
		if len(hidden) > 0 && hidden[0].from <= t {
			continue
		}
		c.t[n], c.v[n] = t, c.v[i]
		n++
	}
	c.t, c.v = c.t[:n], c.v[:n]
}

// seen returns the marks with values that no later one hides. It goes through time with the hiding marks in a heap, the latest first; those
// that have ended leave it when they come to its top.
func seen(marks []Mark) []Mark {
	var out, over []Mark
	later := func(a, b int) bool { return over[a].after(over[b]) }
	next := 0
	for _, m := range marks {
		if !m.Has {
			continue
		}
		for ; next < len(marks) && marks[next].From <= m.From; next++ {
			if !marks[next].Hides {
				continue
			}
			over = append(over, marks[next])
			for i := len(over) - 1; i > 0 && later(i, (i-1)/2); i = (i - 1) / 2 {
				over[i], over[(i-1)/2] = over[(i-1)/2], over[i]
			}
		}
		for len(over) > 0 && over[0].To <= m.From {
			last := len(over) - 1
			over[0], over = over[last], over[:last]
			for i := 0; ; {
				top := i
				for c := 2*i + 1; c <= 2*i+2 && c < last; c++ {
					if later(c, top) {
						top = c
					}
				}
				if top == i {
					break
				}
				over[i], over[top] = over[top], over[i]
				i = top
			}
		}
		if len(over) == 0 || !over[0].after(m) {
			out = append(out, m)
		}
	}
	return out
}

// valued makes pieces of the values of marks: one for what a device said at one stamp.
func valued(marks []Mark, policy Policy) []*piece {
	slices.SortFunc(marks, func(a, b Mark) int {
		return cmp.Or(cmp.Compare(a.Stamp, b.Stamp), cmp.Compare(a.Device, b.Device), cmp.Compare(a.From, b.From), cmp.Compare(a.N, b.N))
	})
	var out []*piece
	for i, m := range marks {
		if i == 0 || m.Stamp != marks[i-1].Stamp || m.Device != marks[i-1].Device {
			p := &piece{stamp: m.Stamp, stream: stream{device: m.Device}, cols: &columns{}}
			p.seq = tailSeq
			out = append(out, p)
		}
		c := out[len(out)-1].cols
		c.t, c.v = append(c.t, m.From), append(c.v, m.V)
	}
	for _, p := range out {
		if policy != All {
			p.cols.compact()
		}
		p.span()
	}
	return out
}
