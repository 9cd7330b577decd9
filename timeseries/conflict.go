package timeseries

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"arbor/store"
)

// Conflict is a time for which devices have written different values, of which under Last one is seen.
type Conflict struct {
	T      int64
	Values []Said // the one that is seen first, then the others as they would be seen without those before
}

// Said is what a device has last written for a time.
type Said struct {
	Device uint64
	V      float64
}

// Conflicts yields the times in [from, to) for which devices have written different values, in order. What was corrected, or deleted, is none any more; a NaN
// is no other value than a NaN. The cost is that of reading what each device has.
func (b *Book) Conflicts(r store.Reader, series ID, from, to int64) iter.Seq2[Conflict, error] {
	return func(yield func(Conflict, error) bool) {
		said, stamps, stop, err := b.hear(r, series, from, to)
		defer stop()
		for err == nil && len(said) > 1 {
			c := Conflict{T: math.MaxInt64}
			for _, x := range said {
				c.T = min(c.T, x.next.T)
			}
			for _, x := range said {
				if x.next.T == c.T {
					c.Values = append(c.Values, Said{x.device, x.next.V})
					err = cmp.Or(err, x.take())
				}
			}
			said = slices.DeleteFunc(said, func(x *speaker) bool { return x.done })
			if err != nil || !c.differ() {
				continue
			}
			slices.SortFunc(c.Values, func(x, y Said) int {
				return cmp.Or(cmp.Compare(stamps[claim{c.T, y.Device}], stamps[claim{c.T, x.Device}]), cmp.Compare(y.Device, x.Device))
			})
			if !yield(c, nil) {
				return
			}
		}
		if err != nil {
			yield(Conflict{}, err)
		}
	}
}

// differ reports whether not all values are the same.
func (c *Conflict) differ() bool {
	return slices.ContainsFunc(c.Values, func(x Said) bool {
		v := c.Values[0].V
		return x.V != v && (x.V == x.V || v == v)
	})
}

// claim is of a device for a time.
type claim struct {
	t      int64
	device uint64
}

// speaker is a device with what it says next.
type speaker struct {
	device uint64
	next   Sample
	done   bool
	pull   func() (Sample, error, bool)
}

func (x *speaker) take() (err error) {
	var more bool
	x.next, err, more = x.pull()
	x.done = !more
	return err
}

// hear returns the devices that have samples in [from, to), and the stamps of values of marks. The caller calls stop.
func (b *Book) hear(r store.Reader, series ID, from, to int64) (said []*speaker, stamps map[claim]uint64, stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, each := range stops {
			each()
		}
	}
	sc, err := b.scene(r, Series{ID: series}, from, to)
	if err != nil {
		return nil, nil, stop, err
	}
	stamps = map[claim]uint64{}
	for _, p := range sc.top {
		for _, t := range p.cols.t {
			key := claim{t, p.stream.device}
			stamps[key] = max(stamps[key], p.stamp)
		}
	}
	for _, d := range sc.devices() {
		x := &speaker{device: d}
		var end func()
		x.pull, end = iter.Pull2(b.Own(r, series, d, from, to))
		stops = append(stops, end)
		if err := x.take(); err != nil {
			return nil, nil, stop, err
		}
		if !x.done {
			said = append(said, x)
		}
	}
	return said, stamps, stop, nil
}
