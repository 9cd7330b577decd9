package ingest

import (
	"cmp"
	"math"
	"slices"

	"arbor/timeseries"
)

// Sorter brings the samples of the series of a file into the order of time, those of one time in the order in which they came. It holds at most
// maxUnsorted of them in memory, and 16 bytes for each chunk of those that it put aside: a file in order of time is put aside as chunks that need not
// be looked at again, what is out of order in sorted runs, which are merged when they are read.
type Sorter struct {
	Spill  Spill
	series []*sorted
	held   int
	keys   []sortKey
}

// Bounds of what a Sorter holds: the samples in memory, those of one series that are out of order, and the runs of one series.
const (
	maxUnsorted = 1 << 20
	maxLate     = 1 << 18
	maxRuns     = 1 << 10
)

// sorted are the samples of one series.
type sorted struct {
	open  []timeseries.Sample // the end of the first run
	late  []timeseries.Sample // earlier than the end of the first run when they came, in no order
	runs  [][]Ref             // the first, and those of late samples in the order in which they came
	count int
	last  int64 // the time at the end of the first run
	again bool  // a time came twice in a row
	short bool  // a chunk before the last of the first run is not full
}

// of returns the samples of series k.
func (s *Sorter) of(k int) *sorted {
	for k >= len(s.series) {
		s.series = append(s.series, &sorted{runs: make([][]Ref, 1), last: math.MinInt64})
	}
	return s.series[k]
}

// Len returns the number of series, some of which may have no samples.
func (s *Sorter) Len() int { return len(s.series) }

// Count returns the number of samples of series k.
func (s *Sorter) Count(k int) int { return s.series[k].count }

// Add adds samples to series k; the slice stays the caller's.
func (s *Sorter) Add(k int, samples []timeseries.Sample) error {
	x := s.of(k)
	for len(samples) > 0 {
		n := x.inOrder(samples)
		if n > 0 {
			if err := s.extend(x, samples[:n]); err != nil {
				return err
			}
		}
		samples = samples[n:]
		for n = 0; n < len(samples) && samples[n].T < x.last; n++ {
		}
		x.late, x.count, s.held = append(x.late, samples[:n]...), x.count+n, s.held+n
		samples = samples[n:]
		if len(x.late) >= maxLate {
			if err := s.putLate(x); err != nil {
				return err
			}
		}
	}
	if s.held > maxUnsorted {
		return s.putAll(true)
	}
	return nil
}

// inOrder returns how many of the samples go on with the first run.
func (x *sorted) inOrder(samples []timeseries.Sample) int {
	for i := range samples {
		t := samples[i].T
		if t < x.last {
			return i
		}
		x.again = x.again || t == x.last
		x.last = t
	}
	return len(samples)
}

// extend adds samples to the first run.
func (s *Sorter) extend(x *sorted, samples []timeseries.Sample) error {
	x.count += len(samples)
	for len(samples) > 0 {
		full := samples[:min(timeseries.MaxChunk, len(samples))]
		if len(x.open) > 0 || len(full) < timeseries.MaxChunk {
			n := min(timeseries.MaxChunk-len(x.open), len(full))
			x.open = append(x.open, full[:n]...)
			s.held += n
			samples = samples[n:]
			if full = x.open; len(full) < timeseries.MaxChunk {
				return nil
			}
			x.open = x.open[:0]
			s.held -= len(full)
		} else {
			samples = samples[len(full):]
		}
		r, err := s.Spill.Put(full)
		if err != nil {
			return err
		}
		x.runs[0] = append(x.runs[0], r)
	}
	return nil
}

// Finish puts aside what is in memory. Nothing may be added afterwards.
func (s *Sorter) Finish() error {
	err := s.putAll(false)
	s.keys = nil
	return err
}

// putAll puts aside what is in memory; more says that samples may follow.
func (s *Sorter) putAll(more bool) error {
	for _, x := range s.series {
		if len(x.open) > 0 {
			r, err := s.Spill.Put(x.open)
			if err != nil {
				return err
			}
			x.runs[0] = append(x.runs[0], r)
			x.short = x.short || more
			s.held -= len(x.open)
			x.open = nil
		}
		if err := s.putLate(x); err != nil {
			return err
		}
		x.late = nil
	}
	return nil
}

// putLate makes a run of the late samples.
func (s *Sorter) putLate(x *sorted) error {
	if len(x.late) == 0 {
		return nil
	}
	s.sort(x.late)
	var run []Ref
	for part := range slices.Chunk(x.late, timeseries.MaxChunk) {
		r, err := s.Spill.Put(part)
		if err != nil {
			return err
		}
		run = append(run, r)
	}
	s.held -= len(x.late)
	x.late = x.late[:0]
	if x.runs = append(x.runs, run); len(x.runs) < maxRuns {
		return nil
	}
	return s.join(x)
}

// join makes one run of all but the first.
func (s *Sorter) join(x *sorted) error {
	var run []Ref
	var part []timeseries.Sample
	put := func() error {
		r, err := s.Spill.Put(part)
		run, part = append(run, r), part[:0]
		return err
	}
	for samples, err := range s.merge(x.runs[1:]) {
		for len(samples) > 0 && err == nil {
			n := min(timeseries.MaxChunk-len(part), len(samples))
			part, samples = append(part, samples[:n]...), samples[n:]
			if len(part) == timeseries.MaxChunk {
				err = put()
			}
		}
		if err != nil {
			return err
		}
	}
	if len(part) > 0 {
		if err := put(); err != nil {
			return err
		}
	}
	x.runs = [][]Ref{x.runs[0], run}
	return nil
}

// sortKey is a sample and its place.
type sortKey struct {
	timeseries.Sample
	place int32
}

// sort brings samples into the order of time and leaves those of one time as they stand.
func (s *Sorter) sort(samples []timeseries.Sample) {
	falling := true
	for i := 1; i < len(samples) && falling; i++ {
		falling = samples[i].T < samples[i-1].T
	}
	if falling {
		slices.Reverse(samples)
		return
	}
	s.keys = s.keys[:0]
	for i, x := range samples {
		s.keys = append(s.keys, sortKey{x, int32(i)})
	}
	slices.SortFunc(s.keys, func(a, b sortKey) int {
		if a.T != b.T {
			return cmp.Compare(a.T, b.T)
		}
		return cmp.Compare(a.place, b.place)
	})
	for i := range s.keys {
		samples[i] = s.keys[i].Sample
	}
}

// Chunks returns the chunks of series k if its times rise from sample to sample and all chunks but the last are full, so that they can be used as they are.
func (s *Sorter) Chunks(k int) ([]Ref, bool) {
	x := s.series[k]
	return x.runs[0], len(x.runs) == 1 && !x.again && !x.short
}
