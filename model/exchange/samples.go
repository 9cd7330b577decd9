package exchange

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"arbor/model"
	"arbor/timeseries"
)

// Samples are samples of one series, their times in order. A time may be there twice in one that keeps all samples.
type Samples struct {
	Series  model.ID
	Samples []timeseries.Sample
	Texts   []string // what values of theirs stand for, of a series of texts
	Merged  bool     // they are what a tree showed of all its devices; else what this device has measured itself
}

// Fresh are the samples that a series lacks.
type Fresh struct {
	Added   []timeseries.Sample // of times that it does not have
	Above   []timeseries.Sample // of times in which it was corrected or samples were removed: they come above that
	Changed []timeseries.Sample // of times that it has with another value

	Tidied int // how many are part of what was summed up already, as keep of the series says

	correct bool // the others are not only to be above, but the only ones of their times
}

// Len returns how many they are.
func (f Fresh) Len() int { return len(f.Added) + len(f.Above) + len(f.Changed) }

// CountSamples adds fresh samples to the report.
func (r *Report) CountSamples(f Fresh) { r.CountFresh(f.Len(), len(f.Changed)) }

// CountFresh adds a number of fresh samples to the report, and how many of them change a value.
func (r *Report) CountFresh(samples, changed int) {
	r.Samples += samples
	if changed > 0 {
		r.MapCount(0, changed, "samples whose time was there with another value → the file's value")
	}
}

// Missing returns the samples that a series does not have. If the series is not in the tree these are all. Of a series that keeps all samples
// it lacks what it has less often than the file, and nothing of it is changed. Of one that adds up, or compares, what devices have, what this one
// measured itself is held against what it has, not against what others have.
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
	n, err := v.Node(s.Series)
	if err != nil {
		return f, err
	}
	source := n.Source()
	rest, err := v.Untidied(&n, s.Samples)
	if f.Tidied = len(s.Samples) - len(rest); err != nil || len(rest) == 0 {
		return f, err
	}
	first, end := rest[0].T, rest[len(rest)-1].T+1
	all := book.Range(v.Reader(), source, first, end)
	if joins := source.Merge != timeseries.Last && source.Merge != timeseries.All; joins && !s.Merged {
		device, err := v.Stream()
		if err != nil {
			return f, err
		}
		all = book.Own(v.Reader(), source.ID, device, first, end)
	} else {
		f.correct = joins
	}
	var have []timeseries.Sample // of one time
	next := func() {
		i, at := 0, have[0].T
		for i < len(rest) && rest[i].T < at {
			i++
		}
		f.Added = append(f.Added, rest[:i]...)
		for rest = rest[i:]; len(rest) > 0 && rest[0].T == at; rest = rest[1:] {
			have = f.compare(source.Merge, rest[0], have)
		}
	}
	for x, err := range all {
		if err != nil {
			return f, fmt.Errorf("samples of %s: %w", s.Series, err)
		}
		if len(have) > 0 && have[0].T != x.T {
			next()
			have = have[:0]
		}
		have = append(have, x)
	}
	if len(have) > 0 {
		next()
	}
	f.Added = append(f.Added, rest...)
	return f, f.raise(v, book, source)
}

// raise finds those that have to come above what was said of the series.
func (f *Fresh) raise(v *model.View, book *timeseries.Book, source timeseries.Series) error {
	if len(f.Added) == 0 {
		return nil
	}
	end := f.Added[len(f.Added)-1].T + 1
	marks, err := book.Marks(v.Reader(), source.ID, f.Added[0].T, end)
	if err != nil || len(marks) == 0 {
		return err
	}
	rest, until := f.Added, int64(math.MinInt64)
	f.Added = nil
	for _, x := range rest {
		for ; len(marks) > 0 && marks[0].From <= x.T; marks = marks[1:] {
			until = max(until, marks[0].To)
		}
		if x.T < until {
			f.Above = append(f.Above, x)
		} else {
			f.Added = append(f.Added, x)
		}
	}
	return nil
}

// compare counts a sample of the file whose time the series has, with the samples have that are not yet found in
// the file. It returns those that are left.
func (f *Fresh) compare(policy timeseries.Policy, x timeseries.Sample, have []timeseries.Sample) []timeseries.Sample {
	at := slices.IndexFunc(have, func(h timeseries.Sample) bool { return same(h.V, x.V) })
	switch {
	case policy != timeseries.All && at < 0:
		f.Changed = append(f.Changed, x)
	case policy == timeseries.All && at < 0:
		f.Added = append(f.Added, x)
	case policy == timeseries.All && at >= 0:
		return slices.Delete(have, at, at+1)
	}
	return have
}

// missing is Missing of what the file may say of a series.
func (p *Plan) missing(v *model.View, book *timeseries.Book, s Samples) (Fresh, error) {
	s, err := p.settled(v, s)
	if err != nil {
		return Fresh{}, err
	}
	s.Merged = p.Exact
	return Missing(v, book, s)
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// Put adds samples to a series of an import, or of the tree: new ones as chunks, and as if logged or corrected by hand those that must lie above
// what is there. told, if not nil, is told how many of the new ones were put, now and then.
func (f Fresh) Put(im *model.Importer, series model.ID, told func(n int)) error {
	stop := make(chan struct{})
	defer close(stop)
	put := 0
	for c := range encode(f.Added, stop) {
		if c.err != nil {
			return fmt.Errorf("samples of %s: %w", series, c.err)
		}
		if err := im.PutChunk(series, c.chunk); err != nil {
			return err
		}
		if put += timeseries.MaxChunk; told != nil {
			told(min(put, len(f.Added)))
		}
	}
	for part := range slices.Chunk(f.Above, timeseries.MaxChunk) {
		im.Change(MarkSize*len(part), func(e *model.Edit) error { return e.Log(series, part...) })
	}
	for part := range slices.Chunk(f.Changed, timeseries.MaxChunk) {
		im.Change(MarkSize*len(part), func(e *model.Edit) error { return f.Replace(e, series, part) })
	}
	return nil
}

// PutTexts has a series know texts.
func PutTexts(im *model.Importer, series model.ID, texts []string) {
	for _, text := range texts {
		im.Change(len(text), func(e *model.Edit) error {
			_, err := e.Word(series, text)
			return err
		})
	}
}

// encoded is a chunk, or why there is none.
type encoded struct {
	chunk []byte
	err   error
}

// chunksAhead bounds the chunks that are encoded before the store has those before them.
const chunksAhead = 64

// encode makes chunks of samples on another goroutine, which ends with them or once stop is closed.
func encode(samples []timeseries.Sample, stop <-chan struct{}) <-chan encoded {
	out := make(chan encoded, chunksAhead)
	go func() {
		defer close(out)
		for part := range slices.Chunk(samples, timeseries.MaxChunk) {
			chunk, err := timeseries.EncodeChunk(part)
			select {
			case out <- encoded{chunk, err}:
			case <-stop:
				return
			}
		}
	}()
	return out
}

// MarkSize is about what a sample takes in a batch that comes above what is there.
const MarkSize = 56

// Replace makes samples, some of Changed, what a series, or this device, has at their times.
func (f Fresh) Replace(e *model.Edit, series model.ID, samples []timeseries.Sample) error {
	if !f.correct { // the one written last is seen
		return e.Log(series, samples...)
	}
	for _, s := range samples {
		if err := e.Correct(series, s); err != nil {
			return err
		}
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
		PutTexts(a.im, s.Series, s.Texts)
		return fresh.Put(a.im, s.Series, nil)
	})
}
