package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	defaultOwnerTimeout = 2 * time.Second
	// maxTakeovers bounds how often a call begins again because the owner went away.
	maxTakeovers = 20
	// suspendPatience is how long Suspend waits for the moment without a view.
	suspendPatience = 2 * time.Second
)

// member is a process's part in the sharing of a directory: it owns it, or it is a client of the process that does. It is the backend
// of a DB on a directory and passes the work on to its role of the moment.
type member struct {
	dir     string
	opt     Options
	silence time.Duration

	change sync.Mutex // held while the role is exchanged
	// gate is held for reading during each call of the role's backend, so that a role ends between calls.
	gate    sync.RWMutex
	role    *role         // nil while suspended, after a failed resume, and when closed
	resumed chan struct{} // while suspended: closed at its end
	closed  bool

	unproven unproven
	answers  atomic.Pointer[AnswerFunc]
}

// role is what the member is for a while.
type role struct {
	be     backend
	ended  context.Context
	end    context.CancelFunc
	server *server      // of an owner that others can reach
	unlock func() error // of an owner
	views  atomic.Int64
	idle   chan struct{} // gets a value when views falls to zero
}

func newRole(be backend) *role {
	r := &role{be: be, idle: make(chan struct{}, 1)}
	r.ended, r.end = context.WithCancel(context.Background())
	return r
}

func newMember(dir string, opt Options) (*member, error) {
	m := &member{dir: dir, opt: opt, silence: opt.OwnerTimeout}
	if m.silence <= 0 {
		m.silence = defaultOwnerTimeout
	}
	var err error
	m.role, err = m.join()
	return m, err
}

// name returns the role as Stats tells it, with the process that owns the store.
func (r *role) name() (role string, pid int) {
	if c, ok := r.be.(*client); ok {
		return "client", c.pid
	}
	if e, ok := r.be.(*engine); ok && e.readOnly {
		return "reader", os.Getpid()
	}
	return "owner", os.Getpid()
}

// join becomes the owner if there is none, and its client otherwise.
func (m *member) join() (*role, error) {
	began := time.Now()
	for wait, left := time.Millisecond, 0; ; wait = min(2*wait, 50*time.Millisecond) {
		r, note, err := m.tryJoin()
		if !errors.Is(err, errRefused) {
			return r, err
		}
		if errors.Is(err, errLeft) && left < maxTakeovers { // whoever comes next has the whole time again
			began, wait = time.Now(), time.Millisecond
			left++
		}
		if time.Since(began) > m.silence {
			if m.opt.ReadOnly {
				return m.readUnreached(note.locked())
			}
			return nil, note.locked()
		}
		time.Sleep(wait/2 + rand.N(wait))
	}
}

// locked tells who has the store.
func (n lockNote) locked() error {
	if n.pid == 0 {
		return ErrLocked
	}
	if n.reason != "" {
		return fmt.Errorf("%w: process %d, which cannot share it: %s", ErrLocked, n.pid, n.reason)
	}
	return fmt.Errorf("%w: process %d", ErrLocked, n.pid)
}

// occupied tells who has the store. The note of an owner that was killed stays a while, and so does its lock: then it is errRefused.
func (m *member) occupied(n lockNote) error {
	if n.socket == "" {
		return n.locked()
	}
	c, err := connect(n, m.silence)
	if errors.Is(err, errRefused) {
		return err
	}
	if err == nil {
		c.end()
	}
	return n.locked()
}

// tryJoin returns errRefused if the owner is coming or going.
func (m *member) tryJoin() (*role, lockNote, error) {
	lock, err := openLock(m.dir, m.opt.ReadOnly)
	if err != nil {
		return nil, lockNote{}, err
	}
	if m.opt.ReadOnly {
		return m.joinReading(lock)
	}
	held := takeLock(lock, false)
	if held == nil && !stillLock(lock, m.dir) {
		return nil, lockNote{}, errors.Join(errRefused, lock.Close())
	}
	if held == nil {
		r, err := m.own(lock)
		return r, lockNote{}, err
	}
	defer lock.Close()
	if !errors.Is(held, errHeld) {
		return nil, lockNote{}, lockError(m.dir, held)
	}
	note, err := readNote(lock)
	switch {
	case err != nil:
		return nil, note, err
	case note.pid == 0:
		return nil, note, errRefused
	case m.opt.Exclusive || note.socket == "":
		return nil, note, m.occupied(note)
	}
	c, err := connect(note, m.silence)
	if err != nil {
		return nil, note, err
	}
	return newRole(c), note, nil
}

// enter returns the present role with gate held for reading, waiting while the member is suspended.
func (m *member) enter() (*role, error) {
	for {
		m.gate.RLock()
		if m.role != nil {
			return m.role, nil
		}
		resumed, closed := m.resumed, m.closed
		m.gate.RUnlock()
		switch {
		case closed:
			return nil, ErrClosed
		case resumed != nil:
			<-resumed
		default:
			if err := m.follow(nil); err != nil {
				return nil, err
			}
		}
	}
}

// do has the present role do f, and if that role is at its end, the next one.
func (m *member) do(f func(r *role) error) error {
	for range maxTakeovers {
		r, err := m.enter()
		if err != nil {
			return err
		}
		err = f(r)
		m.gate.RUnlock()
		if !errors.Is(err, ErrStale) {
			return err
		}
		if err := m.follow(r); err != nil {
			return err
		}
	}
	return ErrStale
}

// follow finds the role that comes after r, unless another call has, or there shall be none.
func (m *member) follow(r *role) error {
	m.change.Lock()
	defer m.change.Unlock()
	m.gate.RLock()
	done := m.role != r || m.resumed != nil || m.closed
	m.gate.RUnlock()
	if done {
		return nil
	}
	next, err := m.join()
	if err != nil {
		return err
	}
	m.gate.Lock()
	if r != nil {
		m.unproven.add(r) // before any call promises something through the next one
	}
	m.role = next
	m.gate.Unlock()
	if r == nil {
		return nil
	}
	return r.leave()
}

// leave ends a role whose calls have ended.
func (r *role) leave() error {
	r.end()
	if r.server != nil {
		r.server.retire()
	}
	err := r.be.close()
	if r.server != nil {
		r.server.close()
	}
	if r.unlock != nil {
		err = errors.Join(err, r.unlock())
	}
	return err
}

// suspend gives the directory up.
func (m *member) suspend(dropViews func()) error {
	m.change.Lock()
	defer m.change.Unlock()
	patience := time.NewTimer(suspendPatience)
	defer patience.Stop()
	for {
		dropViews()
		m.gate.Lock()
		r := m.role
		if r == nil || r.unlock == nil || r.views.Load() == 0 {
			m.role = nil
			if m.resumed == nil {
				m.resumed = make(chan struct{})
			}
			if r != nil {
				m.unproven.add(r)
			}
			m.gate.Unlock()
			if r == nil {
				return nil
			}
			return r.leave()
		}
		m.gate.Unlock()
		select {
		case <-r.idle:
		case <-patience.C:
			return fmt.Errorf("%d views of the store are in use", r.views.Load())
		}
	}
}

// resume takes part again. If it cannot, the calls that follow try again.
func (m *member) resume() error {
	m.gate.Lock()
	if m.closed {
		m.gate.Unlock()
		return ErrClosed
	}
	if m.resumed != nil {
		close(m.resumed)
		m.resumed = nil
	}
	missing := m.role == nil
	m.gate.Unlock()
	if missing {
		return m.follow(nil)
	}
	return nil
}

// close ends the member for good. What a client has committed and nobody said is durable becomes so before.
func (m *member) close() error {
	unsettled := m.settle()
	m.change.Lock()
	defer m.change.Unlock()
	m.gate.Lock()
	if m.closed {
		m.gate.Unlock()
		return ErrClosed
	}
	r := m.role
	m.closed, m.role = true, nil
	if m.resumed != nil {
		close(m.resumed)
		m.resumed = nil
	}
	m.gate.Unlock()
	if r == nil {
		return unsettled
	}
	if _, ok := r.be.(*client); ok { // an owner waits by itself
		for r.views.Load() > 0 {
			<-r.idle
		}
	}
	return errors.Join(unsettled, r.leave())
}

// settle has the owner make durable what this process has committed through it, or through others before it.
func (m *member) settle() error {
	m.gate.RLock()
	r := m.role
	m.gate.RUnlock()
	if r == nil {
		return nil
	}
	pending := !m.unproven.none()
	if c, ok := r.be.(*client); ok {
		_, volatile := c.volatile()
		pending = pending || volatile
	}
	if !pending {
		return nil
	}
	return m.sync()
}
