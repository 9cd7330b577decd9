package store

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"unsafe"

	"arbor/store/disk"
)

// segment is one file of the log. While it is active its bytes are an image in memory, which committers fill and the flusher writes out;
// once all of it is durable it is read through a mapping, and the image lives on for as long as a reader holds it.
type segment struct {
	ord  uint32
	data atomic.Pointer[segmentData] // nil until the file is first touched
	mu   sync.Mutex                  // held by the one that opens or maps the file
	// ended is where the last record of a full segment ends, 0 before.
	ended   atomic.Uint32
	account account
	warm    atomic.Pointer[warmth] // nil until it is looked into
	freed   atomic.Bool            // the manifest no longer names it; views that began before may still read it
}

// segmentData is how a segment's bytes are reached. It is replaced as a whole, never changed.
type segmentData struct {
	file   disk.File // nil in a store without files, and where all is mapped
	size   uint32
	mapped []byte // the bytes below from, or all
	image  []byte // the bytes at from and above; nil once mapped holds them
	from   uint32
	// tickets has the transaction whose record begins in the image's nth 64 bytes, from before it is published until it is flushed.
	tickets []atomic.Pointer[ticket]
}

func segmentName(ord uint32) string { return fmt.Sprintf("%06d.seg", ord) }

// word returns the word at off of the image. It is read and written by atomic operations alone until its frame is closed.
func (d *segmentData) word(off uint32) *atomic.Uint64 {
	return (*atomic.Uint64)(unsafe.Pointer(&d.image[off-d.from]))
}

func (d *segmentData) ticket(off uint32) *atomic.Pointer[ticket] {
	return &d.tickets[(off-d.from)/minRecord]
}

// bytes returns [off, off+n).
func (d *segmentData) bytes(off, n uint32) ([]byte, error) {
	if d.image != nil && off >= d.from {
		off -= d.from
		if uint64(off)+uint64(n) <= uint64(len(d.image)) {
			return d.image[off : off+n], nil
		}
	} else if uint64(off)+uint64(n) <= uint64(len(d.mapped)) {
		return d.mapped[off : off+n], nil
	}
	return nil, errors.New("an address behind the end of the segment")
}

// newImage makes the bytes from on of a segment writable, in memory.
func (d *segmentData) newImage(from uint32) *segmentData {
	n := d.size - from
	return &segmentData{
		file: d.file, size: d.size, mapped: d.mapped, from: from,
		image: disk.Aligned(int(n)), tickets: make([]atomic.Pointer[ticket], n/minRecord),
	}
}

// The header of a segment is its first page, of which 64 bytes are used:
//
//	8 bytes magic, u32 version, u32 number, 16 bytes store id, u64 size, 16 zero bytes, u64 checksum bound to the place
const segmentMagic = "arborseg"

func sealSegmentHeader(page []byte, id *storeID, ord uint32, size uint32) {
	copy(page, segmentMagic)
	le.PutUint32(page[8:], formatVersion)
	le.PutUint32(page[12:], ord)
	copy(page[16:], id[:])
	le.PutUint64(page[32:], uint64(size))
	le.PutUint64(page[56:], id.sum(page[:56], makeLSN(ord, 0)))
}

var errSegmentHeader = errors.New("not the header of this segment")

// checkSegmentHeader proves the header of segment ord in a file of that size.
func checkSegmentHeader(page []byte, id *storeID, ord uint32, size int64) error {
	if len(page) < frameHeader || string(page[:8]) != segmentMagic || le.Uint64(page[56:]) != id.sum(page[:56], makeLSN(ord, 0)) {
		return &CorruptError{File: segmentName(ord), Err: errSegmentHeader}
	}
	if v := le.Uint32(page[8:]); v != formatVersion {
		return fmt.Errorf("%s: format %d, this is %d: %w", segmentName(ord), v, formatVersion, ErrVersion)
	}
	if le.Uint32(page[12:]) != ord || le.Uint64(page[32:]) != uint64(size) {
		return &CorruptError{File: segmentName(ord), Offset: size, Err: fmt.Errorf("%d bytes, the header says %d", size, le.Uint64(page[32:]))}
	}
	return nil
}

// openSegment opens the file of a segment and proves its header.
func openSegment(dir disk.FS, id *storeID, ord uint32) (_ *segmentData, err error) {
	name := segmentName(ord)
	f, err := dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &CorruptError{File: name, Err: fs.ErrNotExist}
	} else if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	size, err := f.Size()
	if err != nil {
		return nil, fmt.Errorf("size of %s: %w", name, err)
	}
	page := make([]byte, frameHeader)
	if size < segmentStart+pageSize || size > 1<<31 || size%pageSize != 0 {
		return nil, &CorruptError{File: name, Offset: size, Err: errors.New("no segment has this size")}
	}
	if _, err := f.ReadAt(page, 0); err != nil {
		return nil, undelivered(name, 0, err)
	}
	if err := checkSegmentHeader(page, id, ord, size); err != nil {
		return nil, err
	}
	return &segmentData{file: f, size: uint32(size)}, nil
}

// blankHeader makes sure that a segment's first page is zero behind the header, and closes the file if not: a torn write may leave anything
// there.
func (d *segmentData) blankHeader() error {
	page := make([]byte, segmentStart)
	_, err := d.file.ReadAt(page, 0)
	if err == nil && !allZero(page[frameHeader:]) {
		err = &CorruptError{File: d.file.Name(), Offset: frameHeader, Err: errSegmentHeader}
	}
	if err != nil {
		return errors.Join(err, d.file.Close())
	}
	return nil
}

// covers tells whether the byte at off can be read.
func (d *segmentData) covers(off uint32) bool {
	return d != nil && (d.mapped != nil || d.image != nil && off >= d.from)
}

// touch returns a segment's data that covers off. The first touch of a file that was there at the open waits for its opening.
func (e *engine) touch(s *segment, off uint32) (*segmentData, error) {
	if d := s.data.Load(); d.covers(off) {
		return d, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.data.Load()
	if d.covers(off) {
		return d, nil
	}
	if d == nil {
		var err error
		if d, err = openSegment(e.fs, &e.id, s.ord); err != nil {
			return nil, err
		}
		s.account.size.Store(d.size)
		s.data.Store(d)
	}
	if d.image == nil {
		return e.onlyMapped(s, d)
	}
	m, err := e.mappings.add(d.file)
	if err != nil {
		return nil, err
	}
	with := *d
	with.mapped = m
	s.data.Store(&with)
	return &with, nil
}

// onlyMapped replaces the file, and the image, of a segment by a mapping. s.mu is held.
func (e *engine) onlyMapped(s *segment, d *segmentData) (*segmentData, error) {
	m, err := e.mappings.add(d.file)
	if err != nil {
		return nil, err
	}
	mapped := &segmentData{size: d.size, mapped: m}
	s.data.Store(mapped)
	return mapped, d.file.Close()
}

// fileOf returns a segment's data with its file open. s.mu is held, or nobody else has the engine yet: a touch closes the file.
func (e *engine) fileOf(s *segment) (*segmentData, error) {
	d := s.data.Load()
	if d != nil && d.file != nil {
		return d, nil
	}
	opened, err := openSegment(e.fs, &e.id, s.ord)
	if err != nil {
		return nil, err
	}
	if d != nil {
		opened.mapped = d.mapped
	}
	s.account.size.Store(opened.size)
	s.data.Store(opened)
	return opened, nil
}

// settle lets go of the images of the segments that are full and durable. If a file cannot be mapped its image stays until the next call.
func (e *engine) settle() error {
	e.flush.mu.Lock()
	full := e.flush.full
	e.flush.full = nil
	e.flush.mu.Unlock()
	var errs []error
	var left []*segment
	for _, s := range full {
		s.mu.Lock()
		_, err := e.onlyMapped(s, s.data.Load())
		if err != nil && s.data.Load().image != nil {
			left = append(left, s)
		}
		s.mu.Unlock()
		errs = append(errs, err)
	}
	if len(left) > 0 {
		e.flush.mu.Lock()
		e.flush.full = append(left, e.flush.full...)
		e.flush.mu.Unlock()
	}
	return errors.Join(errs...)
}
