package store

import (
	"errors"
	"sync"
	"sync/atomic"
)

// limbo is what was given up and may still be read: segments that were cleaned, mappings of checkpoints that were replaced. No view that
// begins now can reach it, but one that began before may. It is given back once no such view is left, for as long as that takes; views
// never wait for it.
type limbo struct {
	mu    sync.Mutex
	waits []givenUp // in the order of their eras
	bytes atomic.Int64
}

// givenUp is one thing in limbo. Only views of its era or of an earlier one can reach it.
type givenUp struct {
	era   uint64
	bytes int64
	back  func() error
}

// giveUp has back called once no view can reach what it gives back, on another goroutine unless there are no loops. The caller has seen to it
// that no new view can: neither head nor the table of segments leads there any more, but through what only earlier views hold.
// The bytes are told as pinned until then.
func (e *engine) giveUp(bytes int64, back func() error) {
	l := &e.limbo
	l.mu.Lock()
	l.waits = append(l.waits, givenUp{e.users.turn(), bytes, back})
	l.bytes.Add(bytes)
	l.mu.Unlock()
	e.step(e.sweeping, e.sweep)
}

// sweep gives back what no view can reach any more.
func (e *engine) sweep() error {
	var errs []error
	for _, x := range e.limbo.take(e.users.since()) {
		errs = append(errs, x.back())
		e.limbo.bytes.Add(-x.bytes)
	}
	return errors.Join(errs...)
}

// take removes from limbo what was given up before an era.
func (l *limbo) take(before uint64) []givenUp {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for n < len(l.waits) && l.waits[n].era < before {
		n++
	}
	free := l.waits[:n:n]
	l.waits = append([]givenUp(nil), l.waits[n:]...)
	return free
}
