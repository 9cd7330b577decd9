package timeseries

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"arbor/store"
)

// PutChunk writes a chunk that was made elsewhere to the stream of series and device, where its hash names it. Putting it again changes
// nothing. It returns the summary of what a reader of the stream sees of it.
func (b *Book) PutChunk(tx *store.Tx, series ID, device uint64, chunk []byte) (Summary, error) {
	s := stream{series, device}
	c := pool.Get().(*columns)
	defer pool.Put(c)
	c.reset()
	if err := c.decode(chunk); err != nil {
		return Summary{}, err
	}
	if len(c.t) == 0 {
		return Summary{}, fmt.Errorf("no samples: %w", ErrChunk)
	}
	d, err := b.directory(tx, s)
	if err != nil {
		return Summary{}, err
	}
	name := importedName(HashChunk(chunk))
	switch _, err := tx.Get(b.chunks, s.chunkKey(name)); {
	case err == nil:
		p, err := b.find(tx, s, d, name, c)
		return p.sum, err
	case !errors.Is(err, store.ErrNotFound):
		return Summary{}, err
	}
	t, err := b.tail(tx, s)
	if err != nil {
		return Summary{}, err
	}
	if t.meets(c) { // what is in the tail was written before the chunk
		if err := b.seal(tx, s, &d, t, len(t.t)); err != nil {
			return Summary{}, err
		}
	}
	e, err := b.putChunk(tx, s, &d, name, t.seq, chunk, c)
	if err != nil {
		return Summary{}, err
	}
	t.seq++
	return e.sum, b.putTail(tx, s, t)
}

// find returns the chunk of that name, which holds c.
func (b *Book) find(r store.Reader, s stream, d directory, name []byte, c *columns) (*piece, error) {
	pieces, err := b.holding(r, s, d, c.t[:1])
	if err != nil {
		return &piece{}, err
	}
	for _, p := range pieces {
		if bytes.Equal(p.name, name) {
			return p, nil
		}
	}
	return &piece{}, fmt.Errorf("chunk %x of %v has no entry: %w", name, s, ErrChunk)
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
	d, err := b.directory(tx, s)
	if err != nil {
		return false, err
	}
	p, err := b.find(tx, s, d, name, &c)
	if err != nil {
		return false, err
	}
	if err := b.resketch(tx, &d, p, &p.entry, nil, &c); err != nil {
		return false, err
	}
	if err := b.forget(tx, &d, p); err != nil {
		return false, err
	}
	if err := tx.Delete(b.chunks, key); err != nil {
		return false, err
	}
	return true, b.settle(tx, s, &d, c.t)
}

// putChunk writes a new chunk and its entry, and hides what it lies above. It leaves c as it is.
func (b *Book) putChunk(tx *store.Tx, s stream, d *directory, name []byte, seq uint64, chunk []byte, c *columns) (entry, error) {
	e := entry{chunk: true, name: name, seq: seq, t0: c.t[0], t1: c.t[len(c.t)-1], crc: checksum(chunk)}
	e.summarize(c)
	if err := tx.Put(b.chunks, s.chunkKey(name), chunk); err != nil {
		return e, err
	}
	alone := e.t0 > d.end() || len(d.runs) == 0 && d.loose == 0
	if err := b.add(tx, s, d, &e); err != nil || alone {
		return e, err
	}
	return e, b.settle(tx, s, d, c.t)
}

// checksum returns what tells chunks of one name apart, if the store lost one and made another: they end with it.
func checksum(chunk []byte) uint32 { return binary.LittleEndian.Uint32(chunk[len(chunk)-4:]) }

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
