package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"unsafe"

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

// dropCached has the kernel forget the clean pages of h, among them those that a failed sync has left behind as if they were written.
func dropCached(h *os.File) error { return unix.Fadvise(int(h.Fd()), 0, 0, unix.FADV_DONTNEED) }

// InPlace has the blocks of an empty file stay where they are when they are written again, on filesystems that would copy them (btrfs). Only
// then is the space that a file has also there for what replaces its bytes on a full disk. Others refuse, and write in place anyway.
func InPlace(h *os.File) {
	const noCopyOnWrite = 0x00800000 // FS_NOCOW_FL
	if flags, err := unix.IoctlGetInt(int(h.Fd()), unix.FS_IOC_GETFLAGS); err == nil {
		unix.IoctlSetPointerInt(int(h.Fd()), unix.FS_IOC_SETFLAGS, flags|noCopyOnWrite)
	}
}

// willNeed has the kernel begin to read pieces.
func willNeed(pieces []piece) {
	for _, p := range pieces {
		unix.Fadvise(int(p.h.Fd()), p.off, int64(p.n), unix.FADV_WILLNEED) // what it does not do, the reads will
	}
}

// resident tells whether the mapped bytes b are in the page cache. What the system does not tell counts as yes.
func resident(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	page := uintptr(os.Getpagesize())
	start := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	size := start%page + uintptr(len(b))
	start -= start % page
	var some [64]byte
	in := some[:]
	if n := (size + page - 1) / page; n > uintptr(len(in)) {
		in = make([]byte, n)
	} else {
		in = in[:n]
	}
	_, _, errno := unix.Syscall(unix.SYS_MINCORE, start, size, uintptr(unsafe.Pointer(unsafe.SliceData(in))))
	return errno != 0 || !slices.ContainsFunc(in, func(x byte) bool { return x&1 == 0 })
}

// tryDirect writes a block past the page cache into a scratch file of dir.
func tryDirect(dir string) error {
	h, err := scratch(dir)
	if err == nil {
		_, err = h.WriteAt(Aligned(Align), 0)
		h.Close()
	}
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) {
		err = openDirect(dir)
	}
	if errors.Is(err, unix.EINVAL) {
		err = errors.New("its filesystem does not know O_DIRECT")
	}
	if err != nil {
		return fmt.Errorf("no direct writes in this directory: %w", err)
	}
	return nil
}

// openDirect opens any file of dir past the page cache, which tells less than a write but needs no space.
func openDirect(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() {
			h, err := os.OpenFile(filepath.Join(dir, e.Name()), os.O_RDONLY|unix.O_DIRECT, 0)
			if err == nil {
				h.Close()
			}
			return err
		}
	}
	return err
}

// scratch opens a file that is gone when it is closed: one without a name, where the filesystem has such.
func scratch(dir string) (*os.File, error) {
	const flags = os.O_RDWR | unix.O_DIRECT
	if h, err := os.OpenFile(dir, flags|unix.O_TMPFILE, 0o600); err == nil {
		return h, nil
	}
	path := filepath.Join(dir, ".try-"+strconv.Itoa(os.Getpid()))
	h, err := os.OpenFile(path, flags|os.O_CREATE, 0o600)
	os.Remove(path) // even after an error: some filesystems make the file before they refuse the flag
	return h, err
}
