package store

import (
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
