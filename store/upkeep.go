package store

import "errors"

// upkeep sees to what a commit that ended at end has made necessary beside itself.
func (e *engine) upkeep(end LSN) {
	if e.started.Load() && e.cleanWanted() {
		e.kick(e.cleaning)
	}
	if e.fs == nil {
		return
	}
	if !e.spared.Load() {
		e.step(e.preparing, e.prepare)
	}
	if e.behind(end) {
		e.want(end)
		e.step(e.flushing, func() error {
			_, err := e.write()
			return err
		})
	}
	if e.tailBytes.Load() > e.checkpointAt.Load() {
		e.step(e.collecting, e.checkpoint)
	}
}

// behind tells whether much of what is visible is not yet durable.
func (e *engine) behind(end LSN) bool {
	d := LSN(e.durable.Load())
	return end.ord() != d.ord() && end.off() > segmentStart+pageSize || end.ord() == d.ord() && end.off() > d.off()+e.limits.unflushed
}

// step has a loop do its step, or does it here if there are no loops.
func (e *engine) step(loop chan<- struct{}, f func() error) {
	if e.started.Load() {
		e.kick(loop)
	} else {
		e.unseen(f())
	}
}

// unseen keeps an error that no caller waits for. Want of space is none: commits find out themselves, and recover from it.
func (e *engine) unseen(err error) {
	if err != nil && !errors.Is(err, ErrNoSpace) && e.poisoned() == nil {
		e.background.CompareAndSwap(nil, &err)
	}
}
