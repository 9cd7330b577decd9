package store

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"syscall"

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

// errUnread says that the disk does not deliver bytes that are there: what they were nobody knows, so that they are no torn end of anything.
var errUnread = errors.New("the disk does not deliver these bytes")

// undelivered makes damage of an error of the disk in reading: what is wrong then is those bytes. Other errors, which another try may not meet, stay
// what they are.
func undelivered(name string, off int64, err error) error {
	if errors.Is(err, syscall.EIO) {
		return &CorruptError{File: name, Offset: off, Err: fmt.Errorf("%w: %w", errUnread, err)}
	}
	return fmt.Errorf("read %s at offset %d: %w", name, off, err)
}

// read returns [off, off+n), lent until the next read. What is read ahead harms nobody where the disk does not deliver it.
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
	err := r.fill(off, want)
	if want > n && errors.Is(err, syscall.EIO) {
		err = r.fill(off, n)
	}
	if err != nil {
		r.buf = r.buf[:0]
		return nil, undelivered(r.file.Name(), int64(off), err)
	}
	return r.buf[:n], nil
}

func (r *reader) fill(off, n uint32) error {
	r.buf = slices.Grow(r.buf[:0], int(n))[:n]
	r.start = off
	got, err := r.file.ReadAt(r.buf, int64(off))
	if errors.Is(err, io.EOF) && uint32(got) == n {
		return nil
	}
	return err
}
