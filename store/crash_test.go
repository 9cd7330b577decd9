package store

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"arbor/store/disk"
)

// TestCrashAtEveryStep cuts the power at every I/O step of a workload, several times with different luck, and again during the use after.
func TestCrashAtEveryStep(t *testing.T) {
	for _, seed := range seeds(t, 3) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			const length = 40
			sim := disk.NewSim(seed)
			newHistory(t, sim, seed).run(length)
			steps := sim.Steps()
			if steps < 80 {
				t.Fatalf("a workload of %d steps", steps)
			}
			for at := 1; at <= steps; at++ {
				sim := disk.NewSim(seed)
				sim.CrashAt(at)
				h := newHistory(t, sim, seed)
				h.sound = true
				h.run(length)
				for luck := range 2 {
					afterCrash(t, h, seed, at, luck)
				}
			}
		})
	}
}

// afterCrash opens what a crash has left, uses it, crashes there, and opens again.
func afterCrash(t *testing.T, before *history, seed uint64, at, luck int) {
	t.Helper()
	h := *before
	h.states = append([]contents(nil), before.states...)
	for round := range 3 {
		h.sim = h.sim.Crash()
		h.rng = rand.New(rand.NewPCG(seed, uint64(at*10+luck)))
		if round < 2 {
			h.sim.CrashAt(1 + h.rng.IntN(20))
		}
		if t.Failed() {
			return
		}
		sim := h.sim
		defer func() {
			if t.Failed() {
				t.Logf("seed %d, crash at step %d, luck %d, round %d:\n%s", seed, at, luck, round, strings.Join(sim.Trace(), "\n"))
			}
		}()
		if h.open() != nil {
			continue
		}
		for range 6 {
			if h.step() != nil {
				break
			}
		}
	}
	if err := h.update(Commit); err != nil {
		t.Fatal(err)
	}
	noneStaged(t, h.e)
	rep, err := h.db.Verify(t.Context())
	if err != nil || len(rep.Damage) > 0 {
		t.Fatalf("seed %d, crash at step %d: verify: %v %v", seed, at, err, rep.Damage)
	}
	counted(t, h.e)
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	h.fromTheLog()
}

// fromTheLog opens the store, which was closed, without its checkpoint: the log alone leads to the same state.
func (h *history) fromTheLog() {
	h.t.Helper()
	want := h.states[len(h.states)-1]
	for _, n := range names(h.t, h.sim, ".ckpt") {
		must(h.t, h.sim.Remove(n))
	}
	e, err := openEngine(h.sim, false, h.limits)
	must(h.t, err)
	h.e = e
	got, err := h.read()
	if err != nil || e.broken != nil || !maps.Equal(got, want) {
		h.t.Fatalf("from the log alone: %v %v\n got %v\nwant %v", err, e.broken, short(got), short(want))
	}
	counted(h.t, e)
	must(h.t, e.close())
}
