package store

import (
	"sync"

	"arbor/store/remote"
)

// errLostBefore is ErrUncertain for what came before a call.
var errLostBefore error = &ownerError{
	"the owner of the store went away before it had written all that was committed without waiting for the disk: some of that is gone",
	ErrUncertain,
}

// unproven is where a member has committed, through owners that are gone, what did not wait for the disk, and nobody has said since that it is
// there. The owner of now has what the last one left behind, and what of these commits is not among that is gone; so the next call that
// promises durability asks, because it promises it for all that this process has committed before.
type unproven struct {
	mu        sync.Mutex
	positions []Position
}

// add takes what a role that ends leaves behind.
func (u *unproven) add(r *role) {
	c, ok := r.be.(*client)
	if !ok {
		return // an owner that ends has written all, or said that it could not
	}
	if p, ok := c.volatile(); ok {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.positions = append(u.positions, p)
	}
}

// prove has the role of now prove all of them. If one is lost it says so, once: errLostBefore.
func (u *unproven) prove(r *role) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.positions) == 0 {
		return nil
	}
	f, err := r.be.snapshot()
	if err != nil {
		return err
	}
	defer f.release()
	lost := false
	for _, p := range u.positions {
		there, err := f.proves(p)
		if err != nil {
			return err
		}
		lost = lost || !there
	}
	u.positions = nil
	if lost {
		return errLostBefore
	}
	return nil
}

// none tells whether there is nothing to be proved.
func (u *unproven) none() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.positions) == 0
}

// unsettled notes a commit that did not wait for the disk.
func (c *client) unsettled(b []byte) error {
	p, ok := decodePosition(b)
	if !ok {
		return remote.ErrMalformed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.at > c.newest.at {
		c.newest = p
	}
	return nil
}

// settled notes that all up to l is durable.
func (c *client) settled(l LSN) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.safe = max(c.safe, l)
}

// volatile returns the place of the last commit that did not wait for the disk, and whether it may still not be there.
func (c *client) volatile() (Position, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.newest, c.newest.at > c.safe
}
