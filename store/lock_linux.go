package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// The bytes of the lock file that are locked.
const (
	ownershipByte = 0
	leaseByte     = 1
)

// takeLock locks h, without waiting, against every other opener in any process, or returns errHeld. The lock ends with the last
// descriptor of this opening, however the process ends. A shared one keeps out the exclusive.
func takeLock(h *os.File, shared bool) error {
	kind := int16(unix.F_WRLCK)
	if shared {
		kind = unix.F_RDLCK
	}
	return setLock(h, kind, ownershipByte)
}

// releaseLock ends what takeLock has taken.
func releaseLock(h *os.File) error { return setLock(h, unix.F_UNLCK, ownershipByte) }

// takeLease has isLeased tell others so, until h is closed.
func takeLease(h *os.File) error { return setLock(h, unix.F_RDLCK, leaseByte) }

// denyLease lets nobody take a lease until h is closed, or returns errHeld if somebody has one.
func denyLease(h *os.File) error { return setLock(h, unix.F_WRLCK, leaseByte) }

// isLeased tells whether another opener has a lease, or that this is not known.
func isLeased(h *os.File) bool {
	l := unix.Flock_t{Type: unix.F_WRLCK, Start: leaseByte, Len: 1}
	return unix.FcntlFlock(h.Fd(), unix.F_OFD_GETLK, &l) != nil || l.Type != unix.F_UNLCK
}

func setLock(h *os.File, kind int16, at int64) error {
	err := unix.FcntlFlock(h.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: kind, Start: at, Len: 1})
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return errHeld
	}
	return err
}
