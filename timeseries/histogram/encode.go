package histogram

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// encoding is the first byte of an encoded histogram.
const encoding = 1

// ErrMalformed means bytes that AppendBinary did not write.
var ErrMalformed = errors.New("malformed histogram")

// AppendBinary appends the histogram in a few bytes for each bucket in use: a version, the NaNs, the zeros, then bucket and count for
// each, every bucket as its distance from the one before. It never fails; the error is for encoding.BinaryAppender.
func (h *Histogram) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, encoding)
	b = binary.AppendUvarint(b, h.nan.Load())
	b = binary.AppendUvarint(b, h.zero.Load())
	next := uint32(0)
	for i := h.from(0); i < numbers; i = h.from(next) {
		b = binary.AppendUvarint(b, uint64(i-next))
		b = binary.AppendUvarint(b, h.counter(i).Load())
		next = i + 1
	}
	return b, nil
}

// Decode reads what AppendBinary wrote.
func Decode(b []byte) (*Histogram, error) {
	if len(b) == 0 || b[0] != encoding {
		return nil, fmt.Errorf("version: %w", ErrMalformed)
	}
	b = b[1:]
	bad := false
	number := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			bad = true
			return 0
		}
		b = b[n:]
		return v
	}
	h := &Histogram{}
	h.nan.Store(number())
	h.zero.Store(number())
	total, at := h.zero.Load(), uint64(0)
	for len(b) > 0 && !bad {
		skip, n := number(), number()
		if bad || n == 0 || skip >= numbers || at+skip >= numbers || isNaN(uint32(at+skip)) {
			return nil, fmt.Errorf("bucket after %d: %w", at, ErrMalformed)
		}
		at += skip
		var carry uint64
		if total, carry = bits.Add64(total, n, 0); carry != 0 {
			return nil, fmt.Errorf("counts above 2^64: %w", ErrMalformed)
		}
		h.counter(uint32(at)).Store(n)
		at++
	}
	if bad {
		return nil, fmt.Errorf("cut short: %w", ErrMalformed)
	}
	return h, nil
}

// isNaN reports whether bucket i could hold NaNs alone.
func isNaN(i uint32) bool { return i/pageLen%2048 == 2047 && i%pageLen != 0 }
