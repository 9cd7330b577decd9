package csv

import (
	"iter"
	"slices"

	"arbor/model"
	"arbor/model/exchange"
	"arbor/timeseries"
	"arbor/timeseries/ingest"
)

// fresh are the samples that a series lacks, in chunks beside.
type fresh struct {
	series                model.ID // zero: it is to be made
	added, above, changed kept
	tidied                int
	replace               exchange.Fresh // says how the changed ones are put
}

// kept are samples in chunks.
type kept struct {
	chunks []ingest.Ref
	n      int
}

func (f *fresh) len() int { return f.added.n + f.above.n + f.changed.n }

// window is about how many samples are held against those of a series at once.
const window = 1 << 16

// missing finds out what of a column its series lacks.
func (t *Table) missing(v *model.View, book *timeseries.Book, c *column) (*fresh, error) {
	id, found, err := v.SeriesByName(c.name)
	if err != nil {
		return nil, err
	}
	f := &fresh{}
	if !found {
		t.report.Created++
		if chunks, ok := t.samples.Chunks(c.k); ok {
			f.added = kept{chunks, t.samples.Count(c.k)}
			t.report.MapCount(0, f.added.n, "%s → series %s", c.from, c.name)
			return f, nil
		}
	}
	s := sifting{t: t, book: book, v: v, f: f}
	if found {
		f.series = id
		n, err := v.Node(id)
		if err != nil {
			return nil, err
		}
		s.all = n.Source().Merge == timeseries.All
	}
	if err := s.sift(c.k); err != nil {
		return nil, err
	}
	switch {
	case found && f.len() > 0:
		t.report.Changed++
	case found:
		t.report.Unchanged++
	}
	if again := t.samples.Count(c.k) - s.settled; again > 0 {
		t.report.DropCount(0, again, "samples of %s at a time that comes again further down", c.name)
	}
	if f.tidied > 0 {
		t.report.DropCount(0, f.tidied, "samples of %s that were summed up since, as keep says", c.name)
	}
	t.report.MapCount(0, s.settled, "%s → series %s", c.from, c.name)
	return f, nil
}

// sifting goes through the samples of a column.
type sifting struct {
	t       *Table
	book    *timeseries.Book
	v       *model.View
	f       *fresh
	all     bool                // the series keeps all samples of one time, others the last in the table
	held    []timeseries.Sample // to be held against those of the series
	part    []timeseries.Sample // new ones that are no full chunk yet
	settled int                 // samples that are not followed by another of their time
}

func (s *sifting) sift(k int) error {
	for samples, err := range s.t.samples.Scan(k) {
		if err != nil {
			return err
		}
		for _, x := range samples {
			switch n := len(s.held); {
			case n > 0 && s.held[n-1].T == x.T && !s.all:
				s.held[n-1] = x
				continue
			case n >= window && s.held[n-1].T < x.T:
				if err := s.flush(); err != nil {
					return err
				}
			}
			s.held = append(s.held, x)
		}
	}
	if err := s.flush(); err != nil {
		return err
	}
	return s.t.keep(&s.f.added, s.part)
}

// flush sorts out what is held.
func (s *sifting) flush() error {
	s.settled += len(s.held)
	more := exchange.Fresh{Added: s.held}
	if s.f.series != (model.ID{}) {
		var err error
		if more, err = exchange.Missing(s.v, s.book, exchange.Samples{Series: s.f.series, Samples: s.held}); err != nil {
			return err
		}
		s.f.tidied += more.Tidied
		s.f.replace = more
		s.f.replace.Added, s.f.replace.Above, s.f.replace.Changed = nil, nil, nil
	}
	for _, x := range more.Added {
		if s.part = append(s.part, x); len(s.part) == timeseries.MaxChunk {
			if err := s.t.keep(&s.f.added, s.part); err != nil {
				return err
			}
			s.part = s.part[:0]
		}
	}
	if err := s.t.keep(&s.f.above, more.Above); err != nil {
		return err
	}
	s.held = s.held[:0]
	return s.t.keep(&s.f.changed, more.Changed)
}

// keep puts samples aside.
func (t *Table) keep(k *kept, samples []timeseries.Sample) error {
	for part := range slices.Chunk(samples, timeseries.MaxChunk) {
		r, err := t.samples.Spill.Put(part)
		if err != nil {
			return err
		}
		k.chunks, k.n = append(k.chunks, r), k.n+len(part)
	}
	return nil
}

// put adds samples to a series: new ones as chunks, and as if logged or corrected by hand those that must lie above what is there. done is how many
// of other series were put before.
func (t *Table) put(im *model.Importer, f *fresh, done int, told func(done, total int64)) error {
	spill := &t.samples.Spill
	count := func(r ingest.Ref) {
		done += r.Len()
		told(int64(done), int64(t.report.Samples))
	}
	if im.Staged(f.series) {
		k := 0
		for chunk, err := range ahead(spill, f.added.chunks) {
			if err == nil {
				err = im.PutRead(f.series, chunk)
			}
			if err != nil {
				return err
			}
			count(f.added.chunks[k])
			k++
		}
		return nil
	}
	for _, r := range f.added.chunks {
		im.LoadChunk(f.series, r.Size(), func() ([]byte, error) { return spill.AppendChunk(nil, r) })
		count(r)
	}
	byHand := func(k *kept, do func(e *model.Edit, samples []timeseries.Sample) error) {
		for _, r := range k.chunks {
			im.Change(exchange.MarkSize*r.Len(), func(e *model.Edit) error {
				samples, err := spill.AppendSamples(nil, r)
				if err != nil {
					return err
				}
				return do(e, samples)
			})
		}
	}
	byHand(&f.above, func(e *model.Edit, samples []timeseries.Sample) error { return e.Log(f.series, samples...) })
	byHand(&f.changed, func(e *model.Edit, samples []timeseries.Sample) error { return f.replace.Replace(e, f.series, samples) })
	return nil
}

// read is a chunk that was looked into, or why it was not.
type read struct {
	chunk *timeseries.Chunk
	err   error
}

// readAhead bounds the chunks that are looked into before the store has those before them.
const readAhead = 64

// ahead yields chunks that another goroutine looks into. Nothing may be put aside meanwhile.
func ahead(spill *ingest.Spill, refs []ingest.Ref) iter.Seq2[*timeseries.Chunk, error] {
	return func(yield func(*timeseries.Chunk, error) bool) {
		out, stop := make(chan read, readAhead), make(chan struct{})
		go func() {
			defer close(out)
			for _, r := range refs {
				var x read
				var bytes []byte
				if bytes, x.err = spill.AppendChunk(nil, r); x.err == nil {
					x.chunk, x.err = timeseries.ReadChunk(bytes)
				}
				select {
				case out <- x:
				case <-stop:
					return
				}
			}
		}()
		defer func() { // it ends before the spill can be closed
			close(stop)
			for range out {
			}
		}()
		for x := range out {
			if !yield(x.chunk, x.err) {
				return
			}
		}
	}
}
