package timeseries

import (
	"sync"

	"arbor/timeseries/histogram"
)

// gathered has the values of the chunks that were put to one stream last, so that those of a block that is filled in one go need not be decoded again for
// its sketch. Whether they are the block's own is found out by name and checksum: what a transaction put that came to nothing does no harm.
type gathered struct {
	mu     sync.Mutex
	stream stream
	chunks []chunkID
	values *histogram.Histogram // nil: the next chunk is the first
}

// add adds a chunk, of which e tells, and whose values are v.
func (g *gathered) add(s stream, e *entry, v []float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.values == nil || g.stream != s || len(g.chunks) == fanOut {
		g.stream, g.chunks, g.values = s, g.chunks[:0], &histogram.Histogram{}
	}
	g.chunks = append(g.chunks, chunkID{s, string(e.name), e.crc})
	g.values.AddAll(v)
}

// take returns the histogram of what a reader sees of those chunks of a stream, nil if it is not at hand. The next chunk is the first again.
func (g *gathered) take(s stream, entries []entry) *histogram.Histogram {
	g.mu.Lock()
	defer g.mu.Unlock()
	values := g.values
	g.values = nil
	if values == nil || g.stream != s || len(g.chunks) != len(entries) {
		return nil
	}
	for i := range entries {
		e := &entries[i]
		if e.gone || !e.whole(Last) || g.chunks[i] != (chunkID{s, string(e.name), e.crc}) {
			return nil
		}
	}
	return values
}
