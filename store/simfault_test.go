package store

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"syscall"
	"testing"

	"arbor/store/disk"
)

// TestFailAtEveryStep makes every I/O step of a workload fail once.
func TestFailAtEveryStep(t *testing.T) {
	for _, fault := range []error{syscall.EIO, syscall.ENOSPC, io.ErrShortWrite} {
		for _, seed := range seeds(t, 1) {
			t.Run(fmt.Sprintf("%v, seed %d", fault, seed), func(t *testing.T) {
				const length = 30
				sim := disk.NewSim(seed)
				newHistory(t, sim, seed).run(length)
				steps := sim.Steps()
				for at := 1; at <= steps; at++ {
					failAt(t, seed, at, length, fault)
				}
			})
		}
	}
}

func failAt(t *testing.T, seed uint64, at, length int, fault error) {
	defer func() {
		if t.Failed() {
			t.Logf("seed %d, %v at step %d", seed, fault, at)
		}
	}()
	sim := disk.NewSim(seed)
	sim.FailAt(at, fault)
	h := newHistory(t, sim, seed)
	h.run(length)
	crashed := *h
	crashed.states = append([]contents(nil), h.states...)
	crashed.sim = sim.Crash()
	if h.db != nil {
		if err := h.db.Close(); !errors.Is(err, ErrClosed) {
			h.note(err)
		}
	}
	for _, h := range []*history{h, &crashed} { // after a clean end, and after a power cut
		if err := h.open(); err != nil {
			t.Fatalf("open again: %v", err)
		}
		if err := h.update(Commit); err != nil {
			t.Fatalf("write again: %v", err)
		}
		rep, err := h.db.Verify(t.Context())
		if err != nil || len(rep.Damage) > 0 {
			t.Fatalf("verify: %v %v", err, rep.Damage)
		}
		if err := h.db.Close(); err != nil {
			t.Fatalf("close: %v", err)
		}
	}
}

// TestLyingDisk has each step of a workload say that it wrote what it did not, or write it elsewhere, and then cuts the power. Data may be
// lost, but what the store shows is damage or a state that was: never a mixture.
func TestLyingDisk(t *testing.T) {
	const length = 25
	for _, seed := range seeds(t, 1) {
		sim := disk.NewSim(seed)
		newHistory(t, sim, seed).run(length)
		noticed := 0
		for at := 1; at <= sim.Steps(); at++ {
			for _, plant := range []func(*disk.Sim, int){(*disk.Sim).LieAt, (*disk.Sim).MisdirectAt} {
				sim := disk.NewSim(seed)
				plant(sim, at)
				if lied(t, sim, seed, length) {
					noticed++
				}
			}
		}
		if noticed == 0 {
			t.Errorf("seed %d: no lie was noticed", seed)
		}
	}
}

// lied runs a workload on a disk that lies, and reports whether the damage is noticed after a crash.
func lied(t *testing.T, sim *disk.Sim, seed uint64, length int) (noticed bool) {
	t.Helper()
	h := newHistory(quiet{t}, sim, seed)
	func() {
		defer func() {
			if r := recover(); r != nil && r != errQuiet {
				panic(r)
			}
		}()
		h.run(length) // may end early, by damage that is found under way
	}()
	h.sim = sim.Crash()
	e, err := openEngine(h.sim, false, h.limits)
	if err != nil {
		if !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
		return true
	}
	h.e = e
	got, err := h.read()
	if errors.Is(err, ErrCorrupt) || e.broken != nil {
		return true
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range h.made {
		if maps.Equal(s, got) {
			return false
		}
	}
	t.Fatalf("seed %d: the store shows a state that never was: %v\n%s", seed, short(got), strings.Join(sim.Trace(), "\n"))
	return false
}

// quiet ends a workload without failing the test.
type quiet struct{ testing.TB }

var errQuiet = errors.New("the workload has ended")

func (quiet) Fatalf(string, ...any) { panic(errQuiet) }
func (quiet) Errorf(string, ...any) {}
func (quiet) Logf(string, ...any)   {}
func (quiet) Helper()               {}
