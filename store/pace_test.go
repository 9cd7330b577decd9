package store

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"arbor/store/disk"
)

// TestCleanAlone: a store that is overwritten again and again is kept short without being asked, in memory too; after commits have ended the
// cleaner goes on at its own rate, and then rests.
func TestCleanAlone(t *testing.T) {
	for _, kind := range []string{"disk", "memory", "off"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := usualLimits
				l.minSegment, l.maxSegment, l.cleanSlack, l.cleanRate = 16<<10, 64<<10, 64<<10, 1<<20
				if kind == "off" {
					l.cleanRate = -1
				}
				var e *engine
				var err error
				if kind == "memory" {
					e = newMemory(l)
				} else {
					e, err = openEngine(disk.NewMemory(), false, l)
				}
				must(t, err)
				db := newDB(e)
				ks := keyspace(t, db)
				want := contents{}
				for i := range 20_000 {
					k := fmt.Sprint(i * 7919 % 1000)
					want[k] = fmt.Sprintf("value %d of a key that is overwritten, of which only the last one is needed", i)
					put(t, db, ks, k, want[k])
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				files, live := e.accounts.files.Load(), e.head.Load().table.live
				enough := files <= live*17/10+l.cleanSlack+2*int64(l.maxSegment)
				if enough == (kind == "off") {
					t.Errorf("a log of %d bytes, of which %d are live", files, live)
				}
				moved := e.cleaner.moved.Load()
				time.Sleep(time.Hour)
				synctest.Wait()
				if e.cleaner.moved.Load() != moved {
					t.Error("the cleaner works on, at nothing")
				}
				counted(t, e)
				if got, err := readAll(db); err != nil || !maps.Equal(got, want) {
					t.Error(err, len(got))
				}
				must(t, db.Close())
			})
		})
	}
}

// TestCleanAtClose has one process after the other commit one thing and end: the log does not grow for ever, and a close takes long but rarely.
func TestCleanAtClose(t *testing.T) {
	sim := disk.NewMemory()
	l := usualLimits
	l.manual, l.minSegment, l.maxSegment, l.cleanSlack, l.closeRecords = true, 16<<10, 64<<10, 256<<10, 1<<30
	longest, cleaned := int64(0), 0
	for i := range 600 {
		e, err := openEngine(sim, false, l)
		must(t, err)
		db := newDB(e)
		put(t, db, keyspace(t, db), fmt.Sprint(i%20), fmt.Sprint("a note that was written by round ", i))
		before := e.accounts.files.Load()
		must(t, db.Close())
		longest = max(longest, before)
		if e.accounts.files.Load() < before {
			cleaned++
		}
	}
	if longest > 1<<20 || cleaned == 0 || cleaned > 20 {
		t.Errorf("the log came to %d bytes, and %d closes cleaned it", longest, cleaned)
	}
	l.cleanRate = -1
	e, err := openEngine(sim, false, l)
	must(t, err)
	rep, err := newDB(e).Verify(t.Context())
	if err != nil || len(rep.Damage) > 0 || rep.Keys != 21 {
		t.Errorf("%+v %v", rep, err)
	}
	must(t, e.close())
	if err := e.clean(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("clean after close: %v", err)
	}
}

// TestSlowestPace: the least rate that can be asked for is one beside commits too, and not none, which would be no limit.
func TestSlowestPace(t *testing.T) {
	l := usualLimits
	l.manual, l.cleanRate = true, 1
	e := newMemory(l)
	for range 2 {
		p := e.newPace()
		p.budget = -1000
		if due := p.due(e); due < 900*time.Second {
			t.Errorf("1000 bytes ahead, with %d committers, it waits %v", e.committers.Load(), due)
		}
		e.committers.Add(1)
	}
	must(t, e.close())
}
