package store

import (
	"errors"
	"fmt"
	"io/fs"

	"arbor/store/disk"
)

// ends decides what it means that the log ends at r.pos because of cause: nothing, or that acknowledged data is lost.
func (r *recovery) ends(cause error) error {
	off := int64(r.pos.off())
	lost := &CorruptError{File: segmentName(r.pos.ord()), Offset: off, Err: fmt.Errorf("acknowledged data is lost from here on: %w", cause)}
	if r.m.durable > r.pos {
		r.e.broken = lost
		return nil
	}
	if errors.Is(cause, errUnread) {
		r.e.broken = lost
		return nil
	}
	for s := range r.e.log.from(r.pos.ord()) {
		from := uint32(segmentStart)
		if s.ord == r.pos.ord() {
			from = r.pos.off()
		}
		found, err := r.proof(s, from)
		if err != nil {
			return err
		}
		if found {
			r.e.broken = lost
			return nil
		}
	}
	return nil
}

// proof tells whether a frame in segment s, at from or behind, says that the place where the log ends was durable, or that the header of
// its segment, which is older than it, was.
func (r *recovery) proof(s *segment, from uint32) (bool, error) {
	ord := s.ord
	f, size, err := r.rest(s)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("search %s: %w", segmentName(ord), err)
	}
	file := reader{file: f, size: size}
	header := r.seek(ord)
	for off := from; uint64(off)+pageSize <= uint64(size); off += pageSize {
		b, err := file.read(off, frameHeader)
		if errors.Is(err, errUnread) {
			return true, nil // nobody knows
		}
		if err != nil {
			return false, fmt.Errorf("search %s: %w", segmentName(ord), err)
		}
		h, err := parseHeader(b, &r.e.id, makeLSN(ord, off), size)
		if err == nil && (h.durable > r.pos || errors.Is(header, ErrCorrupt) && h.epoch >= r.least() && h.epoch > 0) {
			return true, nil
		}
	}
	return false, nil
}

// rest opens the file of segment s, whatever its header is.
func (r *recovery) rest(s *segment) (disk.File, uint32, error) {
	if d := s.data.Load(); d != nil {
		return d.file, d.size, nil
	}
	f, err := r.e.fs.Open(segmentName(s.ord))
	if err != nil {
		return nil, 0, err
	}
	r.e.strays = append(r.e.strays, f)
	size, err := f.Size()
	return f, uint32(min(size, 1<<31)) &^ (pageSize - 1), err
}
