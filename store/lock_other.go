//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows)

package store

import (
	"errors"
	"os"
)

// takeLock refuses: without a lock that ends with the process no store is safe.
func takeLock(*os.File, bool) error { return errors.ErrUnsupported }

func releaseLock(*os.File) error { return errors.ErrUnsupported }

func takeLease(*os.File) error { return errors.ErrUnsupported }

func denyLease(*os.File) error { return nil }

func isLeased(*os.File) bool { return false }
