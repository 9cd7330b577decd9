package timeseries

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Packer makes chunks of samples that come in any order, for PutChunk. Those that come in the order of time go straight into chunks;
// those that come late are kept, 16 bytes each, and make chunks of their own in the end, so that a few late samples do not spread chunks
// over years. Put in the order in which they are given out, the chunks show of several samples with one time the one added last. The
// same samples in the same order give the same chunks.
type Packer struct {
	emit func(chunk []byte) error
	run  columns
	late []Sample
	last int64 // the time of the last sample that was not late
}

// NewPacker returns a packer that gives its chunks to emit.
func NewPacker(emit func(chunk []byte) error) *Packer {
	return &Packer{emit: emit, last: math.MinInt64}
}

// Add takes a sample.
func (p *Packer) Add(s Sample) error {
	if s.T == math.MaxInt64 {
		return fmt.Errorf("pack: %w", ErrTime)
	}
	if s.T < p.last {
		p.late = append(p.late, s)
		return nil
	}
	p.last = s.T
	p.run.t, p.run.v = append(p.run.t, s.T), append(p.run.v, s.V)
	if len(p.run.t) == MaxChunk {
		return p.flush()
	}
	return nil
}

func (p *Packer) flush() error {
	if len(p.run.t) == 0 {
		return nil
	}
	chunk, err := p.run.encode()
	p.run.reset()
	if err != nil {
		return err
	}
	return p.emit(chunk)
}

// Close gives out what is left.
func (p *Packer) Close() error {
	if err := p.flush(); err != nil {
		return err
	}
	slices.SortStableFunc(p.late, func(a, b Sample) int { return cmp.Compare(a.T, b.T) })
	for part := range slices.Chunk(p.late, MaxChunk) {
		chunk, err := EncodeChunk(part)
		if err != nil {
			return err
		}
		if err := p.emit(chunk); err != nil {
			return err
		}
	}
	p.late = nil
	return nil
}
