package store

import (
	"errors"
	"fmt"
)

// partsID returns a number for a value in parts. None is given out twice: the epoch is in front, which is raised durably before the first
// append. The parts of a store that was restored or salvaged have numbers with the epochs of another; it is closed in an epoch that is not
// below those (noteClosed), so that new numbers are above them, also when their values are gone.
func (e *engine) partsID() (uint64, error) {
	x, err := e.users.enter()
	if err != nil {
		return 0, err
	}
	defer x.leave()
	if err := e.writable(); err != nil {
		return 0, err
	}
	if err := e.begin(); err != nil {
		return 0, fmt.Errorf("begin to write: %w", noSpace(err))
	}
	e.ids.mu.Lock()
	defer e.ids.mu.Unlock()
	if e.ids.parts == 0 {
		last, err := e.lastParts()
		if err != nil {
			return 0, err
		}
		e.ids.parts = max(e.epoch.Load()<<32, last, e.ids.loaded)
	}
	e.ids.parts++
	return e.ids.parts, nil
}

// lastParts returns the highest number of a value in parts that there is.
func (e *engine) lastParts() (uint64, error) {
	v := &view{e: e, era: e.users.hold(), s: e.head.Load()}
	defer v.release()
	for x, err := range v.scan(partPrefix, prefixEnd(partPrefix), true) {
		id, _, _ := parsePart(x.Key)
		return id, err
	}
	return 0, nil
}

// leftovers returns the numbers of what is staged. Before the first append that is what was staged for an owner that is gone.
func (e *engine) leftovers() (left []uint64, err error) {
	v := &view{e: e, era: e.users.hold(), s: e.head.Load()}
	defer v.release()
	for x, err := range v.scan(markerPrefix, prefixEnd(markerPrefix), false) {
		if err != nil {
			return nil, err
		}
		if id, ok := parseMarker(x.Key); ok {
			left = append(left, id)
		}
	}
	return left, nil
}

// unstageAll removes what was staged for an earlier owner. What it does not come to before a close, the next owner does.
func (e *engine) unstageAll(left []uint64) {
	for _, id := range left {
		if err := unstage(e, id); !errors.Is(err, ErrClosed) {
			e.unseen(err)
		}
	}
}
