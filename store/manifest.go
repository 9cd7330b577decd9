package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"arbor/store/disk"
)

// manifest says which store this is, how far its log is known to be whole, and where its index was saved. It is one page, written in turn
// to two files, so that one of them is always whole:
//
//	  0  8 bytes magic          48  u64 LSN below which all is durable
//	  8  u32 version            56  u64 flags: 1 = closed
//	 12  u32 zero               64  u64 number of the checkpoint, 0 if there is none
//	 16  16 bytes store id      72  u64 LSN of the frame that replay begins with
//	 32  u64 generation         80  u64 visible LSN of the checkpoint: records below are in it
//	 40  u64 epoch              88  u64 bytes of the checkpoint
//	                            96  u64 least epoch of the frames to be replayed
//	4088 u64 checksum of the bytes before, bound to the generation
type manifest struct {
	id         storeID
	generation uint64
	epoch      uint64
	durable    LSN
	closed     bool // the log ends at durable
	checkpoint checkpointRef
}

// checkpointRef is a saved index and where the log goes on behind it.
type checkpointRef struct {
	number uint64 // names the file; 0 is none: all of the log is replayed
	replay LSN    // of the frame to begin with
	at     LSN    // its visible LSN; records below are in it
	size   int64
	epoch  uint64 // frames of earlier epochs are leftovers
}

// logStart is where the first frame of a store lies.
const logStart = LSN(1)<<32 | segmentStart

var noCheckpoint = checkpointRef{replay: logStart}

const manifestMagic = "arbor\x00mf"

var (
	manifestNames = [2]string{"MANIFEST-A", "MANIFEST-B"}
	errManifest   = errors.New("not a manifest")
	errNoManifest = errors.New("missing")
	errNoStore    = errors.New("there is no store here")
)

func (m *manifest) encode() []byte {
	b := disk.Aligned(pageSize)
	copy(b, manifestMagic)
	le.PutUint32(b[8:], formatVersion)
	copy(b[16:], m.id[:])
	var closed uint64
	if m.closed {
		closed = 1
	}
	c := &m.checkpoint
	for i, v := range []uint64{m.generation, m.epoch, uint64(m.durable), closed,
		c.number, uint64(c.replay), uint64(c.at), uint64(c.size), c.epoch} {
		le.PutUint64(b[32+8*i:], v)
	}
	le.PutUint64(b[pageSize-8:], m.id.sum(b[:pageSize-8], LSN(m.generation)))
	return b
}

func parseManifest(b []byte) (manifest, error) {
	if len(b) != pageSize || string(b[:8]) != manifestMagic {
		return manifest{}, errManifest
	}
	m := manifest{id: storeID(b[16:32])}
	u := func(off int) uint64 { return le.Uint64(b[off:]) }
	m.generation = u(32)
	sound := u(pageSize-8) == m.id.sum(b[:pageSize-8], LSN(m.generation))
	if v := le.Uint32(b[8:]); sound && v > formatVersion {
		return manifest{}, fmt.Errorf("format %d, this arbor knows %d: %w", v, formatVersion, ErrVersion)
	}
	if !sound {
		return manifest{}, errManifest
	}
	m.epoch, m.durable, m.closed = u(40), LSN(u(48)), u(56) == 1
	m.checkpoint = checkpointRef{u(64), LSN(u(72)), LSN(u(80)), int64(u(88)), u(96)}
	return m, nil
}

// manifests is the two files and what the newer one says.
type manifests struct {
	dir   disk.FS
	mu    sync.Mutex
	files [2]disk.File
	slot  int // of now
	now   manifest
	bad   [2]error // why a slot is not valid
}

func (m *manifests) current() manifest {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// update changes the manifest, durably. The older of the two files is written.
func (m *manifests) update(change func(*manifest)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := m.now
	change(&next)
	next.generation++
	slot := 1 - m.slot
	if m.bad[slot] != nil {
		if err := m.create(slot); err != nil {
			return fmt.Errorf("make %s: %w", manifestNames[slot], err)
		}
	}
	if err := m.files[slot].WriteDurable(next.encode(), 0); err != nil {
		m.bad[slot] = err
		return fmt.Errorf("write %s: %w", manifestNames[slot], noSpace(err))
	}
	m.slot, m.now, m.bad[slot] = slot, next, nil
	return nil
}

// read finds the newer valid manifest. It returns errNoStore if neither is one and there are no segments: then nothing was ever stored,
// and the making of the store was cut short at most.
func (m *manifests) read(dir disk.FS, segments int) error {
	m.dir = dir
	found := false
	var version error
	for i, name := range manifestNames {
		b := make([]byte, pageSize)
		f, err := dir.Open(name)
		if err == nil {
			m.files[i] = f
			_, err = f.ReadAt(b, 0)
		}
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, io.EOF) || err == nil && allZero(b) {
			m.bad[i] = errNoManifest
			continue
		} else if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		x, err := parseManifest(b)
		switch {
		case errors.Is(err, ErrVersion):
			version = fmt.Errorf("%s: %w", name, err)
		case err != nil:
			m.bad[i] = err
		case !found || x.generation > m.now.generation:
			found, m.now, m.slot = true, x, i
		}
	}
	switch {
	case version != nil:
		return version
	case found:
		return nil
	case segments == 0:
		return errNoStore
	}
	return &CorruptError{File: manifestNames[0], Err: fmt.Errorf("%w; %s: %w", m.bad[0], manifestNames[1], m.bad[1])}
}

// make begins a new store: a fresh id, and an empty log.
func (m *manifests) make(random io.Reader) error {
	for slot := range manifestNames {
		if err := m.create(slot); err != nil {
			return err
		}
		m.bad[slot] = nil
	}
	if random == nil {
		random = rand.Reader
	}
	if _, err := io.ReadFull(random, m.now.id[:]); err != nil {
		return fmt.Errorf("draw a store id: %w", err)
	}
	m.now.durable, m.now.closed, m.slot = logStart, true, 1
	m.now.checkpoint = noCheckpoint
	return m.update(func(*manifest) {})
}

// create makes the file of a slot, if there is none of the right size.
func (m *manifests) create(slot int) error {
	if f := m.files[slot]; f != nil {
		size, err := f.Size()
		if err != nil || size == pageSize {
			return err
		}
		m.files[slot] = nil
		if err := errors.Join(f.Close(), m.dir.Remove(manifestNames[slot])); err != nil {
			return err
		}
	}
	f, err := m.dir.Create(manifestNames[slot], pageSize)
	if err == nil {
		m.files[slot] = f
	}
	return err
}

func (m *manifests) close() error {
	var errs []error
	for _, f := range m.files {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

func allZero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}
