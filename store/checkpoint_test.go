package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"arbor/store/disk"
)

// saves is a workload of which every second step saves the index: it fills some leaves, and then changes a few of them at a time, so that
// saves are appended to a file until it is written whole again.
func (h *history) saves(rounds int) error {
	if err := h.open(); err != nil {
		return err
	}
	keys := func(from, n int) error {
		return h.transact(Commit, func(tx *Tx, next contents) error {
			for i := range n {
				k, v := fmt.Sprintf("%050d", (from+i)%600), fmt.Sprint(h.rng.Uint32())
				if err := tx.Put(h.ks, []byte(k), []byte(v)); err != nil {
					return err
				}
				next[k] = v
			}
			return nil
		})
	}
	for from := 0; from < 600; from += 200 {
		if err := keys(from, 200); err != nil {
			return err
		}
	}
	for range rounds {
		if err := keys(h.rng.IntN(600), 1+h.rng.IntN(80)); err != nil {
			return err
		}
		if h.rng.IntN(4) == 0 {
			if err := h.db.Close(); err != nil {
				return h.note(err)
			}
			h.acked = len(h.states) - 1
			if err := h.open(); err != nil {
				return err
			}
		}
		if err := h.note(h.e.checkpoint()); err != nil {
			return err
		}
	}
	return nil
}

// TestCrashInAppends cuts the power at every step of a workload that saves the index again and again, and during the use after.
func TestCrashInAppends(t *testing.T) {
	for _, seed := range seeds(t, 2) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			const rounds = 14
			sim := disk.NewSim(seed)
			h := newHistory(t, sim, seed)
			appended, whole, size := 0, 0, int64(0)
			must(t, h.saves(0))
			filled := sim.Steps()
			must(t, h.db.Close())

			sim = disk.NewSim(seed)
			h = newHistory(t, sim, seed)
			must(t, h.saves(rounds))
			for _, line := range sim.Trace() {
				var name string
				var off, n int64
				if _, err := fmt.Sscanf(line, "write %s %d+%d", &name, &off, &n); err == nil {
					if off == 0 {
						whole++
					} else if off%pageSize == 0 {
						appended++
					}
					size = max(size, off+n)
				}
			}
			if appended < 5 || whole < 2 {
				t.Fatalf("%d appends, %d whole saves, %d bytes at most", appended, whole, size)
			}
			for at := filled; at <= sim.Steps(); at++ {
				sim := disk.NewSim(seed)
				sim.CrashAt(at)
				h := newHistory(t, sim, seed)
				h.sound = true
				_ = h.saves(rounds) // the last step is the removal of a replaced file, of which nobody hears whether it was made
				afterCrash(t, h, seed, at, 0)
			}
		})
	}
}

// TestAppendIsTorn has an append cut short at every place, the next one made behind it, and so on.
func TestAppendIsTorn(t *testing.T) {
	sim := disk.NewSim(3)
	h := newHistory(t, sim, 3)
	h.sound = true
	must(t, h.saves(1))
	must(t, h.db.Close())
	rng := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		h.sim.CrashAt(1 + rng.IntN(9))
		if h.open() == nil {
			if err := h.update(Commit); err == nil {
				_ = h.note(h.e.checkpoint())
			}
		}
		h.sim = h.sim.Crash()
	}
	must(t, h.open())
	rep, err := h.db.Verify(t.Context())
	if err != nil || len(rep.Damage) > 0 {
		t.Fatalf("verify: %v %v", err, rep.Damage)
	}
	must(t, h.db.Close())
}

// TestCheckpointNumber has saves fail, which uses up numbers, and saves the index to new files in the lives after: none gets the name of the one
// it is to replace.
func TestCheckpointNumber(t *testing.T) {
	sim := disk.NewSim(1)
	life := func(failures int) {
		e, err := openEngine(sim, false, small)
		must(t, err)
		if e.rebuilt.Load() {
			t.Error("the checkpoint was missing")
		}
		db := newDB(e)
		put(t, db, keyspace(t, db), "key", "value")
		e.rewrite = true
		for range failures {
			sim.FailAt(sim.Steps()+1, syscall.ENOSPC)
			if err := e.checkpoint(); !errors.Is(err, ErrNoSpace) {
				t.Fatal(err)
			}
		}
		must(t, e.checkpoint())
		must(t, db.Close())
	}
	for failures := range 9 {
		life(failures)
		life(0)
	}
}
