package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"
)

// MaxPoints is the greatest number of samples in a chunk.
const MaxPoints = 1024

// version is the first byte of every chunk.
const version = 3

// Errors of Decode and Append.
var (
	ErrMalformed = errors.New("malformed chunk")
	ErrVersion   = errors.New("chunk of an unknown version")
	ErrTooMany   = errors.New("too many samples for one chunk")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const checksumSize = 4

// Append appends to dst the chunk of the given times and values, which are of one length. The same samples give the same bytes on every
// machine.
func Append(dst []byte, times []int64, values []float64) ([]byte, error) {
	if len(times) != len(values) {
		return dst, fmt.Errorf("%d times and %d values: %w", len(times), len(values), ErrMalformed)
	}
	if len(times) > MaxPoints {
		return dst, fmt.Errorf("%d samples, at most %d: %w", len(times), MaxPoints, ErrTooMany)
	}
	lent := buffers.Get().(*[]byte)
	b := append((*lent)[:0], version, modeRaw)
	b = binary.AppendUvarint(b, uint64(len(times)))
	b = appendInts(b, times)
	b, mode := appendValues(b, values)
	b[1] = mode
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	dst = append(dst, b...)
	*lent = b
	buffers.Put(lent)
	return dst, nil
}

// buffers are what chunks are made in, so that one is as long as it has to be, and nothing is copied as it grows.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Decode appends the samples of chunk b to times and values. On an error they come back unchanged in length.
func Decode(b []byte, times []int64, values []float64) ([]int64, []float64, error) {
	body, err := check(b)
	if err != nil {
		return times, values, err
	}
	r := reader{b: body[2:]}
	n := r.uvarint()
	if r.bad || n > MaxPoints {
		return times, values, fmt.Errorf("%d samples: %w", n, ErrMalformed)
	}
	nt, nv := len(times), len(values)
	times = grow(times, int(n))
	values = grow(values, int(n))
	if !readInts(&r, times[nt:]) || !readValues(&r, body[1], values[nv:]) || len(r.b) != 0 {
		return times[:nt], values[:nv], fmt.Errorf("columns of %d samples: %w", n, ErrMalformed)
	}
	return times, values, nil
}

// check verifies version and checksum and returns the bytes before the checksum.
func check(b []byte) ([]byte, error) {
	if len(b) < 3+checksumSize {
		return nil, fmt.Errorf("%d bytes: %w", len(b), ErrMalformed)
	}
	if b[0] != version {
		return nil, fmt.Errorf("version %d: %w", b[0], ErrVersion)
	}
	body := b[:len(b)-checksumSize]
	want := binary.LittleEndian.Uint32(b[len(body):])
	if got := crc32.Checksum(body, castagnoli); got != want {
		return nil, fmt.Errorf("checksum %08x, want %08x: %w", got, want, ErrMalformed)
	}
	return body, nil
}

func grow[T any](s []T, n int) []T {
	if cap(s)-len(s) >= n {
		return s[:len(s)+n]
	}
	return append(s, make([]T, n)...)
}

// reader takes numbers from the front of b; bad is set once b was too short or a number too long.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 { return unzigzag(r.uvarint()) }

func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.bad = true
		return nil
	}
	p := r.b[:n]
	r.b = r.b[n:]
	return p
}

func zigzag(v int64) uint64   { return uint64(v)<<1 ^ uint64(v>>63) }
func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

func appendVarint(dst []byte, v int64) []byte { return binary.AppendUvarint(dst, zigzag(v)) }
