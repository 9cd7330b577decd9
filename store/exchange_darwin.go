package store

import (
	"errors"

	"golang.org/x/sys/unix"
)

// exchange gives two directories each the other's name, at once.
func exchange(a, b string) error {
	err := unix.RenamexNp(a, b, unix.RENAME_SWAP)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		return errors.ErrUnsupported // by this filesystem
	}
	return err
}
