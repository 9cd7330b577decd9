package store

import (
	"sync"
	"sync/atomic"
)

// loops is every goroutine of the engine. They start with the first append and end in close; what each does is a step that a test calls.
type loops struct {
	started    atomic.Bool
	stop       chan struct{}
	flushing   chan struct{}  // frames are wanted
	preparing  chan struct{}  // the next segment is, or a full one is durable
	collecting chan struct{}  // a checkpoint is
	sweeping   chan struct{}  // something in limbo may be given back
	cleaning   chan struct{}  // the cleaner is wanted
	running    sync.WaitGroup // the loops, and frames submitted that are not told complete
}

func (l *loops) init() {
	l.stop = make(chan struct{})
	l.flushing, l.preparing, l.collecting = make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1)
	l.sweeping, l.cleaning = make(chan struct{}, 1), make(chan struct{}, 1)
}

// startLoops starts the goroutines.
func (e *engine) startLoops() {
	if e.limits.manual {
		return
	}
	e.run(e.sweeping, func() { e.unseen(e.sweep()) })
	e.run(e.cleaning, e.cleanAlone)
	e.started.Store(true)
	if e.fs == nil {
		return
	}
	e.loop(e.flushing, func() {
		for e.submit() {
		}
	})
	e.loop(e.preparing, func() {
		e.unseen(e.settle())
		e.unseen(e.prepare())
	})
	e.loop(e.collecting, func() { e.unseen(e.checkpoint()) })
}

// run runs step whenever it is kicked.
func (e *engine) run(kicked <-chan struct{}, step func()) {
	e.running.Go(func() {
		for {
			select {
			case <-e.stop:
				return
			case <-kicked:
				step()
			}
		}
	})
}

// loop is run for a step that reads what the state of its moment leads to, as a view does, and counts like one.
func (e *engine) loop(kicked <-chan struct{}, step func()) {
	e.run(kicked, func() {
		x := e.users.hold()
		defer x.leave()
		step()
	})
}

// kick has a loop run its step once more.
func (e *engine) kick(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// stopLoops ends the goroutines. From then on the caller does what they did.
func (e *engine) stopLoops() {
	e.periodic.stop()
	close(e.stop)
	e.running.Wait()
	e.started.Store(false)
}
