package store

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"

	"arbor/store/disk"
)

// TestCompress has the cleaner pack what it moves. All is as before for readers, watches and Verify, also for a store that packs nothing and
// for one that is made again from the log.
func TestCompress(t *testing.T) {
	sim := disk.NewSim(1)
	l := small
	l.minSegment, l.maxSegment, l.unflushed, l.compress = 64<<10, 64<<10, 64<<10, true
	e, err := openEngine(sim, false, l)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	want := contents{}
	for i := range 400 { // two of three are dead at once
		k := fmt.Sprintf("key %d", i)
		want[k] = strings.Repeat(fmt.Sprintf("line %d of a note. ", i%7), 1+i%120)
		put(t, db, ks, k, strings.Repeat("x", 1000))
		put(t, db, ks, k, strings.Repeat("y", 1000))
		put(t, db, ks, k, want[k])
	}
	before, err := db.Snapshot()
	must(t, err)
	watch, err := db.Watch(ks, nil)
	must(t, err)
	live := e.head.Load().table.live
	must(t, db.Clean(t.Context()))
	if now := e.head.Load().table.live; now > live/2 {
		t.Errorf("%d live bytes before, %d packed", live, now)
	}
	counted(t, e)
	after, err := db.Snapshot()
	must(t, err)
	for c, err := range after.Changed(before, ks, Range{}) {
		t.Errorf("changed by cleaning: %s %v", c.Key, err)
	}
	before.Release()
	after.Release()
	put(t, db, ks, "new", "of the watch")
	want["new"] = "of the watch"
	if _, changes, err := watch.Next(t.Context()); err != nil || len(changes) != 1 {
		t.Errorf("the watch tells of %d changes, %v", len(changes), err)
	}
	watch.Close()
	l.compress = false
	for round := range 3 {
		if got, err := readAll(db); err != nil || !maps.Equal(got, want) {
			t.Fatalf("round %d: %v", round, err)
		}
		rep, err := db.Verify(t.Context())
		if err != nil || len(rep.Damage) > 0 && round != 2 {
			t.Fatalf("round %d, verify: %v %v", round, err, rep.Damage)
		}
		must(t, db.Close())
		if round == 1 {
			for _, n := range names(t, sim, ".ckpt") {
				must(t, sim.Remove(n))
			}
		}
		e, err := openEngine(sim, false, l)
		must(t, err)
		db = newDB(e)
		counted(t, e)
	}
	must(t, db.Clean(t.Context())) // packed values are moved as they are
	if got, err := readAll(db); err != nil || !maps.Equal(got, want) {
		t.Fatalf("moved while packed: %v", err)
	}
	must(t, db.Close())
}

// TestSalvagePacked salvages values that the cleaner has packed.
func TestSalvagePacked(t *testing.T) {
	sim := disk.NewSim(1)
	l := small
	l.minSegment, l.maxSegment, l.compress = 16<<10, 16<<10, true
	e, err := openEngine(sim, false, l)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	want := contents{}
	for i := range 30 {
		k := fmt.Sprintf("key %d", i)
		want[k] = strings.Repeat(fmt.Sprintf("line %d of a note. ", i), 20+i)
		put(t, db, ks, k, strings.Repeat("x", 2000))
		put(t, db, ks, k, want[k])
	}
	live := e.head.Load().table.live
	must(t, db.Clean(t.Context()))
	if now := e.head.Load().table.live; now > live/2 {
		t.Errorf("%d live bytes before, %d packed", live, now)
	}
	must(t, db.Close())
	got, report, err := salvageSim(t, sim)
	if err != nil || len(report.Lost)+len(report.Stale) > 0 || !maps.Equal(got, want) {
		t.Errorf("salvage: %v, lost %v, stale %v", err, report.Lost, report.Stale)
	}
}

// TestUnpack reads what is no packed value.
func TestUnpack(t *testing.T) {
	e := &engine{limits: limits{compress: true}}
	w := e.packed(write{value: bytes.Repeat([]byte("value "), 100)})
	if !w.packed {
		t.Fatal("not packed")
	}
	for i := range w.value {
		if v, err := unpack(w.value[:i]); err == nil && len(v) == 600 {
			t.Errorf("%d bytes of %d are enough", i, len(w.value))
		}
	}
	bomb := packer().EncodeAll(make([]byte, 8*MaxTransaction), nil)
	if _, err := unpack(bomb); err == nil {
		t.Error("a value larger than a transaction was unpacked")
	}
}
