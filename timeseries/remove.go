package timeseries

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"arbor/store"
)

// Remove takes one sample out of the stream of series and device: of those with exactly this time and value the one written last. It
// reports whether there was one. A sample of the same time below it shows again.
func (b *Book) Remove(tx *store.Tx, series ID, device uint64, x Sample) (bool, error) {
	s := stream{series, device}
	t, err := b.tail(tx, s)
	if err != nil {
		return false, err
	}
	if places := t.places(x); len(places) > 0 {
		i := places[len(places)-1]
		t.t, t.v = slices.Delete(t.t, i, i+1), slices.Delete(t.v, i, i+1)
		return true, b.putTail(tx, s, t)
	}
	pieces, err := b.sealedAt(tx, s, x.T)
	if err != nil {
		return false, err
	}
	for _, p := range slices.Backward(pieces) {
		c, err := b.fetch(tx, p)
		if err != nil {
			return false, err
		}
		for _, i := range slices.Backward(c.places(x)) {
			if at, dead := slices.BinarySearch(p.dead, uint16(i)); !dead {
				return true, b.bury(tx, p, c, slices.Insert(p.dead, at, uint16(i)))
			}
		}
	}
	return false, nil
}

// Restore is the inverse of Remove: it brings a removed sample back to its place, or appends x if none is to be had.
func (b *Book) Restore(tx *store.Tx, series ID, device uint64, x Sample) error {
	pieces, err := b.sealedAt(tx, stream{series, device}, x.T)
	if err != nil {
		return err
	}
	for _, p := range pieces {
		if len(p.dead) == 0 {
			continue
		}
		c, err := b.fetch(tx, p)
		if err != nil {
			return err
		}
		for _, i := range c.places(x) {
			if at, dead := slices.BinarySearch(p.dead, uint16(i)); dead {
				return b.bury(tx, p, c, slices.Delete(p.dead, at, at+1))
			}
		}
	}
	return b.Append(tx, series, device, []Sample{x})
}

// places returns where c holds exactly x.
func (c *columns) places(x Sample) []int {
	var out []int
	for i := sort.Search(len(c.t), func(i int) bool { return c.t[i] >= x.T }); i < len(c.t) && c.t[i] == x.T; i++ {
		if math.Float64bits(c.v[i]) == math.Float64bits(x.V) {
			out = append(out, i)
		}
	}
	return out
}

// sealedAt returns the stream's chunks that may hold a sample of time t, in the order they were written.
func (b *Book) sealedAt(r store.Reader, s stream, t int64) ([]*piece, error) {
	if t == math.MaxInt64 {
		return nil, nil
	}
	pieces, err := b.sealed(r, s, t, t+1, nil)
	slices.SortFunc(pieces, func(a, b *piece) int { return cmp.Compare(a.seq, b.seq) })
	return pieces, err
}

// bury sets which samples of a chunk are removed, and its summary to what that leaves. It uses c up.
func (b *Book) bury(tx *store.Tx, p *piece, c *columns, dead []uint16) error {
	p.dead = dead
	c.drop(dead)
	p.again = c.compact()
	p.sum = summarize(c.t, c.v)
	return tx.Put(b.summaries, p.stream.entryKey(p.t0, p.t1, p.name), p.entry.append(nil))
}
