package store

import "sync/atomic"

// users counts the views and calls that Close waits for.
type users struct {
	count   atomic.Int64
	closing atomic.Bool
	last    chan struct{} // gets a value whenever, during closing, the count falls to zero
}

func (u *users) init() { u.last = make(chan struct{}, 1) }

// enter counts one more, or returns ErrClosed.
func (u *users) enter() error {
	u.count.Add(1)
	if u.closing.Load() {
		u.leave()
		return ErrClosed
	}
	return nil
}

func (u *users) leave() {
	if u.count.Add(-1) == 0 && u.closing.Load() {
		select {
		case u.last <- struct{}{}:
		default:
		}
	}
}

// close refuses new users, wakes those who only wait, and returns once nobody is left; false if it was called before.
func (u *users) close(wake func()) bool {
	if !u.closing.CompareAndSwap(false, true) {
		return false
	}
	wake()
	for u.count.Load() > 0 {
		<-u.last
	}
	return true
}
