package store

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"arbor/store/disk"
)

// noneStaged fails if something is staged while no transaction is under way.
func noneStaged(t testing.TB, e *engine) {
	t.Helper()
	ids, err := e.leftovers()
	must(t, err)
	if len(ids) > 0 {
		t.Fatalf("staged, and nobody is at it: %v", ids)
	}
}

// The parts of transactions that come to nothing are removed: after an error, a panic, a conflict, and when the value is replaced or
// removed in the same transaction.
func TestStagedIsRemoved(t *testing.T) {
	everywhere(t, Options{}, func(t *testing.T, db *DB) {
		ks, other := keyspace(t, db), randomBytes(5000)
		db.part = 1000
		large := randomBytes(4500)
		putBytes(t, db, ks, "k", other)
		no := errors.New("no")
		if err := db.Update(func(tx *Tx) error { return errors.Join(tx.Put(ks, []byte("k"), large), no) }); !errors.Is(err, no) {
			t.Fatal(err)
		}
		wantParts(t, db, len(other))
		func() {
			defer func() { _ = recover() }()
			_ = db.Update(func(tx *Tx) error {
				must(t, tx.Put(ks, []byte("k"), large))
				panic("no")
			})
		}()
		wantParts(t, db, len(other))
		tries := 0
		must(t, db.Update(func(tx *Tx) error {
			v, err := tx.Get(ks, []byte("k"))
			if tries++; tries == 1 {
				if !bytes.Equal(v, other) {
					t.Errorf("%d bytes", len(v))
				}
				putBytes(t, db, ks, "k", large[:3000]) // another comes first
			} else if !bytes.Equal(v, large[:3000]) {
				t.Errorf("the second time: %d bytes", len(v))
			}
			return errors.Join(err, tx.Put(ks, []byte("k"), large))
		}))
		if tries != 2 {
			t.Errorf("%d tries, want 2", tries)
		}
		wantParts(t, db, len(large))
		must(t, db.Update(func(tx *Tx) error {
			return errors.Join(tx.Put(ks, []byte("a"), large), tx.Put(ks, []byte("a"), other), tx.Put(ks, []byte("b"), large), tx.Delete(ks, []byte("b")),
				tx.Put(ks, []byte("c"), large), tx.Put(ks, []byte("c"), nil))
		}))
		same(t, db, ks, contents{"k": string(large), "a": string(other), "c": ""})
		wantParts(t, db, len(large), len(other))
		wantVerified(t, db)
	})
}

// A client that is gone before its commit leaves nothing behind.
func TestStagedByAClientThatIsGone(t *testing.T) {
	owner, db, _ := pair(t)
	s := db.staging()
	_, err := s.put(randomBytes(300_000))
	must(t, err)
	if parts, markers := partKeys(t, owner); parts == 0 || markers != 1 {
		t.Fatalf("%d parts and %d markers are staged", parts, markers)
	}
	db.be.(*member).role.be.(*client).end()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		at := lsnOf(t, owner)
		if parts, markers := partKeys(t, owner); parts == 0 && markers == 0 {
			break
		}
		must(t, owner.be.wait(ctx, at))
	}
}

// An owner goes between the steps of a client's commit. The client's transaction begins anew with the next one.
func TestStagedForAnOwnerThatIsGone(t *testing.T) {
	owner, db, ks := pair(t)
	value, tries := randomBytes(300_000), 0
	must(t, db.Update(func(tx *Tx) error {
		err := tx.Put(ks, []byte("k"), value)
		if tries++; tries == 1 {
			must(t, owner.Close())
		}
		return err
	}))
	if got := get(t, db, ks, "k"); !bytes.Equal(got, value) || tries != 2 {
		t.Errorf("%d bytes after %d tries", len(got), tries)
	}
	wantParts(t, db, len(value))
}

// What was staged for an owner that is gone does not become a value of the next one, not even in part.
func TestStagedNeverTwice(t *testing.T) {
	for _, crash := range []bool{false, true} {
		sim := disk.NewSim(1)
		l := small
		db := openSmall(t, sim, l)
		db.part = 100
		ks := keyspace(t, db)
		s := db.staging()
		p, err := s.put(randomBytes(1000))
		must(t, err)
		must(t, db.Sync())
		if crash {
			sim = sim.Crash()
		} else {
			must(t, db.Close())
		}
		db = openSmall(t, sim, l)
		db.part = 100
		final := s.finish([]write{{key: ks.key([]byte("k")), value: p.encode(), parted: true}})
		if _, err := db.be.commit(nil, nil, final, Commit); !errors.Is(err, ErrConflict) {
			t.Fatalf("a value in parts that were swept: %v", err)
		}
		wantParts(t, db)
		s = db.staging()
		q, err := s.put(randomBytes(1000))
		must(t, err)
		if q.id <= p.id {
			t.Errorf("number %d after %d", q.id, p.id)
		}
		s.settle(nil, nil)
		wantParts(t, db)
		must(t, db.Close())
	}
}
