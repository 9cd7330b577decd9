package ingest

import (
	"fmt"
	"os"

	"arbor/timeseries"
)

// Spill keeps chunks of samples outside of memory, in a file without a name that goes with the process. What is less than spillMemory needs no file. It
// belongs to one goroutine.
type Spill struct {
	f      *os.File
	inFile int64
	buf    []byte // behind what is in the file
}

// spillMemory is how many bytes of chunks are kept in memory, for about as many samples.
const spillMemory = 1 << 20

// Ref is where a chunk is.
type Ref struct {
	at      int64
	size, n uint32
}

// Len returns the number of samples, Size that of bytes.
func (r Ref) Len() int  { return int(r.n) }
func (r Ref) Size() int { return int(r.size) }

// Put keeps samples, at most timeseries.MaxChunk, whose times do not fall.
func (s *Spill) Put(samples []timeseries.Sample) (Ref, error) {
	before := len(s.buf)
	buf, err := timeseries.AppendChunk(s.buf, samples)
	if err != nil {
		return Ref{}, err
	}
	s.buf = buf
	r := Ref{s.inFile + int64(before), uint32(len(s.buf) - before), uint32(len(samples))}
	if len(s.buf) < spillMemory {
		return r, nil
	}
	if s.f == nil {
		if s.f, err = os.CreateTemp("", "arbor-import"); err != nil {
			return Ref{}, err
		}
		os.Remove(s.f.Name()) // where that works the file goes with the process
	}
	if _, err := s.f.WriteAt(s.buf, s.inFile); err != nil {
		return Ref{}, fmt.Errorf("keep samples beside: %w", err)
	}
	s.inFile += int64(len(s.buf))
	s.buf = s.buf[:0]
	return r, nil
}

// AppendChunk appends the bytes of a chunk to dst.
func (s *Spill) AppendChunk(dst []byte, r Ref) ([]byte, error) {
	if r.at >= s.inFile {
		return append(dst, s.buf[r.at-s.inFile:][:r.size]...), nil
	}
	n := len(dst)
	dst = append(dst, make([]byte, r.size)...)
	if _, err := s.f.ReadAt(dst[n:], r.at); err != nil {
		return dst[:n], fmt.Errorf("read samples kept beside: %w", err)
	}
	return dst, nil
}

// AppendSamples appends the samples of a chunk to dst.
func (s *Spill) AppendSamples(dst []timeseries.Sample, r Ref) ([]timeseries.Sample, error) {
	chunk, err := s.AppendChunk(nil, r)
	if err != nil {
		return dst, err
	}
	return timeseries.AppendSamples(dst, chunk)
}

// Close gives the file up.
func (s *Spill) Close() error {
	s.buf = nil
	if s.f == nil {
		return nil
	}
	name := s.f.Name()
	err := s.f.Close()
	os.Remove(name) // where it was not possible before
	s.f = nil
	return err
}
