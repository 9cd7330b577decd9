package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"sync/atomic"

	"arbor/store/disk"
)

var (
	manifestNames = [2]string{"MANIFEST-A", "MANIFEST-B"}
	errNoManifest = errors.New("missing")
	errNoStore    = errors.New("there is no store here")
)

// manifests is the two files and what the newer one says.
type manifests struct {
	dir   disk.FS
	mu    sync.Mutex
	files [2]disk.File
	sizes [2]int
	slot  int // of now
	now   manifest
	told  atomic.Pointer[manifest] // now, for those who do not wait for a write of the next
	bad   [2]error                 // why a slot is not valid
	// unread is why the disk does not deliver a copy, of which nobody knows then whether it is the newer one.
	unread error
	found  bool  // now was there at the open, and may not be durable
	lost   error // it may never be
}

// current returns what the newest manifest on the disk says; while one is being written that is the one before.
func (m *manifests) current() manifest {
	if now := m.told.Load(); now != nil {
		return *now
	}
	return manifest{} // a store without files has none
}

// update changes the manifest, durably. The older of the two files is written.
func (m *manifests) update(change func(*manifest)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := m.now
	change(&next)
	next.generation++
	if err := next.check(); err != nil || next.pages() > maxManifestPages {
		return fmt.Errorf("a manifest of %d pages cannot be written: %w", next.pages(), errors.Join(errManifest, err))
	}
	if err := m.settle(); err != nil {
		return err
	}
	slot := 1 - m.slot
	if m.bad[slot] != nil || m.sizes[slot] < next.pages()*pageSize {
		if err := m.create(slot, next.pages()); err != nil {
			return fmt.Errorf("make %s: %w", manifestNames[slot], err)
		}
	}
	if err := m.files[slot].WriteDurable(next.encode(), 0); err != nil {
		m.bad[slot] = err
		return fmt.Errorf("write %s: %w", manifestNames[slot], noSpace(err))
	}
	m.slot, m.now, m.bad[slot] = slot, next, nil
	m.told.Store(&next)
	return nil
}

// prove is settle, for one who acts on what the manifest says.
func (m *manifests) prove() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.settle()
}

// settle makes the manifest durable that was found at the open: who wrote it may have been killed meanwhile, and it is the only one while
// the other is being written. After an error nobody knows what the disk holds, and there is no second try.
func (m *manifests) settle() error {
	if m.found && m.lost == nil {
		if err := m.files[m.slot].Sync(); err != nil {
			m.lost = fmt.Errorf("sync %s: %w", manifestNames[m.slot], noSpace(err))
		}
		m.found = false
	}
	return m.lost
}

// read finds the newer valid manifest. It returns errNoStore if neither is one and there are no segments: then nothing was ever stored,
// and the making of the store was cut short at most.
func (m *manifests) read(dir disk.FS, segments int) error {
	m.dir = dir
	found := false
	var version error
	for i, name := range manifestNames {
		f, err := dir.Open(name)
		var b []byte
		if err == nil {
			m.files[i] = f
			if err = f.Reread(); err == nil {
				b, err = readManifest(f)
			}
			m.sizes[i] = len(b)
		}
		if err != nil && errors.Is(undelivered(name, 0, err), errUnread) {
			m.unread = undelivered(name, 0, err)
			m.bad[i] = m.unread
			continue
		}
		if errors.Is(err, fs.ErrNotExist) || err == nil && allZero(b) {
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
	m.found = found
	switch {
	case version != nil:
		return version
	case found:
		now := m.now
		m.told.Store(&now)
		return nil
	case segments == 0 && m.unread == nil:
		return errNoStore
	}
	return &CorruptError{File: manifestNames[0], Err: fmt.Errorf("%w; %s: %w", m.bad[0], manifestNames[1], m.bad[1])}
}

// doubtful tells whether a newer manifest than the one there is may be lost, because the other copy is not one, as it is of a new store alone.
func (m *manifests) doubtful() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.bad[1-m.slot] != nil && m.now.generation > 1
}

// readManifest reads the whole pages of a manifest's file.
func readManifest(f disk.File) ([]byte, error) {
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	b := make([]byte, min(size, maxManifestPages*pageSize)&^(pageSize-1))
	if _, err := f.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return b, nil
}

// make begins a new store: a fresh id, and an empty log.
func (m *manifests) make(random io.Reader) error {
	for slot := range manifestNames {
		if err := m.create(slot, 1); err != nil {
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
	m.now.checkpoint, m.now.live = noCheckpoint, allOrdinals
	return m.update(func(*manifest) {})
}

// create makes the file of a slot, if there is none that is large enough. What it holds is lost: the other slot has the newer manifest.
func (m *manifests) create(slot, pages int) error {
	if f := m.files[slot]; f != nil {
		size, err := f.Size()
		if err != nil || size >= int64(pages)*pageSize && size%pageSize == 0 {
			return err
		}
		m.files[slot], m.sizes[slot] = nil, 0 // so that after an error the next update comes here again
		if err := f.Close(); err != nil {
			return err
		}
	}
	name := manifestNames[slot]
	f, err := m.dir.Create(name, int64(pages)*pageSize)
	if errors.Is(err, fs.ErrExist) { // what was closed above, or by one who could not remove it
		if err = m.dir.Remove(name); err == nil {
			f, err = m.dir.Create(name, int64(pages)*pageSize)
		}
	}
	if err == nil {
		m.files[slot], m.sizes[slot] = f, pages*pageSize
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
