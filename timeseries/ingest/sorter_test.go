package ingest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"arbor/timeseries"

	"pgregory.net/rapid"
)

// What a Sorter gives back is what a stable sort of all samples of a series does, however they came and whatever was put aside on the way.
func TestSorterAgainstSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Sorter
		defer s.Spill.Close()
		want := map[int][]timeseries.Sample{}
		count := 0.0
		for range rapid.IntRange(1, 12).Draw(t, "parts") {
			k := rapid.IntRange(0, 2).Draw(t, "series")
			at := int64(rapid.IntRange(0, 3000).Draw(t, "at"))
			step := int64(rapid.SampledFrom([]int{1, 1, 0, -1, 7}).Draw(t, "step"))
			var part []timeseries.Sample
			for range rapid.SampledFrom([]int{1, 3, 900, 1024, 2500}).Draw(t, "n") {
				part = append(part, timeseries.Sample{T: at, V: count})
				at += step
				count++
			}
			want[k] = append(want[k], part...)
			if err := s.Add(k, part); err != nil {
				t.Fatal(err)
			}
			switch rapid.IntRange(0, 9).Draw(t, "then") {
			case 0:
				if err := s.putAll(true); err != nil {
					t.Fatal(err)
				}
			case 1:
				if err := s.join(s.of(k)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.Finish(); err != nil {
			t.Fatal(err)
		}
		for k := range s.Len() {
			slices.SortStableFunc(want[k], func(a, b timeseries.Sample) int { return int(a.T - b.T) })
			var got, whole []timeseries.Sample
			for part, err := range s.Scan(k) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, part...)
			}
			if !slices.Equal(got, want[k]) || s.Count(k) != len(got) || s.held != 0 {
				t.Fatalf("series %d: %d samples, not the %d that were added in order, %d counted, %d held", k, len(got), len(want[k]), s.Count(k), s.held)
			}
			refs, ok := s.Chunks(k)
			if !ok {
				continue
			}
			for i, r := range refs {
				var err error
				if whole, err = s.Spill.AppendSamples(whole, r); err != nil {
					t.Fatal(err)
				}
				if i < len(refs)-1 && r.Len() != timeseries.MaxChunk {
					t.Fatalf("chunk %d has %d samples", i, r.Len())
				}
			}
			if !slices.Equal(whole, want[k]) {
				t.Fatal("the chunks are not the samples")
			}
		}
	})
}

// Samples beyond what is held go to a file, and are read from there and from memory alike.
func TestSpill(t *testing.T) {
	var s Spill
	samples := make([]timeseries.Sample, timeseries.MaxChunk)
	rng := rand.New(rand.NewPCG(1, 2))
	var refs []Ref
	for i := range 200 {
		for k := range samples {
			samples[k] = timeseries.Sample{T: int64(i*len(samples) + k), V: rng.Float64()}
		}
		r, err := s.Put(samples)
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, r)
		if len(s.buf) >= spillMemory {
			t.Fatalf("%d bytes in memory", len(s.buf))
		}
	}
	if s.f == nil || len(s.buf) == 0 {
		t.Fatalf("all in one place: %d bytes in the file, %d in memory", s.inFile, len(s.buf))
	}
	for i, r := range refs {
		chunk, err := s.AppendChunk([]byte("x"), r)
		if err != nil || len(chunk) != r.Size()+1 {
			t.Fatal(len(chunk), err)
		}
		got, err := s.AppendSamples(nil, r)
		if err != nil || len(got) != r.Len() || got[0].T != int64(i*timeseries.MaxChunk) {
			t.Fatalf("chunk %d: %d samples, %v", i, len(got), err)
		}
		again, err := timeseries.EncodeChunk(got)
		if err != nil || !bytes.Equal(again, chunk[1:]) {
			t.Fatalf("chunk %d: other bytes, %v", i, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// However many samples of however many series come, in whatever order, no more than a bounded number is in memory.
func TestSorterHolds(t *testing.T) {
	for name, at := range map[string]func(i int) int64{
		"rising":  func(i int) int64 { return int64(i) },
		"falling": func(i int) int64 { return -int64(i) },
		"mixed":   func(i int) int64 { return int64(uint32(i) * 2654435761) },
	} {
		for _, series := range []int{1, 5000} {
			t.Run(fmt.Sprint(name, series), func(t *testing.T) {
				var s Sorter
				defer s.Spill.Close()
				part := make([]timeseries.Sample, 500)
				most := 0
				for i := 0; i < 3*maxUnsorted; i += len(part) {
					for k := range part {
						part[k] = timeseries.Sample{T: at(i + k), V: float64(k)}
					}
					if err := s.Add(i/len(part)%series, part); err != nil {
						t.Fatal(err)
					}
					held := 0
					for _, x := range s.series {
						held += len(x.open) + len(x.late)
					}
					if held != s.held {
						t.Fatalf("%d held, counted as %d", held, s.held)
					}
					most = max(most, held)
				}
				if limit := maxUnsorted + len(part); most > limit || series == 1 && most > maxLate+timeseries.MaxChunk+len(part) {
					t.Errorf("%d samples in memory at once", most)
				}
			})
		}
	}
}
