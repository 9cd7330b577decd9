package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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

const (
	noteFirst = "arbor lock 1"
	noteEnd   = "end"
	maxNote   = 4096
)

func (n lockNote) String() string {
	return fmt.Sprintf("%s\npid %d\nsocket %s\nreason %s\n%s\n", noteFirst, n.pid, n.socket, strings.ReplaceAll(n.reason, "\n", " "), noteEnd)
}

// parseNote returns the zero note for anything that is not whole.
func parseNote(s string) (n lockNote) {
	lines := strings.Split(s, "\n")
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

// openLock opens the lock file of dir. Who only reads makes none, and gets nil where there is none.
func openLock(dir string, readOnly bool) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	if !readOnly {
		return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	}
	h, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return h, err
}

func readNote(h *os.File) (lockNote, error) {
	b, err := io.ReadAll(io.NewSectionReader(h, 0, maxNote))
	if err != nil {
		return lockNote{}, fmt.Errorf("read %s: %w", lockName, err)
	}
	return parseNote(string(b)), nil
}

// writeNote replaces the note; the zero one empties the file.
func writeNote(h *os.File, n lockNote) error {
	if err := h.Truncate(0); err != nil || n == (lockNote{}) {
		return err
	}
	_, err := h.WriteAt([]byte(n.String()), 0)
	return err
}
