package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"arbor/store/disk"
)

// filled makes a store of n keys in a new simulated directory and closes it. It returns what is in it.
func filled(t testing.TB, sim *disk.Sim, l limits, n int) contents {
	t.Helper()
	want := contents{}
	db := openSmall(t, sim, l)
	ks := keyspace(t, db)
	for i := range n {
		k := fmt.Sprintf("key %d", i)
		v := strings.Repeat(k+" ", i*7%60)
		put(t, db, ks, k, v)
		want[k] = v
	}
	must(t, db.Close())
	return want
}

// readAll returns what is in a store, and what reading it met.
func readAll(db *DB) (contents, error) {
	ks, err := db.Keyspace("test")
	if err != nil {
		return nil, err
	}
	got := contents{}
	err = db.View(func(s *Snapshot) error {
		for e, err := range s.Scan(ks, Range{}) {
			if err != nil {
				return err
			}
			got[string(e.Key)] = string(e.Value)
		}
		return nil
	})
	return got, err
}

func flip(t testing.TB, sim *disk.Sim, name string, off int64) {
	t.Helper()
	must(t, sim.FlipBit(name, off, uint(off%8)))
}

func names(t testing.TB, sim *disk.Sim, suffix string) []string {
	t.Helper()
	list, err := sim.List()
	must(t, err)
	return slices.DeleteFunc(list, func(n string) bool { return !strings.HasSuffix(n, suffix) })
}

func size(t testing.TB, sim *disk.Sim, name string) int64 {
	t.Helper()
	n, err := sizeOf(sim, name)
	must(t, err)
	return n
}

// TestLostDataIsNoTornEnd damages acknowledged frames, in the middle of the log and at its closed end: the store opens, with what is before,
// refuses to be written to, and is not changed by a byte.
func TestLostDataIsNoTornEnd(t *testing.T) {
	for _, at := range []string{"middle", "end"} {
		t.Run(at, func(t *testing.T) {
			sim := disk.NewSim(1)
			want := filled(t, sim, small, 30)
			e, err := openEngine(sim, true, small)
			must(t, err)
			var places []LSN
			r := recovery{e: e, pos: logStart}
			for r.pos < e.resume {
				f, _, err := r.frame(r.pos)
				must(t, err)
				places = append(places, f.lsn)
				r.pos = f.end(r.file.size)
			}
			must(t, e.close())
			l := places[len(places)/2]
			if at == "end" {
				l = places[len(places)-1]
			}
			flip(t, sim, segmentName(l.ord()), int64(l.off())+100)
			before := sim.Steps()

			db := openSmall(t, sim, small)
			var corrupt *CorruptError
			err = db.Update(func(tx *Tx) error { return tx.Put(Keyspace{2}, []byte("k"), nil) })
			if !errors.As(err, &corrupt) || !errors.Is(err, ErrReadOnly) || corrupt.File != segmentName(l.ord()) || corrupt.Offset != int64(l.off()) {
				t.Errorf("an update says: %v", err)
			}
			got, err := readAll(db)
			must(t, err)
			if len(got) == 0 || len(got) >= len(want) {
				t.Errorf("%d keys are read", len(got))
			}
			for k, v := range got {
				if want[k] != v {
					t.Errorf("%s is %q", k, v)
				}
			}
			st, err := db.Stats()
			must(t, err)
			rep, err := db.Verify(t.Context())
			must(t, err)
			if st.Damage == "" || len(rep.Damage) == 0 {
				t.Errorf("stats: %q, verify: %v", st.Damage, rep.Damage)
			}
			if said, err := db.Damage(); said != st.Damage || err != nil {
				t.Errorf("damage: %q, %v, stats: %q", said, err, st.Damage)
			}
			must(t, db.Close())
			if n := sim.Steps(); n != before {
				t.Errorf("the store was changed: %v", sim.Trace()[before:])
			}
		})
	}
}

// TestDamagedCheckpoint has the index made again from the log.
func TestDamagedCheckpoint(t *testing.T) {
	l := small
	l.closeRecords = 1
	for name, spoil := range map[string]func(t *testing.T, sim *disk.Sim, file string){
		"removed": func(t *testing.T, sim *disk.Sim, file string) { must(t, sim.Remove(file)) },
		"footer":  func(t *testing.T, sim *disk.Sim, file string) { flip(t, sim, file, size(t, sim, file)-1) },
		"short": func(t *testing.T, sim *disk.Sim, file string) {
			f, err := sim.Open(file)
			must(t, err)
			must(t, f.Truncate(size(t, sim, file)-8))
		},
		"leaf": func(t *testing.T, sim *disk.Sim, file string) { flip(t, sim, file, 100) },
		"root": func(t *testing.T, sim *disk.Sim, file string) {
			f, err := sim.Open(file)
			must(t, err)
			footer := make([]byte, 64)
			_, err = f.ReadAt(footer, size(t, sim, file)-64)
			must(t, err)
			flip(t, sim, file, int64(le.Uint64(footer[8:]))+20)
		},
	} {
		t.Run(name, func(t *testing.T) {
			sim := disk.NewSim(1)
			want := filled(t, sim, l, 300)
			spoil(t, sim, names(t, sim, ".ckpt")[0])
			for try := range 3 {
				db := openSmall(t, sim, l)
				got, err := readAll(db)
				if (name == "leaf" || name == "root") && try == 0 { // found at the first touch; the next open knows
					if !errors.Is(err, ErrCorrupt) {
						t.Fatalf("a damaged %s reads as %v, %v", name, short(got), err)
					}
				} else if err != nil || !maps.Equal(got, want) {
					t.Fatalf("after the checkpoint's damage: %d keys, want %d: %v", len(got), len(want), err)
				} else if try == 1 {
					put(t, db, keyspace(t, db), "key 0", "")
				}
				must(t, db.Close())
			}
			db := openSmall(t, sim, l)
			rep, err := db.Verify(t.Context())
			if err != nil || len(rep.Damage) > 0 {
				t.Errorf("verify: %v %v", err, rep.Damage)
			}
			must(t, db.Close())
		})
	}
}

// TestDamagedValue fails the reads of one value and no others.
func TestDamagedValue(t *testing.T) {
	sim := disk.NewSim(1)
	l := small
	l.closeRecords = 1 // so that the open does not read the frames
	db := openSmall(t, sim, l)
	ks := keyspace(t, db)
	for _, k := range []string{"a", "b", "c"} {
		put(t, db, ks, k, strings.Repeat("value of "+k, 10))
	}
	f, err := db.be.snapshot()
	must(t, err)
	x, _, err := f.(*view).s.tree.Get([]byte{ks.id, 'b'})
	must(t, err)
	f.release()
	must(t, db.Close())
	flip(t, sim, segmentName(LSN(x.Addr).ord()), int64(LSN(x.Addr).off())+changeHeader+20)

	db = openSmall(t, sim, l)
	for _, k := range []string{"a", "b", "c"} {
		err := db.View(func(s *Snapshot) error {
			_, err := s.Get(ks, []byte(k))
			return err
		})
		var c *CorruptError
		if bad := errors.As(err, &c); bad != (k == "b") || bad && (c.File != "000001.seg" || c.Offset != int64(LSN(x.Addr).off()) || c.Want == c.Got) {
			t.Errorf("get %s: %v", k, err)
		}
	}
	put(t, db, ks, "d", "the store goes on")
	rep, err := db.Verify(t.Context())
	must(t, err)
	if len(rep.Damage) == 0 {
		t.Error("verify reports nothing")
	}
	must(t, db.Close())
}

// TestFaultInMapping cuts the file under a mapping: the processor faults, the reader gets an error.
func TestFaultInMapping(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(dir, Options{IO: "buffered"})
	must(t, err)
	ks := keyspace(t, db)
	big := bytes.Repeat([]byte("x"), 30<<10)
	for i := range 8 {
		putBytes(t, db, ks, fmt.Sprint(i), big)
	}
	must(t, db.Close())
	db, err = Open(dir, Options{})
	must(t, err)
	get(t, db, ks, "0")
	name := filepath.Join(dir, "000001.seg")
	if err := os.Truncate(name, pageSize); err != nil {
		t.Skip(err)
	}
	err = db.View(func(s *Snapshot) error {
		_, err := s.Get(ks, []byte("0"))
		return err
	})
	var c *CorruptError
	if !errors.As(err, &c) || c.File != "000001.seg" {
		t.Errorf("get from a file that was cut: %v", err)
	}
	if v := get(t, db, ks, "7"); !bytes.Equal(v, big) {
		t.Error("the other values are gone too")
	}
	var seen []string // from the end on, the values that can be read, though those behind are asked for before
	err = db.View(func(s *Snapshot) error {
		for x, err := range s.Scan(ks, Range{Reverse: true}) {
			if err != nil {
				return err
			}
			seen = append(seen, string(x.Key))
		}
		return nil
	})
	if !errors.As(err, &c) || !slices.Equal(seen, []string{"7", "6", "5", "4", "3", "2", "1"}) {
		t.Errorf("a scan of a file that was cut: %v %v", seen, err)
	}
	if err := db.Close(); err != nil {
		t.Log(err)
	}
}

func TestNewerVersion(t *testing.T) {
	sim := disk.NewSim(1)
	filled(t, sim, small, 3)
	e, err := openEngine(sim, true, small)
	must(t, err)
	m := e.manifest.now
	m.generation++
	b := m.encode()
	le.PutUint32(b[8:], formatVersion+1)
	m.seal(b)
	must(t, e.manifest.files[1-e.manifest.slot].WriteDurable(b, 0))
	must(t, e.close())
	_, err = openEngine(sim, false, small)
	if !errors.Is(err, ErrVersion) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "format 1") {
		t.Errorf("a newer store says: %v", err)
	}
}

func TestReadOnlyChangesNothing(t *testing.T) {
	sim := disk.NewSim(1)
	want := filled(t, sim, small, 20)
	before := sim.Steps()
	e, err := openEngine(sim, true, small)
	must(t, err)
	db := newDB(e)
	got, err := readAll(db)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%d keys, %v", len(got), err)
	}
	if err := db.Update(func(tx *Tx) error { return tx.Put(Keyspace{2}, []byte("k"), nil) }); !errors.Is(err, ErrReadOnly) {
		t.Errorf("an update says: %v", err)
	}
	must(t, db.Close())
	if n := sim.Steps(); n != before {
		t.Errorf("the store was changed: %v", sim.Trace()[before:])
	}
}

// TestDamagedManifest damages either copy, and both. What the other one knows decides: where a newer one is surely lost the store is read and
// not written.
func TestDamagedManifest(t *testing.T) {
	make := func(t *testing.T, closed bool) (*disk.Sim, contents, int) {
		sim := disk.NewSim(1)
		want := filled(t, sim, small, 30)
		db := openSmall(t, sim, small) // another epoch
		put(t, db, keyspace(t, db), "last", "one")
		want["last"] = "one"
		e := db.be.(*engine)
		if closed {
			must(t, db.Close())
		} else {
			sim = sim.Crash()
		}
		return sim, want, e.manifest.slot
	}
	for _, c := range []struct {
		name     string
		closed   bool
		newer    bool // the newer copy is damaged
		readOnly bool
	}{
		{"the older of a closed store", true, false, false},
		{"the newer of a closed store", true, true, false}, // the older is of the same epoch
		{"the older of an open store", false, false, false},
		{"the newer of an open store", false, true, true}, // the older says that the log ended before
	} {
		t.Run(c.name, func(t *testing.T) {
			sim, want, slot := make(t, c.closed)
			if !c.newer {
				slot = 1 - slot
			}
			flip(t, sim, manifestNames[slot], 50)
			db := openSmall(t, sim, small)
			got, err := readAll(db)
			must(t, err)
			st, err := db.Stats()
			must(t, err)
			err = db.Update(func(tx *Tx) error { return tx.Put(Keyspace{2}, []byte("more"), nil) })
			var x *CorruptError
			if c.readOnly {
				if !errors.Is(err, ErrReadOnly) || !errors.As(err, &x) || st.Damage == "" {
					t.Errorf("an update says %v, stats %q", err, st.Damage)
				}
				must(t, db.Close())
				return
			}
			if err != nil || st.Damage != "" || !maps.Equal(got, want) {
				t.Errorf("an update says %v, stats %q; %d keys of %d", err, st.Damage, len(got), len(want))
			}
			must(t, db.Close())
			db = openSmall(t, sim, small) // both copies are sound again
			if rep, err := db.Verify(t.Context()); err != nil || len(rep.Damage) > 0 {
				t.Errorf("verify: %v, %v", rep.Damage, err)
			}
			must(t, db.Close())
		})
	}
	t.Run("both", func(t *testing.T) {
		sim, _, _ := make(t, true)
		flip(t, sim, manifestNames[0], 50)
		flip(t, sim, manifestNames[1], 50)
		before := sim.Steps()
		var x *CorruptError
		if _, err := openEngine(sim, false, small); !errors.As(err, &x) || x.File != manifestNames[0] {
			t.Errorf("open says %v", err)
		}
		if n := sim.Steps(); n != before {
			t.Errorf("the store was changed: %v", sim.Trace()[before:])
		}
	})
}
