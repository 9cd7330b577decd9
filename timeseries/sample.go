package timeseries

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"arbor/timeseries/codec"
)

// ID names a series.
type ID [8]byte

// Sample is a value at a time, in nanoseconds since 1970 UTC.
type Sample struct {
	T int64
	V float64
}

// MaxChunk is the greatest number of samples in a chunk.
const MaxChunk = codec.MaxPoints

// Errors a caller decides on.
var (
	// ErrChunk means bytes that are not a chunk of samples in the order of time.
	ErrChunk = errors.New("not a chunk of samples")
	// ErrTime means a time that is not below math.MaxInt64.
	ErrTime = errors.New("time out of range")
)

// Hash names a chunk by what is in it: the first half of its SHA-256.
type Hash [16]byte

// HashChunk returns the name of a chunk.
func HashChunk(chunk []byte) Hash {
	sum := sha256.Sum256(chunk)
	return Hash(sum[:16])
}

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// columns are samples as the codec takes them: times in order, and the value of each.
type columns struct {
	t []int64
	v []float64
}

func (c *columns) reset() { c.t, c.v = c.t[:0], c.v[:0] }

// pool holds columns with room for a chunk.
var pool = sync.Pool{New: func() any {
	return &columns{t: make([]int64, 0, MaxChunk), v: make([]float64, 0, MaxChunk)}
}}

// EncodeChunk packs at most MaxChunk samples, whose times must not fall. The same samples give the same bytes everywhere.
func EncodeChunk(samples []Sample) ([]byte, error) { return AppendChunk(nil, samples) }

// AppendChunk is EncodeChunk to the end of dst, which after an error comes back as it was.
func AppendChunk(dst []byte, samples []Sample) ([]byte, error) {
	if len(samples) > MaxChunk {
		return dst, fmt.Errorf("%d samples, at most %d: %w", len(samples), MaxChunk, ErrChunk)
	}
	c := pool.Get().(*columns)
	defer pool.Put(c)
	c.reset()
	for _, s := range samples {
		c.t, c.v = append(c.t, s.T), append(c.v, s.V)
	}
	return c.append(dst)
}

func (c *columns) encode() ([]byte, error) { return c.append(nil) }

func (c *columns) append(dst []byte) ([]byte, error) {
	if err := c.check(); err != nil {
		return dst, err
	}
	return codec.Append(dst, c.t, c.v)
}

// DecodeChunk returns the samples of a chunk.
func DecodeChunk(chunk []byte) ([]Sample, error) { return AppendSamples(nil, chunk) }

// AppendSamples appends the samples of a chunk to dst, which after an error comes back as it was.
func AppendSamples(dst []Sample, chunk []byte) ([]Sample, error) {
	c := pool.Get().(*columns)
	defer pool.Put(c)
	c.reset()
	if err := c.decode(chunk); err != nil {
		return dst, err
	}
	dst = slices.Grow(dst, len(c.t))
	for i := range c.t {
		dst = append(dst, Sample{c.t[i], c.v[i]})
	}
	return dst, nil
}

// decode appends the samples of chunk to c and verifies their order.
func (c *columns) decode(chunk []byte) error {
	var err error
	if c.t, c.v, err = codec.Decode(chunk, c.t, c.v); err != nil {
		return fmt.Errorf("%w: %w", ErrChunk, err)
	}
	return c.check()
}

// check verifies that times are in order and in range.
func (c *columns) check() error {
	for i := 1; i < len(c.t); i++ {
		if c.t[i] < c.t[i-1] {
			return fmt.Errorf("sample %d is earlier than the one before: %w", i, ErrChunk)
		}
	}
	if n := len(c.t); n > 0 && c.t[n-1] == math.MaxInt64 {
		return fmt.Errorf("time %d: %w", c.t[n-1], ErrTime)
	}
	return nil
}
