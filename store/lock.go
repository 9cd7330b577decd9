package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"arbor/store/disk"
)

// lockName is the file whose lock is the ownership of the directory. Its content says how to reach the owner.
const lockName = "LOCK"

// errHeld says that another opener has the lock.
var errHeld = errors.New("the lock is held")

// lockNote is the content of the lock file. It is whole or, while an owner comes or goes, empty.
type lockNote struct {
	pid    int
	socket string // "" if the owner cannot be reached
	reason string // why not
}

// A note has a fixed size, so that it is written at once and, after the first, needs no space on a full disk. It is a block, since smaller
// files may be kept where nothing is written in place (btrfs).
const (
	noteFirst = "arbor lock 1"
	noteEnd   = "end"
	noteSize  = pageSize
	maxReason = 300
)

func (n lockNote) String() string {
	reason := strings.ReplaceAll(n.reason[:min(len(n.reason), maxReason)], "\n", " ")
	return fmt.Sprintf("%s\npid %d\nsocket %s\nreason %s\n%s\n", noteFirst, n.pid, n.socket, reason, noteEnd)
}

// parseNote returns the zero note for anything that is not whole.
func parseNote(s string) (n lockNote) {
	lines := strings.Split(strings.TrimRight(s, " "), "\n")
	if len(lines) != 6 || lines[0] != noteFirst || lines[4] != noteEnd || lines[5] != "" {
		return n
	}
	pid, pidOK := strings.CutPrefix(lines[1], "pid ")
	socket, socketOK := strings.CutPrefix(lines[2], "socket ")
	reason, reasonOK := strings.CutPrefix(lines[3], "reason ")
	id, err := strconv.Atoi(pid)
	if !pidOK || !socketOK || !reasonOK || err != nil || id <= 0 {
		return n
	}
	return lockNote{pid: id, socket: socket, reason: reason}
}

func lockError(dir string, err error) error { return fmt.Errorf("lock %s: %w", dir, err) }

// openLock opens the lock file of dir. Who only reads makes none, and gets nil where there is none, or none that it may read.
func openLock(dir string, readOnly bool) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	if !readOnly {
		h, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err == nil {
			disk.InPlace(h)
		}
		return h, err
	}
	h, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return nil, nil
	}
	return h, err
}

func readNote(h *os.File) (lockNote, error) {
	b, err := io.ReadAll(io.NewSectionReader(h, 0, noteSize))
	if err != nil {
		return lockNote{}, fmt.Errorf("read %s: %w", lockName, err)
	}
	return parseNote(string(b)), nil
}

// writeNote replaces the note; the zero one says that nobody can be reached.
func writeNote(h *os.File, n lockNote) error {
	text := ""
	if n != (lockNote{}) {
		text = n.String()
	}
	_, err := h.WriteAt([]byte(text+strings.Repeat(" ", max(0, noteSize-len(text)))), 0)
	return noSpace(err)
}

// lockAlone takes the lock of a store that no process uses, so that none will; who tries is told the reason. unlock ends it.
func lockAlone(dir, reason string) (*os.File, error) {
	if err := isStore(dir); err != nil {
		return nil, err
	}
	lock, err := openLock(dir, false)
	if err != nil {
		return nil, err
	}
	err = takeLock(lock, false)
	if err == nil && !stillLock(lock, dir) {
		err = errHeld
	}
	if err == nil {
		err = denyLease(lock)
	}
	if errors.Is(err, errHeld) {
		note, noteErr := readNote(lock)
		err = errors.Join(note.locked(), noteErr)
	}
	if err == nil {
		err = writeNote(lock, lockNote{pid: os.Getpid(), reason: reason})
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// lockShared is lockAlone for one that changes nothing, not even the lock file: nobody may own the store meanwhile.
func lockShared(dir string) (*os.File, error) {
	if err := isStore(dir); err != nil {
		return nil, err
	}
	lock, err := openLock(dir, true)
	if err != nil || lock == nil {
		return nil, err
	}
	err = takeLock(lock, true)
	if errors.Is(err, errHeld) {
		note, noteErr := readNote(lock)
		err = errors.Join(note.locked(), noteErr)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// unlockAny ends what lockAlone has begun, or lockShared.
func unlockAny(lock *os.File, alone bool) error {
	switch {
	case alone:
		return unlock(lock)
	case lock != nil:
		return lock.Close()
	}
	return nil
}

// Exists tells whether dir holds a store, or what is left of one: Open would make one where none is.
func Exists(dir string) (bool, error) {
	err := isStore(dir)
	if errors.Is(err, ErrNoStore) || errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// isStore makes sure that dir holds a store, or what is left of one.
func isStore(dir string) error {
	names, err := os.ReadDir(dir)
	if err == nil && !slices.ContainsFunc(names, ofStore) {
		err = fmt.Errorf("%s: %w", dir, ErrNoStore)
	}
	return err
}

// ofStore tells whether a file's name is one that only a store has.
func ofStore(f os.DirEntry) bool {
	return f.Name() == manifestNames[0] || f.Name() == manifestNames[1] || len(segmentNumbers([]string{f.Name()})) > 0
}

// stillLock tells whether h is the lock file of dir. While its lock was awaited the directory may have been replaced.
func stillLock(h *os.File, dir string) bool {
	mine, err := h.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(filepath.Join(dir, lockName))
	return err == nil && os.SameFile(mine, there)
}
