package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"arbor/store/disk"
)

// open makes the backend of a DB: an engine of its own for a store in memory, a member for a directory.
func open(dir string, opt Options) (backend, error) {
	if opt.Memory {
		return newMemory(opt.limits()), nil
	}
	if opt.Disk != nil {
		return openEngine(opt.Disk, opt.ReadOnly, opt.limits())
	}
	if opt.IO == "" {
		opt.IO = os.Getenv("ARBOR_IO")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		if err := orphaned(dir); err != nil {
			return nil, err
		}
	}
	if !opt.ReadOnly {
		if err := makeDir(dir); err != nil {
			return nil, err
		}
	}
	m, err := newMember(dir, opt)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// makeDir makes a directory, and those above it, that a power cut does not take back.
func makeDir(dir string) error {
	info, err := os.Stat(dir)
	if err == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		return fmt.Errorf("%s: not a directory", dir)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(dir)
	if err := makeDir(parent); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return disk.SyncDir(parent)
}

// engine opens the engine on the directory, which this process has locked.
func (m *member) engine() (backend, error) {
	if err := unfinished(m.dir); err != nil {
		return nil, err
	}
	var fs disk.FS
	var err error
	if m.opt.ReadOnly {
		fs, err = disk.OpenReadOnly(m.dir)
	} else {
		fs, err = disk.Open(m.dir, m.opt.IO)
	}
	if err != nil {
		return nil, err
	}
	be, err := openEngine(fs, m.opt.ReadOnly, m.opt.limits())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the store in %s: %w", m.dir, err), fs.Close())
	}
	return be, nil
}

// own becomes the owner; lock is held and belongs to the role. Others may ask for the store as soon as the note is written, and wait
// until the engine is open.
func (m *member) own(lock *os.File) (*role, error) {
	before, err := readNote(lock)
	if err != nil {
		lock.Close()
		return nil, err
	}
	removeSocket(before.socket)
	note := lockNote{pid: os.Getpid()}
	var srv *server
	if l, err := listen(m.dir); err == nil {
		note.socket = l.Addr().String()
		srv = startServer(l, m.silence)
	} else {
		note.reason = err.Error()
	}
	err = writeNote(lock, note)
	var be backend
	if err == nil {
		be, err = m.engine()
	}
	if err != nil {
		if srv != nil {
			srv.close()
		}
		return nil, errors.Join(err, unlock(lock))
	}
	be.(*engine).lease = func() bool { return isLeased(lock) }
	r := newRole(be)
	if srv != nil {
		srv.serve(be, func(f frozen, question []byte) ([]byte, bool, error) { return m.answer(r, f, question) })
	}
	r.server, r.unlock = srv, func() error { return unlock(lock) }
	return r, nil
}

// unlock empties the note and gives up the lock.
func unlock(lock *os.File) error { return errors.Join(writeNote(lock, lockNote{}), lock.Close()) }
