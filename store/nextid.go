package store

import (
	"errors"
	"sync"
)

// ids hands out numbers from a lease: a durable transaction has raised the counter in the store beyond all of it, so that a number given
// out is never given out again, whatever happens. What is left of a lease at the end is never used.
type ids struct {
	mu          sync.Mutex
	next, limit uint64
	parts       uint64 // the number given out last for a value in parts, 0 if none was
	loaded      uint64 // the highest such number that came from another store
}

// lease is how many numbers one transaction reserves.
const lease = 1024

// idKey is the counter's key, in a keyspace that no other key is in.
var idKey = []byte{0, 'i', 'd'}

func (e *engine) nextID() (uint64, error) {
	x, err := e.users.enter()
	if err != nil {
		return 0, err
	}
	defer x.leave()
	e.ids.mu.Lock()
	defer e.ids.mu.Unlock()
	if e.ids.next == e.ids.limit {
		last, err := e.extend()
		if err != nil {
			return 0, err
		}
		e.ids.next, e.ids.limit = last, last+lease
	}
	e.ids.next++
	return e.ids.next, nil
}

// extend takes another lease and returns the number before its first.
func (e *engine) extend() (uint64, error) {
	for {
		last, err := e.tryExtend()
		if !errors.Is(err, ErrConflict) {
			return last, err
		}
	}
}

func (e *engine) tryExtend() (uint64, error) {
	v, err := e.snapshot()
	if err != nil {
		return 0, err
	}
	defer v.release()
	b, found, err := v.get(idKey)
	if err != nil {
		return 0, err
	}
	var last uint64
	if found && len(b.bytes) == 8 {
		last = le.Uint64(b.bytes)
	}
	value := le.AppendUint64(nil, last+lease)
	_, err = e.commit(v, []read{{from: idKey}}, []write{{key: idKey, value: value}}, Commit)
	return last, err
}
