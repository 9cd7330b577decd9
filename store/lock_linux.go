package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// takeLock locks h, without waiting, against every other opener in any process, or returns errHeld. The lock ends with the last
// descriptor of this opening, however the process ends. A shared one keeps out the exclusive.
func takeLock(h *os.File, shared bool) error {
	kind := int16(unix.F_WRLCK)
	if shared {
		kind = unix.F_RDLCK
	}
	err := unix.FcntlFlock(h.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: kind, Len: 1})
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return errHeld
	}
	return err
}
