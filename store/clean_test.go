package store

import (
	"fmt"
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
		savedExactly(t, e)
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
