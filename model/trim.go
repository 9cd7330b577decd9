package model

import (
	"arbor/timeseries"
)

// stretch is the time [from, to).
type stretch struct{ from, to int64 }

// changeTrim takes the samples of a time out of a stream, as many as a chunk has room for. What takes that back is a chunk of them.
func (f *fold) changeTrim(o *op) (undoing, error) {
	h, err := f.get(o.node)
	if err != nil || h.node == nil {
		return undoing{}, err
	}
	gone, err := f.ks.book.Trim(f.tx, timeseries.ID(o.node), o.device.stream(), o.span.from, o.span.to)
	if err != nil || len(gone) == 0 {
		return undoing{}, err
	}
	chunk, err := timeseries.EncodeChunk(gone)
	if err != nil {
		return undoing{}, err
	}
	back := op{kind: opChunk, node: o.node, device: o.device, present: true, hash: timeseries.HashChunk(chunk)}
	return undoing{op: back, known: true, chunk: chunk}, nil
}

// trim takes what this device wrote to a series with times in [from, to) away, so that it takes no room any more.
func (e *Edit) trim(series ID, from, to int64) error {
	for {
		before := len(e.fold.side.inverse)
		if err := e.do(op{kind: opTrim, node: series, device: e.batch.device, span: stretch{from, to}}); err != nil {
			return err
		}
		if !e.fold.side.inverse[before].known {
			return nil
		}
	}
}
