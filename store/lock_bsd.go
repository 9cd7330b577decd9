//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// takeLock locks h, without waiting, against every other opener in any process, or returns errHeld. The lock ends with the last
// descriptor of this opening, however the process ends. A shared one keeps out the exclusive.
func takeLock(h *os.File, shared bool) error {
	how := unix.LOCK_EX
	if shared {
		how = unix.LOCK_SH
	}
	err := unix.Flock(int(h.Fd()), how|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errHeld
	}
	return err
}
