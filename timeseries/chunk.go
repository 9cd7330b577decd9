package timeseries

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"arbor/store"
)

// Chunk is a chunk that was looked into, so that to put it takes a transaction no longer than it must. It never changes.
type Chunk struct {
	bytes []byte
	hash  Hash
	cols  *columns
	entry entry // what stands beside it where no other shares its times, without name and number
}

// ReadChunk looks into a chunk, which must have samples. It keeps b.
func ReadChunk(b []byte) (*Chunk, error) {
	c := pool.Get().(*columns)
	c.reset()
	err := c.decode(b)
	if err == nil && len(c.t) == 0 {
		err = fmt.Errorf("no samples: %w", ErrChunk)
	}
	if err != nil {
		pool.Put(c)
		return nil, err
	}
	x := &Chunk{bytes: b, hash: HashChunk(b), cols: c}
	x.tell()
	return x, nil
}

// tell makes the entry of what is in the chunk.
func (x *Chunk) tell() {
	c := x.cols
	x.entry = entry{chunk: true, t0: c.t[0], t1: c.t[len(c.t)-1], crc: checksum(x.bytes)}
	x.entry.summarize(c)
}

// Hash returns the name of the chunk, Size its length in bytes.
func (x *Chunk) Hash() Hash { return x.hash }
func (x *Chunk) Size() int  { return len(x.bytes) }

// Release gives its memory back. It must not be used any more.
func (x *Chunk) Release() {
	pool.Put(x.cols)
	x.cols = nil
}

// PutChunk writes a chunk that was made elsewhere to the stream of series and device, where its hash names it. Putting it again changes
// nothing. It returns the summary of what a reader of the stream sees of it.
func (b *Book) PutChunk(tx *store.Tx, series ID, device uint64, chunk []byte) (Summary, error) {
	x, err := ReadChunk(chunk)
	if err != nil {
		return Summary{}, err
	}
	defer x.Release()
	return b.PutRead(tx, series, device, x)
}

// PutRead is PutChunk of a chunk that was looked into.
func (b *Book) PutRead(tx *store.Tx, series ID, device uint64, x *Chunk) (Summary, error) {
	s := stream{series, device}
	d, err := b.directory(tx, s)
	if err != nil {
		return Summary{}, err
	}
	name := importedName(x.hash)
	switch _, err := tx.Get(b.chunks, s.chunkKey(name)); {
	case err == nil:
		p, err := b.find(tx, s, d, name, x.cols)
		return p.sum, err
	case !errors.Is(err, store.ErrNotFound):
		return Summary{}, err
	}
	t, err := b.tail(tx, s)
	if err != nil {
		return Summary{}, err
	}
	if t.meets(x.cols) { // what is in the tail was written before the chunk
		if err := b.seal(tx, s, &d, t, len(t.t)); err != nil {
			return Summary{}, err
		}
	}
	e, err := b.putChunk(tx, s, &d, name, t.seq, x)
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
	return true, b.drop(tx, s, &d, name, &c)
}

// drop takes the chunk of that name, which holds c, out of a stream.
func (b *Book) drop(tx *store.Tx, s stream, d *directory, name []byte, c *columns) error {
	p, err := b.find(tx, s, *d, name, c)
	if err != nil {
		return err
	}
	if err := b.resketch(tx, d, p, &p.entry, nil, c); err != nil {
		return err
	}
	if err := b.forget(tx, d, p); err != nil {
		return err
	}
	if err := tx.Delete(b.chunks, s.chunkKey(name)); err != nil {
		return err
	}
	return b.settle(tx, s, d, c.t)
}

// putChunk writes a new chunk and its entry, and hides what it lies above.
func (b *Book) putChunk(tx *store.Tx, s stream, d *directory, name []byte, seq uint64, x *Chunk) (entry, error) {
	e := x.entry
	e.name, e.seq = name, seq
	if err := tx.Put(b.chunks, s.chunkKey(name), x.bytes); err != nil {
		return e, err
	}
	b.gathered.add(s, &e, x.cols.v)
	alone := e.t0 > d.end() || len(d.runs) == 0 && d.loose == 0
	if err := b.add(tx, s, d, &e); err != nil || alone {
		return e, err
	}
	return e, b.settle(tx, s, d, x.cols.t)
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
