package timeseries

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sort"

	"arbor/store"
)

// Book keeps series in a store. It has no state of its own but what spares reading again: any number of goroutines may use it.
type Book struct {
	tails     store.Keyspace // series, device → the stream's tail
	summaries store.Keyspace // series, device → directory, blocks of entries, sketches; class, first time, name → entry
	chunks    store.Keyspace // series, device, name → chunk
	marks     store.Keyspace // series, class, first time, stamp, device, number → mark
	words     store.Keyspace // series, value → the text it stands for
	db        *store.DB      // for what is read beside
	cache     cache
	gathered  gathered
	views     views
}

// Open returns the series kept in db.
func Open(db *store.DB) (*Book, error) {
	ks, err := db.Keyspaces(Keyspaces()...)
	if err != nil {
		return nil, err
	}
	return &Book{tails: ks[0], summaries: ks[1], chunks: ks[2], marks: ks[3], words: ks[4], db: db, views: newViews()}, nil
}

// Keyspaces returns the names of the keyspaces of a Book, so that they can be made together with others.
func Keyspaces() []string {
	return []string{"timeseries.tail", "timeseries.summary", "timeseries.chunk", "timeseries.mark", "timeseries.word"}
}

// stream is what one device writes to one series.
type stream struct {
	series ID
	device uint64
}

const streamSize = 8 + 8

// key returns the stream's key, with room for more behind it.
func (s stream) key() []byte {
	k := make([]byte, 0, streamSize+1+8+1+len(Hash{}))
	k = append(k, s.series[:]...)
	return binary.BigEndian.AppendUint64(k, s.device)
}

func (s stream) String() string { return fmt.Sprintf("series %x device %x", s.series, s.device) }

// Names of chunks: a sealed one bears its number in the stream, an imported one its hash.
const (
	nameSealed   = 0
	nameImported = 1
)

func sealedName(seq uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{nameSealed}, seq)
}

func importedName(h Hash) []byte { return append([]byte{nameImported}, h[:]...) }

// class ranks a chunk by its duration: it is shorter than 1<<class nanoseconds. Loose entries are kept by class, so that the chunks that
// reach into a range are found by one short scan for each class, however long the longest chunk is.
func class(t0, t1 int64) byte { return byte(bits.Len64(uint64(t1 - t0))) }

func (s stream) entryKey(t0, t1 int64, name []byte) []byte {
	k := append(s.key(), class(t0, t1))
	k = binary.BigEndian.AppendUint64(k, ordered(t0))
	return append(k, name...)
}

// ordered maps times to numbers whose big-endian bytes sort like the times.
func ordered(t int64) uint64   { return uint64(t) ^ 1<<63 }
func unordered(u uint64) int64 { return int64(u ^ 1<<63) }

func (s stream) chunkKey(name []byte) []byte { return append(s.key(), name...) }

// tail is the open end of a stream: the number of the next chunk, and samples in the order of time, those of one time in the order they
// were written. No chunk written later shares a time with it, so that its samples are the last written of their times.
type tail struct {
	seq uint64
	columns
}

func (b *Book) tail(r store.Reader, s stream) (*tail, error) {
	v, err := r.Get(b.tails, s.key())
	if errors.Is(err, store.ErrNotFound) {
		return &tail{}, nil
	}
	if err != nil {
		return nil, err
	}
	t, err := decodeTail(v)
	if err != nil {
		return nil, fmt.Errorf("tail of %v: %w", s, err)
	}
	return t, nil
}

func decodeTail(v []byte) (*tail, error) {
	seq, n := binary.Uvarint(v)
	if n <= 0 {
		return nil, ErrChunk
	}
	t := &tail{seq: seq}
	if len(v) > n {
		if err := t.decode(v[n:]); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (b *Book) putTail(tx *store.Tx, s stream, t *tail) error {
	v := binary.AppendUvarint(nil, t.seq)
	if len(t.t) > 0 {
		chunk, err := t.encode()
		if err != nil {
			return err
		}
		v = append(v, chunk...)
	}
	return tx.Put(b.tails, s.key(), v)
}

// Append writes samples, in this order, to the stream of series and device. The cost is that of its tail, and now and then of sealing it.
func (b *Book) Append(tx *store.Tx, series ID, device uint64, samples []Sample) error {
	if len(samples) == 0 {
		return nil
	}
	s := stream{series, device}
	t, err := b.tail(tx, s)
	if err != nil {
		return err
	}
	d, err := b.directory(tx, s)
	if err != nil {
		return err
	}
	for _, x := range samples {
		if x.T == math.MaxInt64 {
			return fmt.Errorf("append to %v: %w", s, ErrTime)
		}
		t.insert(x)
		if err := b.makeRoom(tx, s, &d, t); err != nil {
			return err
		}
	}
	return b.putTail(tx, s, t)
}

// maxLate is how many samples of a tail may be earlier than the end of the stream's chunks. For each of them a reader has to look at the chunk it
// falls into.
const maxLate = 128

// makeRoom seals the late samples of a tail that has too many, and all of a tail that is full without any: so chunks of late samples are apart
// from those in order.
func (b *Book) makeRoom(tx *store.Tx, s stream, d *directory, t *tail) error {
	n := 0
	if len(t.t) > 0 && t.t[0] < d.end() {
		n = countBelow(t.t, d.end())
	}
	switch {
	case n < maxLate && len(t.t) < MaxChunk:
		return nil
	case n == 0:
		n = len(t.t)
	}
	return b.seal(tx, s, d, t, n)
}

// insert adds x behind the samples that are not later.
func (c *columns) insert(x Sample) {
	i := len(c.t)
	if i > 0 && c.t[i-1] > x.T {
		i = sort.Search(i, func(k int) bool { return c.t[k] > x.T })
	}
	c.t, c.v = slices.Insert(c.t, i, x.T), slices.Insert(c.v, i, x.V)
}

// seal makes the first n samples of the tail a chunk and takes them out of it. The caller puts the tail.
func (b *Book) seal(tx *store.Tx, s stream, d *directory, t *tail, n int) error {
	c := columns{t.t[:n], t.v[:n]}
	chunk, err := c.encode()
	if err != nil {
		return err
	}
	x := &Chunk{bytes: chunk, cols: &c}
	x.tell()
	if _, err := b.putChunk(tx, s, d, sealedName(t.seq), t.seq, x); err != nil {
		return err
	}
	t.seq++
	t.t, t.v = slices.Delete(t.t, 0, n), slices.Delete(t.v, 0, n)
	return nil
}
