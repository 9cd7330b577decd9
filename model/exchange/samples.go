package exchange

import (
	"errors"
	"fmt"
	"math"

	"arbor/model"
	"arbor/timeseries"
)

// Samples are samples of one series, their times in order and no time twice.
type Samples struct {
	Series  model.ID
	Samples []timeseries.Sample
}

// Missing returns the samples that a series does not have with that time and value. If the series is not in the tree these are all.
func Missing(v *model.View, book *timeseries.Book, s Samples) ([]timeseries.Sample, error) {
	if len(s.Samples) == 0 {
		return nil, nil
	}
	top, err := v.Top(s.Series)
	if errors.Is(err, model.ErrNoNode) || err == nil && top == model.Detached {
		return s.Samples, nil
	}
	if err != nil {
		return nil, err
	}
	var fresh []timeseries.Sample
	rest := s.Samples
	for have, err := range book.Range(v.Reader(), timeseries.ID(s.Series), rest[0].T, rest[len(rest)-1].T+1) {
		if err != nil {
			return nil, fmt.Errorf("samples of %s: %w", s.Series, err)
		}
		for len(rest) > 0 && rest[0].T < have.T {
			fresh, rest = append(fresh, rest[0]), rest[1:]
		}
		if len(rest) > 0 && rest[0].T == have.T {
			if !same(rest[0].V, have.V) {
				fresh = append(fresh, rest[0])
			}
			rest = rest[1:]
		}
	}
	return append(fresh, rest...), nil
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// samples puts those samples into a series that it lacks.
func (a *applier) samples(s Samples) error {
	return a.im.View(func(v *model.View) error {
		fresh, err := Missing(v, a.book, s)
		if err != nil {
			return err
		}
		return PutSamples(a.im, Samples{s.Series, fresh})
	})
}

// PutSamples adds samples to a series of an import, or of the tree, as chunks.
func PutSamples(im *model.Importer, s Samples) error {
	for rest := s.Samples; len(rest) > 0; {
		n := min(len(rest), timeseries.MaxChunk)
		chunk, err := timeseries.EncodeChunk(rest[:n])
		if err != nil {
			return fmt.Errorf("samples of %s: %w", s.Series, err)
		}
		if err := im.PutChunk(s.Series, chunk); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}
