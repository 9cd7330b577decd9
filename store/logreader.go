package store

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"arbor/store/disk"
)

// reader reads a file in blocks that grow, so that a short tail costs little and a long one few calls.
type reader struct {
	file  disk.File
	size  uint32
	buf   []byte
	start uint32
	next  uint32 // bytes of the next block
	end   uint32 // of the log, if that is known and in this file: nothing is read ahead behind it, and all up to it at once
}

// maxAhead bounds what is read ahead.
const maxAhead = 1 << 20

// read returns [off, off+n), lent until the next read.
func (r *reader) read(off, n uint32) ([]byte, error) {
	if off >= r.start && uint64(off)+uint64(n) <= uint64(r.start)+uint64(len(r.buf)) {
		return r.buf[off-r.start:][:n], nil
	}
	if uint64(off)+uint64(n) > uint64(r.size) {
		return nil, errNoFrame
	}
	r.next = min(max(4*r.next, 16<<10), maxAhead)
	if off < r.end {
		r.next = min(r.end-off, maxAhead)
	}
	want := min(max(n, r.next), r.size-off)
	r.buf = slices.Grow(r.buf[:0], int(want))[:want]
	r.start = off
	got, err := r.file.ReadAt(r.buf, int64(off))
	if err != nil && !(errors.Is(err, io.EOF) && uint32(got) == want) {
		r.buf = r.buf[:0]
		return nil, fmt.Errorf("read %s at offset %d: %w", r.file.Name(), off, err)
	}
	return r.buf[:n], nil
}
