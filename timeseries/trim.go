package timeseries

import (
	"cmp"
	"iter"
	"slices"

	"arbor/store"
)

// Trim takes all samples with times in [from, to) out of the stream of series and device, also those that others of the stream lie above. It returns them
// in the order of time, those of one time in the order in which they were written; of more than MaxChunk the first, whole times alone, and none if more
// than that are of one time. A chunk of which nothing is left goes. The cost is that of decoding the chunks that meet the time.
func (b *Book) Trim(tx *store.Tx, series ID, device uint64, from, to int64) ([]Sample, error) {
	s := stream{series, device}
	t, err := b.tail(tx, s)
	if err != nil {
		return nil, err
	}
	d, err := b.directory(tx, s)
	if err != nil {
		return nil, err
	}
	pieces, err := b.meeting(tx, s, d, from, to)
	if err != nil {
		return nil, err
	}
	var out []Sample
	chunks := make([]*columns, len(pieces))
	defer func() {
		for _, c := range chunks {
			if c != nil {
				pool.Put(c)
			}
		}
	}()
	for i, p := range pieces {
		if chunks[i], err = b.fetch(tx, p); err != nil {
			return nil, err
		}
		for _, at := range chunks[i].within(p.dead, from, to) {
			out = append(out, Sample{chunks[i].t[at], chunks[i].v[at]})
		}
	}
	i, j := countBelow(t.t, from), countBelow(t.t, to)
	for k := i; k < j; k++ {
		out = append(out, Sample{t.t[k], t.v[k]})
	}
	slices.SortStableFunc(out, func(a, b Sample) int { return cmp.Compare(a.T, b.T) })
	if out, to = firstOf(out, to); len(out) == 0 {
		return nil, nil
	}
	for i, p := range pieces {
		if err := b.trimChunk(tx, &d, p, chunks[i], from, to); err != nil {
			return nil, err
		}
	}
	if j = countBelow(t.t, to); i < j {
		t.t, t.v = slices.Delete(t.t, i, j), slices.Delete(t.v, i, j)
		err = b.putTail(tx, s, t)
	}
	return out, err
}

// firstOf returns the first samples with whole times, MaxChunk at most, and where they end.
func firstOf(all []Sample, to int64) ([]Sample, int64) {
	if len(all) <= MaxChunk {
		return all, to
	}
	to = all[MaxChunk].T
	n := MaxChunk
	for n > 0 && all[n-1].T == to {
		n--
	}
	return all[:n], to
}

// trimChunk takes what of a chunk lies in [from, to) out of it, and the chunk away if nothing else is left.
func (b *Book) trimChunk(tx *store.Tx, d *directory, p *piece, c *columns, from, to int64) error {
	places := c.within(p.dead, from, to)
	switch {
	case len(places) == 0:
		return nil
	case len(places)+len(p.dead) == len(c.t):
		return b.drop(tx, p.stream, d, p.name, c)
	}
	var times []int64
	var dead []uint16
	for _, at := range places {
		times, dead = append(times, c.t[at]), append(dead, uint16(at))
	}
	return b.settleDead(tx, p.stream, d, times, p, union(p.dead, dead))
}

// within returns the places of the samples in [from, to) that are not dead.
func (c *columns) within(dead []uint16, from, to int64) (out []int) {
	for i, end := countBelow(c.t, from), countBelow(c.t, to); i < end; i++ {
		if _, is := slices.BinarySearch(dead, uint16(i)); !is {
			out = append(out, i)
		}
	}
	return out
}

// meeting returns the chunks of a stream that reach into [from, to), in the order in which they were written.
func (b *Book) meeting(r store.Reader, s stream, d directory, from, to int64) ([]*piece, error) {
	var out []*piece
	err := b.walk(r, []source{{stream: s, directory: d}}, from, to, func(n *node) (bool, error) {
		if n.level > 1 || n.t1 < from || n.t0 >= to {
			return n.level > 1, nil
		}
		p, err := n.piece()
		out = append(out, p)
		return false, err
	})
	slices.SortFunc(out, compareSeq)
	return out, err
}

// Written yields the samples that one device has written to a series and no mark hides, without the values of marks: of each time the last, under All each.
func (b *Book) Written(r store.Reader, series Series, device uint64, from, to int64) iter.Seq2[Sample, error] {
	policy := Last
	if series.Merge == All {
		policy = All
	}
	return b.rangeOf(r, policy, from, to, func() (*scene, error) {
		sc, err := b.scene(r, Series{ID: series.ID, Merge: policy}, from, to)
		if err != nil {
			return nil, err
		}
		sc = sc.of(device)
		sc.top = slices.DeleteFunc(sc.top, func(p *piece) bool { return p.stamp != 0 })
		return sc, nil
	})
}
