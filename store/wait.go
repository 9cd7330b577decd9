package store

import (
	"slices"
	"sync"
	"sync/atomic"
)

// waiters is who waits for an LSN to be reached. Each is woken alone, when its own is.
type waiters struct {
	count atomic.Int32 // of list, so that where nobody waits no lock is taken
	mu    sync.Mutex
	list  []*waiter
}

type waiter struct {
	lsn   LSN
	ready chan struct{} // closed when lsn is reached, or never will be
}

// add begins to wait for l. The caller looks once more whether l is reached before it sleeps on ready, and calls drop if it gives up.
func (w *waiters) add(l LSN) *waiter {
	x := &waiter{l, make(chan struct{})}
	w.mu.Lock()
	w.list = append(w.list, x)
	w.count.Store(int32(len(w.list)))
	w.mu.Unlock()
	return x
}

func (w *waiters) drop(x *waiter) {
	w.mu.Lock()
	if i := slices.Index(w.list, x); i >= 0 {
		w.list = slices.Delete(w.list, i, i+1)
	}
	w.count.Store(int32(len(w.list)))
	w.mu.Unlock()
}

// wake wakes those who wait for l or less.
func (w *waiters) wake(l LSN) {
	if w.count.Load() == 0 {
		return
	}
	w.mu.Lock()
	w.list = slices.DeleteFunc(w.list, func(x *waiter) bool {
		if x.lsn > l {
			return false
		}
		close(x.ready)
		return true
	})
	w.count.Store(int32(len(w.list)))
	w.mu.Unlock()
}

// wakeAll wakes everybody.
func (w *waiters) wakeAll() { w.wake(^LSN(0)) }
