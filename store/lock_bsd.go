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

// There are no leases: the whole file is locked or nothing. Who only reads keeps its shared lock instead, and no owner comes meanwhile.

func takeLease(*os.File) error { return errors.ErrUnsupported }

func releaseLock(h *os.File) error { return unix.Flock(int(h.Fd()), unix.LOCK_UN) }

func denyLease(*os.File) error { return nil }

func isLeased(*os.File) bool { return false }
