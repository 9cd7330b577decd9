package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"arbor/store/disk"
)

// TestLastSegment does on a full disk what would use up the last segment, or end it for want of room in it. Deletions and the cleaner find
// enough of it all the same.
func TestLastSegment(t *testing.T) {
	type use struct {
		db *DB
		ks Keyspace
	}
	more := func(u use, n int) error {
		return u.db.Update(func(tx *Tx) error { return tx.Put(u.ks, []byte("more"), make([]byte, n)) })
	}
	for what, wear := range map[string]func(t *testing.T, u use, again func(use) use) use{
		"a deletion that does not fit": func(t *testing.T, u use, again func(use) use) use {
			err := u.db.Update(func(tx *Tx) (err error) {
				for i := 0; i < 2000 && err == nil; i++ {
					err = tx.Delete(u.ks, fmt.Appendf(nil, "key %030d", i))
				}
				return err
			})
			if !errors.Is(err, ErrNoSpace) {
				t.Errorf("more than there is room for: %v", err)
			}
			return u
		},
		"a large commit after an open": func(t *testing.T, u use, again func(use) use) use {
			u = again(u)
			if err := more(u, 50_000); !errors.Is(err, ErrNoSpace) {
				t.Errorf("more than there is room for: %v", err)
			}
			return u
		},
		"a commit after each open": func(t *testing.T, u use, again func(use) use) use {
			for range 20 {
				u = again(u)
				if err := more(u, 3000); !errors.Is(err, ErrNoSpace) {
					t.Errorf("what adds to a full disk: %v", err)
				}
			}
			return again(u)
		},
		"a reservation without a look": func(t *testing.T, u use, again func(use) use) use {
			e := u.db.be.(*engine)
			if _, err := e.reserve(60_000); !errors.Is(err, ErrNoSpace) {
				t.Errorf("more than there is room for: %v", err)
			}
			return u
		},
	} {
		t.Run(what, func(t *testing.T) {
			small := &smallDisk{FS: disk.NewSim(1), limit: 400 << 10}
			l := usualLimits
			l.manual, l.minSegment, l.maxSegment, l.cleanRate, l.cleanSlack = true, 16<<10, 32<<10, -1, 0
			open := func() use {
				e, err := openEngine(small, false, l)
				must(t, err)
				db := newDB(e)
				return use{db, keyspace(t, db)}
			}
			u := open()
			var err error
			for i := 0; err == nil; i++ {
				v := strings.Repeat(fmt.Sprint(i, " "), 50)
				err = u.db.Update(func(tx *Tx) error { return tx.Put(u.ks, fmt.Append(nil, "key ", i%300), []byte(v)) })
			}
			if !errors.Is(err, ErrNoSpace) {
				t.Fatalf("on a full disk: %v", err)
			}
			small.limit = small.used()
			u = wear(t, u, func(u use) use {
				must(t, u.db.Close())
				return open()
			})
			must(t, u.db.Update(func(tx *Tx) error { return tx.Delete(u.ks, []byte("key 0")) }))
			must(t, u.db.Clean(t.Context()))
			put(t, u.db, u.ks, "key 0", "there is space again")
			wantVerified(t, u.db)
			must(t, u.db.Close())
		})
	}
}

// TestSmallSpareStays: a small segment that the cleaner has got for the next one is still there after a commit that has asked in vain for
// space for a whole one.
func TestSmallSpareStays(t *testing.T) {
	small := &smallDisk{FS: disk.NewSim(1), limit: 400 << 10}
	l := usualLimits
	l.manual, l.minSegment, l.maxSegment, l.cleanRate = true, 32<<10, 32<<10, -1
	e, err := openEngine(small, false, l)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	more := func() error {
		return db.Update(func(tx *Tx) error { return tx.Put(ks, []byte("more"), make([]byte, 3000)) })
	}
	for err == nil {
		err = more()
	}
	small.limit = small.used() + 16<<10
	ord := LSN(e.tail.Load()).ord() + 1
	e.spare, err = createSegment(small, &e.id, ord, 16<<10)
	must(t, err)
	e.spared.Store(true)
	for range 3 {
		if err := more(); !errors.Is(err, ErrNoSpace) {
			t.Fatalf("on a full disk: %v", err)
		}
		if e.spare == nil || e.spare.size != 16<<10 || !e.spared.Load() || !e.full.Load() {
			t.Fatal("the small segment is gone")
		}
	}
	small.limit += 16 << 10 // beside the small one there is space for no whole one, in its place there is
	must(t, more())
	if e.full.Load() {
		t.Error("the disk counts as full")
	}
	must(t, db.Close())
}

// TestLargeAfterRoll: before there is a next segment, and after, a record is taken that no segment of the usual size has room for.
func TestLargeAfterRoll(t *testing.T) {
	for _, spared := range []bool{false, true} {
		l := small
		l.minSegment, l.maxSegment = 16<<10, 32<<10
		e, err := openEngine(disk.NewSim(1), false, l)
		must(t, err)
		db := newDB(e)
		ks := keyspace(t, db)
		e.rolling.Lock()
		if e.spared.Load() {
			must(t, e.dropSpare(LSN(e.tail.Load()).ord()+1))
		}
		if spared {
			must(t, e.prepareNext())
			e.spared.Store(false) // as one has seen it who comes while it is made
		}
		e.rolling.Unlock()
		putBytes(t, db, ks, "large", make([]byte, 60_000))
		wantVerified(t, db)
		must(t, db.Close())
	}
}
