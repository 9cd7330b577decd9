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

// waiter is one of them. It is used again once its one value was received, or it was dropped from the list before it got one.
type waiter struct {
	lsn   LSN
	ready chan struct{} // gets a value when lsn is reached, or never will be
}

var spareWaiters = sync.Pool{New: func() any { return &waiter{ready: make(chan struct{}, 1)} }}

// add begins to wait for l. The caller looks once more whether l is reached before it sleeps on ready, and calls drop if it gives up, or
// done once it was woken.
func (w *waiters) add(l LSN) *waiter {
	x := spareWaiters.Get().(*waiter)
	x.lsn = l
	w.mu.Lock()
	w.list = append(w.list, x)
	w.count.Store(int32(len(w.list)))
	w.mu.Unlock()
	return x
}

func (w *waiters) drop(x *waiter) {
	w.mu.Lock()
	i := slices.Index(w.list, x)
	if i >= 0 {
		w.list = slices.Delete(w.list, i, i+1)
		w.count.Store(int32(len(w.list)))
	}
	w.mu.Unlock()
	if i < 0 { // it is being woken
		<-x.ready
	}
	spareWaiters.Put(x)
}

// done gives a waiter back whose value was received.
func (w *waiters) done(x *waiter) { spareWaiters.Put(x) }

// wake wakes those who wait for l or less. They are made runnable outside of the lock, which those who come to wait need.
func (w *waiters) wake(l LSN) {
	if w.count.Load() == 0 {
		return
	}
	var some [64]*waiter
	woken := some[:0]
	w.mu.Lock()
	w.list = slices.DeleteFunc(w.list, func(x *waiter) bool {
		if x.lsn <= l {
			woken = append(woken, x)
		}
		return x.lsn <= l
	})
	w.count.Store(int32(len(w.list)))
	w.mu.Unlock()
	for _, x := range woken {
		x.ready <- struct{}{}
	}
}

// wakeAll wakes everybody.
func (w *waiters) wakeAll() { w.wake(^LSN(0)) }
