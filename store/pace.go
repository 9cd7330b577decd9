package store

import (
	"math"
	"time"
)

// How fast the cleaner works when nobody has asked it to: so that commits hardly notice it, and it keeps up with them.
const (
	usualCleanRate = 8 << 20 // bytes a second while nothing is committed
	// cleanShare is how many bytes it may write for each that is committed once there are as many useless bytes as live ones, and less, in
	// proportion, the fewer there are above those at which it begins: so it waits for a quieter moment as long as there is space, and keeps
	// up where none comes. To give one back it writes less than two, for the segments that it takes by itself are two thirds full at most.
	cleanShare = 2
	cleanFull  = 100 // useless bytes in hundredths of the live ones
	// cleanBeside divides the usual rate while somebody commits, until then.
	cleanBeside = 8
	// cleanBurst is the most that it saves up.
	cleanBurst = 1 << 20
	// cleanUrgent is how many useless bytes there may be, in hundredths of those that are live, before it waits for nothing.
	cleanUrgent = 200
	maxNap      = 50 * time.Millisecond
)

// pace slows a run of the cleaner down.
type pace struct {
	at        moment  // when the budget was last added to
	committed int64   // bytes, then
	budget    float64 // bytes it may still spend; negative, what it has spent ahead
}

func (e *engine) newPace() *pace {
	return &pace{at: now(), committed: e.counts.userBytes.Load()}
}

// wait waits until cost more may be spent; false says that the engine stops.
func (p *pace) wait(e *engine, cost int64) bool {
	p.budget -= float64(cost)
	for {
		due := p.due(e)
		if due <= 0 {
			select {
			case <-e.stop:
				return false
			default:
				return true
			}
		}
		nap := time.NewTimer(min(due, maxNap))
		select {
		case <-e.stop:
			nap.Stop()
			return false
		case <-nap.C:
		}
	}
}

// due is how long the cleaner has to wait if nothing is committed.
func (p *pace) due(e *engine) time.Duration {
	n, live := e.useless()
	if e.full.Load() || n > live*cleanUrgent/100+2*e.limits.cleanSlack {
		return 0
	}
	from, full := live*cleanFrom/100+e.limits.cleanSlack, live*cleanFull/100+2*e.limits.cleanSlack
	share := float64(min(max(n-from, 0), full-from)) / float64(max(full-from, 1)) * cleanShare
	rate := e.limits.cleanRate
	if n < full && e.committers.Load() > 0 {
		rate = max(1, rate/cleanBeside)
	}
	at, committed := now(), e.counts.userBytes.Load()
	p.budget += share*float64(committed-p.committed) + float64(rate)*time.Duration(at-p.at).Seconds()
	p.budget = min(p.budget, cleanBurst)
	p.at, p.committed = at, committed
	return time.Duration(math.Ceil(max(0, -p.budget) / float64(rate) * float64(time.Second)))
}

// cleanAlone is the cleaner at work without being asked: pass after pass until that is enough, or a pass finds nothing that is worth it. Then
// it waits until there is more to be gained.
func (e *engine) cleanAlone() {
	if !e.cleanWanted() {
		return
	}
	for slow := e.newPace(); ; {
		p := e.newPass(cleanBelow)
		if e.full.Load() {
			p.below = cleanBelowAsked
		}
		ended, err := e.runPass(p, func() bool { return e.cleanEnough() && !e.full.Load() }, func(cost int64) bool { return slow.wait(e, cost) })
		e.unseen(err)
		if !ended {
			return
		}
		if err != nil || p.cleaned == 0 || e.cleanEnough() {
			break
		}
	}
	n, _ := e.useless()
	e.cleaner.wanted.Store(n + n/8)
}

// runPass makes the steps of a pass. Once enough says so it brings to an end what is under way. After each step but the last, wait is told what
// it cost; it ends the run if it returns false.
func (e *engine) runPass(p *pass, enough func() bool, wait func(cost int64) bool) (ended bool, err error) {
	for {
		if enough() {
			p.end = 0
		}
		cost, more, err := e.cleanStep(p)
		if err != nil || !more {
			return true, err
		}
		if !wait(cost) {
			return false, nil
		}
	}
}

// closeFrom is how many useless bytes there are at a close, in hundredths of those that are live and beside twice the slack, for some to be given
// back before it. One who keeps the store open never comes near, for the cleaner began long before. But where one process after the
// other commits one thing and ends, nobody else does it: each leaves a page in the log for a few bytes, and the log would grow for ever. So
// once in some thousand of them one takes a little longer.
const closeFrom = 200

// maxCloseCost bounds it, but for what is needed of a last segment: what a thousand short commits leave is gone through for this.
const maxCloseCost = 4 << 20

// cleanAtClose gives back some of the space that a close finds useless.
func (e *engine) cleanAtClose() error {
	n, live := e.useless()
	if e.limits.cleanRate < 0 || e.rebuild.Load() || n <= live*closeFrom/100+2*e.limits.cleanSlack {
		return nil
	}
	spent := int64(0)
	_, err := e.runPass(e.newPass(cleanBelow), func() bool { return spent > maxCloseCost || e.cleanEnough() }, func(cost int64) bool {
		spent += cost
		return true
	})
	return err
}
