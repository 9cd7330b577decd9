package store

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// The bytes that are locked lie far behind the end of the file, because the system keeps others from reading what is locked.
const (
	ownershipByte = 0
	leaseByte     = 1
)

// takeLock locks h, without waiting, against every other opener in any process, or returns errHeld. A shared lock keeps out the exclusive.
func takeLock(h *os.File, shared bool) error { return lockByte(h, shared, ownershipByte) }

// releaseLock ends what takeLock has taken.
func releaseLock(h *os.File) error { return unlockByte(h, ownershipByte) }

// takeLease has isLeased tell others so, until h is closed.
func takeLease(h *os.File) error {
	for try := range maxLeaseTries {
		if err := lockByte(h, true, leaseByte); !errors.Is(err, errHeld) {
			return err
		}
		time.Sleep(time.Duration(try) * time.Millisecond) // isLeased has it for a moment
	}
	return errHeld
}

const maxLeaseTries = 10

// denyLease lets nobody take a lease until h is closed, or returns errHeld if somebody has one.
func denyLease(h *os.File) error { return lockByte(h, false, leaseByte) }

// isLeased tells whether another opener has a lease, or that this is not known.
func isLeased(h *os.File) bool {
	return lockByte(h, false, leaseByte) != nil || unlockByte(h, leaseByte) != nil
}

func lockByte(h *os.File, shared bool, at uint32) error {
	flags := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if !shared {
		flags |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err := windows.LockFileEx(windows.Handle(h.Fd()), flags, 0, 1, 0, &windows.Overlapped{Offset: at, OffsetHigh: 1})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return errHeld
	}
	return err
}

func unlockByte(h *os.File, at uint32) error {
	return windows.UnlockFileEx(windows.Handle(h.Fd()), 0, 1, 0, &windows.Overlapped{Offset: at, OffsetHigh: 1})
}
