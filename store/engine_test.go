package store

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"arbor/store/disk"
)

// small are limits that bring every edge early.
var small = limits{minSegment: 16 << 10, maxSegment: 64 << 10, unflushed: 8 << 10, checkpointBytes: 1 << 30, closeRecords: 1 << 30, heldBytes: 12 << 10, deadBytes: 6 << 10, cleanRate: -1, manual: true}

func openSmall(t testing.TB, d disk.FS, l limits) *DB {
	t.Helper()
	e, err := openEngine(d, false, l)
	if err != nil {
		t.Fatal(err)
	}
	return newDB(e)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func keyspace(t testing.TB, db *DB) Keyspace {
	t.Helper()
	ks, err := db.Keyspace("test")
	must(t, err)
	return ks
}

func putBytes(t testing.TB, db *DB, ks Keyspace, key string, value []byte) {
	t.Helper()
	must(t, db.Update(func(tx *Tx) error { return tx.Put(ks, []byte(key), value) }))
}

func get(t testing.TB, db *DB, ks Keyspace, key string) []byte {
	t.Helper()
	var v []byte
	must(t, db.View(func(s *Snapshot) (err error) {
		v, err = s.Get(ks, []byte(key))
		if errors.Is(err, ErrNotFound) {
			v, err = nil, nil
		}
		return err
	}))
	return v
}

func TestReopen(t *testing.T) {
	for _, kind := range []string{"", "buffered"} {
		t.Run("disk "+kind, func(t *testing.T) {
			dir := t.TempDir()
			for round := range 4 {
				db, err := Open(dir, Options{IO: kind})
				must(t, err)
				ks := keyspace(t, db)
				for i := range 40 {
					k := fmt.Sprintf("%d/%d", round, i)
					putBytes(t, db, ks, k, bytes.Repeat([]byte{byte(i)}, i*100))
				}
				for r := range round + 1 {
					for i := range 40 {
						k := fmt.Sprintf("%d/%d", r, i)
						if v := get(t, db, ks, k); !bytes.Equal(v, bytes.Repeat([]byte{byte(i)}, i*100)) {
							t.Fatalf("round %d: %s is %d bytes", round, k, len(v))
						}
					}
				}
				rep, err := db.Verify(t.Context())
				must(t, err)
				if len(rep.Damage) > 0 || rep.Keys != int64(1+40*(round+1)) {
					t.Fatalf("verify: %+v", rep)
				}
				must(t, db.Close())
			}
		})
	}
}

func TestEmptyStoreIsSmall(t *testing.T) {
	db, err := Open(t.TempDir(), Options{})
	must(t, err)
	put(t, db, keyspace(t, db), "k", "v")
	s, err := db.Stats()
	must(t, err)
	if s.DiskBytes >= 256<<10 {
		t.Errorf("a store of one key takes %d bytes", s.DiskBytes)
	}
	must(t, db.Close())
}
