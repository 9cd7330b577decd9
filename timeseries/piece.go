package timeseries

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"arbor/store"
)

// piece is a chunk or a tail, as a query meets it.
type piece struct {
	entry
	stream stream
	stamp  uint64 // of the values of marks, which are above all samples
	name   []byte
	cols   *columns   // what a reader sees of it, once loaded
	shared bool       // another piece may have samples within its time
	hidden []interval // by marks, where they hide a part of it
}

// tailSeq ranks a tail after every chunk of its stream.
const tailSeq = math.MaxUint64

// above reports whether p's sample hides o's of the same time.
func (p *piece) above(o *piece) bool {
	return cmp.Or(cmp.Compare(p.stamp, o.stamp), cmp.Compare(p.stream.device, o.stream.device), cmp.Compare(p.seq, o.seq)) > 0
}

// pieces returns all chunks and tails of a series that may hold samples in [from, to), in the order of their first times.
func (b *Book) pieces(r store.Reader, series Series, from, to int64) ([]*piece, error) {
	var out []*piece
	var streams []stream
	for e, err := range r.Scan(b.tails, store.Prefix(series.ID[:])) {
		if err != nil {
			return nil, err
		}
		if len(e.Key) != streamSize {
			return nil, fmt.Errorf("tail %x: %w", e.Key, ErrChunk)
		}
		s := stream{series.ID, binary.BigEndian.Uint64(e.Key[8:])}
		streams = append(streams, s)
		t, err := decodeTail(e.Value)
		if err != nil {
			return nil, fmt.Errorf("tail of %v: %w", s, err)
		}
		if series.Merge != All {
			t.compact()
		}
		if n := len(t.t); n > 0 && t.t[0] < to && t.t[n-1] >= from {
			p := &piece{stream: s, cols: &t.columns}
			p.seq = tailSeq
			p.span()
			out = append(out, p)
		}
	}
	for _, s := range streams {
		var err error
		if out, err = b.sealed(r, s, from, to, out); err != nil {
			return nil, err
		}
	}
	marks, err := b.Marks(r, series.ID, from, to)
	if err != nil {
		return nil, err
	}
	if len(marks) > 0 {
		out = masked(out, marks, series.Merge)
	}
	byStart := func(a, b *piece) int { return cmp.Compare(a.t0, b.t0) }
	if !slices.IsSortedFunc(out, byStart) {
		slices.SortFunc(out, byStart)
	}
	return out, nil
}

// sealed appends to out the chunks of a stream that may hold samples in [from, to). Those of one class are shorter than 1<<class, so
// that only those which begin later than from less that can reach into the range.
func (b *Book) sealed(r store.Reader, s stream, from, to int64, out []*piece) ([]*piece, error) {
	for c := 0; ; c++ {
		head := append(s.key(), byte(c))
		next, err := b.firstKey(r, store.Range{From: head, To: store.Prefix(s.key()).To})
		if err != nil || next == nil {
			return out, err
		}
		c = int(next[streamSize])
		head[streamSize] = byte(c)
		rng := store.Range{
			From: binary.BigEndian.AppendUint64(slices.Clone(head), ordered(earliest(from, c))),
			To:   binary.BigEndian.AppendUint64(slices.Clone(head), ordered(to)),
		}
		for e, err := range r.Scan(b.summaries, rng) {
			if err != nil {
				return nil, err
			}
			p, err := decodePiece(s, e)
			if err != nil {
				return nil, fmt.Errorf("%v: %w", s, err)
			}
			if p.t1 >= from {
				out = append(out, p)
			}
		}
	}
}

// firstKey returns the first key of entries in rng, nil if there is none.
func (b *Book) firstKey(r store.Reader, rng store.Range) ([]byte, error) {
	for e, err := range r.Scan(b.summaries, rng) {
		if err == nil && len(e.Key) <= streamSize+1+8 {
			err = fmt.Errorf("entry %x: %w", e.Key, ErrChunk)
		}
		return slices.Clone(e.Key), err
	}
	return nil, nil
}

func decodePiece(s stream, e store.Entry) (*piece, error) {
	const nameAt = streamSize + 1 + 8
	if len(e.Key) <= nameAt {
		return nil, fmt.Errorf("entry %x: %w", e.Key, ErrChunk)
	}
	t0 := unordered(binary.BigEndian.Uint64(e.Key[streamSize+1:]))
	en, err := decodeEntry(e.Value, t0)
	if err != nil {
		return nil, fmt.Errorf("entry %x: %w", e.Key, err)
	}
	return &piece{entry: en, stream: s, name: slices.Clone(e.Key[nameAt:])}, nil
}

// fetch returns all samples of a chunk, hidden and removed ones too, in columns of the pool.
func (b *Book) fetch(r store.Reader, p *piece) (*columns, error) {
	chunk, err := r.Get(b.chunks, p.stream.chunkKey(p.name))
	if errors.Is(err, store.ErrNotFound) {
		err = fmt.Errorf("it is missing: %w", ErrChunk)
	}
	c := pool.Get().(*columns)
	c.reset()
	if err == nil {
		err = c.decode(chunk)
	}
	if err != nil {
		pool.Put(c)
		return nil, fmt.Errorf("chunk %x of %v: %w", p.name, p.stream, err)
	}
	return c, nil
}

// load brings what a reader sees of p, as if it were alone, into p.cols.
func (b *Book) load(r store.Reader, policy Policy, p *piece) error {
	if p.cols != nil {
		return nil
	}
	c, err := b.fetch(r, p)
	if err != nil {
		return err
	}
	c.drop(p.dead)
	c.hide(p.hidden)
	if policy != All {
		c.compact()
	}
	p.cols = c
	return nil
}

// release ends the use of what load brought.
func (p *piece) release() {
	if p.cols != nil && p.seq != tailSeq {
		pool.Put(p.cols)
	}
	p.cols = nil
}
