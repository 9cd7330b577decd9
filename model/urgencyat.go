package model

import (
	"slices"
	"time"
)

// urgencies weighs tasks by what a sheet says of them, without making standings of them: it gives what weigher.urgency gives of a standing, to
// the bit, and is for many.
type urgencies struct {
	k    *workers
	w    weigher
	now  time.Time
	dues map[Date]float64 // the values of due dates, of which many tasks have the same
}

func (k *workers) urgencies(w Weights, now time.Time) *urgencies {
	return &urgencies{k: k, w: w.weigher(), now: now, dues: map[Date]float64{}}
}

// at returns the urgency of the task in a slot.
func (u *urgencies) at(slot int) (sum float64) {
	k := u.k
	bits, line, loc := k.s.bits[slot], k.line(slot), u.now.Location()
	state := State(bits & factState)
	var v [11]float64 // of Terms
	set := func(i int, is bool) {
		if is {
			v[i] = 1
		}
	}
	if !line.due.IsZero() {
		v[0] = u.due(line.due)
	}
	v[1] = max(0, min(line.prio, 6)) / 6
	set(2, k.blocking[slot] > 0)
	set(3, k.blocked(slot))
	set(4, state == Doing)
	set(10, state == Waiting)
	if bits&factDates != 0 {
		f := k.s.Facts(slot)
		sched, wait := f.date(regSched), f.date(regWait)
		set(5, !sched.IsZero() && !u.now.Before(sched.Start(loc)))
		set(10, state == Waiting || !wait.IsZero() && u.now.Before(wait.Start(loc)))
	}
	if created := k.s.created(slot); created != noTime {
		v[6] = max(0, min(1, u.now.Sub(timeOf(created)).Hours()/24/365))
	}
	v[7] = [...]float64{0, 0.8, 0.9, 1}[min(3, len(line.tags))]
	set(8, bits&factNote != 0)
	parent := k.s.parent(slot)
	set(9, parent != Root && parent != Inbox)
	for i, value := range v {
		sum += value * u.w.terms[i]
	}
	for _, t := range u.w.tags {
		if slices.Contains(line.tags, t.Name) {
			sum += t.Weight
		}
	}
	if len(u.w.keys) > 0 && bits&factFields != 0 {
		fields := k.s.Facts(slot).more.fields
		for _, t := range u.w.keys {
			if _, has := findField(fields, t.Name); has {
				sum += t.Weight
			}
		}
	}
	return sum
}

func (u *urgencies) due(d Date) float64 {
	value, known := u.dues[d]
	if !known {
		value = dueValue(d, u.now)
		u.dues[d] = value
	}
	return value
}

// weighAll returns the urgencies of all open tasks by their slots.
func (k *workers) weighAll(w Weights, now time.Time) []float64 {
	all := make([]float64, k.s.Len())
	inHalves(len(all), func(_, from, to int) {
		of := k.urgencies(w, now)
		for slot := from; slot < to; slot++ {
			if k.s.bits[slot]&factTask != 0 && k.open(slot) {
				all[slot] = of.at(slot)
			}
		}
	})
	return all
}

// inHalves runs fn for the lower half of n and the upper one, which are 0 and 1, at the same time.
func inHalves(n int, fn func(half, from, to int)) {
	_ = together(2, func(i int) error {
		fn(i, i*(n/2), n/2+i*(n-n/2))
		return nil
	})
}
