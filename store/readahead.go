package store

import (
	"runtime/debug"

	"arbor/store/index"
)

// fetch has the processor load what a scan comes to next. The values of keys that lie beside each other lie anywhere in the log, so that each is
// a miss of its caches; asked for together they cost little more than one. It takes more at a time the longer the scan goes on: who wants
// a single entry reads no pages that he does not need.
type fetch struct {
	most   int
	values [maxFetch]index.Value
	sum    byte // what was read, so that it is read
}

const (
	maxFetch  = 16
	cacheLine = 64
	maxLines  = 4 // of a value; what follows the processor loads by itself
)

// next loads the values behind the entry that c stands at, or before it, whose keys have about klen bytes. It returns how many there were. What cannot
// be read is left to those who come to it.
func (f *fetch) next(c *index.Cursor, e *engine, klen int, down bool) int {
	var ignored error
	defer e.unguard(debug.SetPanicOnFault(true), &ignored)
	f.most = min(max(1, 2*f.most), maxFetch)
	var at [maxFetch][]byte
	n := 0
	values := c.Ahead(f.values[:0], f.most, down)
	for i := range values {
		v := &values[i]
		if v.Inline != nil {
			continue
		}
		l := LSN(v.Addr)
		s := e.log.at(l.ord())
		if s == nil {
			continue
		}
		d := s.data.Load()
		if !d.covers(l.off()) {
			continue
		}
		size := changeHeader + uint32(klen) + v.Len
		if b, err := d.bytes(l.off(), min(size, maxLines*cacheLine)); err == nil {
			at[n] = b
			n++
		}
	}
	sum := byte(0)
	for line := 0; line < maxLines*cacheLine; line += cacheLine {
		for _, b := range at[:n] {
			if line < len(b) {
				sum += b[line]
			}
		}
	}
	f.sum += sum
	return len(values)
}
