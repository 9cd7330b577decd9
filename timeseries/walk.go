package timeseries

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"arbor/store"
)

// source is a stream of chunks as a query meets it.
type source struct {
	stream
	directory
}

// scene is what a query meets in a span of time.
type scene struct {
	sources []source   // in the order of their devices
	top     []*piece   // what lies above chunks: tails, and the values of marks
	hidden  []interval // by marks
}

func (b *Book) scene(r store.Reader, series Series, from, to int64) (*scene, error) {
	sc := &scene{}
	var keys [][]byte
	for e, err := range r.Scan(b.tails, store.Prefix(series.ID[:])) {
		if err != nil {
			return nil, err
		}
		if len(e.Key) != streamSize {
			return nil, fmt.Errorf("tail %x: %w", e.Key, ErrChunk)
		}
		s := stream{series.ID, binary.BigEndian.Uint64(e.Key[8:])}
		t, err := decodeTail(e.Value)
		if err != nil {
			return nil, fmt.Errorf("tail of %v: %w", s, err)
		}
		if series.Merge != All {
			t.compact()
		}
		if n := len(t.t); n > 0 && t.t[0] < to && t.t[n-1] >= from {
			p := &piece{stream: s, cols: &t.columns}
			p.seq, p.t0, p.t1 = tailSeq, t.t[0], t.t[n-1]
			sc.top = append(sc.top, p)
		}
		sc.sources, keys = append(sc.sources, source{stream: s}), append(keys, s.directoryKey())
	}
	if len(keys) > 0 {
		found, err := r.GetMany(b.summaries, keys)
		if err != nil {
			return nil, err
		}
		for i, v := range found {
			if sc.sources[i].directory, err = decodeDirectory(v); err != nil {
				return nil, fmt.Errorf("%v: %w", sc.sources[i].stream, err)
			}
		}
	}
	marks, err := b.Marks(r, series.ID, from, to)
	if err == nil && len(marks) > 0 {
		sc.hidden = hiddenBy(marks)
		sc.top = masked(sc.top, marks, series.Merge)
	}
	return sc, err
}

// place is where an entry is kept.
type place struct {
	loose  bool
	run    uint16
	number uint32 // of the entry on its level of the run
}

// node is an entry that a walk has come to.
type node struct {
	head
	place
	level int // 1 is that of chunks
	of    *source
}

// blockRef is a block that a walk goes into.
type blockRef struct {
	of     *source
	run    uint16
	level  int
	number uint32
	total  uint64 // entries on that level of the run
	bytes  []byte // nil if it was not fetched yet
}

// block returns the block that n, of a level above 1, stands for.
func (n *node) block() blockRef {
	return blockRef{n.of, n.run, n.level - 1, n.number, fanOut * uint64(n.number+1), nil}
}

// maxBlocks bounds the blocks that are in memory at once.
const maxBlocks = 1024

// walk shows open the entries of the streams that may hold samples in [from, to), from the highest level down, those of a run and a level in
// the order of their times, and goes into those of which open says so. The blocks of a level are fetched together. The node is lent until
// open returns; its bytes stay.
func (b *Book) walk(r store.Reader, from []source, first, end int64, open func(n *node) (bool, error)) error {
	atEnd, err := b.openBlocks(r, from, first, end)
	if err != nil {
		return err
	}
	var next []blockRef
	for level := len(atEnd); level > 0; level-- {
		this := append(next, atEnd[level-1]...) // what is open is behind what is full
		next = nil
		for part := range slices.Chunk(this, maxBlocks) {
			if next, err = b.enter(r, part, first, end, open, next); err != nil {
				return err
			}
		}
	}
	for i := range from {
		if from[i].loose > 0 {
			if err := b.walkLoose(r, &from[i], first, end, open); err != nil {
				return err
			}
		}
	}
	return nil
}

// openBlocks returns of each level the blocks that are not full of the runs that reach into [first, end), fetched together.
func (b *Book) openBlocks(r store.Reader, from []source, first, end int64) ([][]blockRef, error) {
	var all []blockRef
	var keys [][]byte
	top := 0
	for i := range from {
		for _, x := range from[i].runs {
			if x.start >= end || x.end < first {
				continue
			}
			for level := 1; level <= levels(x.n); level++ {
				if n := uint64(x.n) >> (5 * (level - 1)); n%fanOut > 0 {
					all = append(all, blockRef{&from[i], x.id, level, uint32(n / fanOut), n, nil})
					keys = append(keys, from[i].blockKey(x.id, level, uint32(n/fanOut)))
				}
			}
			top = max(top, levels(x.n))
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := r.GetMany(b.summaries, keys)
	if err != nil {
		return nil, err
	}
	out := make([][]blockRef, top)
	for i, x := range all {
		if x.bytes = found[i]; x.bytes == nil {
			x.bytes = []byte{} // which is not what belongs there
		}
		out[x.level-1] = append(out[x.level-1], x)
	}
	return out, nil
}

// levels returns how many levels a run of n chunks has.
func levels(n uint32) int { return (bits.Len32(n) + 4) / 5 }

// enter shows open what is in the blocks, and appends to next those of the level below that it wants.
func (b *Book) enter(r store.Reader, blocks []blockRef, first, end int64, open func(n *node) (bool, error), next []blockRef) ([]blockRef, error) {
	var keys [][]byte
	for _, x := range blocks {
		if x.bytes == nil {
			keys = append(keys, x.of.blockKey(x.run, x.level, x.number))
		}
	}
	var found [][]byte
	if len(keys) > 0 {
		var err error
		if found, err = r.GetMany(b.summaries, keys); err != nil {
			return next, err
		}
	}
	for _, x := range blocks {
		v := x.bytes
		if v == nil {
			v, found = found[0], found[1:]
		}
		rd := reader{b: v}
		n := node{level: x.level, of: x.of, place: place{run: x.run, number: x.number * fanOut}}
		for ; len(rd.b) > 0 && !rd.bad; n.number++ {
			if n.head = rd.head(); rd.bad || n.gone || n.t1 < first || n.t0 >= end {
				continue
			}
			into, err := open(&n)
			if err != nil {
				return next, fmt.Errorf("block %d of level %d of %v: %w", x.number, x.level, x.of.stream, err)
			}
			if into && x.level > 1 {
				next = append(next, n.block())
			}
		}
		if rd.bad || uint64(n.number) != min(x.total, fanOut*uint64(x.number+1)) {
			return next, fmt.Errorf("block %d of level %d of %v: %w", x.number, x.level, x.of.stream, ErrChunk)
		}
	}
	return next, nil
}

// walkLoose shows open the loose chunks.
func (b *Book) walkLoose(r store.Reader, of *source, first, end int64, open func(n *node) (bool, error)) error {
	s := of.stream
	for c := 0; ; c++ {
		next, err := b.firstKey(r, store.Range{From: append(s.key(), byte(c)), To: append(s.key(), keyDirectory)})
		if err != nil || next == nil {
			return err
		}
		c = int(next[streamSize])
		prefix := append(s.key(), byte(c))
		rng := store.Range{
			From: binary.BigEndian.AppendUint64(slices.Clone(prefix), ordered(earliest(first, c))),
			To:   binary.BigEndian.AppendUint64(slices.Clone(prefix), ordered(end)),
		}
		for e, err := range r.Scan(b.summaries, rng) {
			if err != nil {
				return err
			}
			rd := reader{b: e.Value}
			n := node{level: 1, of: of, place: place{loose: true}, head: rd.head()}
			n.rest = bytes.Clone(n.rest) // the scan only lends it
			if rd.bad || len(rd.b) > 0 || n.gone {
				return fmt.Errorf("entry %x: %w", e.Key, ErrChunk)
			}
			if n.t1 < first {
				continue
			}
			if _, err := open(&n); err != nil {
				return fmt.Errorf("entry %x: %w", e.Key, err)
			}
		}
	}
}

// firstKey returns the first key of loose entries in rng, nil if there is none.
func (b *Book) firstKey(r store.Reader, rng store.Range) ([]byte, error) {
	for e, err := range r.Scan(b.summaries, rng) {
		if err == nil && len(e.Key) <= streamSize+1+8 {
			err = fmt.Errorf("entry %x: %w", e.Key, ErrChunk)
		}
		return slices.Clone(e.Key), err
	}
	return nil, nil
}

// piece makes a node of a chunk one to be read.
func (n *node) piece() (*piece, error) {
	e, err := n.entry()
	if err == nil && !e.chunk {
		err = fmt.Errorf("it is not of a chunk: %w", ErrChunk)
	}
	if err != nil {
		return nil, err
	}
	return &piece{entry: e, place: n.place, stream: n.of.stream}, nil
}

// pieces returns all of a scene that may hold samples in [first, end), in the order of their first times.
func (b *Book) pieces(r store.Reader, sc *scene, first, end int64) ([]*piece, error) {
	var out []*piece
	for _, p := range sc.top {
		if p.t0 < end && p.t1 >= first {
			again := *p // what is read of it does not use it up
			out = append(out, &again)
		}
	}
	err := b.walk(r, sc.sources, first, end, func(n *node) (bool, error) {
		hidden := hiddenIn(sc.hidden, n.t0, n.t1)
		if n.level > 1 || len(hidden) > 0 && hidden[0].from <= n.t0 && hidden[0].to > n.t1 {
			return n.level > 1, nil
		}
		p, err := n.piece()
		if err == nil {
			p.hidden = hidden
			out = append(out, p)
		}
		return false, err
	})
	sortPieces(out)
	return out, err
}

// holding returns the chunks of a stream whose times embrace one of t, which rise, in the order they were written.
func (b *Book) holding(r store.Reader, s stream, d directory, t []int64) ([]*piece, error) {
	var out []*piece
	if len(t) == 0 || t[0] == math.MaxInt64 {
		return nil, nil
	}
	from := []source{{stream: s, directory: d}}
	err := b.walk(r, from, t[0], t[len(t)-1]+1, func(n *node) (bool, error) {
		if !touches(t, n.t0, n.t1) || n.level > 1 {
			return n.level > 1 && touches(t, n.t0, n.t1), nil
		}
		p, err := n.piece()
		out = append(out, p)
		return false, err
	})
	slices.SortFunc(out, func(a, b *piece) int { return compareSeq(a, b) })
	return out, err
}

// touches reports whether one of t, which rise, lies in [t0, t1].
func touches(t []int64, t0, t1 int64) bool {
	i := countBelow(t, t0)
	return i < len(t) && t[i] <= t1
}
