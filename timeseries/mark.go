package timeseries

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"arbor/store"
)

// Mark is what a person said of a series in knowledge of what was there: that a sample has another value, or that the samples of some time are
// to go. It has a stamp, while samples have none and are older than any mark: a stamp for each would take as much room as the sample.
//
// A mark that hides takes from sight what is older than it in [From, To), of every device, also what comes in later. A mark with a value is a sample
// of its device at From, seen unless a later mark hides it. A correction does both; what is written where marks are is a value that hides
// nothing. Marks are a set, of which each is told apart by all that is in it: in whatever order they come in, what is seen is the same.
type Mark struct {
	From, To int64 // for a value, To is From+1
	Stamp    uint64
	Device   uint64
	N        uint16 // tells apart those of one stamp
	Hides    bool
	Has      bool // a value
	V        float64
}

// ErrMark means a mark that neither hides nor has a value, or whose end is not behind its beginning.
var ErrMark = errors.New("not a mark of a series")

// Valid returns ErrMark unless m is a mark.
func (m Mark) Valid() error {
	if m.From >= m.To || !m.Hides && !m.Has || m.Has && m.To != m.From+1 {
		return ErrMark
	}
	return nil
}

// after reports whether m is later than o.
func (m Mark) after(o Mark) bool {
	return cmp.Or(cmp.Compare(m.Stamp, o.Stamp), cmp.Compare(m.Device, o.Device), cmp.Compare(m.N, o.N)) > 0
}

// class is that of chunks, see class.
func (m Mark) class() byte { return byte(bits.Len64(uint64(m.To - m.From - 1))) }

const (
	markKeySize = 8 + 1 + 8 + 8 + 8 + 2

	markHides = 1
	markHas   = 2
)

// key is series, class, first time, stamp, device, number.
func (m Mark) key(series ID) []byte {
	k := append(make([]byte, 0, markKeySize), series[:]...)
	k = binary.BigEndian.AppendUint64(append(k, m.class()), ordered(m.From))
	k = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(k, m.Stamp), m.Device)
	return binary.BigEndian.AppendUint16(k, m.N)
}

// value is what the mark does, how far it reaches, and its value.
func (m Mark) value() []byte {
	does := byte(0)
	if m.Hides {
		does |= markHides
	}
	if m.Has {
		does |= markHas
	}
	b := binary.AppendUvarint([]byte{does}, uint64(m.To-m.From))
	if m.Has {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(m.V))
	}
	return b
}

func decodeMark(k, v []byte) (m Mark, err error) {
	bad := fmt.Errorf("mark %x: %w", k, ErrChunk)
	if len(k) != markKeySize || len(v) == 0 || v[0] > markHides|markHas {
		return m, bad
	}
	m.From = unordered(binary.BigEndian.Uint64(k[9:]))
	m.Stamp, m.Device, m.N = binary.BigEndian.Uint64(k[17:]), binary.BigEndian.Uint64(k[25:]), binary.BigEndian.Uint16(k[33:])
	m.Hides, m.Has = v[0]&markHides != 0, v[0]&markHas != 0
	length, n := binary.Uvarint(v[1:])
	v = v[1+max(n, 0):]
	if n <= 0 || m.Has && len(v) != 8 || !m.Has && len(v) != 0 {
		return m, bad
	}
	m.To = m.From + int64(length)
	if m.Has {
		m.V = math.Float64frombits(binary.BigEndian.Uint64(v))
	}
	if m.Valid() != nil || m.class() != k[8] {
		return m, bad
	}
	return m, nil
}

// PutMark adds a mark, and reports whether it was not there.
func (b *Book) PutMark(tx *store.Tx, series ID, m Mark) (bool, error) {
	if err := m.Valid(); err != nil {
		return false, err
	}
	if _, err := tx.Get(b.marks, m.key(series)); !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	return true, tx.Put(b.marks, m.key(series), m.value())
}

// DropMark takes a mark away, and reports whether it was there.
func (b *Book) DropMark(tx *store.Tx, series ID, m Mark) (bool, error) {
	if _, err := tx.Get(b.marks, m.key(series)); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			err = nil
		}
		return false, err
	}
	return true, tx.Delete(b.marks, m.key(series))
}

// Marks returns the marks of a series that reach into [from, to), by their beginning. A series without any costs one seek.
func (b *Book) Marks(r store.Reader, series ID, from, to int64) ([]Mark, error) {
	var out []Mark
	for c := 0; ; c++ {
		rest := store.Range{From: append(slices.Clone(series[:]), byte(c)), To: store.Prefix(series[:]).To}
		next, err := b.firstMark(r, rest)
		if err != nil {
			return nil, err
		}
		if next < 0 {
			slices.SortFunc(out, func(a, b Mark) int { return cmp.Compare(a.From, b.From) })
			return out, nil
		}
		c = next
		head := append(slices.Clone(series[:]), byte(c))
		reach := store.Range{
			From: binary.BigEndian.AppendUint64(slices.Clone(head), ordered(earliest(from, c))),
			To:   binary.BigEndian.AppendUint64(slices.Clone(head), ordered(to)),
		}
		for e, err := range r.Scan(b.marks, reach) {
			if err != nil {
				return nil, err
			}
			m, err := decodeMark(e.Key, e.Value)
			if err != nil {
				return nil, fmt.Errorf("series %x: %w", series, err)
			}
			if m.To > from {
				out = append(out, m)
			}
		}
	}
}

// firstMark returns the class of the first mark in a range, -1 if there is none.
func (b *Book) firstMark(r store.Reader, rng store.Range) (int, error) {
	for e, err := range r.Scan(b.marks, rng) {
		if err == nil && len(e.Key) != markKeySize {
			err = fmt.Errorf("mark %x: %w", e.Key, ErrChunk)
		}
		if err != nil {
			return 0, err
		}
		return int(e.Key[8]), nil
	}
	return -1, nil
}

// earliest returns the least time at which what is of a class can begin and still reach from: it is shorter than 1<<class.
func earliest(from int64, class int) int64 {
	low := int64(math.MinInt64)
	if reach := uint64(1)<<class - 1; uint64(from)-uint64(low) > reach { // for the class of 64 a shift leaves 0, and 0-1 is all
		low = from - int64(reach)
	}
	return low
}

// Beneath reports whether a sample that device writes at t would not be seen, because marks are there or, under Last, a greater device has a
// sample of that time. It is to be a mark then. The cost is that of a look at each stream.
func (b *Book) Beneath(r store.Reader, series Series, device uint64, t int64) (bool, error) {
	marks, err := b.Marks(r, series.ID, t, t+1)
	if err != nil || len(marks) > 0 || series.Merge != Last {
		return len(marks) > 0, err
	}
	greater, err := b.greater(r, stream{series.ID, device})
	for i := 0; err == nil && i < len(greater); i++ {
		var there bool
		if there, err = b.hasAt(r, greater[i], t); err == nil && there {
			return true, nil
		}
	}
	return false, err
}

// Clear reports whether Beneath is false in all of [from, to), because no marks are there and, under Last, no greater device has written to the
// series. It may be false where Beneath is, too.
func (b *Book) Clear(r store.Reader, series Series, device uint64, from, to int64) (bool, error) {
	marks, err := b.Marks(r, series.ID, from, to)
	if err != nil || len(marks) > 0 || series.Merge != Last {
		return err == nil && len(marks) == 0, err
	}
	greater, err := b.greater(r, stream{series.ID, device})
	return err == nil && len(greater) == 0, err
}

// greater returns the streams of greater devices.
func (b *Book) greater(r store.Reader, s stream) (out []stream, err error) {
	for e, err := range r.Scan(b.tails, store.Range{From: s.key(), To: store.Prefix(s.series[:]).To}) {
		if err != nil {
			return nil, err
		}
		if len(e.Key) != streamSize {
			return nil, fmt.Errorf("tail %x: %w", e.Key, ErrChunk)
		}
		if d := binary.BigEndian.Uint64(e.Key[8:]); d != s.device {
			out = append(out, stream{s.series, d})
		}
	}
	return out, nil
}

// hasAt reports whether a stream has a sample of time t that is not removed.
func (b *Book) hasAt(r store.Reader, s stream, t int64) (bool, error) {
	tail, err := b.tail(r, s)
	if err != nil {
		return false, err
	}
	if _, found := slices.BinarySearch(tail.t, t); found {
		return true, nil
	}
	d, err := b.directory(r, s)
	if err != nil {
		return false, err
	}
	pieces, err := b.holding(r, s, d, []int64{t})
	if err == nil {
		err = b.loadAll(r, Last, pieces, false, nil)
	}
	if err != nil {
		return false, err
	}
	there := false
	for _, p := range pieces {
		_, found := slices.BinarySearch(p.cols.t, t)
		there = there || found
		b.release(p)
	}
	return there, nil
}
