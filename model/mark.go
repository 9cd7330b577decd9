package model

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"arbor/timeseries"
)

// Corrections and deletions of samples are marks of the series. Where the op of one is undone the mark
// goes, where that is undone it comes back with the stamp it had.

const (
	markHides = 1
	markHas   = 2
)

// appendMark appends stamp, device, number, beginning, length, what it does, and its value.
func appendMark(b []byte, m timeseries.Mark) []byte {
	b = binary.BigEndian.AppendUint64(b, m.Stamp)
	b = binary.BigEndian.AppendUint64(b, m.Device)
	b = binary.AppendUvarint(b, uint64(m.N))
	b = appendVarint(b, m.From)
	b = binary.AppendUvarint(b, uint64(m.To-m.From))
	does := byte(0)
	if m.Hides {
		does |= markHides
	}
	if m.Has {
		does |= markHas
	}
	b = append(b, does)
	if m.Has {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(m.V))
	}
	return b
}

func decodeMark(d *decoder) (m timeseries.Mark) {
	m.Stamp, m.Device = d.u64(), d.u64()
	n := d.uvarint()
	m.From = d.varint()
	m.To = m.From + int64(d.uvarint())
	does := d.byte()
	if n > math.MaxUint16 || does > markHides|markHas {
		d.fail("mark")
	}
	m.N, m.Hides, m.Has = uint16(n), does&markHides != 0, does&markHas != 0
	if m.Has {
		m.V = math.Float64frombits(d.u64())
	}
	return m
}

// changeMark adds a mark to a series, or takes it away.
func (f *fold) changeMark(o *op) (undoing, error) {
	h, err := f.get(o.node)
	if err != nil || h.node == nil {
		return undoing{}, err
	}
	change := f.ks.book.PutMark
	if !o.present {
		change = f.ks.book.DropMark
	}
	changed, err := change(f.tx, timeseries.ID(o.node), o.mark)
	if err != nil || !changed {
		return undoing{}, err
	}
	back := *o
	back.present = !o.present
	return inverseOf(back), nil
}

// mark says of a series what m does, above all that is there: its stamp is that of the batch, or one more than the greatest it meets, which may come
// from a device whose clock is ahead.
func (e *Edit) mark(series ID, m timeseries.Mark) error {
	if len(e.batch.ops) > math.MaxUint16 {
		return fmt.Errorf("%d changes at once: %w", len(e.batch.ops), ErrTooLarge)
	}
	m.Stamp, m.Device, m.N = uint64(e.batch.stamp), e.batch.device.stream(), uint16(len(e.batch.ops))
	there, err := e.t.ks.book.Marks(e.r, timeseries.ID(series), m.From, m.To)
	if err != nil {
		return err
	}
	for _, o := range there {
		if o.Stamp >= m.Stamp && o.Stamp < math.MaxUint64 {
			m.Stamp = o.Stamp + 1
		}
	}
	return e.do(op{kind: opMark, node: series, present: true, mark: m})
}

// logAbove writes those of samples that would not be seen as values above what hides them, and returns the others.
func (e *Edit) logAbove(series ID, samples []timeseries.Sample) ([]timeseries.Sample, error) {
	n, err := e.need(series)
	if err != nil {
		return nil, err
	}
	source, own := n.Source(), e.batch.device.stream()
	first, last := samples[0].T, samples[0].T
	for _, s := range samples {
		first, last = min(first, s.T), max(last, s.T)
	}
	if clear, err := e.t.ks.book.Clear(e.r, source, own, first, last+1); err != nil || clear {
		return samples, err
	}
	var failed error
	rest := slices.DeleteFunc(samples, func(s timeseries.Sample) bool {
		if failed != nil {
			return false
		}
		beneath, err := e.t.ks.book.Beneath(e.r, source, own, s.T)
		if err == nil && beneath {
			err = e.mark(series, timeseries.Mark{From: s.T, To: s.T + 1, Has: true, V: s.V})
		}
		failed = err
		return beneath
	})
	return rest, failed
}

// Correct makes s what a series has at its time, whatever devices wrote there. What comes later from a device that does not know of it is hidden.
func (e *Edit) Correct(series ID, s timeseries.Sample) error {
	if _, err := e.need(series); err != nil {
		return err
	}
	if s.T == math.MaxInt64 {
		return fmt.Errorf("correct %s: %w", series, timeseries.ErrTime)
	}
	if err := e.setFlag(series, isSeries, true); err != nil {
		return err
	}
	return e.mark(series, timeseries.Mark{From: s.T, To: s.T + 1, Hides: true, Has: true, V: s.V})
}

// RemoveSamples takes the samples of a series with times in [from, to) away, those of every device. The cost does not depend on how many they are.
func (e *Edit) RemoveSamples(series ID, from, to int64) error {
	if _, err := e.need(series); err != nil {
		return err
	}
	if from >= to {
		return fmt.Errorf("remove samples of %s: %w", series, timeseries.ErrMark)
	}
	return e.mark(series, timeseries.Mark{From: from, To: to, Hides: true})
}

// loggedNothing reports whether nothing was logged in the time of the mark of o since b took it away. What was has no stamp and would be hidden if the mark
// came back with the one it had, although it was not meant.
func (e *Edit) loggedNothing(b *batch, o *op) (bool, error) {
	within := func(s timeseries.Sample) bool { return o.mark.From <= s.T && s.T < o.mark.To }
	for entry, err := range readLog(&e.t.ks, e.r, b.device, b.seq+1) {
		if err != nil {
			return false, err
		}
		if entry.batch.role != roleAction && entry.batch.role != rolePart {
			continue // what undo takes away and redo brings back was there when the mark was made
		}
		for _, x := range entry.batch.ops {
			if x.node == o.node && (x.kind == opSamples && x.mode == samplesAppend && slices.ContainsFunc(x.samples, within) || x.kind == opChunk && x.present) {
				return false, nil
			}
		}
	}
	return true, nil
}
