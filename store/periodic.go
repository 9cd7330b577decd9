package store

import (
	"sync/atomic"
	"time"
)

// periodic makes durable in time what was committed so. The timer runs only while something waits for it.
type periodic struct {
	due   atomic.Bool // flushPeriod will be called
	timer atomic.Pointer[time.Timer]
}

// soon sees to it that what is visible now is on its way to the disk within the period.
func (e *engine) soon() {
	if !e.started.Load() || e.fs == nil || !e.periodic.due.CompareAndSwap(false, true) {
		return
	}
	if t := e.periodic.timer.Load(); t != nil {
		t.Reset(e.limits.flushEvery)
		return
	}
	e.periodic.timer.Store(time.AfterFunc(e.limits.flushEvery, e.flushPeriod))
}

// flushPeriod ends a period. A commit that still finds it due is below the state that is looked at after. A close waits for it, or has done
// what it is for.
func (e *engine) flushPeriod() {
	e.periodic.due.Store(false)
	x, err := e.users.enter()
	if err != nil {
		return
	}
	defer x.leave()
	e.want(e.head.Load().at)
	e.step(e.flushing, func() error {
		_, err := e.write()
		return err
	})
}

// stop ends the timer; what it would have done is done by a close.
func (p *periodic) stop() {
	if t := p.timer.Load(); t != nil {
		t.Stop()
	}
}
