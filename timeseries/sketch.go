package timeseries

import (
	"encoding/binary"
	"errors"
	"fmt"

	"arbor/store"
	"arbor/timeseries/histogram"
)

// sketchBlocks is how many full blocks of level 1 one sketch has the values of: a block of level 2.
const sketchBlocks = fanOut

func (s stream) sketchKey(run uint16, number uint32) []byte {
	k := binary.BigEndian.AppendUint16(append(s.key(), keySketch), run)
	return binary.BigEndian.AppendUint32(k, number)
}

// sketched returns the histogram of the values that a reader of the stream sees in the full blocks of level 1 below a block of level 2.
func (b *Book) sketched(r store.Reader, s stream, run uint16, number uint32) (*histogram.Histogram, error) {
	v, err := r.Get(b.summaries, s.sketchKey(run, number))
	if errors.Is(err, store.ErrNotFound) {
		return &histogram.Histogram{}, nil
	}
	if err != nil {
		return nil, err
	}
	return decodeSketch(s, number, v)
}

func decodeSketch(s stream, number uint32, v []byte) (*histogram.Histogram, error) {
	h, err := histogram.Decode(v)
	if err != nil {
		return nil, fmt.Errorf("sketch %d of %v: %w: %w", number, s, ErrChunk, err)
	}
	return h, nil
}

func (b *Book) putSketch(tx *store.Tx, s stream, run uint16, number uint32, h *histogram.Histogram) error {
	v, err := h.AppendBinary(nil)
	if err != nil {
		return err
	}
	return tx.Put(b.summaries, s.sketchKey(run, number), v)
}

// sketch adds the values of a block of level 1, which is full now, to the sketch it belongs to.
func (b *Book) sketch(tx *store.Tx, s stream, x *runHead, block uint32, entries []entry) error {
	h, err := b.sketched(tx, s, x.id, block/sketchBlocks)
	if err != nil {
		return err
	}
	if own := b.gathered.take(s, entries); own != nil {
		h.Merge(own)
		return b.putSketch(tx, s, x.id, block/sketchBlocks, h)
	}
	var pieces []*piece
	for i := range entries {
		if e := &entries[i]; !e.gone {
			pieces = append(pieces, &piece{entry: *e, stream: s})
		}
	}
	if err := b.loadAll(tx, Last, pieces, false, nil); err != nil {
		return err
	}
	for _, p := range pieces {
		h.AddAll(p.cols.v)
		b.release(p)
	}
	return b.putSketch(tx, s, x.id, block/sketchBlocks, h)
}

// resketch takes what a reader saw of a chunk that holds c out of its sketch, and puts in what it sees now: nothing if
// after is nil.
func (b *Book) resketch(tx *store.Tx, d *directory, p *piece, before, after *entry, c *columns) error {
	if p.loose || p.number/fanOut >= d.run(p.run).n/fanOut {
		return nil // its block is not full
	}
	number := p.number / fanOut / sketchBlocks
	h, err := b.sketched(tx, p.stream, p.run, number)
	if err != nil {
		return err
	}
	live := pool.Get().(*columns)
	defer pool.Put(live)
	tell := func(e *entry, count func(float64)) {
		live.set(c)
		e.seen(live, Last)
		for _, v := range live.v {
			count(v)
		}
	}
	tell(before, h.Remove)
	if after != nil {
		tell(after, h.Add)
	}
	return b.putSketch(tx, p.stream, p.run, number, h)
}
