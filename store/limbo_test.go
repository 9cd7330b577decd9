package store

import (
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
)

// TestLimbo holds limbo to a model: what is given up comes back when the last of the views that were there is gone, and not before.
func TestLimbo(t *testing.T) {
	for _, seed := range seeds(t, 20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		l := usualLimits
		l.manual = true
		e := newMemory(l)
		type thing struct {
			views map[*view]bool // that can reach it
			back  bool
		}
		var views []*view
		var things []*thing
		release := func(i int) {
			v := views[i]
			views = append(views[:i], views[i+1:]...)
			for _, x := range things {
				delete(x.views, v)
			}
			v.release()
		}
		for range 500 {
			switch k := rng.IntN(5); {
			case k < 2:
				f, err := e.snapshot()
				must(t, err)
				views = append(views, f.(*view))
			case k < 4 && len(views) > 0:
				release(rng.IntN(len(views)))
			case k == 4:
				x := &thing{views: map[*view]bool{}}
				for _, v := range views {
					x.views[v] = true
				}
				things = append(things, x)
				e.giveUp(10, func() error {
					if len(x.views) > 0 || x.back {
						t.Errorf("seed %d: given back with %d views that can reach it, before: %v", seed, len(x.views), x.back)
					}
					x.back = true
					return nil
				})
			}
			must(t, e.sweep())
			pinned := 0
			for i, x := range things {
				// what was given up in an era that an earlier one keeps from being looked at waits too
				free := true
				for _, y := range things[:i+1] {
					free = free && len(y.views) == 0
				}
				if free != x.back {
					t.Fatalf("seed %d: thing %d of %d: back is %v with %d views", seed, i, len(things), x.back, len(x.views))
				}
				if !x.back {
					pinned += 10
				}
			}
			if n := e.limbo.bytes.Load(); n != int64(pinned) {
				t.Fatalf("seed %d: %d bytes pinned, want %d", seed, n, pinned)
			}
		}
		for len(views) > 0 {
			release(0)
		}
		must(t, e.close())
		for i, x := range things {
			if !x.back {
				t.Errorf("seed %d: thing %d was never given back", seed, i)
			}
		}
	}
}

// TestLimboRace has goroutines use what others replace and give up.
func TestLimboRace(t *testing.T) {
	e := newMemory(usualLimits)
	var current atomic.Pointer[atomic.Bool] // true once it is given back
	current.Store(new(atomic.Bool))
	var wg sync.WaitGroup
	var given, up atomic.Int64
	for range 4 {
		wg.Go(func() {
			for range 3000 {
				x, err := e.users.enter()
				if err != nil {
					t.Error(err)
					return
				}
				thing := current.Load()
				for range 3 {
					if thing.Load() {
						t.Error("given back while it is in use")
					}
				}
				x.leave()
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			for range 1000 {
				old := current.Swap(new(atomic.Bool))
				up.Add(1)
				e.giveUp(1, func() error {
					old.Store(true)
					given.Add(1)
					return nil
				})
			}
		})
	}
	wg.Wait()
	must(t, e.close())
	if given.Load() != up.Load() || e.limbo.bytes.Load() != 0 {
		t.Errorf("%d of %d were given back", given.Load(), up.Load())
	}
}

// TestSinceLeavesLimboAlone: a segment that was given up, and waits for an older view, is none of a view that began after that: it may go
// while that one reads. So what the log had there is not known any more, though the bytes are still at hand.
func TestSinceLeavesLimboAlone(t *testing.T) {
	a := newAged(t)
	before, err := a.db.Snapshot()
	must(t, err)
	p, err := before.Position()
	must(t, err)
	a.put("key", 100, 100)
	a.fill()
	a.put("key", 100, 90)
	a.fill()
	older, err := a.db.Snapshot()
	must(t, err)
	a.clean()
	if s := a.e.log.at(1); s == nil || !s.freed.Load() {
		t.Fatalf("the first segment is %v", s)
	}
	newer, err := a.db.Snapshot()
	must(t, err)
	since := func(s *Snapshot) (n int, err error) {
		for _, err := range s.Since(p, a.ks, Range{}) {
			if err != nil {
				return n, err
			}
			n++
		}
		return n, nil
	}
	if n, err := since(newer); !errors.Is(err, ErrStale) {
		t.Errorf("%d changes, %v", n, err)
	}
	older.Release()
	before.Release()
	must(t, a.e.sweep())
	if a.e.log.at(1) != nil {
		t.Error("a view that cannot reach the first segment holds it")
	}
	if n, err := since(newer); !errors.Is(err, ErrStale) {
		t.Errorf("once it is gone: %d changes, %v", n, err)
	}
	newer.Release()
	must(t, a.db.Close())
}

// TestSweepCounts: who gives back what its view was the last to hold counts as a user meanwhile. A close that did not wait for it would let go
// of the directory while files of it are still being removed.
func TestSweepCounts(t *testing.T) {
	l := usualLimits
	l.manual = true
	e := newMemory(l)
	f, err := e.snapshot()
	must(t, err)
	back := false
	e.giveUp(10, func() error {
		if back = true; e.users.none() {
			t.Error("a close would not wait")
		}
		return nil
	})
	if f.release(); !back {
		t.Error("it was not given back")
	}
	must(t, e.close())
}
