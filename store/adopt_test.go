package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"arbor/store/disk"
)

// TestMemoryFallsWithCheckpoint saves the index as a whole and by appends, and weighs the heap before and after.
func TestMemoryFallsWithCheckpoint(t *testing.T) {
	if !disk.Maps {
		t.Skip("files are not mapped here")
	}
	d, err := disk.Open(t.TempDir(), "buffered")
	must(t, err)
	l := usualLimits
	l.manual, l.checkpointBytes = true, 1<<40
	db := openSmall(t, d, l)
	ks := keyspace(t, db)
	e := db.be.(*engine)
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what the first has only made unused in pools
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	want := map[string]string{}
	for round, mapped := range []int{1, 2, 1} { // saved whole, a third appended, and then whole again
		for from := 0; from < 40_000; from += 1000 {
			if round == 1 && from > 12_000 {
				break
			}
			must(t, db.Update(func(tx *Tx) error {
				tx.SetDurability(None)
				for i := from; i < from+1000; i++ {
					k, v := fmt.Sprintf("a key of some length and then a number %06d", i), fmt.Sprint(round, i)
					want[k] = v
					if err := tx.Put(ks, []byte(k), []byte(v)); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		must(t, e.settle())
		before, saved := heap(), e.head.Load().tree.Len()*4
		must(t, e.checkpoint())
		if after := heap(); before-after < saved {
			t.Errorf("round %d: the heap was %d KiB, is %d, should be less by %d", round, before>>10, after>>10, saved>>10)
		}
		if n := len(e.savedIn); n != mapped {
			t.Errorf("round %d: %d mappings, want %d", round, n, mapped)
		}
		got, err := readAll(db)
		must(t, err)
		for k, v := range want {
			if got[k] != v {
				t.Fatalf("round %d: %q is %q, want %q", round, k, got[k], v)
			}
		}
	}
	must(t, db.Close())
}

// TestSavesUnderLoad saves the index again and again, whole and by appends, while it is changed and read, also by views that are held for
// long. The race detector watches; a read of a mapping that was given back would end the process.
func TestSavesUnderLoad(t *testing.T) {
	d, err := disk.Open(t.TempDir(), "buffered")
	must(t, err)
	l := usualLimits
	l.minSegment, l.maxSegment, l.checkpointBytes, l.closeRecords, l.manual = 64<<10, 256<<10, 48<<10, 1, true
	db := openSmall(t, d, l)
	ks := keyspace(t, db)
	e := db.be.(*engine)
	const keys = 3000
	put := func(tx *Tx, i int, v string) error {
		for _, side := range []string{"left", "right"} {
			if err := tx.Put(ks, fmt.Appendf(nil, "%s %06d", side, i), []byte(v)); err != nil {
				return err
			}
		}
		return nil
	}
	must(t, db.Update(func(tx *Tx) error {
		for i := range keys {
			if err := put(tx, i, "at first"); err != nil {
				return err
			}
		}
		return nil
	}))
	var stop atomic.Bool
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for n := 0; !stop.Load(); n++ {
				err := db.Update(func(tx *Tx) error {
					tx.SetDurability(None)
					i := r.IntN(keys)
					v, err := tx.Get(ks, fmt.Appendf(nil, "left %06d", r.IntN(keys))) // so that there is something to compare
					if err != nil {
						return err
					}
					return put(tx, i, fmt.Sprintf("%.20s %d %d", v, w, n))
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for w := range 2 {
		wg.Go(func() {
			for !stop.Load() {
				err := db.View(func(s *Snapshot) error {
					for range 1 + 10*w {
						if err := sidesEqual(s, ks, keys); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 30 {
		e.checkpointing.Lock()
		e.rewrite = i%3 == 2
		e.checkpointing.Unlock()
		if err := e.checkpoint(); err != nil {
			t.Error(err)
		}
	}
	stop.Store(true)
	wg.Wait()
	must(t, db.View(func(s *Snapshot) error { return sidesEqual(s, ks, keys) }))
	must(t, e.sweep())
	e.checkpointing.Lock()
	mapped := 0
	for _, m := range e.mappings.list {
		if strings.HasSuffix(m.file.Name(), ".ckpt") {
			mapped++
		}
	}
	if mapped != len(e.savedIn) || e.limbo.bytes.Load() != 0 {
		t.Errorf("%d mappings of checkpoints, %d of them in use, %d bytes in limbo", mapped, len(e.savedIn), e.limbo.bytes.Load())
	}
	e.checkpointing.Unlock()
	rep, err := db.Verify(t.Context())
	if err != nil || len(rep.Damage) > 0 {
		t.Errorf("verify: %v %v", err, rep.Damage)
	}
	must(t, db.Close())
}

// sidesEqual reads all keys in a snapshot, and each left one has the value of the right one.
func sidesEqual(s *Snapshot, ks Keyspace, keys int) error {
	var left [][]byte
	i := 0
	for x, err := range s.Scan(ks, Range{}) {
		switch {
		case err != nil:
			return err
		case i < keys:
			left = append(left, bytes.Clone(x.Value))
		case i >= 2*keys || !bytes.Equal(left[i-keys], x.Value):
			return fmt.Errorf("entry %d, %q, is %q", i, x.Key, x.Value)
		}
		i++
	}
	if i != 2*keys {
		return fmt.Errorf("%d entries", i)
	}
	return nil
}

// TestUncertainManifest has the manifest's write fail after an append: nobody knows which length counts, so the file is not written to again.
func TestUncertainManifest(t *testing.T) {
	for step := range 3 { // the write, the sync, the manifest
		sim := disk.NewSim(1)
		h := newHistory(t, sim, 1)
		h.sound = true
		must(t, h.saves(2))
		must(t, h.update(Commit))
		h.e.rewrite = false
		before := sim.Steps()
		sim.FailAt(before+1+step, syscall.EIO)
		err := h.e.checkpoint()
		steps := sim.Trace()[before:]
		if (err != nil) != (len(steps) > step) {
			t.Fatalf("step %d fails: %v\n%s", step, err, strings.Join(steps, "\n"))
		}
		before = sim.Steps()
		err = h.note(h.e.checkpoint())
		must(t, err)
		again := strings.Join(sim.Trace()[before:], "\n")
		if uncertain := step == 1 || step == 2; uncertain != strings.Contains(again, "create") {
			t.Errorf("step %d of %q has failed, then\n%s", step, steps, again)
		}
		h.sim = sim.Crash()
		must(t, h.open())
		must(t, h.db.Close())
	}
}
