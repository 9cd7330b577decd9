package disk

import "sync"

// writer is the queue of the disks without a ring: one goroutine, one write at a time. More goroutines make it slower: each grabs a
// tiny batch, and the threads fight for the processors.
type writer struct {
	work    chan *submission
	stopped sync.WaitGroup
}

func startWriter() *writer {
	w := &writer{work: make(chan *submission, maxInFlight)}
	w.stopped.Go(func() {
		for s := range w.work {
			s.complete(writeThrough(s.fd, s.p, s.off, s.fd == s.file.h))
		}
	})
	return w
}

func (w *writer) submit(s *submission) { w.work <- s }

func (w *writer) stop() {
	close(w.work)
	w.stopped.Wait()
}
