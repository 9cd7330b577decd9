package timeseries

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"arbor/store"
)

// PutChunk writes a chunk that was made elsewhere to the stream of series and device, where its hash names it. Putting it again changes
// nothing. It returns the summary of the chunk.
func (b *Book) PutChunk(tx *store.Tx, series ID, device uint64, chunk []byte) (Summary, error) {
	s := stream{series, device}
	var c columns
	if err := c.decode(chunk); err != nil {
		return Summary{}, err
	}
	if len(c.t) == 0 {
		return Summary{}, fmt.Errorf("no samples: %w", ErrChunk)
	}
	name := importedName(HashChunk(chunk))
	old, err := tx.Get(b.summaries, s.entryKey(c.t[0], c.t[len(c.t)-1], name))
	if err == nil {
		e, err := decodeEntry(old, c.t[0])
		return e.sum, err
	}
	if !errors.Is(err, store.ErrNotFound) {
		return Summary{}, err
	}
	t, err := b.tail(tx, s)
	if err != nil {
		return Summary{}, err
	}
	if t.meets(&c) { // what is in the tail was written before the chunk
		if err := b.seal(tx, s, t); err != nil {
			return Summary{}, err
		}
	}
	sum, err := b.putChunk(tx, s, name, t.seq, chunk, &c)
	if err != nil {
		return Summary{}, err
	}
	t.seq++
	return sum, b.putTail(tx, s, t)
}

// meets reports whether the two share a time.
func (c *columns) meets(o *columns) bool {
	for i, j := 0, 0; i < len(c.t) && j < len(o.t); {
		switch {
		case c.t[i] < o.t[j]:
			i++
		case c.t[i] > o.t[j]:
			j++
		default:
			return true
		}
	}
	return false
}

// Chunk returns the bytes that PutChunk wrote, store.ErrNotFound if they are not there.
func (b *Book) Chunk(r store.Reader, series ID, device uint64, h Hash) ([]byte, error) {
	return r.Get(b.chunks, stream{series, device}.chunkKey(importedName(h)))
}

// DropChunk takes back what PutChunk wrote, and reports whether it was there.
func (b *Book) DropChunk(tx *store.Tx, series ID, device uint64, h Hash) (bool, error) {
	s := stream{series, device}
	name := importedName(h)
	key := s.chunkKey(name)
	chunk, err := tx.Get(b.chunks, key)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var c columns
	if err := c.decode(chunk); err != nil {
		return false, fmt.Errorf("chunk %v of %v: %w", h, s, err)
	}
	if err := tx.Delete(b.summaries, s.entryKey(c.t[0], c.t[len(c.t)-1], name)); err != nil {
		return false, err
	}
	return true, tx.Delete(b.chunks, key)
}

// putChunk writes a new chunk and its entry.
func (b *Book) putChunk(tx *store.Tx, s stream, name []byte, seq uint64, chunk []byte, c *columns) (Summary, error) {
	e := entry{seq: seq, t0: c.t[0], t1: c.t[len(c.t)-1]}
	seen := columns{t: slices.Clone(c.t), v: slices.Clone(c.v)}
	e.again = seen.compact()
	e.sum = summarize(seen.t, seen.v)
	if err := tx.Put(b.chunks, s.chunkKey(name), chunk); err != nil {
		return Summary{}, err
	}
	return e.sum, tx.Put(b.summaries, s.entryKey(e.t0, e.t1, name), e.append(nil))
}

// drop takes out the samples at the places in dead, which rise.
func (c *columns) drop(dead []uint16) {
	if len(dead) == 0 {
		return
	}
	n := 0
	for i := range c.t {
		if len(dead) > 0 && int(dead[0]) == i {
			dead = dead[1:]
			continue
		}
		c.t[n], c.v[n] = c.t[i], c.v[i]
		n++
	}
	c.t, c.v = c.t[:n], c.v[:n]
}

// compact leaves the last sample of each time, and reports whether that took any out.
func (c *columns) compact() (again bool) {
	n := 0
	for i, t := range c.t {
		if n > 0 && c.t[n-1] == t {
			n--
		}
		c.t[n], c.v[n] = t, c.v[i]
		n++
	}
	again = n < len(c.t)
	c.t, c.v = c.t[:n], c.v[:n]
	return again
}

// entry is what stands beside a chunk. The times are those of all its samples; the summary is of those that are not removed, of each time
// the last.
type entry struct {
	seq    uint64 // order of writing within the stream
	t0, t1 int64
	sum    Summary
	again  bool     // it has several samples of one time
	dead   []uint16 // places of removed samples, rising
}

func (e *entry) append(b []byte) []byte {
	b = binary.AppendUvarint(b, e.seq)
	b = binary.AppendUvarint(b, uint64(e.t1-e.t0))
	n := uint64(e.sum.N) << 1
	if e.again {
		n |= 1
	}
	b = binary.AppendUvarint(b, n)
	if e.sum.N > 0 {
		b = binary.AppendUvarint(b, uint64(e.sum.T0-e.t0))
		b = binary.AppendUvarint(b, uint64(e.t1-e.sum.T1))
		for _, f := range [...]float64{e.sum.First, e.sum.Last, e.sum.Min, e.sum.Max, e.sum.Sum, e.sum.Mean, e.sum.M2} {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
		}
	}
	last := uint16(0)
	for _, i := range e.dead {
		b = binary.AppendUvarint(b, uint64(i-last))
		last = i
	}
	return b
}

// decodeEntry reads the entry of a chunk that begins at t0.
func decodeEntry(b []byte, t0 int64) (entry, error) {
	bad := false
	number := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			bad = true
			return 0
		}
		b = b[n:]
		return v
	}
	e := entry{seq: number(), t0: t0}
	e.t1 = t0 + int64(number())
	n := number()
	e.again, e.sum.N = n&1 == 1, int64(n>>1)
	if e.sum.N > 0 && !bad {
		e.sum.T0 = t0 + int64(number())
		e.sum.T1 = e.t1 - int64(number())
		s := &e.sum
		for _, f := range [...]*float64{&s.First, &s.Last, &s.Min, &s.Max, &s.Sum, &s.Mean, &s.M2} {
			if len(b) < 8 {
				return e, fmt.Errorf("summary: %w", ErrChunk)
			}
			*f = math.Float64frombits(binary.LittleEndian.Uint64(b))
			b = b[8:]
		}
	}
	at := uint64(0)
	for len(b) > 0 && !bad {
		at += number()
		if at >= MaxChunk || len(e.dead) >= MaxChunk {
			bad = true
		}
		e.dead = append(e.dead, uint16(at))
	}
	if bad || e.t1 < e.t0 || e.sum.N < 0 || e.sum.N > MaxChunk {
		return e, fmt.Errorf("entry of a chunk: %w", ErrChunk)
	}
	return e, nil
}
