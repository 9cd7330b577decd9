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

// Fresh are the samples that a series lacks.
type Fresh struct {
	Added   []timeseries.Sample // of times that it does not have
	Changed []timeseries.Sample // of times that it has with another value
}

// Len returns how many they are.
func (f Fresh) Len() int { return len(f.Added) + len(f.Changed) }

// CountSamples adds fresh samples to the report.
func (r *Report) CountSamples(f Fresh) {
	r.Samples += f.Len()
	if len(f.Changed) > 0 {
		r.MapCount(0, len(f.Changed), "samples whose time was there with another value → the file's value")
	}
}

// Missing returns the samples that a series does not have. If the series is not in the tree these are all.
func Missing(v *model.View, book *timeseries.Book, s Samples) (f Fresh, err error) {
	if len(s.Samples) == 0 {
		return f, nil
	}
	top, err := v.Top(s.Series)
	if errors.Is(err, model.ErrNoNode) || err == nil && top == model.Detached {
		return Fresh{Added: s.Samples}, nil
	}
	if err != nil {
		return f, err
	}
	rest := s.Samples
	for have, err := range book.Range(v.Reader(), timeseries.ID(s.Series), rest[0].T, rest[len(rest)-1].T+1) {
		if err != nil {
			return f, fmt.Errorf("samples of %s: %w", s.Series, err)
		}
		n := 0
		for n < len(rest) && rest[n].T < have.T {
			n++
		}
		f.Added, rest = append(f.Added, rest[:n]...), rest[n:]
		if len(rest) > 0 && rest[0].T == have.T {
			if !same(rest[0].V, have.V) {
				f.Changed = append(f.Changed, rest[0])
			}
			rest = rest[1:]
		}
	}
	f.Added = append(f.Added, rest...)
	return f, nil
}

// missing is Missing of what the file may say of a series.
func (p *Plan) missing(v *model.View, book *timeseries.Book, s Samples) (Fresh, error) {
	s, err := p.settled(v, s)
	if err != nil {
		return Fresh{}, err
	}
	return Missing(v, book, s)
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// Put adds samples to a series of an import, or of the tree: new ones as chunks, and as if logged by hand those that must lie above what is
// there.
func (f Fresh) Put(im *model.Importer, series model.ID) error {
	for rest := f.Added; len(rest) > 0; {
		n := min(len(rest), timeseries.MaxChunk)
		chunk, err := timeseries.EncodeChunk(rest[:n])
		if err != nil {
			return fmt.Errorf("samples of %s: %w", series, err)
		}
		if err := im.PutChunk(series, chunk); err != nil {
			return err
		}
		rest = rest[n:]
	}
	for rest := f.Changed; len(rest) > 0; {
		part := rest[:min(len(rest), timeseries.MaxChunk)]
		im.Change(16*len(part), func(e *model.Edit) error { return e.Log(series, part...) })
		rest = rest[len(part):]
	}
	return nil
}

// samples puts those samples into a series that it lacks.
func (a *applier) samples(s Samples) error {
	return a.im.View(func(v *model.View) error {
		fresh, err := a.plan.missing(v, a.book, s)
		if err != nil {
			return err
		}
		return fresh.Put(a.im, s.Series)
	})
}
