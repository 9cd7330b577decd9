//go:build linux && iouring

package disk

import (
	"io"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// fetchRing is the fetcher of a ring: who has it submits all reads and sleeps in io_uring_enter until they are there.
type fetchRing struct {
	uring
	// scratch is where the kernel puts what nobody looks at, all of it in the same place: the reads are for the page cache.
	scratch []byte
}

func newFetchRing(c *counts) (fetcher, error) {
	r := &fetchRing{scratch: Aligned(fetchPiece)}
	if err := r.init(c, fetchEntries, false); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *fetchRing) close() { r.exit() }

// fetch does as many reads at once as the ring takes.
func (r *fetchRing) fetch(pieces []piece) (broken bool, err error) {
	runtime.LockOSThread() // the kernel finishes a read on the thread that has submitted it
	defer runtime.UnlockOSThread()
	for tries := 0; len(pieces) > 0; tries++ {
		n := min(len(pieces), fetchEntries)
		for i, p := range pieces[:n] {
			r.read(int(p.h.Fd()), uintptr(unsafe.Pointer(unsafe.SliceData(r.scratch))), p.n, p.off, uint64(i))
		}
		for r.ready() < n {
			if err := r.enter(n); err != nil {
				abandon(r) // the kernel may still write to scratch
				return true, err
			}
		}
		again, err := r.results(pieces[:n])
		if err != nil {
			return r.ready() > 0, err
		}
		if len(again) > 0 && tries == maxEnterRetries {
			return false, again[0].error(unix.EINTR)
		}
		pieces = append(again, pieces[n:]...)
	}
	return false, nil
}

// results takes the completions of all pieces. It returns what is to be read again, and the error of one that cannot be.
func (r *fetchRing) results(pieces []piece) (again []piece, err error) {
	for range pieces {
		c, e := r.reap()
		if e != nil {
			return nil, e
		}
		r.counts.read.Add(int64(max(c.result, 0)))
		p, errno := pieces[c.slot], unix.Errno(-c.result)
		switch {
		case int(c.result) == p.n:
		case c.result > 0:
			again = append(again, piece{p.h, p.off + int64(c.result), p.n - int(c.result)})
		case c.result == 0:
			err = p.error(io.EOF)
		case errno == unix.EINTR || errno == unix.EAGAIN:
			again = append(again, p)
		default:
			err = p.error(errno)
		}
	}
	return again, err
}
