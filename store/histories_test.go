package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"arbor/store/disk"
)

// TestHistories goes through many short histories of small stores on simulated disks, each made from its seed alone: a few lives of some
// transactions, frames in flight, checkpoints, views, that end by a power cut, a kill or a close at any moment, on a disk that is honest,
// that fails, or that lies. Seeds that once failed are in testdata/seeds.txt and come first.
func TestHistories(t *testing.T) {
	for _, seed := range keptSeeds(t) {
		if msg := runHistory(seed); msg != "" {
			t.Errorf("seed %d, which failed before: %s", seed, msg)
		}
	}
	first, n := uint64(1), uint64(2000)
	switch {
	case *seedFlag != 0:
		first, n = *seedFlag, 1
	case os.Getenv("ARBOR_SOAK") != "":
		first, n = uint64(time.Now().UnixNano()), 100_000
	case testing.Short():
		n = 500
	}
	defer debug.SetGCPercent(debug.SetGCPercent(800))
	began, worked := time.Now(), cpuTime(t)
	var next, failed atomic.Uint64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < n && failed.Load() < 5; i = next.Add(1) - 1 {
				if msg := runHistory(first + i); msg != "" {
					failed.Add(1)
					t.Errorf("seed %d: %s", first+i, msg)
				}
			}
		})
	}
	wg.Wait()
	took, worked := time.Since(began), cpuTime(t)-worked
	t.Logf("%d histories from seed %d on in %.1f s: %.0f a second. Each is %v of a processor, so that two make %.0f a second",
		n, first, took.Seconds(), float64(n)/took.Seconds(), (worked / time.Duration(n)).Round(time.Microsecond), 2*float64(n)/worked.Seconds())
}

func keptSeeds(t *testing.T) (seeds []uint64) {
	f, err := os.Open("testdata/seeds.txt")
	must(t, err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var seed uint64
		if n, _ := fmt.Sscan(lines.Text(), &seed); n == 1 {
			seeds = append(seeds, seed)
		}
	}
	return seeds
}

// verdict is a testing.TB that ends a history and tells why, and what happened before.
type verdict struct {
	testing.TB
	why   []string
	sims  []*disk.Sim
	moves [][]move // of each sim
}

// move is one that begins at a step of its disk.
type move struct{ kind, step int }

// did notes a move.
func (v *verdict) did(sim *disk.Sim, kind int) {
	if n := len(v.sims); n == 0 || v.sims[n-1] != sim {
		v.sims, v.moves = append(v.sims, sim), append(v.moves, nil)
	}
	last := &v.moves[len(v.moves)-1]
	*last = append(*last, move{kind, sim.Steps()})
}

// story tells what happened.
func (v *verdict) story() string {
	lines := v.why
	for i, sim := range v.sims {
		lines = append(lines, fmt.Sprintf("disk %d:", i))
		moves := v.moves[i]
		for step, line := range append(sim.Trace(), "") {
			for len(moves) > 0 && moves[0].step <= step {
				lines, moves = append(lines, fmt.Sprintf("  move %d", moves[0].kind)), moves[1:]
			}
			lines = append(lines, "    "+line)
		}
	}
	return strings.Join(lines, "\n")
}

func (v *verdict) Helper()                      {}
func (v *verdict) Logf(f string, a ...any)      { v.why = append(v.why, fmt.Sprintf(f, a...)) }
func (v *verdict) Errorf(f string, a ...any)    { v.Logf(f, a...) }
func (v *verdict) Fatal(a ...any)               { v.Fatalf("%s", fmt.Sprintln(a...)) }
func (v *verdict) Fatalf(f string, args ...any) { v.Logf(f, args...); panic(errQuiet) }

// runHistory returns what is wrong with the history of a seed, "" for nothing.
func runHistory(seed uint64) (msg string) {
	v := &verdict{}
	h := newHistory(v, disk.NewSim(seed), seed)
	h.limits.maxSegment = []uint32{12, 16, 32}[h.rng.IntN(3)] << 10
	defer func() {
		if r := recover(); r != nil {
			if r != errQuiet {
				panic(fmt.Sprintf("seed %d: %v", seed, r))
			}
			msg = v.story()
		}
	}()
	switch h.rng.IntN(8) {
	case 0:
		h.lying()
	case 1, 2:
		h.lives(func(sim *disk.Sim) {
			faults := []error{syscall.EIO, syscall.ENOSPC, io.ErrShortWrite}
			sim.FailAt(1+h.rng.IntN(60), faults[h.rng.IntN(len(faults))])
		})
	default:
		h.lives(func(sim *disk.Sim) {
			if h.rng.IntN(2) == 0 {
				sim.CrashAt(1 + h.rng.IntN(50))
			}
		})
	}
	return ""
}

// lives opens the store, uses it and ends it, a few times over.
func (h *history) lives(plant func(*disk.Sim)) {
	for range 2 + h.rng.IntN(3) {
		plant(h.sim)
		if h.open() == nil {
			for n := 2 + h.rng.IntN(16); n > 0 && h.move() == nil; n-- {
			}
			h.durable()
		}
		h.end()
	}
	must(h.t, h.open())
	if h.e.rebuilt.Load() {
		h.t.Fatalf("the checkpoint is lost")
	}
	must(h.t, h.brief(Commit)) // which writes over the copy of the manifest that a crash has torn
	rep, err := h.db.Verify(context.Background())
	if err != nil || len(rep.Damage) > 0 {
		h.t.Fatalf("verify: %v %v", err, rep.Damage)
	}
	must(h.t, h.db.Close())
	if h.rng.IntN(4) == 0 {
		h.fromTheLog()
	}
}

// end ends a life.
func (h *history) end() {
	switch h.rng.IntN(4) {
	case 0:
		if h.db != nil && h.e.poisoned() == nil {
			for h.sim.Step() {
			}
			h.close()
		}
		fallthrough
	case 1:
		h.sim = h.sim.Kill()
	default:
		h.sim = h.sim.Crash()
	}
	h.db, h.e = nil, nil
}

// durable notes what the durable LSN promises.
func (h *history) durable() {
	if !h.e.begun.Load() {
		return
	}
	d := LSN(h.e.durable.Load())
	for i := len(h.states) - 1; i > h.acked; i-- {
		if l := h.ends[i]; l != 0 && l <= d {
			h.acked = i
		}
	}
}

// close ends the use of the store. What was found at the open and only read is not made durable by that.
func (h *history) close() error {
	begun := h.e.begun.Load()
	err := h.db.Close()
	h.db = nil
	if err == nil && begun {
		h.acked = len(h.states) - 1
	}
	return h.note(err)
}

// move makes one random step of a history. An error ends the life.
func (h *history) move() error {
	defer h.durable()
	kind := h.rng.IntN(22)
	if v, ok := h.t.(*verdict); ok {
		v.did(h.sim, kind)
	}
	switch kind {
	case 0:
		return h.note(h.e.checkpoint())
	case 10:
		return h.clean(1 + h.rng.IntN(8))
	case 11:
		return h.wear()
	case 1:
		if err := h.close(); err != nil {
			return err
		}
		return h.open()
	case 2:
		h.sim = h.sim.Kill()
		return h.open()
	case 3:
		return h.sync()
	case 4, 5, 6, 7:
		return h.overlap()
	case 8:
		return h.lose()
	case 9:
		return h.look()
	case 12, 13, 14:
		return h.update(None)
	case 15, 16, 17:
		return h.update(Commit)
	case 18, 19:
		return h.brief(None)
	}
	return h.brief(Commit)
}

// brief sets a key, so that the frame is a page.
func (h *history) brief(d Durability) error {
	k, v := fmt.Sprintf("key %d", h.rng.IntN(30)), fmt.Sprint(h.rng.Uint64())
	return h.transact(d, func(tx *Tx, next contents) error {
		if was, err := tx.Get(h.ks, []byte(k)); string(was) != next[k] && (err == nil || errors.Is(err, ErrNotFound)) {
			h.t.Fatalf("%s is %q, want %q", k, was, next[k])
		}
		next[k] = v
		return tx.Put(h.ks, []byte(k), []byte(v))
	})
}

// wear overwrites a few keys, so that segments fill up with what is not live, and cleans.
func (h *history) wear() error {
	for range 1 + h.rng.IntN(4) {
		err := h.transact([]Durability{None, Commit}[h.rng.IntN(2)], func(tx *Tx, next contents) error {
			for range 2 {
				k, v := fmt.Sprintf("key %d", h.rng.IntN(3)), strings.Repeat(fmt.Sprint(h.rng.Uint64()), 10+h.rng.IntN(150))
				next[k] = v
				if err := tx.Put(h.ks, []byte(k), []byte(v)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return h.clean(1 + h.rng.IntN(30))
}

// overlap has two frames in flight, of which any end, in any order, and no more if the life ends here.
func (h *history) overlap() error {
	for range 2 {
		if err := h.brief(None); err != nil {
			return err
		}
		h.e.want(h.e.head.Load().at)
		h.e.submit()
	}
	for n := h.rng.IntN(5); n < 4 && h.sim.Step(); n++ {
		h.durable()
	}
	if h.rng.IntN(2) == 0 {
		return errQuiet
	}
	for h.sim.Step() {
	}
	return h.sync()
}

// look compares all of the store with the state it must be in, in a view that is older than a change.
func (h *history) look() error {
	f, err := h.e.snapshot()
	must(h.t, err)
	defer f.release()
	want := h.states[len(h.states)-1]
	if err := h.brief(None); err != nil {
		return err
	}
	got := contents{}
	for x, err := range wholes(f, f.scan([]byte{2}, nil, h.rng.IntN(2) == 0)) {
		if h.note(err) != nil {
			return err
		}
		got[string(x.Key)] = string(x.Value)
	}
	if !maps.Equal(got, want) {
		h.t.Fatalf("a view shows %v, want %v", short(got), short(want))
	}
	return nil
}

// lying is a history on a disk that says what is not so, once. Data may be lost, but what the store shows is damage or a state that was.
func (h *history) lying() {
	plant := []func(*disk.Sim, int){(*disk.Sim).LieAt, (*disk.Sim).MisdirectAt, (*disk.Sim).RepeatAt}[h.rng.IntN(3)]
	plant(h.sim, 1+h.rng.IntN(80))
	truth := h.t
	func() {
		defer func() {
			if r := recover(); r != nil && r != errQuiet {
				panic(r)
			}
		}()
		h.t = quiet{truth} // may end early, by damage that is found under way
		for range 3 {
			if h.open() == nil {
				for range 2 + h.rng.IntN(16) {
					if h.move() != nil {
						break
					}
				}
			}
			if h.rng.IntN(2) == 0 {
				break
			}
			h.sim = h.sim.Kill()
		}
	}()
	h.t, h.sim = truth, h.sim.Crash()
	e, err := openEngine(h.sim, false, h.limits)
	if errors.Is(err, ErrCorrupt) {
		return
	}
	must(h.t, err)
	h.e = e
	got, err := h.read()
	if errors.Is(err, ErrCorrupt) || e.broken != nil {
		return
	}
	must(h.t, err)
	for _, s := range h.made {
		if maps.Equal(s, got) {
			return
		}
	}
	h.t.Fatalf("the store shows a state that never was: %v", short(got))
}
