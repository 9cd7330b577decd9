//go:build linux && iouring

package disk

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/pawelgaczynski/giouring"
	"golang.org/x/sys/unix"
)

// maxEnterRetries bounds how often in a row the kernel may be too busy to take an entry.
const maxEnterRetries = 1000

// uring is one io_uring. All use of giouring is in this file. It belongs to one goroutine at a time.
type uring struct {
	io       *giouring.Ring
	counts   *counts
	failures int
}

// init makes the ring. If it is deferred, completions are handled by the one thread that submits, when it asks for them, and interrupt
// nobody; then only the thread that has called init may use it.
func (r *uring) init(c *counts, entries uint32, deferred bool) error {
	r.io, r.counts = giouring.NewRing(), c
	var flags uint32
	if deferred {
		flags = giouring.SetupSingleIssuer | giouring.SetupDeferTaskrun
	}
	return r.io.QueueInit(entries, flags)
}

// abandoned keeps the rings that broke with the buffers that the kernel may still use.
var abandoned struct {
	sync.Mutex
	rings []any
}

func abandon(ring any) {
	abandoned.Lock()
	defer abandoned.Unlock()
	abandoned.rings = append(abandoned.rings, ring)
}

// exit gives the ring back. Nothing may be in flight.
func (r *uring) exit() { r.io.QueueExit() }

// remedy says what to do about a ring that cannot be had.
func remedy(err error) string {
	switch {
	case errors.Is(err, unix.EPERM):
		return "; a seccomp filter (containers have one) or sysctl kernel.io_uring_disabled forbids it: allow io_uring_setup"
	case errors.Is(err, unix.ENOSYS):
		return "; the kernel has none, or a seccomp filter hides it: allow io_uring_setup"
	case errors.Is(err, unix.EINVAL):
		return "; Linux 6.1 or newer has what is needed"
	case errors.Is(err, unix.ENOMEM):
		return "; raise the limit on locked memory (ulimit -l)"
	}
	return ""
}

// enter submits what is prepared and waits until there are n completions. It may return with fewer.
func (r *uring) enter(n int) error {
	r.counts.enters.Add(1)
	_, err := r.io.SubmitAndWait(uint32(n))
	switch {
	case err == nil:
		r.failures = 0
	case errors.Is(err, unix.EINTR):
		err = nil
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EBUSY):
		if r.failures++; r.failures < maxEnterRetries {
			runtime.Gosched()
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("io_uring_enter: %w", err)
	}
	return nil
}

// ready returns how many completions can be reaped.
func (r *uring) ready() int { return int(r.io.CQReady()) }

// completion is a result of the kernel: the count of bytes, or a negative error number.
type completion struct {
	slot   uint64
	result int32
}

// reap takes one completion. Slot none says that there is none.
func (r *uring) reap() (completion, error) {
	if r.io.CQReady() == 0 {
		return completion{slot: none}, nil
	}
	c, err := r.io.PeekCQE()
	if err != nil {
		return completion{}, fmt.Errorf("io_uring completion: %w", err)
	}
	out := completion{c.UserData, c.Res}
	r.io.CQAdvance(1)
	return out, nil
}

// none is the slot of no entry.
const none = ^uint64(0)

// The entries that follow are sent with the next enter. There is room for as many as init was asked for.

func (r *uring) nop(slot uint64) {
	e := r.io.GetSQE()
	e.PrepareNop()
	r.sent(e, slot, 0)
}

// read has n bytes read to p, which is not to move nor to be freed until the completion.
func (r *uring) read(fd int, p uintptr, n int, off int64, slot uint64) {
	e := r.io.GetSQE()
	e.PrepareRead(fd, p, uint32(n), uint64(off))
	r.sent(e, slot, 0)
}

// writeDurable has n bytes written from p, likewise, and through to the disk.
func (r *uring) writeDurable(fd int, p uintptr, n int, off int64, slot uint64) {
	e := r.io.GetSQE()
	e.PrepareWrite(fd, p, uint32(n), uint64(off))
	r.sent(e, slot, unix.RWF_DSYNC)
}

func (r *uring) sent(e *giouring.SubmissionQueueEntry, slot uint64, flags uint32) {
	e.OpcodeFlags = flags // giouring leaves those of the entry that was here before
	e.UserData = slot
	r.counts.entries.Add(1)
}
