package store

import (
	"sync"
	"time"
)

// kept is the views that somebody may hold for long: those of Snapshot and of clients. Stats tells their number and age. The views of
// functions, which end with these, are not counted apart, so that to take one costs no more.
type kept struct {
	mu    sync.Mutex
	since map[*view]moment
}

// keep counts the view until its release.
func (v *view) keep() {
	k := &v.e.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.since == nil {
		k.since = map[*view]moment{}
	}
	k.since[v] = now()
	v.kept.Store(true)
}

func (k *kept) drop(v *view) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.since, v)
}

// read returns how many there are, and how long the oldest is held.
func (k *kept) read() (count int, oldest time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := now()
	for _, began := range k.since {
		oldest = max(oldest, time.Duration(at-began))
	}
	return len(k.since), oldest
}
