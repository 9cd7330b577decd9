//go:build !unix

package disk

import "os"

// openDir returns nil: names become durable with their files.
func openDir(string) (*os.File, error) { return nil, nil }

// Maps tells whether Map maps, or copies.
const Maps = false

func mapFile(h *os.File, size int64) ([]byte, error) {
	b := make([]byte, size)
	n, err := h.ReadAt(b, 0)
	if n == len(b) {
		err = nil
	}
	return b[:n], err
}

func unmap([]byte) error { return nil }
