package disk

import (
	"errors"
	"os"
	"sync"
)

// maxQueued bounds the submitted writes that wait for their turn.
const maxQueued = 1024

var errQueue = errors.New("too many writes wait for the disk")

// backlog is the submitted writes that wait for their turn.
type backlog struct {
	mu       sync.Mutex
	waiting  []*submission
	stopping bool
}

// add appends s, or completes it with an error if the backlog is full or stopping.
func (b *backlog) add(s *submission) bool {
	b.mu.Lock()
	var err error
	switch {
	case b.stopping:
		err = os.ErrClosed
	case len(b.waiting) >= maxQueued:
		err = errQueue
	default:
		b.waiting = append(b.waiting, s)
	}
	b.mu.Unlock()
	if err != nil {
		go s.complete(err)
	}
	return err == nil
}

// writer is the queue of the disks without a ring: one goroutine, one write at a time. More goroutines make it slower: each grabs a
// tiny batch, and the threads fight for the processors.
type writer struct {
	backlog
	wake    *sync.Cond
	stopped sync.WaitGroup
}

func startWriter() *writer {
	w := &writer{}
	w.wake = sync.NewCond(&w.mu)
	w.stopped.Go(w.run)
	return w
}

func (w *writer) run() {
	for {
		w.mu.Lock()
		for len(w.waiting) == 0 && !w.stopping {
			w.wake.Wait()
		}
		work := w.waiting
		w.waiting = nil
		w.mu.Unlock()
		if len(work) == 0 {
			return
		}
		for _, s := range work {
			s.complete(writeThrough(s.fd, s.p, s.off, s.fd == s.file.h))
		}
	}
}

func (w *writer) submit(s *submission) {
	if w.add(s) {
		w.wake.Signal()
	}
}

func (w *writer) stop() {
	w.mu.Lock()
	w.stopping = true
	w.mu.Unlock()
	w.wake.Signal()
	w.stopped.Wait()
}
