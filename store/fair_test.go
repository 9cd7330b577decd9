package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestFavour goes through the times alone of contenders on a clock of its own.
func TestFavour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fair
		start := time.Now()
		at := func(what string, want time.Duration) {
			t.Helper()
			if d := time.Since(start); d != want {
				t.Errorf("%s after %v, want %v", what, d, want)
			}
		}
		var first, slow, a, b, late contender
		first.enter(&f, favourAfter-1)
		slow.enter(&f, 0)
		at("two run together", 0)
		var all sync.WaitGroup
		all.Go(func() {
			a.enter(&f, favourAfter)
			at("the favoured one begins beside one that does not end", maxDrain)
			time.Sleep(time.Millisecond)
			a.leave()
		})
		synctest.Wait()
		first.leave()
		all.Go(func() {
			late.enter(&f, 0)
			at("one that came later", maxDrain+time.Millisecond)
			time.Sleep(time.Millisecond)
			late.leave()
			late.leave() // counts once
		})
		all.Wait()
		slow.leave()
		if n := f.running.Load(); n != 0 || f.one.Load() != nil {
			t.Errorf("%d run, favoured: %v", n, f.one.Load())
		}
		start = time.Now()
		a, b, late = contender{}, contender{}, contender{}
		a.enter(&f, favourAfter)
		at("with nobody under way a favoured one", 0)
		all.Go(func() { // each of them could wait for the end of a
			b.enter(&f, 2*favourAfter)
			at("the next favoured one", maxFavour)
			b.leave()
		})
		all.Go(func() {
			late.enter(&f, 1)
			late.leave()
		})
		all.Wait()
		a.leave()
		at("all", maxFavour)
		if n := f.running.Load(); n != 0 || f.one.Load() != nil {
			t.Errorf("%d run, favoured: %v", n, f.one.Load())
		}
	})
}

// TestLongAmongShort has a transaction read many keys that others change all the time. It comes through, or says how often it tried.
func TestLongAmongShort(t *testing.T) {
	everywhere(t, Options{}, func(t *testing.T, db *DB) { longAmongShort(t, db, db) })
	t.Run("a client among its owner's", func(t *testing.T) {
		owner, client, _ := pair(t)
		longAmongShort(t, client, owner)
	})
}

// longAmongShort runs one long transaction by a handle while many short ones run by another.
func longAmongShort(t *testing.T, long, others *DB) {
	ks := keyspace(t, long)
	const keys, writers = 300, 6
	var done atomic.Bool
	var short atomic.Int64
	var wg sync.WaitGroup
	for w := range writers {
		rng := rand.New(rand.NewPCG(1, uint64(w)))
		wg.Go(func() {
			for !done.Load() {
				err := others.Update(func(tx *Tx) error {
					tx.SetDurability(None)
					return tx.Put(ks, fmt.Appendf(nil, "%d", rng.IntN(keys)), fmt.Append(nil, rng.Uint32()))
				})
				if err != nil {
					t.Error(err)
					return
				}
				short.Add(1)
			}
		})
	}
	for short.Load() < keys {
		runtime.Gosched()
	}
	tries := 0
	within(t, time.Minute, func() {
		err := long.Update(func(tx *Tx) error {
			tries++
			for _, err := range tx.Scan(ks, Range{}) {
				if err != nil {
					return err
				}
				runtime.Gosched()
			}
			return tx.Put(ks, []byte("long"), nil)
		})
		if errors.Is(err, ErrConflict) && tries == maxRetries {
			t.Log(err)
		} else if err != nil {
			t.Errorf("after %d tries: %v", tries, err)
		}
		done.Store(true)
		wg.Wait()
	})
	t.Logf("%d tries among %d others", tries, short.Load())
}

// TestFavourEndsWhatWaitsForItself has a transaction wait for another one inside of itself, while a third wants to run alone.
func TestFavourEndsWhatWaitsForItself(t *testing.T) {
	db := newDB(newMemory(usualLimits))
	ks := keyspace(t, db)
	e := db.be.(*engine)
	within(t, time.Minute, func() {
		var wg sync.WaitGroup
		must(t, db.Update(func(tx *Tx) error {
			wg.Go(func() {
				f, err := e.compete(favourAfter)
				must(t, err)
				f.release()
			})
			for e.fair.one.Load() == nil {
				runtime.Gosched()
			}
			put(t, db, ks, "inner", "1")
			return tx.Put(ks, []byte("outer"), nil)
		}))
		wg.Wait()
	})
	must(t, db.Close())
}

// TestUpdateGivesUp has a transaction lose at every try, by what waits for nobody.
func TestUpdateGivesUp(t *testing.T) {
	db := newDB(newMemory(usualLimits))
	ks := keyspace(t, db)
	e := db.be.(*engine)
	tries := 0
	err := db.Update(func(tx *Tx) error {
		if _, err := tx.Get(ks, []byte("k")); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		tries++
		f, err := e.snapshot()
		must(t, err)
		defer f.release()
		if _, err := e.commit(f, nil, []write{{key: ks.key([]byte("k")), value: fmt.Append(nil, tries)}}, None); err != nil {
			return err
		}
		return tx.Put(ks, []byte("k"), nil)
	})
	if !errors.Is(err, ErrConflict) || tries != maxRetries || !strings.Contains(err.Error(), fmt.Sprint(maxRetries)) {
		t.Errorf("after %d tries: %v", tries, err)
	}
	must(t, db.Close())
}

// TestLoserLeavesNothing shows that a transaction which has lost before its commit writes nothing.
func TestLoserLeavesNothing(t *testing.T) {
	db := newDB(newMemory(usualLimits))
	ks := keyspace(t, db)
	e := db.be.(*engine)
	put(t, db, ks, "k", "1")
	f, err := e.snapshot()
	must(t, err)
	put(t, db, ks, "k", "2")
	before := e.tail.Load()
	_, err = e.commit(f, []read{{from: ks.key([]byte("k"))}}, []write{{key: ks.key([]byte("other"))}}, None)
	if !errors.Is(err, ErrConflict) || e.tail.Load() != before || e.counts.conflicts.Load() != 1 {
		t.Errorf("%v, the log went on by %d bytes", err, e.tail.Load()-before)
	}
	f.release()
	must(t, db.Close())
}
