package store

import (
	"context"
	"iter"
	"sync/atomic"
)

// held is a snapshot with the role that it came from. What belongs to different roles cannot be compared, nor committed upon.
type held struct {
	frozen
	role     *role
	released atomic.Bool
}

func (h *held) release() {
	if !h.released.CompareAndSwap(false, true) {
		return
	}
	h.frozen.release()
	if h.role.views.Add(-1) == 0 {
		select {
		case h.role.idle <- struct{}{}:
		default:
		}
	}
}

func (h *held) changed(older frozen, from, to []byte) iter.Seq2[Change, error] {
	if o := older.(*held); o.role == h.role {
		return h.frozen.changed(o.frozen, from, to)
	}
	return func(yield func(Change, error) bool) { yield(Change{}, ErrStale) }
}

// isUnread reports whether a snapshot of another process was never read from.
func isUnread(f frozen) bool {
	h, ok := f.(*held)
	if !ok {
		return false
	}
	p, ok := h.frozen.(*pinned)
	return ok && !p.used.Load()
}

// wait returns once the visible LSN is above after, with ErrStale if the role ends first.
func (r *role) wait(ctx context.Context, after LSN) error {
	if r.ended.Err() != nil {
		return ErrStale
	}
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.ended, cancel)()
	err := r.be.wait(both, after)
	if r.ended.Err() != nil && ctx.Err() == nil {
		return ErrStale
	}
	return err
}

func (m *member) snapshot() (frozen, error) { return m.hold(backend.snapshot) }

func (m *member) compete(lost int) (frozen, error) {
	return m.hold(func(be backend) (frozen, error) { return be.compete(lost) })
}

// hold keeps a snapshot of the present role's backend.
func (m *member) hold(snapshot func(backend) (frozen, error)) (frozen, error) {
	var h *held
	err := m.do(func(r *role) error {
		f, err := snapshot(r.be)
		if err == nil {
			r.views.Add(1)
			h = &held{frozen: f, role: r}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (m *member) commit(base frozen, reads []read, writes []write, d Durability) (LSN, error) {
	if m.opt.ReadOnly {
		return 0, ErrReadOnly
	}
	if base == nil {
		return m.commitBlind(writes, d)
	}
	r, err := m.enter()
	if err != nil {
		return 0, err
	}
	defer m.gate.RUnlock()
	h := base.(*held)
	if h.role != r {
		return 0, ErrStale
	}
	if d == Commit {
		if err := m.unproven.prove(r); err != nil {
			return 0, err
		}
	}
	return r.be.commit(h.frozen, reads, writes, d)
}

// commitBlind commits what depends on nothing, so that any owner may do it.
func (m *member) commitBlind(writes []write, d Durability) (lsn LSN, err error) {
	err = m.do(func(r *role) (err error) {
		if d == Commit {
			if err := m.unproven.prove(r); err != nil {
				return err
			}
		}
		lsn, err = r.be.commit(nil, nil, writes, d)
		return err
	})
	return lsn, err
}

func (m *member) nextID() (id uint64, err error) {
	if m.opt.ReadOnly {
		return 0, ErrReadOnly
	}
	err = m.do(func(r *role) (err error) {
		id, err = r.be.nextID()
		return err
	})
	return id, err
}

func (m *member) partsID() (id uint64, err error) {
	if m.opt.ReadOnly {
		return 0, ErrReadOnly
	}
	err = m.do(func(r *role) (err error) {
		id, err = r.be.partsID()
		return err
	})
	return id, err
}

func (m *member) wait(ctx context.Context, after LSN) error {
	r, err := m.enter()
	if err != nil {
		return err
	}
	m.gate.RUnlock()
	return r.wait(ctx, after)
}

func (m *member) sync() error {
	return m.do(func(r *role) error {
		if err := m.unproven.prove(r); err != nil {
			return err
		}
		return r.be.sync()
	})
}

func (m *member) stats() (st Stats, err error) {
	err = m.do(func(r *role) (err error) {
		st, err = r.be.stats()
		st.Role, st.OwnerPID = r.name()
		return err
	})
	return st, err
}

func (m *member) harm() (text string, err error) {
	err = m.do(func(r *role) (err error) {
		text, err = r.be.harm()
		return err
	})
	return text, err
}

func (m *member) clean(ctx context.Context) error {
	if m.opt.ReadOnly {
		return ErrReadOnly
	}
	return m.do(func(r *role) error { return r.be.clean(ctx) })
}

func (m *member) verify(ctx context.Context, opt VerifyOptions) (v VerifyReport, err error) {
	err = m.do(func(r *role) (err error) {
		v, err = r.be.verify(ctx, opt)
		return err
	})
	return v, err
}
