package store

import (
	"sync"
	"sync/atomic"
)

// users counts the views and calls that Close waits for. Each counts in the era in which it began, so that what only earlier ones can
// reach is known to be free once theirs are empty: see limbo.
type users struct {
	now     atomic.Pointer[era]
	closing atomic.Bool
	last    chan struct{} // gets a value whenever, during closing, a count falls to zero
	emptied func()        // called when nobody is left in an era that is over; it must not wait

	mu     sync.Mutex
	oldest *era // that may have users
}

// era is the time between two moments at which something was given up. It is over when it has a next one.
type era struct {
	of    *users
	n     uint64
	count atomic.Int64
	next  atomic.Pointer[era]
}

func (u *users) init(emptied func()) {
	u.last, u.emptied = make(chan struct{}, 1), emptied
	u.oldest = &era{of: u}
	u.now.Store(u.oldest)
}

// hold counts one more, in the era of now. It takes no lock: it tries again only if an era ends meanwhile. What is loaded after it returns
// stays whole until the era is left, for whatever is given up from then on is given up in this era or in a later one.
func (u *users) hold() *era {
	for {
		x := u.now.Load()
		x.count.Add(1)
		if u.now.Load() == x {
			return x
		}
		x.leave()
	}
}

// enter is hold for those who come from outside: it returns ErrClosed once the store is being closed.
func (u *users) enter() (*era, error) {
	x := u.hold()
	if u.closing.Load() {
		x.leave()
		return nil, ErrClosed
	}
	return x, nil
}

// leave ends what hold or enter began.
func (x *era) leave() {
	if x.count.Add(-1) != 0 {
		return
	}
	if x.next.Load() != nil {
		x.of.emptied()
	}
	if x.of.closing.Load() {
		select {
		case x.of.last <- struct{}{}:
		default:
		}
	}
}

// turn ends the era of now and returns its number.
func (u *users) turn() uint64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	x := u.now.Load()
	next := &era{of: u, n: x.n + 1}
	x.next.Store(next)
	u.now.Store(next)
	return x.n
}

// since returns the number of the oldest era that has users, or of the one of now. Who is in an era that is over may leave it, but none
// comes into it.
func (u *users) since() uint64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	for u.oldest.count.Load() == 0 {
		next := u.oldest.next.Load()
		if next == nil {
			break
		}
		u.oldest = next
	}
	return u.oldest.n
}

// none tells whether there is no user.
func (u *users) none() bool {
	u.since()
	u.mu.Lock()
	defer u.mu.Unlock()
	for x := u.oldest; x != nil; x = x.next.Load() {
		if x.count.Load() > 0 {
			return false
		}
	}
	return true
}

// close refuses new users, wakes those who only wait, and returns once nobody is left; false if it was called before.
func (u *users) close(wake func()) bool {
	if !u.closing.CompareAndSwap(false, true) {
		return false
	}
	wake()
	for !u.none() {
		<-u.last
	}
	return true
}
