package model

import "time"

// compileStanding compiles what asks where an open node stands among the others: ready, blocked or blocking. It costs one look at all facts.
func (v *View) compileStanding(what string, now time.Time) (test, error) {
	if v.few {
		return v.standsHere(what, now), nil
	}
	k, err := v.workers()
	if err != nil {
		return nil, err
	}
	at := v.asked
	return func(n *Node) (bool, error) {
		var slot int
		if at != nil {
			slot = n.slot
		} else if found, ok := k.s.Slot(n.ID); ok {
			slot = found
		} else {
			return false, nil
		}
		switch {
		case !k.open(slot):
			return false, nil
		case what == "blocking":
			return k.blocking[slot] > 0, nil
		case what == "blocked":
			return k.blocked(slot), nil
		}
		s := Standing{Node: *n}
		return k.s.bits[slot]&factTask != 0 && k.below[slot] == 0 && !k.blocked(slot) && s.Ready(now), nil
	}, nil
}

// blocked reports whether a node depends on an open one.
func (k *workers) blocked(slot int) bool {
	for _, id := range k.depends(slot) {
		if on, ok := k.s.Slot(id); ok && k.open(on) {
			return true
		}
	}
	return false
}

// compileDay compiles what the dates of an open node decide: waiting, scheduled or expired.
func compileDay(what string, now time.Time) test {
	return func(n *Node) (bool, error) {
		s := Standing{Node: *n}
		switch {
		case n.State.Closed():
			return false, nil
		case what == "waiting":
			return s.Waiting(now), nil
		case what == "expired":
			return s.Expired(now), nil
		}
		return s.Later(now), nil
	}
}
