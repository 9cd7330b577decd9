package store

import (
	"sync"
	"sync/atomic"
)

// waiters is who waits for an LSN to be reached. Each is woken alone, when its own is. It has no lock: who comes to wait puts itself on a
// stack, and who wakes takes the whole stack and puts back those whose time has not come.
type waiters struct {
	reached func() LSN // by now; it only grows, and is the greatest LSN when nobody is to wait any more
	top     atomic.Pointer[waiter]
	count   atomic.Int32 // who waits
	dropped atomic.Int32 // of those on the stack; at times one less
	spare   sync.Pool    // of waiters
}

// waiter is one of them. It is used again once its one value was received, or once it was found dropped on the stack.
type waiter struct {
	lsn   LSN
	next  *waiter
	state atomic.Uint32
	ready chan struct{} // gets a value when lsn is reached, or never will be
}

const (
	waiting = iota
	woken
	dropped
)

// maxDropped is how many that have given up may lie on a stack.
const maxDropped = 64

// add begins to wait for l. The caller looks once more whether l is reached before it sleeps on ready, and calls drop if it gives up, or
// done once it was woken.
func (w *waiters) add(l LSN) *waiter {
	x, ok := w.spare.Get().(*waiter)
	if !ok {
		x = &waiter{ready: make(chan struct{}, 1)}
	}
	x.lsn = l
	x.state.Store(waiting)
	w.count.Add(1)
	w.push(x, x)
	return x
}

// push puts the chain from first to last on the stack. That first may have been there before does no harm, because nobody takes but all.
func (w *waiters) push(first, last *waiter) {
	for {
		top := w.top.Load()
		last.next = top
		if w.top.CompareAndSwap(top, first) {
			return
		}
	}
}

// drop gives up.
func (w *waiters) drop(x *waiter) {
	if !x.state.CompareAndSwap(waiting, dropped) { // it is being woken
		<-x.ready
		w.done(x)
		return
	}
	w.count.Add(-1)
	if w.dropped.Add(1) > maxDropped {
		w.wake()
	}
}

// done gives a waiter back whose value was received.
func (w *waiters) done(x *waiter) { w.spare.Put(x) }

// wake wakes those who wait for what is reached. It is called after reached has grown. What another one has taken off the stack at that
// moment it does not see; that one looks again at what is reached, after it has put back the rest.
func (w *waiters) wake() {
	for w.top.Load() != nil {
		l := w.reached()
		var first, last *waiter // of the rest
		for x := w.top.Swap(nil); x != nil; {
			next := x.next
			switch {
			case x.lsn <= l && x.state.CompareAndSwap(waiting, woken):
				w.count.Add(-1)
				x.ready <- struct{}{}
			case x.state.Load() == dropped:
				w.dropped.Add(-1)
				w.spare.Put(x)
			default:
				x.next = first
				if first = x; last == nil {
					last = x
				}
			}
			x = next
		}
		if first != nil {
			w.push(first, last)
		}
		if w.reached() == l {
			return
		}
	}
}
