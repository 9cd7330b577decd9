package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// The cleaner keeps the log short: it takes full segments of which little is needed, appends that anew, saves the index, and gives the
// segments back. It is a client of the commit pipeline like any other. Replay of the segments that are left leads to the same state at every
// moment, for a segment goes only when nothing in it is needed by the log as a whole.
//
// Its work is made of steps, so that it can be stopped, slowed and tested between any two.
type cleaner struct {
	mu     sync.Mutex // held during a step; no commit waits for it
	victim *victim
	buf    []byte       // what victims are read to, one after the other
	done   []*segment   // all that is needed of them was appended anew: they go together, from the oldest on
	size   atomic.Int64 // bytes of done
	seen   LSN          // they are not needed in a state up to here: it has to be durable, and in the checkpoint

	wanted atomic.Int64 // useless bytes that there have to be for the cleaner to begin by itself, beside what else is asked
	moved  atomic.Int64 // bytes appended anew since the open
}

// How many bytes of the log may be useless, in hundredths of those that are live.
const (
	cleanFrom = 70 // the cleaner begins by itself
	cleanTo   = 40 // and goes on until there are no more than this
	// cleanBelow is how full a segment may be, in hundredths of its size, to be cleaned, and cleanBelowAsked the same for one who asks for
	// it and has time.
	cleanBelow      = 60
	cleanBelowAsked = 85
)

// useless is how many bytes of the log's files are not live, and how many are. What is cleaned and will be given back, and the segment that
// is being filled, do not count.
func (e *engine) useless() (n, live int64) {
	a := &e.accounts
	live = e.head.Load().table.all()
	n = a.files.Load() - a.pinned.Load() - e.cleaner.size.Load() - live
	if s := e.log.at(LSN(e.tail.Load()).ord()); s != nil {
		n -= int64(s.account.size.Load())
	}
	return n, live
}

// cleanWanted tells whether the cleaner should begin by itself.
func (e *engine) cleanWanted() bool {
	if e.limits.cleanRate < 0 || e.rebuild.Load() { // from a damaged index nobody knows what is needed
		return false
	}
	n, live := e.useless()
	if e.full.Load() {
		return n > 0
	}
	return n > max(live*cleanFrom/100+e.limits.cleanSlack, e.cleaner.wanted.Load())
}

// cleanEnough tells whether it may end.
func (e *engine) cleanEnough() bool {
	n, live := e.useless()
	return n <= live*cleanTo/100+e.limits.cleanSlack
}

// clean cleans until nothing is worth it.
func (e *engine) clean(ctx context.Context) error {
	var p *pass
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := e.using(func() (err error) {
			if p == nil {
				p, err = e.askedPass()
			} else {
				_, more, err = e.cleanStep(p)
			}
			return noSpace(err)
		})
		if err != nil {
			return err
		}
	}
	return e.using(e.sweep) // in an era of its own: what was given up in those before comes back, but for the views of others
}

// using calls f as a user, for whom Close waits.
func (e *engine) using(f func() error) error {
	x, err := e.users.enter()
	if err != nil {
		return err
	}
	defer x.leave()
	return f()
}

// askedPass begins a pass over all that is written.
func (e *engine) askedPass() (*pass, error) {
	if err := e.writable(); err != nil {
		return nil, err
	}
	if err := e.begin(); err != nil {
		return nil, err
	}
	return e.newPass(cleanBelowAsked), e.waitDurable(e.head.Load().end)
}

// cleanStep makes the next step: it looks through a segment, or moves some of what is needed of it, or gives back those that are done. It
// returns what the step cost, in bytes written, and whether there may be more to do.
func (e *engine) cleanStep(p *pass) (cost int64, more bool, err error) {
	c := &e.cleaner
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := e.poisoned(); err != nil {
		return 0, false, err
	}
	if e.full.Load() { // what the step before gave back is what this one writes to
		if err := e.sweep(); err != nil {
			return 0, false, err
		}
	}
	x := e.users.hold() // only for the step, so that what is given up can be given back
	defer x.leave()
	switch v := c.victim; {
	case v == nil:
		return e.nextVictim(p)
	case v.next < len(v.needed):
		return e.moveOn(p, v)
	default:
		c.victim = nil
		p.cleaned++
		v.s.account.done.Store(true)
		c.done = append(c.done, v.s)
		c.size.Add(int64(v.s.account.size.Load()))
		e.latency.cleaning.since(v.began)
		if e.full.Load() {
			return 0, true, e.giveBack()
		}
		return 0, true, nil
	}
}

// moveOn moves some of what is needed of the victim. After an error it is let go, to be looked through again another time.
func (e *engine) moveOn(p *pass, v *victim) (cost int64, more bool, err error) {
	c := &e.cleaner
	n, seen, err := v.move()
	c.seen = max(c.seen, seen)
	c.moved.Add(n)
	if err == nil {
		return n, true, nil
	}
	c.victim = nil
	switch err = noSpace(err); {
	case errors.Is(err, errStays):
		v.s.account.stays.Store(true)
		delete(p.looked, v.s.ord) // once it is the oldest
		return 0, true, nil
	case errors.Is(err, ErrNoSpace) && len(c.done) > 0:
		delete(p.looked, v.s.ord)
		return 0, true, e.giveBack()
	}
	return 0, false, err
}

// nextVictim looks through the segment that is most worth it. If none is, or enough are done, it gives these back.
func (e *engine) nextVictim(p *pass) (cost int64, more bool, err error) {
	c := &e.cleaner
	if c.size.Load() >= max(minGiveBack*int64(e.limits.maxSegment), e.accounts.files.Load()/8) {
		return 0, true, e.giveBack()
	}
	s := p.choose(e)
	if s == nil && len(c.done) > 0 {
		return 0, true, e.giveBack()
	}
	if s == nil {
		c.buf = nil
		return 0, false, nil
	}
	h := e.head.Load()
	v := &victim{e: e, s: s, older: e.isOlder(s), most: maxMoves, began: now()}
	if err = v.read(); err == nil {
		err = v.look(h)
	}
	switch {
	case errors.Is(err, errStays):
		s.account.stays.Store(true)
		delete(p.looked, s.ord)
	case errors.Is(err, errPinned), errors.Is(err, ErrCorrupt) && !inCheckpoint(err):
		s.account.pinned.Store(true)
		e.accounts.pinned.Add(int64(s.account.size.Load()))
	case err != nil:
		return 0, false, err
	default:
		s.account.small.Store(v.small)
		s.account.tombs.Store(v.tombs)
		s.account.mark.Store(h.table.replaced)
		if p.worth(e, s, v.live) {
			c.victim, c.seen = v, max(c.seen, h.end)
		}
	}
	return int64(len(v.bytes)) / readCost, true, nil
}

const (
	// minGiveBack is how many segments of full size are given back together, if there are as many, because the index is saved for it.
	minGiveBack = 4
	// readCost is how many bytes are read at the cost of one that is written.
	readCost = 8
)

// isOlder tells whether older segments than s stay in the log. Those that are done go before it, or with it.
func (e *engine) isOlder(s *segment) bool {
	for o := range e.log.from(0) {
		if o.ord >= s.ord {
			return false
		}
		if !o.freed.Load() && !o.account.done.Load() {
			return true
		}
	}
	return false
}
