package store

import (
	"sync/atomic"
	"time"
)

// fair lets a transaction that loses again and again come through. Among the tries of transactions and the batches, the contenders, one
// that is favoured runs alone: those that come wait for its end, and it waits for the end of those under way. Both waits are bounded, since a
// function given to Update may itself wait for another transaction; so one that takes long can still lose. While nobody is favoured a
// contender costs two additions to a counter, and waits for nobody.
type fair struct {
	running atomic.Int64 // contenders under way, but for the favoured one
	one     atomic.Pointer[favour]
}

// favour is the time in which one contender runs alone.
type favour struct {
	over    chan struct{} // closed at its end
	drained chan struct{} // gets a value when nobody else runs
	ended   atomic.Bool
	limit   *time.Timer // ends it
}

const (
	// favourAfter is how often a transaction loses before it is favoured. If it loses all the same, it is again after as many more losses.
	favourAfter = 16
	// maxDrain and maxFavour bound how long a favoured contender waits for those under way, and how long the others wait for it then.
	maxDrain  = 100 * time.Millisecond
	maxFavour = 500 * time.Millisecond
)

// contender is a try of a transaction, or a batch, under way.
type contender struct {
	of   *fair
	mine *favour // if it is favoured
	left atomic.Bool
}

// enter begins a try of a transaction that has lost so many times.
func (c *contender) enter(f *fair, lost int) {
	c.of = f
	if lost > 0 && lost%favourAfter == 0 {
		c.mine = f.favour()
		return
	}
	for {
		f.running.Add(1)
		x := f.one.Load()
		if x == nil {
			return
		}
		f.leave()
		<-x.over
	}
}

// favour begins a time alone.
func (f *fair) favour() *favour {
	x := &favour{over: make(chan struct{}), drained: make(chan struct{}, 1)}
	for !f.one.CompareAndSwap(nil, x) {
		if y := f.one.Load(); y != nil {
			<-y.over
		}
	}
	patience := time.NewTimer(maxDrain)
	defer patience.Stop()
	for f.running.Load() > 0 {
		select {
		case <-x.drained:
			continue
		case <-patience.C:
		}
		break
	}
	x.limit = time.AfterFunc(maxFavour, func() { f.end(x) })
	return x
}

func (f *fair) end(x *favour) {
	if x.ended.CompareAndSwap(false, true) {
		f.one.Store(nil)
		close(x.over)
	}
}

func (f *fair) leave() {
	if f.running.Add(-1) == 0 {
		if x := f.one.Load(); x != nil {
			select {
			case x.drained <- struct{}{}:
			default:
			}
		}
	}
}

// leave ends a try, once.
func (c *contender) leave() {
	switch {
	case c.of == nil || !c.left.CompareAndSwap(false, true):
	case c.mine != nil:
		c.mine.limit.Stop()
		c.of.end(c.mine)
	default:
		c.of.leave()
	}
}

// compete is snapshot for a transaction that has lost so many times.
func (e *engine) compete(lost int) (frozen, error) {
	v := &view{e: e}
	v.contender.enter(&e.fair, lost)
	x, err := e.users.enter()
	if err != nil {
		v.contender.leave()
		return nil, err
	}
	v.s, v.era = e.head.Load(), x
	return v, nil
}
