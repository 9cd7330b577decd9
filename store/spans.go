package store

import (
	"bytes"
	"slices"
	"sort"
)

// span is the keys of [from, to), keyspace included. It is never empty.
type span struct{ from, to []byte }

// spans is a set of keys: spans in order, with a gap between each two. It is replaced, never changed.
type spans []span

// add returns the set with the keys of x. The bounds of x are lent to it.
func (s spans) add(x span) spans {
	// Those that overlap x or touch it become one with it.
	first := sort.Search(len(s), func(i int) bool { return bytes.Compare(s[i].to, x.from) >= 0 })
	end := first + sort.Search(len(s)-first, func(i int) bool { return bytes.Compare(s[first+i].from, x.to) > 0 })
	if first < end {
		if bytes.Compare(s[first].from, x.from) < 0 {
			x.from = s[first].from
		}
		if bytes.Compare(s[end-1].to, x.to) > 0 {
			x.to = s[end-1].to
		}
	}
	return slices.Concat(s[:first], spans{x}, s[end:])
}

// has tells whether key is in the set.
func (s spans) has(key []byte) bool {
	i := sort.Search(len(s), func(i int) bool { return bytes.Compare(s[i].to, key) > 0 })
	return i < len(s) && bytes.Compare(s[i].from, key) <= 0
}

// gaps returns the parts of [from, to) that are not in the set, in order.
func (s spans) gaps(from, to []byte) []span {
	var out []span
	for i := sort.Search(len(s), func(i int) bool { return bytes.Compare(s[i].to, from) > 0 }); i < len(s) && bytes.Compare(s[i].from, to) < 0; i++ {
		if bytes.Compare(from, s[i].from) < 0 {
			out = append(out, span{from, s[i].from})
		}
		from = s[i].to
	}
	if bytes.Compare(from, to) < 0 {
		out = append(out, span{from, to})
	}
	return out
}
