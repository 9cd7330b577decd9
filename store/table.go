package store

import (
	"cmp"
	"slices"
)

// table is the live bytes of the log in one state, exactly: those of changes that the index leads to, by segment, and of those whose values it
// keeps itself. It is a part of the state and made with it, by the same fold. It is never changed: a fold adds a link with what it has
// done, and once the links have as many rows as what they stand on, all of it becomes a new base. So a fold copies a few tens of bytes,
// however long the log is.
type table struct {
	base  []tableRow // ascending by segment
	links *tableLink
	rows  int // in links

	live     int64 // the sum over all segments
	inline   int64 // bytes of changes whose values the index keeps
	replaced int64 // bytes of such changes that are no more: it only grows
}

// tableRow is the live bytes of one segment; in a link, what they grew by.
type tableRow struct {
	ord  uint32
	live int64
}

// tableLink is what one fold did.
type tableLink struct {
	rows   []tableRow
	before *tableLink
	few    [2]tableRow // what rows lie in, if they are no more
}

// minTableRows is how many rows are gathered in links before there is a new base, however small that is.
const minTableRows = 64

// with returns the table after what t says.
func (x table) with(t *ledger) table {
	x.inline += t.inline
	x.replaced += t.replaced
	changed := 0
	for i := range t.rows {
		if t.rows[i].live != 0 {
			changed++
		}
	}
	if changed == 0 {
		return x
	}
	l := &tableLink{before: x.links}
	if l.rows = l.few[:0]; changed > len(l.few) {
		l.rows = make([]tableRow, 0, changed)
	}
	for i := range t.rows {
		if r := &t.rows[i]; r.live != 0 {
			l.rows = append(l.rows, tableRow{r.ord, r.live})
			x.live += r.live
		}
	}
	x.links = l
	x.rows += changed
	if x.rows >= max(minTableRows, len(x.base)) {
		x = x.flat()
	}
	return x
}

// flat returns the same table without links, and without segments of which nothing is live.
func (x table) flat() table {
	if x.links == nil {
		return x
	}
	more := make([]tableRow, 0, x.rows)
	for l := x.links; l != nil; l = l.before {
		more = append(more, l.rows...)
	}
	slices.SortFunc(more, func(a, b tableRow) int { return cmp.Compare(a.ord, b.ord) })
	base := make([]tableRow, 0, len(x.base)+len(more))
	for i, j := 0, 0; i < len(x.base) || j < len(more); {
		var r tableRow
		if j == len(more) || i < len(x.base) && x.base[i].ord <= more[j].ord {
			r = x.base[i]
			i++
		} else {
			r.ord = more[j].ord
		}
		for ; j < len(more) && more[j].ord == r.ord; j++ {
			r.live += more[j].live
		}
		if r.live != 0 {
			base = append(base, r)
		}
	}
	x.base, x.links, x.rows = slices.Clip(base), nil, 0
	return x
}

// of returns the live bytes of segment ord. Who asks for many asks a flat table.
func (x *table) of(ord uint32) int64 {
	sum := int64(0)
	if i, ok := x.find(ord); ok {
		sum = x.base[i].live
	}
	for l := x.links; l != nil; l = l.before {
		for i := range l.rows {
			if l.rows[i].ord == ord {
				sum += l.rows[i].live
			}
		}
	}
	return sum
}

func (x *table) find(ord uint32) (int, bool) {
	return slices.BinarySearchFunc(x.base, ord, func(r tableRow, ord uint32) int { return cmp.Compare(r.ord, ord) })
}

// all is the live bytes of the log.
func (x *table) all() int64 { return x.live + x.inline }
