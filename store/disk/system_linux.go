package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// directFlags open a file so that a write returns once it is on the disk, past the page cache.
const directFlags = unix.O_DIRECT | unix.O_DSYNC

// syncData makes the bytes of h durable, and its size, but not its times.
func syncData(h *os.File) error {
	for {
		err := unix.Fdatasync(int(h.Fd()))
		if err != unix.EINTR {
			return err
		}
	}
}

// tryDirect writes a block past the page cache into a scratch file of dir.
func tryDirect(dir string) error {
	const refused = "no direct writes in this directory: %w"
	path := filepath.Join(dir, ".try-"+strconv.Itoa(os.Getpid()))
	h, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_DIRECT, 0o600)
	if err != nil {
		os.Remove(path) // some filesystems make the file before they refuse the flag
		if errors.Is(err, unix.EINVAL) {
			err = errors.New("its filesystem does not know O_DIRECT")
		}
		return fmt.Errorf(refused, err)
	}
	defer h.Close()
	if err := os.Remove(path); err != nil {
		return fmt.Errorf(refused, err)
	}
	if _, err := h.WriteAt(Aligned(Align), 0); err != nil {
		return fmt.Errorf(refused, err)
	}
	return nil
}
