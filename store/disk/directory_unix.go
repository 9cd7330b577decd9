//go:build unix

package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// openDir opens a directory so that it can be synced.
func openDir(path string) (*os.File, error) { return os.Open(path) }

// Maps tells whether Map maps, or copies.
const Maps = true

func mapFile(h *os.File, size int64) ([]byte, error) {
	return unix.Mmap(int(h.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
}

func unmap(b []byte) error { return unix.Munmap(b) }
