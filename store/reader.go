package store

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// Who opens a store for reading alone shares it with its owner, if there is one that can be reached, and otherwise reads the files, also such
// as it may not write to, and also while a process that it cannot reach owns them: one of another user, or behind another mount.
//
// The owner changes no byte that such a reader has found: it writes behind the end of the log and of the checkpoint, and the two copies of
// the manifest in turn. What it would give back, it keeps as long as a reader has a lease, which is a lock on the second byte of the lock file
// (engine.leased). The lease is taken before the manifest is read, and looked for after one is written that no longer names what is to
// be given back. So either the owner sees the lease, or the reader does not know of those files. Where there is no lock file to lock, on a
// read-only medium or in a copy, or where the system has no such lock, a reader depends on what every read proves: the checksum is bound
// to the place, so that bytes of something else make an error and never a wrong value.
//
// What a reader cannot tell from damage is an owner at work: it may see the end of the log while a frame behind it is there already. So it looks
// again before it believes that.

// maxLooks bounds how often a reader looks again.
const maxLooks = 5

// joinReading is tryJoin for one who only reads; lock may be nil.
func (m *member) joinReading(lock *os.File) (*role, lockNote, error) {
	if lock == nil {
		r, err := m.readFiles(nil)
		return r, lockNote{}, err
	}
	held := takeLock(lock, true)
	if held == nil && !stillLock(lock, m.dir) {
		return nil, lockNote{}, errors.Join(errRefused, lock.Close())
	}
	if held == nil {
		if takeLease(lock) == nil {
			held = releaseLock(lock) // whoever writes may come
		}
		if held == nil {
			r, err := m.readFiles(lock)
			return r, lockNote{}, err
		}
	}
	if !errors.Is(held, errHeld) {
		lock.Close()
		return nil, lockNote{}, lockError(m.dir, held)
	}
	note, err := readNote(lock)
	var r *role
	switch {
	case err != nil:
	case note.pid == 0:
		err = errRefused
	case m.opt.Exclusive || note.socket == "":
		err = m.occupied(note)
	default:
		var c *client
		if c, err = connect(note, m.silence); err == nil {
			r = newRole(c)
		}
	}
	if errors.Is(err, ErrLocked) && !m.opt.Exclusive && takeLease(lock) == nil {
		r, err = m.readFiles(lock)
		return r, note, err
	}
	return r, note, errors.Join(err, lock.Close())
}

// readUnreached is what becomes of a reader whose owner does not come.
func (m *member) readUnreached(locked error) (*role, error) {
	lock, err := openLock(m.dir, true)
	if err != nil || lock == nil {
		return nil, errors.Join(locked, err)
	}
	if m.opt.Exclusive || takeLease(lock) != nil {
		return nil, errors.Join(locked, lock.Close())
	}
	return m.readFiles(lock)
}

// readFiles opens the engine for reading. lock, nil if the store has none, is leased, or shared, and belongs to the role.
func (m *member) readFiles(lock *os.File) (*role, error) {
	r := newRole(nil)
	r.unlock = func() error {
		if lock == nil {
			return nil
		}
		return lock.Close()
	}
	for look := 1; ; look++ {
		be, err := m.engine()
		if look == maxLooks || !seemsDamaged(be, err) || !isOwned(m.dir) {
			if err != nil {
				return nil, errors.Join(err, r.unlock())
			}
			r.be = be
			return r, nil
		}
		if err == nil {
			err = be.close()
		}
		if err != nil && !errors.Is(err, ErrCorrupt) {
			return nil, errors.Join(err, r.unlock())
		}
		time.Sleep(time.Duration(look) * time.Millisecond)
	}
}

func seemsDamaged(be backend, err error) bool {
	e, ok := be.(*engine)
	return errors.Is(err, ErrCorrupt) || ok && err == nil && (e.broken != nil || e.rebuilt.Load())
}

// isOwned tells whether a process owns the store in dir now.
func isOwned(dir string) bool {
	lock, err := openLock(dir, true)
	if err != nil || lock == nil {
		return false
	}
	defer lock.Close() // opened for reading alone
	return errors.Is(takeLock(lock, true), errHeld)
}

// outdated tells whether an owner has written another manifest since this one was read.
func (m *manifests) outdated() bool {
	for slot := range manifestNames {
		if m.files[slot] == nil {
			continue
		}
		b, err := readManifest(m.files[slot])
		if err != nil {
			continue
		}
		if x, err := parseManifest(b); err == nil && x.id == m.now.id && x.generation > m.now.generation {
			return true
		}
	}
	return false
}

// leased tells whether a reader may know of files that no manifest names any more. It is asked after the manifest was written.
func (e *engine) leased() bool { return e.lease != nil && e.lease() }

// removeReplaced removes the checkpoints that were replaced, unless a reader may be at them: then it is done another time, or by the next use
// of the store, as it is where a file cannot be removed while it is mapped. e.checkpointing is held.
func (e *engine) removeReplaced(number uint64) {
	e.replaced = append(e.replaced, number)
	if e.leased() {
		return
	}
	left := e.replaced[:0]
	for _, n := range e.replaced {
		if err := e.fs.Remove(checkpointName(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			left = append(left, n)
		}
	}
	e.replaced = left
}
