//go:build linux && iouring

package disk

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	ringSlots = 64 // writes in the kernel at once
	// wakeSlot is the user data of the read of the eventfd; writes have their index in ring.slots.
	wakeSlot = ringSlots
)

// ring is the queue of the uring disk: one io_uring on one locked thread, which sleeps in io_uring_enter. A read of an eventfd, armed
// in the ring, wakes it for new work. A buffer belongs to the kernel from its submission to its completion; slots keeps it reachable.
type ring struct {
	backlog
	asleep  bool // under mu: the thread will not look at the backlog before it is woken
	eventfd int
	stopped sync.WaitGroup

	// of the thread
	uring
	slots   [ringSlots]*submission
	free    []uint64 // indexes of empty slots
	armed   bool     // the read of the eventfd is in flight, into wakeups
	wakeups [8]byte
}

func startRing(c *counts) (queue, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("no io_uring: eventfd: %w", err)
	}
	r := &ring{eventfd: fd}
	for i := range uint64(ringSlots) {
		r.free = append(r.free, i)
	}
	started := make(chan error)
	r.stopped.Go(func() {
		runtime.LockOSThread() // whoever sets the ring up must also enter it
		defer runtime.UnlockOSThread()
		err := r.setUp(c)
		started <- err
		if err == nil {
			r.run()
		}
	})
	if err := <-started; err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("no io_uring: %w%s", err, remedy(err))
	}
	return r, nil
}

// setUp makes the ring and sends one empty entry around.
func (r *ring) setUp(counts *counts) error {
	if err := r.init(counts, 2*ringSlots, true); err != nil {
		return err
	}
	r.nop(0)
	for r.ready() == 0 {
		if err := r.enter(1); err != nil {
			r.exit()
			return err
		}
	}
	c, err := r.reap()
	if err == nil && c.result < 0 {
		err = unix.Errno(-c.result)
	}
	if err != nil {
		r.exit()
	}
	return err
}

// run serves until stop. It leaves only when the kernel has given everything back, or when the ring is broken.
func (r *ring) run() {
	for {
		work, stopping := r.take()
		for _, s := range work {
			r.prepare(s)
		}
		if !r.armed && !stopping {
			r.read(r.eventfd, uintptr(unsafe.Pointer(&r.wakeups)), len(r.wakeups), 0, wakeSlot)
			r.armed = true
		}
		if stopping && !r.armed && len(r.free) == ringSlots {
			r.exit()
			return
		}
		if err := r.enter(1); err != nil {
			r.fail(err)
			return
		}
		r.mu.Lock()
		r.asleep = false
		r.mu.Unlock()
		if err := r.reapAll(); err != nil {
			r.fail(err)
			return
		}
	}
}

// take returns as much of the backlog as there are slots, and whether there will be no more. From then on the thread counts as asleep.
func (r *ring) take() (work []*submission, stopping bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(len(r.waiting), len(r.free))
	work = append(work, r.waiting[:n]...)
	r.waiting = append(r.waiting[:0], r.waiting[n:]...)
	r.asleep = true
	return work, r.stopping && len(r.waiting) == 0
}

// prepare puts a write into a slot and into the submission queue, which has room for every slot and the eventfd.
func (r *ring) prepare(s *submission) {
	slot := r.free[len(r.free)-1]
	r.free = r.free[:len(r.free)-1]
	r.slots[slot] = s
	r.writeDurable(int(s.fd.Fd()), uintptr(unsafe.Pointer(unsafe.SliceData(s.p))), len(s.p), s.off, slot)
}

// reapAll completes what the kernel has given back.
func (r *ring) reapAll() error {
	for {
		c, err := r.reap()
		if err != nil || c.slot == none {
			return err
		}
		if c.slot == wakeSlot {
			r.armed = false
			continue
		}
		s := r.slots[c.slot]
		r.slots[c.slot] = nil
		r.free = append(r.free, c.slot)
		s.complete(s.outcome(c.result))
	}
}

// outcome turns the result of the kernel into an error. A write that was only interrupted is made again.
func (s *submission) outcome(result int32) error {
	switch errno := unix.Errno(-result); {
	case result >= 0 && int(result) == len(s.p):
		return nil
	case result >= 0:
		return io.ErrShortWrite
	case errno == unix.EINTR || errno == unix.EAGAIN:
		return writeThrough(s.fd, s.p, s.off, false)
	default:
		return errno
	}
}

// fail ends everything with err. The kernel may still read the buffers, so the ring and they are kept for ever.
func (r *ring) fail(err error) {
	abandon(r)
	r.mu.Lock()
	r.stopping = true
	work := r.waiting
	r.waiting = nil
	r.mu.Unlock()
	for _, s := range r.slots {
		if s != nil {
			s.complete(err)
		}
	}
	for _, s := range work {
		s.complete(err)
	}
}

func (r *ring) submit(s *submission) {
	if !r.add(s) {
		return
	}
	r.mu.Lock()
	wake := r.asleep
	r.asleep = false
	r.mu.Unlock()
	if wake {
		r.signal()
	}
}

// signal ends the read of the eventfd. The counter cannot be full, so that nothing but an interruption can fail.
func (r *ring) signal() {
	one := [8]byte{1}
	for {
		if _, err := unix.Write(r.eventfd, one[:]); !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

func (r *ring) stop() {
	r.mu.Lock()
	r.stopping = true
	r.mu.Unlock()
	r.signal()
	r.stopped.Wait()
	unix.Close(r.eventfd)
}
