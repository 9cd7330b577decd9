package store

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestWaiters has many wait for numbers that several raise: everybody is woken, none before his time, and who gives up leaves nothing behind.
func TestWaiters(t *testing.T) {
	var now atomic.Uint64
	w := &waiters{reached: func() LSN { return LSN(now.Load()) }}
	const last = 4000
	within(t, time.Minute, func() {
		var all sync.WaitGroup
		for g := range 8 {
			all.Go(func() {
				r := rand.New(rand.NewPCG(1, uint64(g)))
				for LSN(now.Load()) < last {
					l := min(LSN(now.Load()+1+r.Uint64N(5)), last)
					x := w.add(l)
					if LSN(now.Load()) >= l || r.IntN(4) == 0 {
						w.drop(x)
						continue
					}
					<-x.ready
					w.done(x)
					if n := LSN(now.Load()); n < l {
						t.Errorf("woken at %d, waiting for %d", n, l)
					}
				}
			})
		}
		for range 3 {
			all.Go(func() {
				for now.Load() < last {
					if w.count.Load() > 0 {
						now.Add(1)
						w.wake()
					}
					runtime.Gosched()
				}
			})
		}
		all.Wait()
	})
	w.wake()
	if n := w.count.Load(); n != 0 || w.top.Load() != nil {
		t.Errorf("%d wait in the end, the stack is empty: %v", n, w.top.Load() == nil)
	}
}

// TestWaitersDropped gives up more often than anything is reached.
func TestWaitersDropped(t *testing.T) {
	w := &waiters{reached: func() LSN { return 0 }}
	stays := w.add(1)
	for range 10 * maxDropped {
		w.drop(w.add(1))
	}
	n := 0
	for x := w.top.Load(); x != nil; x = x.next {
		n++
	}
	if n > maxDropped+2 || w.count.Load() != 1 || stays.state.Load() != waiting {
		t.Errorf("%d are left on the stack, %d of them wait", n, w.count.Load())
	}
}

// TestWakeLooksAgain has more be reached while the waiters are off the stack, where whoever reached it cannot see them.
func TestWakeLooksAgain(t *testing.T) {
	looks := 0
	w := &waiters{reached: func() LSN {
		if looks++; looks == 1 {
			return 1
		}
		return 5
	}}
	x := w.add(5)
	w.wake()
	select {
	case <-x.ready:
	default:
		t.Error("what was reached meanwhile wakes nobody")
	}
}
