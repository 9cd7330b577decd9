package timeseries

import (
	"container/list"
	"errors"
	"fmt"
	"sync"

	"arbor/store"
)

// cacheSize is how many decoded chunks are kept, of 16 KiB at most: those at the edges of a few hundred buckets.
const cacheSize = 512

// chunkID names the bytes of a chunk. The checksum is part of it, since a number is given again where a crash has taken a chunk that was not
// durable yet.
type chunkID struct {
	stream
	name string
	crc  uint32
}

// cache keeps the chunks decoded last, so that the next picture of nearly the same time decodes few. What it holds never changes.
type cache struct {
	mu     sync.Mutex
	chunks map[chunkID]*list.Element
	recent list.List // the one used last is first
}

type cached struct {
	id chunkID
	*columns
}

func (c *cache) get(id chunkID) *columns {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.chunks[id]
	if e == nil {
		return nil
	}
	c.recent.MoveToFront(e)
	return e.Value.(cached).columns
}

func (c *cache) put(id chunkID, cols *columns) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chunks == nil {
		c.chunks = map[chunkID]*list.Element{}
	}
	if c.chunks[id] != nil {
		return
	}
	c.chunks[id] = c.recent.PushFront(cached{id, cols})
	for len(c.chunks) > cacheSize {
		last := c.recent.Back()
		delete(c.chunks, last.Value.(cached).id)
		c.recent.Remove(last)
	}
}

func (p *piece) id() chunkID { return chunkID{p.stream, string(p.name), p.crc} }

// loadAll brings what a reader sees of each piece, as if its stream were alone, into its cols. Chunks that are not in the cache are fetched
// together: where they are on the disk alone, by one submission. keep puts them into the cache; a transaction reads what may never
// be, and does not use it.
func (b *Book) loadAll(r store.Reader, policy Policy, pieces []*piece, keep bool) error {
	if _, changing := r.(*store.Tx); changing {
		keep = false
	}
	var want []*piece
	var keys [][]byte
	for _, p := range pieces {
		if p.cols != nil {
			continue
		}
		if keep {
			if c := b.cache.get(p.id()); c != nil {
				p.show(c, policy, true)
				continue
			}
		}
		want, keys = append(want, p), append(keys, p.stream.chunkKey(p.name))
	}
	if len(want) == 0 {
		return nil
	}
	chunks, err := r.GetMany(b.chunks, keys)
	if err != nil {
		return err
	}
	for i, p := range want {
		c, err := decodeChunk(p, chunks[i], keep)
		if err != nil {
			return err
		}
		if keep {
			b.cache.put(p.id(), c)
		}
		p.show(c, policy, keep)
	}
	return nil
}

// show makes cols what a reader sees of c. What others use too is copied if that is not all of it.
func (p *piece) show(c *columns, policy Policy, others bool) {
	if p.cols, p.lent = c, others; p.whole(policy) && len(p.hidden) == 0 {
		return
	}
	if others {
		p.cols, p.lent = pool.Get().(*columns), false
		p.cols.set(c)
	}
	p.seen(p.cols, policy)
	p.cols.hide(p.hidden)
}

// decodeChunk returns all samples of a chunk, hidden and removed ones too, in columns of the pool or, to be kept, in ones of their own.
func decodeChunk(p *piece, chunk []byte, keep bool) (*columns, error) {
	var c *columns
	if keep {
		c = &columns{make([]int64, 0, p.room()), make([]float64, 0, p.room())}
	} else {
		c = pool.Get().(*columns)
		c.reset()
	}
	err := c.decode(chunk)
	switch {
	case chunk == nil:
		err = fmt.Errorf("it is missing: %w", ErrChunk)
	case err == nil && checksum(chunk) != p.crc:
		err = fmt.Errorf("it is not the one its entry tells of: %w", ErrChunk)
	}
	if err != nil {
		return nil, fmt.Errorf("chunk %x of %v: %w", p.name, p.stream, err)
	}
	return c, nil
}

// room returns about how many samples a chunk has.
func (p *piece) room() int { return min(int(p.all.N)+len(p.dead), MaxChunk) }

// fetch returns all samples of a chunk, hidden and removed ones too, in columns of the pool.
func (b *Book) fetch(r store.Reader, p *piece) (*columns, error) {
	chunk, err := r.Get(b.chunks, p.stream.chunkKey(p.name))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("chunk %x of %v: %w", p.name, p.stream, err)
	}
	return decodeChunk(p, chunk, false)
}

// release ends the use of what loadAll brought.
func (p *piece) release() {
	if p.cols != nil && p.seq != tailSeq && !p.lent {
		pool.Put(p.cols)
	}
	p.cols = nil
}
