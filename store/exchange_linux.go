package store

import (
	"errors"

	"golang.org/x/sys/unix"
)

// exchange gives two directories each the other's name, at once.
func exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return errors.ErrUnsupported // by this filesystem, or this kernel
	}
	return err
}
