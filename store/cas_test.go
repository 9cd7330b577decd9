package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"arbor/store/disk"

	"pgregory.net/rapid"
)

// TestCompareAndSwap compares swaps with a map, absent and empty values told apart.
func TestCompareAndSwap(t *testing.T) {
	everywhere(t, Options{}, func(t *testing.T, db *DB) {
		ks, want := keyspace(t, db), contents{}
		maybe := rapid.SampledFrom([][]byte{nil, {}, []byte("a"), []byte("a value of more than sixteen bytes"), []byte("another such value, in the log")})
		rapid.Check(t, func(t *rapid.T) {
			k, old, new := key(t), maybe.Draw(t, "old"), maybe.Draw(t, "new")
			v, is := want[k]
			swapped, err := db.CompareAndSwap(ks, []byte(k), old, new, None)
			if err != nil {
				t.Fatal(err)
			}
			if equal := is == (old != nil) && v == string(old); swapped != equal {
				t.Fatalf("%s: %q (%v) for %q: swapped %v", k, v, is, old, swapped)
			}
			if swapped && new == nil {
				delete(want, k)
			} else if swapped {
				want[k] = string(new)
			}
			checkReads(t, readerOf(t, db), ks, want)
		})
		if _, err := db.CompareAndSwap(Keyspace{}, nil, nil, []byte("x"), None); !errors.Is(err, errNoKeyspace) {
			t.Errorf("no keyspace: %v", err)
		}
	})
}

// readerOf returns a snapshot that is released with the test.
func readerOf(t *rapid.T, db *DB) *Snapshot {
	s, err := db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Release)
	return s
}

// TestCompareAndSwapTogether has many goroutines, of two processes, raise one number: each successful swap counts exactly once.
func TestCompareAndSwapTogether(t *testing.T) {
	owner, client, ks := pair(t)
	const workers, rounds = 8, 40
	var lost atomic.Int64
	number := func(n uint64) []byte { return append(make([]byte, 12), binary.BigEndian.AppendUint64(nil, n)...) }
	put(t, owner, ks, "n", string(number(0)))
	within(t, time.Minute, func() {
		var wg sync.WaitGroup
		for w := range workers {
			db := []*DB{owner, client}[w%2]
			wg.Go(func() {
				for done := 0; done < rounds; {
					v := get(t, db, ks, "n")
					swapped, err := db.CompareAndSwap(ks, []byte("n"), v, number(binary.BigEndian.Uint64(v[12:])+1), None)
					if err != nil {
						t.Error(err)
						return
					}
					if swapped {
						done++
					} else {
						lost.Add(1)
					}
				}
			})
		}
		wg.Wait()
	})
	if got := binary.BigEndian.Uint64(get(t, client, ks, "n")[12:]); got != workers*rounds {
		t.Errorf("%d, want %d", got, workers*rounds)
	}
	t.Logf("%d swaps found another value", lost.Load())
}

// TestCompareAndSwapOverCleaning swaps values that nobody else changes while the cleaner moves them: another address is not another value.
func TestCompareAndSwapOverCleaning(t *testing.T) {
	d, err := disk.Open(t.TempDir(), "buffered")
	must(t, err)
	l := usualLimits
	l.minSegment, l.maxSegment, l.cleanSlack = 64<<10, 64<<10, 0
	e, err := openEngine(d, false, l)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	const keys, rounds = 8, 150
	value := func(k, i int) []byte { return fmt.Appendf(make([]byte, 1000), "%d %d", k, i) }
	stop := make(chan struct{})
	var cleaning sync.WaitGroup
	cleaning.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if err := db.Clean(t.Context()); err != nil {
				t.Error(err)
				return
			}
		}
	})
	within(t, time.Minute, func() {
		var wg sync.WaitGroup
		for k := range keys {
			wg.Go(func() {
				var old []byte
				for i := range rounds {
					next := value(k, i)
					swapped, err := db.CompareAndSwap(ks, []byte{byte(k)}, old, next, None)
					if err != nil || !swapped {
						t.Errorf("key %d, round %d: swapped %v, %v", k, i, swapped, err)
						return
					}
					old = next
				}
			})
		}
		wg.Wait()
	})
	close(stop)
	cleaning.Wait()
	t.Logf("%d bytes were moved", e.cleaner.moved.Load())
	must(t, db.Close())
}

// TestMovedWhileRead has the cleaner move a value between a transaction's read of it and its commit: that is no conflict.
func TestMovedWhileRead(t *testing.T) {
	l := small
	l.minSegment, l.maxSegment = 16<<10, 16<<10
	db := openSmall(t, disk.NewSim(1), l)
	ks := keyspace(t, db)
	e := db.be.(*engine)
	for i := range 60 { // of what lies in the log all but k and what comes last is replaced
		putBytes(t, db, ks, "other", make([]byte, 1000))
		if i == 20 {
			put(t, db, ks, "k", "a value that is in the log")
		}
	}
	tries := 0
	must(t, db.Update(func(tx *Tx) error {
		if _, err := tx.Get(ks, []byte("k")); err != nil {
			return err
		}
		if tries++; tries == 1 {
			before := e.cleaner.moved.Load()
			must(t, db.Clean(t.Context()))
			if e.cleaner.moved.Load() == before {
				t.Error("nothing was moved")
			}
			put(t, db, ks, "another", "x")
		}
		return tx.Put(ks, []byte("k"), []byte("new"))
	}))
	if tries != 1 || string(get(t, db, ks, "k")) != "new" {
		t.Errorf("%d tries, then %q", tries, get(t, db, ks, "k"))
	}
	must(t, db.Close())
}

// TestSwapOnAFailingDisk has the disk fail while a swap waits for it: the error is all that its caller is told, and what became of the swap is
// open, here as the commit is visible already.
func TestSwapOnAFailingDisk(t *testing.T) {
	sim := disk.NewSim(1)
	db := openSmall(t, sim, small)
	ks := keyspace(t, db)
	put(t, db, ks, "k", "old")
	must(t, db.Sync())
	sim.FailAt(sim.Steps()+1, syscall.EIO)
	swapped, err := db.CompareAndSwap(ks, []byte("k"), []byte("old"), []byte("new"), Commit)
	if swapped || !errors.Is(err, syscall.EIO) {
		t.Errorf("swapped %v, %v", swapped, err)
	}
	if v := get(t, db, ks, "k"); string(v) != "new" {
		t.Errorf("%q is visible", v)
	}
	if err := db.Close(); !errors.Is(err, syscall.EIO) {
		t.Errorf("close: %v", err)
	}
}
