package store

import (
	"bytes"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"arbor/store/disk"
)

// overwritten makes a store whose keys were written several times, and returns it with what is in it.
func overwritten(t testing.TB, d disk.FS, l limits, keys, times int) (*DB, *engine, contents) {
	t.Helper()
	e, err := openEngine(d, false, l)
	must(t, err)
	db := newDB(e)
	db.part = 70
	ks := keyspace(t, db)
	want := contents{}
	for round := range times {
		for i := 0; i < keys; i += 8 {
			must(t, db.Update(func(tx *Tx) error {
				tx.SetDurability(None)
				for j := i; j < min(i+8, keys); j++ {
					k := fmt.Sprintf("key %d", j)
					want[k] = strings.Repeat(fmt.Sprint(round, k), 1+j%12)
					if err := tx.Put(ks, []byte(k), []byte(want[k])); err != nil {
						return err
					}
				}
				return nil
			}))
		}
	}
	return db, e, want
}

func diskBytes(t testing.TB, db *DB) int64 {
	t.Helper()
	st, err := db.Stats()
	must(t, err)
	return st.DiskBytes
}

// TestClean overwrites a store and cleans it: it takes little more than what is in it, which is all there, also when it is made again from
// the log alone.
func TestClean(t *testing.T) {
	for _, rebuild := range []bool{false, true} {
		sim := disk.NewSim(1)
		l := small
		l.minSegment, l.maxSegment, l.unflushed = 16<<10, 32<<10, 64<<10
		db, e, want := overwritten(t, sim, l, 2000, 4)
		before := diskBytes(t, db)
		must(t, db.Clean(t.Context()))
		counted(t, e)
		st, err := db.Stats()
		must(t, err)
		t.Logf("%d bytes before, %d after, %d live, %d of the checkpoint, %d moved", before, st.DiskBytes, st.LiveBytes, st.CheckpointBytes, e.cleaner.moved.Load())
		if log := e.accounts.files.Load(); log > 3*st.LiveBytes/2 {
			t.Errorf("the log takes %d bytes, of which %d are live", log, st.LiveBytes)
		}
		for range 3 {
			if got, err := readAll(db); err != nil || !maps.Equal(got, want) {
				t.Fatalf("after cleaning: %v", err)
			}
			rep, err := db.Verify(t.Context())
			damage := slices.DeleteFunc(rep.Damage, func(d Damage) bool { return rebuild && inCheckpoint(d) })
			if err != nil || len(damage) > 0 {
				t.Fatalf("verify: %v %v", err, damage)
			}
			must(t, db.Close())
			if rebuild {
				for _, n := range names(t, sim, ".ckpt") {
					must(t, sim.Remove(n))
				}
			}
			e, err := openEngine(sim, false, l)
			must(t, err)
			if e.broken != nil || e.rebuilt.Load() != rebuild {
				t.Errorf("opened: broken %v, rebuilt %v", e.broken, e.rebuilt.Load())
			}
			db = newDB(e)
			counted(t, e)
			put(t, db, keyspace(t, db), "more", "of it")
			want["more"] = "of it"
		}
		must(t, db.Close())
	}
}

// TestMovedIsNoChange: what the cleaner moves is no change to who compares, watches, or has read it in a transaction; what changes beside is.
func TestMovedIsNoChange(t *testing.T) {
	db, e, want := overwritten(t, disk.NewSim(1), small, 500, 3)
	ks := keyspace(t, db)
	before, err := db.Snapshot()
	must(t, err)
	w, err := db.Watch(ks, nil)
	must(t, err)
	runs, visible := 0, before.LSN()
	must(t, db.Update(func(tx *Tx) error {
		n := 0
		for _, err := range tx.Scan(ks, Range{}) {
			must(t, err)
			n++
		}
		if runs++; runs == 1 {
			must(t, db.Clean(t.Context()))
		}
		if n != len(want) {
			t.Errorf("%d keys, want %d", n, len(want))
		}
		return tx.Put(ks, []byte("key 7"), []byte(want["key 7"]+"!"))
	}))
	if n := e.cleaner.moved.Load(); runs != 1 || n == 0 {
		t.Errorf("a transaction beside the cleaner ran %d times; %d bytes were moved", runs, n)
	}
	runs = 0
	must(t, db.Update(func(tx *Tx) error { // which loses, for another reason
		if _, err := tx.Get(ks, []byte("key 8")); err != nil {
			return err
		}
		if runs++; runs == 1 {
			must(t, db.Clean(t.Context()))
			putBytes(t, db, ks, "key 8", bytes.ToUpper([]byte(want["key 8"])))
		}
		return tx.Put(ks, []byte("key 9"), nil)
	}))
	if runs != 2 {
		t.Errorf("a transaction whose read was changed ran %d times", runs)
	}
	after, err := db.Snapshot()
	must(t, err)
	keys := func(changes iter.Seq2[Change, error]) (got []string) {
		for c, err := range changes {
			must(t, err)
			got = append(got, string(c.Key))
		}
		return got
	}
	if got := keys(after.Changed(before, ks, Range{})); !slices.Equal(got, []string{"key 7", "key 8", "key 9"}) {
		t.Errorf("changed: %v", got)
	}
	at, changes, err := w.Next(t.Context())
	must(t, err)
	if len(changes) != 3 || at != after.LSN() {
		t.Errorf("a watch tells of %d changes up to %v, want 3 up to %v", len(changes), at, after.LSN())
	}
	must(t, db.Clean(t.Context()))
	if l := e.head.Load().at; l != after.LSN() || l == visible {
		t.Errorf("the visible LSN went from %v to %v by cleaning", after.LSN(), l)
	}
	for k, v := range want { // the old snapshot reads what it did
		if got, err := before.Get(ks, []byte(k)); err != nil || string(got) != v {
			t.Fatalf("%s in an old snapshot: %v", k, err)
		}
	}
	before.Release()
	after.Release()
	w.Close()
	must(t, db.Close())
}
