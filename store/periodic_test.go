package store

import (
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"arbor/store/disk"
)

// TestPeriodic has a clock of its own: what was committed a period ago survives a power cut, and nothing runs when nothing is to be written.
func TestPeriodic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const period = 300 * time.Millisecond
		sim := disk.NewSim(1)
		db, err := Open("", Options{Disk: sim, FlushEvery: period})
		must(t, err)
		ks := keyspace(t, db)
		e := db.be.(*engine)
		for _, key := range []string{"a", "b"} { // twice, so that the timer is used again
			must(t, db.Update(func(tx *Tx) error {
				tx.SetDurability(Periodic)
				return tx.Put(ks, []byte(key), []byte("value"))
			}))
			at := e.head.Load().at
			time.Sleep(period - 1)
			synctest.Wait()
			if LSN(e.durable.Load()) >= at || !e.periodic.due.Load() {
				t.Fatalf("%s: durable %v before the period is over, at %v", key, LSN(e.durable.Load()), at)
			}
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			for sim.Step() {
			}
			if LSN(e.durable.Load()) < at || e.periodic.due.Load() {
				t.Fatalf("%s: durable %v after the period, want %v", key, LSN(e.durable.Load()), at)
			}
		}
		steps := sim.Steps()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := sim.Steps(); n != steps {
			t.Errorf("%d steps of the disk in an idle hour", n-steps)
		}
		after, err := Open("", Options{Disk: sim.Crash()})
		must(t, err)
		must(t, after.View(func(s *Snapshot) error {
			for _, key := range []string{"a", "b"} {
				if _, err := s.Get(ks, []byte(key)); err != nil {
					t.Errorf("%s after a power cut: %v", key, err)
				}
			}
			return nil
		}))
		must(t, after.Close())
		must(t, db.Close())
	})
}

// TestPeriodicError has the write fail that nobody waits for: the next commit says so.
func TestPeriodicError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := disk.NewSim(1)
		db, err := Open("", Options{Disk: sim})
		must(t, err)
		ks := keyspace(t, db)
		put := func(d Durability) error {
			return db.Update(func(tx *Tx) error {
				tx.SetDurability(d)
				return tx.Put(ks, []byte("key"), []byte("value"))
			})
		}
		must(t, put(Periodic))
		synctest.Wait() // the next segment is made meanwhile
		sim.FailAt(sim.Steps()+1, syscall.EIO)
		time.Sleep(time.Second)
		synctest.Wait()
		for sim.Step() {
		}
		synctest.Wait()
		if err := put(None); !errors.Is(err, syscall.EIO) {
			t.Errorf("a commit after a failed write: %v", err)
		}
		if err := db.Close(); !errors.Is(err, syscall.EIO) {
			t.Errorf("close after a failed write: %v", err)
		}
	})
}

// TestPeriodicAfterClose has the timer's goroutine come too late, behind a close: what the log ends with, here a transaction that was aborted,
// must not be written to files that are closed and may have another owner.
func TestPeriodicAfterClose(t *testing.T) {
	sim := disk.NewSim(1)
	e, err := openEngine(sim, false, small)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	f, err := e.snapshot()
	must(t, err)
	base := f.(*view)
	put(t, db, ks, "a", "1")
	must(t, db.Sync())
	rec, err := encode([]write{{key: ks.key([]byte("b")), value: []byte("2")}})
	must(t, err)
	tk := new(ticket)
	tk.body.Store(&body{base: base.s, era: base.era, reads: []read{{from: ks.key([]byte("a"))}}, writes: rec.writes, offsets: rec.offsets})
	end, err := e.publish(rec, tk)
	must(t, err)
	must(t, e.apply(end))
	if o := tk.outcome.Load(); o != conflicted {
		t.Fatalf("outcome %d", o)
	}
	f.release()
	must(t, db.Close())
	steps := sim.Steps()
	e.flushPeriod()
	if n := sim.Steps(); n != steps {
		t.Errorf("%d steps of the disk after the close", n-steps)
	}
}
