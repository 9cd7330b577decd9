package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// takeLock locks h, without waiting, against every other opener in any process, or returns errHeld. What is locked is a byte far behind
// the end of the file, because the system keeps others from reading what is locked. A shared lock keeps out the exclusive.
func takeLock(h *os.File, shared bool) error {
	flags := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if !shared {
		flags |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err := windows.LockFileEx(windows.Handle(h.Fd()), flags, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return errHeld
	}
	return err
}
