package timeseries

import (
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
	d, err := b.directory(tx, s)
	if err != nil {
		return false, err
	}
	pieces, err := b.holding(tx, s, d, []int64{x.T})
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
				return true, b.bury(tx, &d, p, slices.Insert(slices.Clone(p.dead), at, uint16(i)), x.T)
			}
		}
	}
	return false, nil
}

// Restore is the inverse of Remove: it brings a removed sample back to its place, or appends x if none is to be had.
func (b *Book) Restore(tx *store.Tx, series ID, device uint64, x Sample) error {
	s := stream{series, device}
	d, err := b.directory(tx, s)
	if err != nil {
		return err
	}
	pieces, err := b.holding(tx, s, d, []int64{x.T})
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
				return b.bury(tx, &d, p, slices.Delete(slices.Clone(p.dead), at, at+1), x.T)
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
