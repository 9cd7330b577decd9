package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"arbor/store/disk"
)

// partKeys returns how many parts and markers there are.
func partKeys(t testing.TB, db *DB) (parts, markers int) {
	t.Helper()
	f, err := db.be.snapshot()
	must(t, err)
	defer f.release()
	for e, err := range f.scan(partPrefix, prefixEnd(markerPrefix), false) {
		must(t, err)
		if _, _, ok := parsePart(e.Key); ok {
			parts++
		} else if _, ok := parseMarker(e.Key); ok {
			markers++
		}
	}
	return parts, markers
}

// wantParts fails if there are other parts than those of values of such lengths.
func wantParts(t testing.TB, db *DB, lengths ...int) {
	t.Helper()
	want := 0
	for _, n := range lengths {
		want += (n + db.part - 1) / db.part
	}
	if parts, markers := partKeys(t, db); parts != want || markers != 0 {
		t.Fatalf("%d parts and %d markers, want %d and none", parts, markers, want)
	}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n)})
	_, _ = r.Read(b) // never fails
	return b
}

func wantVerified(t testing.TB, db *DB) {
	t.Helper()
	rep, err := db.Verify(context.Background())
	if err != nil || len(rep.Damage) > 0 {
		t.Fatalf("verify: %v, %v", err, rep.Damage)
	}
}

// Values around the limit and of megabytes come back by every way to read, of the newest state, of an old one and of a transaction's own.
func TestLargeValues(t *testing.T) {
	everywhere(t, Options{}, func(t *testing.T, db *DB) {
		ks := keyspace(t, db)
		want := contents{}
		var b Batch
		for i, n := range []int{1, maxWhole - 1, maxWhole, maxWhole + 1, 3 * maxWhole, 1 << 20, 3<<20 + 7} {
			k, v := fmt.Sprintf("key %d", i), randomBytes(n)
			want[k] = string(v)
			if i%2 == 0 {
				putBytes(t, db, ks, k, v)
			} else {
				must(t, b.Put(ks, []byte(k), v))
			}
		}
		_, err := db.Apply(&b, Commit)
		must(t, err)
		same(t, db, ks, want)
		wantParts(t, db, maxWhole+1, 3*maxWhole, 1<<20, 3<<20+7)

		old, err := db.Snapshot()
		must(t, err)
		defer old.Release()
		w, err := db.Watch(ks, nil)
		must(t, err)
		defer w.Close()
		next := maps.Clone(want)
		next["key 6"], next["key 4"], next["key 1"] = string(randomBytes(2<<20)), "small", string(randomBytes(100_000))
		delete(next, "key 5")
		must(t, db.Update(func(tx *Tx) error {
			err := errors.Join(tx.Put(ks, []byte("key 4"), []byte("small")), tx.Delete(ks, []byte("key 5")),
				tx.Put(ks, []byte("key 6"), []byte(next["key 6"])), tx.Put(ks, []byte("key 1"), []byte(next["key 1"])))
			if err != nil {
				return err
			}
			sameIn(t, tx, ks, next)
			return nil
		}))
		same(t, db, ks, next)
		sameIn(t, old, ks, want)
		wantParts(t, db, maxWhole+1, 2<<20, 100_000)
		_, changes, err := w.Next(t.Context())
		must(t, err)
		got := maps.Clone(want)
		for _, c := range changes {
			if got[string(c.Key)] = string(c.Value); c.Deleted {
				delete(got, string(c.Key))
			}
		}
		if !maps.Equal(got, next) {
			t.Errorf("what has changed leads to %v, want %v", short(got), short(next))
		}
		wantVerified(t, db)
		for k := range next {
			must(t, db.Update(func(tx *Tx) error { return tx.Delete(ks, []byte(k)) }))
		}
		wantParts(t, db)
	})
}

func same(t testing.TB, db *DB, ks Keyspace, want contents) {
	t.Helper()
	must(t, db.View(func(s *Snapshot) error {
		sameIn(t, s, ks, want)
		return nil
	}))
}

// sameIn compares every way to read with what should be there.
func sameIn(t testing.TB, r Reader, ks Keyspace, want contents) {
	t.Helper()
	keys := slices.Sorted(maps.Keys(want))
	list := [][]byte{[]byte("none")}
	for _, k := range keys {
		list = append(list, []byte(k))
		if v, err := r.Get(ks, []byte(k)); err != nil || string(v) != want[k] {
			t.Fatalf("get %s: %d bytes, %v; want %d", k, len(v), err, len(want[k]))
		}
	}
	many, err := r.GetMany(ks, list)
	must(t, err)
	for i, v := range many[1:] {
		if string(v) != want[keys[i]] || many[0] != nil {
			t.Fatalf("get many: %s has %d bytes, want %d", keys[i], len(v), len(want[keys[i]]))
		}
	}
	for _, reverse := range []bool{false, true} {
		i := 0
		for e, err := range r.Scan(ks, Range{Reverse: reverse}) {
			must(t, err)
			if i >= len(keys) || string(e.Key) != keys[i] || string(e.Value) != want[keys[i]] {
				t.Fatalf("scan: entry %d is %s with %d bytes, want of %v", i, e.Key, len(e.Value), short(want))
			}
			i++
		}
		if i != len(keys) {
			t.Fatalf("scan: %d entries, want %d", i, len(keys))
		}
		slices.Reverse(keys)
	}
}

// What is too large is refused by name, before anything is stored or copied.
func TestLargestValue(t *testing.T) {
	everywhere(t, Options{}, func(t *testing.T, db *DB) {
		ks := keyspace(t, db)
		v := make([]byte, MaxValue+1)
		var b Batch
		for _, err := range []error{db.Update(func(tx *Tx) error { return tx.Put(ks, []byte("k"), v) }), b.Put(ks, []byte("k"), v)} {
			if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "268435457") || !strings.Contains(err.Error(), "268435456") {
				t.Errorf("one byte too many: %v", err)
			}
		}
		wantParts(t, db)
	})
}

// Verify finds the part that is missing and those that belong to nobody; a read of the value fails, others do not.
func TestVerifyParts(t *testing.T) {
	db := openSmall(t, disk.NewSim(1), small)
	db.part = 1000
	ks := keyspace(t, db)
	putBytes(t, db, ks, "a", randomBytes(5000))
	putBytes(t, db, ks, "b", randomBytes(4000))
	wantVerified(t, db)
	var first uint64
	f, err := db.be.snapshot()
	must(t, err)
	for e, err := range f.scan(partPrefix, nil, false) {
		must(t, err)
		first, _, _ = parsePart(e.Key)
		break
	}
	f.release()
	_, err = db.be.commit(nil, nil, []write{{key: partKey(first, 2), del: true}, {key: partKey(first+100, 0), value: []byte("whose?")}}, Commit)
	must(t, err)
	damaged := func(want ...string) {
		t.Helper()
		rep, err := db.Verify(t.Context())
		must(t, err)
		found := slices.DeleteFunc(rep.Damage, func(d Damage) bool { return !strings.Contains(d.Error(), "part") })
		for i, w := range want {
			if len(found) != len(want) || !errors.Is(found[i], ErrCorrupt) || !strings.Contains(found[i].Error(), w) {
				t.Fatalf("verify: %v, want %q", found, want)
			}
		}
	}
	damaged("part 2 of 5", "no key leads")
	must(t, db.View(func(s *Snapshot) error {
		if _, err := s.Get(ks, []byte("a")); !errors.Is(err, ErrCorrupt) {
			t.Errorf("a value without its part: %v", err)
		}
		_, err := s.Get(ks, []byte("b"))
		return err
	}))
	putBytes(t, db, ks, "a", []byte("whole again"))
	damaged("no key leads")
}

// A backup has large values, and what comes of it is whole.
func TestBackupOfLargeValues(t *testing.T) {
	db, ks := openTest(t, t.TempDir(), Options{})
	want := contents{"small": "1", "large": string(randomBytes(3 << 20)), "other": string(randomBytes(70_000))}
	for k, v := range want {
		put(t, db, ks, k, v)
	}
	dir := t.TempDir()
	_, err := Restore(t.Context(), bytes.NewReader(backupOf(t, db)), dir, RestoreOptions{})
	must(t, err)
	restored, ks := openTest(t, dir, Options{})
	same(t, restored, ks, want)
	putBytes(t, restored, ks, "more", randomBytes(100_000)) // whose number is not one of the backup's
	want["more"] = string(randomBytes(100_000))
	same(t, restored, ks, want)
	wantVerified(t, restored)
}

// A large value takes the memory of a part beside it to write, and of the value to read, by a client too.
func TestMemoryOfLargeValues(t *testing.T) {
	everywhere(t, Options{}, func(t *testing.T, db *DB) {
		if _, ok := db.be.(*engine); ok {
			t.Skip("a store in memory keeps it")
		}
		ks, value := keyspace(t, db), randomBytes(32<<20)
		var before, after runtime.MemStats
		allocated := func(what string, factor float64, fn func()) {
			runtime.ReadMemStats(&before)
			fn()
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; float64(n) > factor*float64(len(value)) {
				t.Errorf("%s: %d bytes allocated for %d", what, n, len(value))
			}
		}
		// Everything passes through memory: the records, and the images of the segments, of which few live at once.
		allocated("write", 4, func() { putBytes(t, db, ks, "k", value) })
		allocated("read", 4, func() {
			if !bytes.Equal(get(t, db, ks, "k"), value) {
				t.Error("not what was written")
			}
		})
		wantParts(t, db, len(value))
	})
}

// A part that is damaged fails the value that it is of, with the place; Verify names the key of that value.
func TestDamagedPart(t *testing.T) {
	sim, l := disk.NewSim(1), small
	l.closeRecords = 0
	db := openSmall(t, sim, l)
	db.part = 1000
	ks := keyspace(t, db)
	large := randomBytes(5000)
	putBytes(t, db, ks, "large", large)
	putBytes(t, db, ks, "other", randomBytes(3000))
	must(t, db.Close())
	damageAt(t, sim, large[2500:2600])
	db = openSmall(t, sim, l)
	ks = keyspace(t, db)
	must(t, db.View(func(s *Snapshot) error {
		var c *CorruptError
		if _, err := s.Get(ks, []byte("large")); !errors.As(err, &c) || !strings.HasSuffix(c.File, ".seg") {
			t.Errorf("a value of which a part is damaged: %v", err)
		}
		_, err := s.Get(ks, []byte("other"))
		return err
	}))
	rep, err := db.Verify(t.Context())
	must(t, err)
	found := slices.DeleteFunc(rep.Damage, func(d Damage) bool { return d.Harm != HarmValue })
	if len(found) != 1 || !bytes.Equal(found[0].Key, []byte("large")) || found[0].Keyspace != "test" {
		t.Errorf("verify: %+v", found)
	}
}

// damageAt flips a bit of what is stored of some bytes, which lie in one segment.
func damageAt(t testing.TB, sim *disk.Sim, what []byte) {
	t.Helper()
	for _, name := range names(t, sim, ".seg") {
		f, err := sim.Open(name)
		must(t, err)
		size, err := f.Size()
		must(t, err)
		b := make([]byte, size)
		_, err = f.ReadAt(b, 0)
		must(t, err)
		must(t, f.Close())
		if i := bytes.Index(b, what); i >= 0 {
			flip(t, sim, name, int64(i))
			return
		}
	}
	t.Fatal("these bytes are nowhere")
}
