package timeseries

import (
	"container/list"
	"errors"
	"fmt"
	"runtime"
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

// cache keeps the chunks decoded last, so that the next picture of nearly the same time decodes few. What it holds never changes. Columns that
// leave it go back to the pool when nobody reads them any more.
type cache struct {
	mu     sync.Mutex
	chunks map[chunkID]*kept
	recent list.List // of *kept; the one used last is first
}

// kept is a chunk in the cache, or one that has left it and is still read.
type kept struct {
	*columns
	id    chunkID
	users int
	at    *list.Element // nil once it has left
}

// get returns a chunk, nil if it is not there. The caller gives it back.
func (c *cache) get(id chunkID) *kept {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.chunks[id]
	if k != nil {
		k.users++
		c.recent.MoveToFront(k.at)
	}
	return k
}

// put keeps columns of the pool as that chunk, which the caller gives back.
func (c *cache) put(id chunkID, cols *columns) *kept {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chunks == nil {
		c.chunks = map[chunkID]*kept{}
	}
	k := &kept{columns: cols, id: id, users: 1}
	if c.chunks[id] != nil { // another was faster
		return k
	}
	c.chunks[id], k.at = k, c.recent.PushFront(k)
	if len(c.chunks) > cacheSize {
		c.drop(c.recent.Back().Value.(*kept))
	}
	return k
}

// drop takes k out of the cache. mu is held.
func (c *cache) drop(k *kept) {
	delete(c.chunks, k.id)
	c.recent.Remove(k.at)
	if k.at = nil; k.users == 0 {
		pool.Put(k.columns)
	}
}

// giveBack ends a use of k.
func (c *cache) giveBack(k *kept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.users--; k.users == 0 && k.at == nil {
		pool.Put(k.columns)
	}
}

// clear takes all out of the cache.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.chunks {
		c.drop(k)
	}
}

func (p *piece) id() chunkID { return chunkID{p.stream, string(p.name), p.crc} }

// loadAll brings what a reader sees of each piece, as if its stream were alone, into its cols, and then calls each, if it is not nil, on several
// goroutines. Chunks that are not in the cache are fetched together: where they are on the disk alone, by one submission. keep puts them
// into the cache; a transaction reads what may never be, and does not use it.
func (b *Book) loadAll(r store.Reader, policy Policy, pieces []*piece, keep bool, each func(p *piece)) error {
	if _, changing := r.(*store.Tx); changing {
		keep = false
	}
	fetched := make([]int, len(pieces)) // the place of its key in keys, and one
	var keys [][]byte
	for i, p := range pieces {
		if p.cols != nil {
			continue
		}
		if keep {
			if p.kept = b.cache.get(p.id()); p.kept != nil {
				continue
			}
		}
		keys = append(keys, p.stream.chunkKey(p.name))
		fetched[i] = len(keys)
	}
	var chunks [][]byte
	if len(keys) > 0 {
		var err error
		if chunks, err = r.GetMany(b.chunks, keys); err != nil {
			return err
		}
	}
	return inParts(len(pieces), leastPart, func(i int) error {
		p := pieces[i]
		if at := fetched[i]; at > 0 {
			c, err := decodeChunk(p, chunks[at-1])
			if err != nil {
				return err
			}
			if p.cols = c; keep {
				p.kept = b.cache.put(p.id(), c)
			}
		}
		if fetched[i] > 0 || p.kept != nil {
			b.show(p, policy)
		}
		if each != nil {
			each(p)
		}
		return nil
	})
}

// leastPart is the least number of chunks for which it is worth to have another goroutine decode them.
const leastPart = 16

// inParts calls do with 0 to n-1, in parts of so many at least at the same time, and returns an error of one of them.
func inParts(n, least int, do func(i int) error) error {
	parts := max(min(runtime.GOMAXPROCS(0), n/least), 1)
	errs := make([]error, parts)
	part := func(k int) {
		for i := n * k / parts; i < n*(k+1)/parts && errs[k] == nil; i++ {
			errs[k] = do(i)
		}
	}
	var others sync.WaitGroup
	for k := 1; k < parts; k++ {
		others.Go(func() { part(k) })
	}
	part(0)
	others.Wait()
	return errors.Join(errs...)
}

// show makes of all samples of a chunk what a reader sees of it, in a copy if they are the cache's.
func (b *Book) show(p *piece, policy Policy) {
	if p.kept != nil {
		p.cols = p.kept.columns
	}
	if p.whole(policy) && len(p.hidden) == 0 {
		return
	}
	if k := p.kept; k != nil {
		p.cols, p.kept = pool.Get().(*columns), nil
		p.cols.set(k.columns)
		b.cache.giveBack(k)
	}
	p.seen(p.cols, policy)
	p.cols.hide(p.hidden)
}

// decodeChunk returns all samples of a chunk, hidden and removed ones too, in columns of the pool.
func decodeChunk(p *piece, chunk []byte) (*columns, error) {
	c := pool.Get().(*columns)
	c.reset()
	err := c.decode(chunk)
	switch {
	case chunk == nil:
		err = fmt.Errorf("it is missing: %w", ErrChunk)
	case err == nil && checksum(chunk) != p.crc:
		err = fmt.Errorf("it is not the one its entry tells of: %w", ErrChunk)
	}
	if err != nil {
		pool.Put(c)
		return nil, fmt.Errorf("chunk %x of %v: %w", p.name, p.stream, err)
	}
	return c, nil
}

// fetch returns all samples of a chunk, hidden and removed ones too, in columns of the pool.
func (b *Book) fetch(r store.Reader, p *piece) (*columns, error) {
	chunk, err := r.Get(b.chunks, p.stream.chunkKey(p.name))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("chunk %x of %v: %w", p.name, p.stream, err)
	}
	return decodeChunk(p, chunk)
}

// release ends the use of what loadAll brought.
func (b *Book) release(p *piece) {
	switch {
	case p.kept != nil:
		b.cache.giveBack(p.kept)
	case p.cols != nil && p.seq != tailSeq:
		pool.Put(p.cols)
	}
	p.cols, p.kept = nil, nil
}
