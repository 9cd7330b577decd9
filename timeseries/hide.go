package timeseries

import (
	"slices"

	"arbor/store"
)

// A chunk says itself which of its samples are hidden by a later one of its stream. So chunks of one stream never have to be compared when they
// are read, however they overlap, and their summaries add up.

// settle makes what the stream's chunks say of samples with those times, which do not fall, true again, after a chunk that has some was added or
// dropped. Each chunk that changes for it is decoded, and the blocks and sketches over it are made anew.
func (b *Book) settle(tx *store.Tx, s stream, d *directory, times []int64) error {
	return b.settleDead(tx, s, d, times, nil, nil)
}

// bury sets which samples of a chunk are removed: one of that time has come or gone.
func (b *Book) bury(tx *store.Tx, d *directory, p *piece, dead []uint16, at int64) error {
	return b.settleDead(tx, p.stream, d, []int64{at}, p, dead)
}

func (b *Book) settleDead(tx *store.Tx, s stream, d *directory, times []int64, changed *piece, dead []uint16) error {
	pieces, err := b.holding(tx, s, *d, times)
	if err != nil {
		return err
	}
	times = slices.Compact(slices.Clone(times))
	taken := make([]bool, len(times)) // by a chunk written later
	for _, p := range slices.Backward(pieces) {
		c, err := b.fetch(tx, p)
		if err != nil {
			return err
		}
		before := p.entry
		if changed != nil && p.place == changed.place {
			p.dead = dead
		}
		p.beneath = c.settle(p.dead, p.beneath, times, taken)
		if !slices.Equal(p.dead, before.dead) || !slices.Equal(p.beneath, before.beneath) {
			err = b.rewrite(tx, d, p, &before, c)
		}
		pool.Put(c)
		if err != nil {
			return err
		}
	}
	return nil
}

// rewrite writes the entry of p, which holds c, after other samples of it are to be seen than before.
func (b *Book) rewrite(tx *store.Tx, d *directory, p *piece, before *entry, c *columns) error {
	p.summarize(c)
	if err := b.update(tx, d, p); err != nil {
		return err
	}
	return b.resketch(tx, d, p, before, &p.entry, c)
}

// settle returns which of c are hidden, after those at times were settled: a sample that is not dead is hidden if its time is taken, and takes its
// time.
func (c *columns) settle(dead, beneath []uint16, times []int64, taken []bool) []uint16 {
	var out []uint16
	for i, k := 0, 0; i < len(c.t); {
		t, end := c.t[i], i+1
		for end < len(c.t) && c.t[end] == t {
			end++
		}
		for k < len(times) && times[k] < t {
			k++
		}
		asked, live := k < len(times) && times[k] == t, false
		for ; i < end; i++ {
			if _, is := slices.BinarySearch(dead, uint16(i)); is {
				continue
			}
			live = true
			_, was := slices.BinarySearch(beneath, uint16(i))
			if asked && taken[k] || !asked && was {
				out = append(out, uint16(i))
			}
		}
		if asked && live {
			taken[k] = true
		}
	}
	return out
}

// summarize sets the summaries of a chunk that holds c, by what of it is removed and hidden.
func (e *entry) summarize(c *columns) {
	live := pool.Get().(*columns)
	defer pool.Put(live)
	live.set(c)
	live.drop(e.dead)
	e.all = summarize(live.t, live.v)
	if len(e.beneath) > 0 {
		live.set(c)
		live.drop(union(e.dead, e.beneath))
	}
	if e.again = live.compact(); e.again || len(e.beneath) > 0 {
		e.sum = summarize(live.t, live.v)
	} else {
		e.sum = e.all
	}
}

// set makes c a copy of o.
func (c *columns) set(o *columns) {
	c.t, c.v = append(c.t[:0], o.t...), append(c.v[:0], o.v...)
}

// union returns the places in either of two rising lists.
func union(a, b []uint16) []uint16 {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// seen leaves of the samples of e what a reader sees under a policy.
func (e *entry) seen(c *columns, policy Policy) {
	if policy == All {
		c.drop(e.dead)
		return
	}
	c.drop(union(e.dead, e.beneath))
	if e.again {
		c.compact()
	}
}

// whole reports whether a reader sees all samples of the chunk.
func (e *entry) whole(policy Policy) bool {
	return len(e.dead) == 0 && (policy == All || len(e.beneath) == 0 && !e.again)
}
