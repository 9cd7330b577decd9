package timeseries

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"arbor/store"
)

// The entries of a stream lie in runs. A run has its chunks in the order of their times, each beginning where the one before it ends or later,
// and grows at its end alone: a chunk goes to the run that ends last before it begins, and where there is none a run begins. A series that
// is written in order is one run; an import of what was before it is another.
//
// A run is kept in blocks of fanOut entries. When a block of level 1, which has those of chunks, is full, one entry for all of it goes to the open
// block of level 2, and so on: what lies where follows from the number of entries alone. So a chunk that is added costs one block of
// level 1, and now and then one of the levels above. A chunk that is dropped leaves its place empty.
//
// Chunks for which a directory has no more room are loose: their entries have keys of their own, by class.
const fanOut = 32

// maxRuns bounds the runs of a stream.
const maxRuns = 64

// run is a line of a directory.
type runHead struct {
	id         uint16
	n          uint32 // chunks that were added
	live       uint32 // those of them that were not dropped
	start, end int64  // they lie within; a start that is not kept is math.MinInt64
}

// directory tells of a stream what runs it has.
type directory struct {
	runs     []runHead // in the order they began
	loose    uint32    // chunks in none
	looseEnd int64     // none of them ends later
}

// end returns a time that no chunk of the stream ends after.
func (d *directory) end() int64 {
	end := int64(math.MinInt64)
	if d.loose > 0 {
		end = d.looseEnd
	}
	for i := range d.runs {
		end = max(end, d.runs[i].end)
	}
	return end
}

// Keys behind a stream: loose entries begin with a class, which is 64 at most.
const (
	keyDirectory = 0x80
	keyBlock     = 0x81 // run, level, number
	keySketch    = 0x82 // run, number
)

func (s stream) directoryKey() []byte { return append(s.key(), keyDirectory) }

func (s stream) blockKey(run uint16, level int, number uint32) []byte {
	k := binary.BigEndian.AppendUint16(append(s.key(), keyBlock), run)
	return binary.BigEndian.AppendUint32(append(k, ^byte(level)), number) // the highest, which are read first, are beside the directory
}

// Kinds of directory, by the first byte. That of a series written in order is so short that the index keeps it, and an overview of what is
// not in memory has one read less to wait for.
const (
	directoryFull  = 1
	directoryShort = 2 // one run, of which nothing was dropped
)

func (d *directory) append(b []byte) []byte {
	if x := d.runs; len(x) == 1 && d.loose == 0 && x[0].id == 0 && x[0].live == x[0].n {
		b = binary.BigEndian.AppendUint64(append(b, directoryShort), uint64(x[0].end))
		return binary.AppendUvarint(b, uint64(x[0].n))
	}
	b = append(b, directoryFull)
	b = binary.AppendUvarint(b, uint64(d.loose))
	b = binary.BigEndian.AppendUint64(b, uint64(d.looseEnd))
	for _, x := range d.runs {
		b = binary.BigEndian.AppendUint16(b, x.id)
		b = binary.AppendUvarint(b, uint64(x.n))
		b = binary.AppendUvarint(b, uint64(x.live))
		b = binary.BigEndian.AppendUint64(b, uint64(x.start))
		b = binary.AppendUvarint(b, uint64(x.end-x.start))
	}
	return b
}

func decodeDirectory(b []byte) (d directory, err error) {
	if b == nil {
		return d, nil // there is none
	}
	r := reader{b: b}
	kind := r.take(1)[0]
	if kind == directoryShort {
		x := runHead{start: math.MinInt64, end: int64(binary.BigEndian.Uint64(r.take(8))), n: uint32(r.number())}
		x.live = x.n
		if r.bad || len(r.b) > 0 || x.n == 0 {
			return d, fmt.Errorf("directory: %w", ErrChunk)
		}
		return directory{runs: []runHead{x}}, nil
	}
	d.loose = uint32(r.number())
	d.looseEnd = int64(binary.BigEndian.Uint64(r.take(8)))
	for !r.bad && len(r.b) > 0 {
		x := runHead{id: binary.BigEndian.Uint16(r.take(2)), n: uint32(r.number()), live: uint32(r.number())}
		x.start = int64(binary.BigEndian.Uint64(r.take(8)))
		x.end = x.start + int64(r.number())
		d.runs = append(d.runs, x)
		if r.bad = r.bad || x.end < x.start || x.live > x.n || len(d.runs) > maxRuns; r.bad {
			break
		}
	}
	if r.bad || kind != directoryFull {
		return directory{}, fmt.Errorf("directory: %w", ErrChunk)
	}
	return d, nil
}

func (b *Book) directory(r store.Reader, s stream) (directory, error) {
	v, err := r.Get(b.summaries, s.directoryKey())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return directory{}, err
	}
	d, err := decodeDirectory(v)
	if err != nil {
		return d, fmt.Errorf("%v: %w", s, err)
	}
	return d, nil
}

func (b *Book) putDirectory(tx *store.Tx, s stream, d *directory) error {
	if len(d.runs) == 0 && d.loose == 0 {
		return tx.Delete(b.summaries, s.directoryKey())
	}
	return tx.Put(b.summaries, s.directoryKey(), d.append(nil))
}

// add writes the entry of a new chunk.
func (b *Book) add(tx *store.Tx, s stream, d *directory, e *entry) error {
	at := -1
	for i := range d.runs {
		if x := &d.runs[i]; x.end <= e.t0 && (at < 0 || x.end > d.runs[at].end) {
			at = i
		}
	}
	if at < 0 && len(d.runs) == maxRuns {
		if d.loose++; d.loose == 1 || e.t1 > d.looseEnd {
			d.looseEnd = e.t1
		}
		if err := tx.Put(b.summaries, s.entryKey(e.t0, e.t1, e.name), e.append(nil)); err != nil {
			return err
		}
		return b.putDirectory(tx, s, d)
	}
	if at < 0 {
		at = len(d.runs)
		d.runs = append(d.runs, runHead{id: d.freeRun(), start: e.t0})
	}
	x := &d.runs[at]
	if err := b.push(tx, s, x, 1, x.n, e); err != nil {
		return err
	}
	x.n, x.live, x.end = x.n+1, x.live+1, e.t1
	return b.putDirectory(tx, s, d)
}

// freeRun returns the least id that no run has.
func (d *directory) freeRun() uint16 {
	for id := uint16(0); ; id++ {
		if !slices.ContainsFunc(d.runs, func(x runHead) bool { return x.id == id }) {
			return id
		}
	}
}

// push writes an entry as the one of that number on a level, and if it fills its block one for that on the next level.
func (b *Book) push(tx *store.Tx, s stream, x *runHead, level int, number uint32, e *entry) error {
	key := s.blockKey(x.id, level, number/fanOut)
	var block []byte
	if number%fanOut > 0 {
		var err error
		if block, err = tx.Get(b.summaries, key); err != nil {
			return fmt.Errorf("block %d of level %d of %v: %w", number/fanOut, level, s, missing(err))
		}
	}
	block = e.append(block)
	if err := tx.Put(b.summaries, key, block); err != nil || number%fanOut < fanOut-1 {
		return err
	}
	above, entries, err := join(block)
	if err != nil {
		return fmt.Errorf("block %d of level %d of %v: %w", number/fanOut, level, s, err)
	}
	if level == 1 {
		if err := b.sketch(tx, s, x, number/fanOut, entries); err != nil {
			return err
		}
	}
	return b.push(tx, s, x, level+1, number/fanOut, &above)
}

// missing makes of what is not there damage.
func missing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("it is missing: %w", ErrChunk)
	}
	return err
}

// join returns the entry that stands for a block, and those in it.
func join(block []byte) (above entry, entries []entry, err error) {
	above.gone, above.print = true, printOf(block)
	for r := (reader{b: block}); len(r.b) > 0; {
		h := r.head()
		if r.bad {
			return above, nil, fmt.Errorf("entry %d: %w", len(entries), ErrChunk)
		}
		e, err := h.entry()
		if err != nil {
			return above, nil, err
		}
		entries = append(entries, e)
		if e.gone {
			continue
		}
		if !e.chunk && e.print == 0 {
			above.print = 0
		}
		if above.gone {
			above.t0, above.t1, above.gone = e.t0, e.t1, false
		}
		above.t0, above.t1 = min(above.t0, e.t0), max(above.t1, e.t1)
		above.sum, above.all = above.sum.Merge(e.sum), above.all.Merge(e.all)
	}
	return above, entries, nil
}

// change writes another entry to the place of one, and to those that stand for it on the levels above.
func (b *Book) change(tx *store.Tx, s stream, x *runHead, level int, number uint32, e *entry) error {
	key := s.blockKey(x.id, level, number/fanOut)
	block, err := tx.Get(b.summaries, key)
	if err != nil {
		return fmt.Errorf("block %d of level %d of %v: %w", number/fanOut, level, s, missing(err))
	}
	r := reader{b: block}
	for range number % fanOut {
		r.head()
	}
	from := len(block) - len(r.b)
	r.head()
	if r.bad {
		return fmt.Errorf("block %d of level %d of %v: %w", number/fanOut, level, s, ErrChunk)
	}
	next := e.append(slices.Clip(block[:from]))
	next = append(next, r.b...)
	if err := tx.Put(b.summaries, key, next); err != nil {
		return err
	}
	if filled := uint64(x.n) >> (5 * level); uint64(number/fanOut) >= filled {
		return nil // it is open: nothing stands for it yet
	}
	above, _, err := join(next)
	if err != nil {
		return fmt.Errorf("block %d of level %d of %v: %w", number/fanOut, level, s, err)
	}
	return b.change(tx, s, x, level+1, number/fanOut, &above)
}

// update writes the entry of p after its summaries have changed.
func (b *Book) update(tx *store.Tx, d *directory, p *piece) error {
	if p.loose {
		return tx.Put(b.summaries, p.stream.entryKey(p.t0, p.t1, p.name), p.entry.append(nil))
	}
	return b.change(tx, p.stream, d.run(p.run), 1, p.number, &p.entry)
}

func (d *directory) run(id uint16) *runHead {
	return &d.runs[slices.IndexFunc(d.runs, func(x runHead) bool { return x.id == id })]
}

// forget takes the entry of p away.
func (b *Book) forget(tx *store.Tx, d *directory, p *piece) error {
	s := p.stream
	if p.loose {
		d.loose--
		if err := tx.Delete(b.summaries, s.entryKey(p.t0, p.t1, p.name)); err != nil {
			return err
		}
		return b.putDirectory(tx, s, d)
	}
	x := d.run(p.run)
	if x.live--; x.live > 0 {
		if err := b.change(tx, s, x, 1, p.number, &entry{gone: true}); err != nil {
			return err
		}
		return b.putDirectory(tx, s, d)
	}
	for _, kind := range []byte{keyBlock, keySketch} {
		all := binary.BigEndian.AppendUint16(append(s.key(), kind), x.id)
		if err := tx.DeleteRange(b.summaries, store.Prefix(all)); err != nil {
			return err
		}
	}
	d.runs = slices.DeleteFunc(d.runs, func(x runHead) bool { return x.id == p.run })
	return b.putDirectory(tx, s, d)
}
