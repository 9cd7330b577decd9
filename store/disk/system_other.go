//go:build !linux

package disk

import (
	"errors"
	"os"
)

// directFlags are unused where tryDirect refuses.
const directFlags = 0

// syncData makes the bytes of h durable. On darwin Sync asks the drive itself (F_FULLFSYNC).
func syncData(h *os.File) error { return h.Sync() }

func dropCached(*os.File) error { return nil }

// InPlace is for filesystems that are found on Linux.
func InPlace(*os.File) {}

func willNeed([]piece) {}

func resident([]byte) bool { return true }

func tryDirect(string) error { return errors.New("direct writes and io_uring are used on Linux alone") }
