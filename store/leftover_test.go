package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"arbor/store/disk"
)

// TestKillThenCrash kills the process at every I/O step of a short life, and cuts the power at every step of the one after: what the second
// has found in the page cache it may not take for durable.
func TestKillThenCrash(t *testing.T) {
	live := func(h *history) bool {
		if h.open() != nil || h.brief(Commit) != nil || h.brief(None) != nil {
			return false
		}
		return h.brief(Commit) == nil && h.close() == nil
	}
	begin := func(seed uint64) *history {
		h := newHistory(t, disk.NewSim(seed), seed)
		if !live(h) || h.open() != nil {
			t.Fatal("a life without faults has ended")
		}
		h.sim = h.sim.Kill()
		return h
	}
	h := begin(1)
	live(h)
	steps := h.sim.Steps()
	if steps < 5 {
		t.Fatalf("a life of %d steps", steps)
	}
	for kill := 1; kill <= steps; kill++ {
		for cut := 1; cut <= steps+2; cut++ {
			for _, seed := range seeds(t, 12) {
				h := begin(seed)
				h.sim.CrashAt(kill)
				live(h)
				h.sim = h.sim.Kill()
				h.rng = rand.New(rand.NewPCG(uint64(kill*100+cut), seed))
				h.sim.CrashAt(cut)
				live(h)
				h.sim = h.sim.Crash()
				if h.open() != nil || h.brief(Commit) != nil || h.close() != nil || t.Failed() {
					t.Fatalf("seed %d, killed at step %d, cut at step %d", seed, kill, cut)
				}
			}
		}
	}
}

// TestKilledInManifest kills the process while it writes the manifest, which the next process finds whole, and not durable. It must not write
// over the other copy then, the only one on the disk: a power cut in the middle would leave none.
func TestKilledInManifest(t *testing.T) {
	manifestStep := func(sim *disk.Sim) int {
		for i, line := range sim.Trace() {
			if strings.HasPrefix(line, "durable MANIFEST") {
				return i + 1
			}
		}
		return 0
	}
	whole := 0
	for luck := range uint64(60) {
		var steps [2]int // at which the manifest is written
		for try := range 3 {
			h := newHistory(t, disk.NewSim(luck), 1)
			must(t, h.open())
			must(t, h.brief(Commit))
			must(t, h.close())
			for life := range 2 {
				h.sim = h.sim.Kill()
				h.sim.CrashAt(steps[life])
				if h.open() == nil && h.brief(Commit) == nil && try > life {
					t.Fatal("the life has not ended in the manifest")
				}
				if try == life {
					steps[life] = manifestStep(h.sim)
					break
				}
				if life == 1 {
					h.sim = h.sim.Crash()
					must(t, h.open())
					must(t, h.close())
					whole++
				}
			}
		}
	}
	if whole == 0 {
		t.Error("no manifest was found whole")
	}
}

// TestFailedSync has the sync fail by which a life makes durable what it has found, and the next life go on. The page cache shows what the
// disk does not have, and no later sync tells; a power cut shows what the disk has.
func TestFailedSync(t *testing.T) {
	for luck := range uint64(40) {
		h := newHistory(t, disk.NewSim(luck), 1)
		must(t, h.open())
		must(t, h.brief(Commit))
		must(t, h.brief(None))
		h.e.want(h.e.head.Load().at)
		h.e.submit()
		h.sim = h.sim.Kill() // the frame is in the page cache, if it is whole
		must(t, h.open())
		h.sim.FailAt(1+int(luck%2), syscall.EIO) // the syncs of two segments come first
		if err := h.brief(Commit); err == nil {
			t.Fatal("the sync has not failed")
		}
		h.sim = h.sim.Kill()
		must(t, h.open())
		must(t, h.brief(Commit))
		h.sim = h.sim.Crash()
		must(t, h.open())
		must(t, h.close())
	}
}

// TestTornSpare leaves a spare whose first page is torn behind its header. A new one takes its name; the file must not be taken for a free
// one as well.
func TestTornSpare(t *testing.T) {
	sim := disk.NewSim(1)
	e, err := openEngine(sim, false, small)
	must(t, err)
	db := newDB(e)
	put(t, db, keyspace(t, db), "a", strings.Repeat("a", 3000)) // so that there is a spare
	e.rolling.Lock()
	must(t, e.makeSpare(LSN(e.tail.Load()).ord()+1, 40000)) // as for a large transaction that then was lost: larger than the next one wants it
	e.rolling.Unlock()
	must(t, db.Close())
	segments := names(t, sim, ".seg")
	f, err := sim.Open(segments[len(segments)-1])
	must(t, err)
	page := disk.Aligned(pageSize)
	_, err = f.ReadAt(page, 0)
	must(t, err)
	copy(page[1000:], "noise")
	must(t, f.WriteDurable(page, 0))
	want := contents{"a": strings.Repeat("a", 3000), "large": strings.Repeat("b", 40000)}
	db = openSmall(t, sim, small)
	put(t, db, keyspace(t, db), "large", want["large"])
	for i := range 12 {
		k := fmt.Sprint("key ", i)
		want[k] = strings.Repeat(k, 600)
		put(t, db, keyspace(t, db), k, want[k])
	}
	db = openSmall(t, sim.Crash(), small)
	got, err := readAll(db)
	if err != nil || !maps.Equal(got, want) {
		t.Fatalf("%v; the store has %v", err, short(got))
	}
	must(t, db.Close())
}

// TestTornWriteCompletesLeftover has a torn write of a new epoch complete a torn one of the epoch before, byte for byte the same
// transaction at the same place. The frame is whole then; but the one behind it, a leftover, is not part of the log.
func TestTornWriteCompletesLeftover(t *testing.T) {
	sim := disk.NewSim(1)
	same := strings.Repeat("the same in both lives ", 40)
	begin := func(key, value string, d Durability) *engine {
		e, err := openEngine(sim, false, small)
		must(t, err)
		db := newDB(e)
		ks := keyspace(t, db)
		if key != "" {
			must(t, db.Update(func(tx *Tx) error {
				tx.SetDurability(d)
				return tx.Put(ks, []byte(key), []byte(value))
			}))
		}
		return e
	}
	e := begin("a", same, None)
	name, at := segmentName(e.flush.start.ord()), int64(e.flush.start.off())
	ks := Keyspace{2}
	e.want(e.head.Load().at)
	e.submit()
	must(t, newDB(e).Update(func(tx *Tx) error {
		tx.SetDurability(None)
		return tx.Put(ks, []byte("b"), []byte("never acknowledged"))
	}))
	e.want(e.head.Load().at)
	e.submit()
	first := pages(t, sim, name, at, 2)

	sim = sim.Crash()
	cut := bytes.Clone(first)
	clear(cut[512:pageSize]) // of the first frame a sector, of the second all
	overwrite(t, sim, name, at, cut)
	e = begin("a", same, Commit)
	if int64(e.flush.start.off()) != at+pageSize {
		t.Fatalf("the log went on at %v, not in place of the torn frame at %d", e.flush.start, at)
	}
	second := pages(t, sim, name, at, 1)
	if bytes.Equal(second[:512], first[:512]) || !bytes.Equal(second[512:], first[512:pageSize]) {
		t.Fatal("the frames of the two epochs differ by more than their headers")
	}

	sim = sim.Crash()
	overwrite(t, sim, name, at, append(bytes.Clone(first[:512]), second[512:]...)) // the header of before has stayed
	db := openSmall(t, sim, small)
	got, err := readAll(db)
	must(t, err)
	if got["b"] != "" {
		t.Errorf("the leftover of an earlier epoch is back: %v", short(got))
	}
	must(t, db.Close())
}

func pages(t *testing.T, sim *disk.Sim, name string, at int64, n int) []byte {
	f, err := sim.Open(name)
	must(t, err)
	b := make([]byte, n*pageSize)
	_, err = f.ReadAt(b, at)
	must(t, err)
	return b
}

func overwrite(t *testing.T, sim *disk.Sim, name string, at int64, b []byte) {
	f, err := sim.Open(name)
	must(t, err)
	p := disk.Aligned(len(b))
	copy(p, b)
	must(t, f.WriteDurable(p, at))
}

// TestProof damages an acknowledged frame of a store that was not closed: only the frame behind it tells that it was durable.
func TestProof(t *testing.T) {
	sim := disk.NewSim(1)
	db := openSmall(t, sim, small)
	ks := keyspace(t, db)
	put(t, db, ks, "a", "1")
	e := db.be.(*engine)
	at := e.flush.start
	put(t, db, ks, "b", "2")
	put(t, db, ks, "c", "3")
	sim = sim.Crash()
	flip(t, sim, segmentName(at.ord()), int64(at.off())+100)
	e, err := openEngine(sim, false, small)
	must(t, err)
	if e.broken == nil {
		t.Error("the log was cut at a frame that was acknowledged")
	}
	must(t, e.close())
}

// TestFlushFollowsApply closes a frame over a transaction that is published, and not applied by who published it: its outcome is in the
// frame all the same.
func TestFlushFollowsApply(t *testing.T) {
	sim := disk.NewSim(1)
	e, err := openEngine(sim, false, small)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	rec, err := encode([]write{{key: ks.key([]byte("a")), value: []byte("1")}})
	must(t, err)
	tk := new(ticket)
	tk.body.Store(&body{base: e.head.Load(), writes: rec.writes, offsets: rec.offsets})
	end, err := e.publish(rec, tk)
	must(t, err)
	must(t, e.waitDurable(end))
	got, err := readAll(openSmall(t, sim.Crash(), small))
	if err != nil || tk.outcome.Load() != committed || got["a"] != "1" {
		t.Errorf("outcome %d in memory; on the disk the store has %v, %v", tk.outcome.Load(), got, err)
	}
	must(t, db.Close())
}

// TestMoveIsConditional overwrites a key after the cleaner has gathered it and before it appends it anew: the move is void, and what the key
// was does not come back.
func TestMoveIsConditional(t *testing.T) {
	db, e, want := overwritten(t, disk.NewSim(1), small, 800, 1)
	defer db.Close()
	must(t, db.Sync())
	p := e.newPass(100)
	for e.cleaner.victim == nil {
		if _, more, err := e.cleanStep(p); err != nil || !more {
			t.Fatalf("nothing to clean: %v", err)
		}
	}
	v := e.cleaner.victim
	x := e.users.hold()
	defer x.leave()
	h := e.head.Load()
	reads, writes, _, err := v.gather(h)
	must(t, err)
	key := ""
	for _, w := range writes {
		if !w.del && w.key[0] == 2 {
			key = string(w.key[1:])
		}
	}
	if key == "" {
		t.Fatal("no put is gathered")
	}
	put(t, db, keyspace(t, db), key, "newer")
	want[key] = "newer"
	if _, err := e.moveTo(x, h, reads, writes); !errors.Is(err, ErrConflict) {
		t.Errorf("a move of what was overwritten: %v", err)
	}
	if got, err := readAll(db); err != nil || !maps.Equal(got, want) {
		t.Errorf("%v: %s is %q", err, key, got[key])
	}
}
