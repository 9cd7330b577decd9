package store

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"arbor/store/disk"
)

// TestGroupCommit counts: 64 committers enter the ring at most once for 8 commits, and share a frame on every disk.
func TestGroupCommit(t *testing.T) {
	const committers, each = 64, 40
	for _, kind := range []string{"buffered", "direct", "uring"} {
		t.Run(kind, func(t *testing.T) {
			d, err := disk.Open(t.TempDir(), kind)
			if err != nil {
				t.Skip(err)
			}
			e, err := openEngine(d, false, usualLimits)
			must(t, err)
			db := newDB(e)
			ks := keyspace(t, db)
			before, err := db.Stats()
			must(t, err)
			within(t, time.Minute, func() {
				var all sync.WaitGroup
				for g := range committers {
					all.Go(func() {
						for i := range each {
							put(t, db, ks, fmt.Sprint(g, i), "a value that lies in the log")
						}
					})
				}
				all.Wait()
			})
			after, err := db.Stats()
			must(t, err)
			commits, flushes, enters := after.Commits-before.Commits, after.Flushes-before.Flushes, after.RingEnters-before.RingEnters
			t.Logf("%d commits, %d flushes, %d enters", commits, flushes, enters)
			if commits != committers*each || flushes*2 > commits {
				t.Errorf("%d commits took %d flushes", commits, flushes)
			}
			if enters*8 > commits || kind == "uring" && enters == 0 {
				t.Errorf("%d commits took %d enters of the ring", commits, enters)
			}
			must(t, db.Close())
		})
	}
}
