package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"arbor/store/disk"

	"pgregory.net/rapid"
)

// machine holds a store to a map. Reopening, crashes and checkpoints are operations like any other.
type machine struct {
	sim   *disk.Sim
	db    *DB
	e     *engine
	ks    Keyspace
	want  contents
	clean bool // all of it is durable
	snap  *Snapshot
	seen  contents // of snap
	ids   uint64
	pass  *pass // of the cleaner, under way
}

func (m *machine) open(t *rapid.T) {
	l := small
	l.minSegment, l.maxSegment, l.unflushed, l.closeRecords = 12<<10, 24<<10, 4<<10, 3
	e, err := openEngine(m.sim, false, l)
	if err != nil {
		t.Fatal(err)
	}
	m.e, m.db, m.pass = e, newDB(e), nil
	m.db.part = 50
	if m.ks, err = m.db.Keyspace("test"); err != nil {
		t.Fatal(err)
	}
}

func key(t *rapid.T) string { return rapid.StringMatching(`[ab]{1,3}`).Draw(t, "key") }

func value(t *rapid.T) string {
	n := rapid.SampledFrom([]int{0, 1, 15, 16, 17, 100, 4000}).Draw(t, "length")
	return strings.Repeat(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "byte"), n)
}

// update runs a transaction that reads what it writes and must see it.
func (m *machine) update(t *rapid.T) {
	next := maps.Clone(m.want)
	d := rapid.SampledFrom([]Durability{Commit, None}).Draw(t, "durability")
	fail := rapid.IntRange(0, 9).Draw(t, "fail") == 0
	abandon := errors.New("given up")
	err := m.db.Update(func(tx *Tx) error {
		tx.SetDurability(d)
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			if err := m.change(t, tx, next); err != nil {
				return err
			}
		}
		checkReads(t, tx, m.ks, next)
		if fail {
			return abandon
		}
		if len(tx.writes) == 0 { // empty ranges were deleted: there is nothing to commit
			d = None
		}
		return nil
	})
	switch {
	case fail && errors.Is(err, abandon):
		return
	case err != nil:
		t.Fatal(err)
	}
	m.want, m.clean = next, d == Commit
}

// change makes one change in a transaction and in next.
func (m *machine) change(t *rapid.T, tx *Tx, next contents) error {
	k := key(t)
	switch rapid.IntRange(0, 4).Draw(t, "change") {
	case 0, 1:
		next[k] = value(t)
		return tx.Put(m.ks, []byte(k), []byte(next[k]))
	case 2:
		r := Range{From: []byte(k), To: []byte(key(t))}
		next.apply(write{key: r.From, to: r.To})
		return tx.DeleteRange(m.ks, r)
	case 3:
		checkReads(t, tx, m.ks, next)
	}
	delete(next, k)
	return tx.Delete(m.ks, []byte(k))
}

// checkReads compares gets and scans of r, both ways and with bounds, with a map.
func checkReads(t *rapid.T, r Reader, ks Keyspace, want contents) {
	k := key(t)
	v, err := r.Get(ks, []byte(k))
	if w, ok := want[k]; ok != (err == nil) || !ok && !errors.Is(err, ErrNotFound) || string(v) != w {
		t.Fatalf("get %s: %d bytes, %v; want %d", k, len(v), err, len(w))
	}
	rg := Range{Reverse: rapid.Bool().Draw(t, "reverse")}
	if rapid.Bool().Draw(t, "from") {
		rg.From = []byte(key(t))
	}
	if rapid.Bool().Draw(t, "to") {
		rg.To = []byte(key(t))
	}
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(want)), func(k string) bool {
		return k < string(rg.From) || rg.To != nil && k >= string(rg.To)
	})
	if rg.Reverse {
		slices.Reverse(keys)
	}
	i := 0
	for e, err := range r.Scan(ks, rg) {
		if err != nil {
			t.Fatal(err)
		}
		if i >= len(keys) || string(e.Key) != keys[i] || string(e.Value) != want[keys[i]] {
			t.Fatalf("scan %+v: entry %d is %s with %d bytes, want of %v", rg, i, e.Key, len(e.Value), keys)
		}
		i++
	}
	if i != len(keys) {
		t.Fatalf("scan %+v: %d entries, want %v", rg, i, keys)
	}
}

func (m *machine) takeSnapshot(t *rapid.T) {
	m.drop()
	var err error
	if m.snap, err = m.db.Snapshot(); err != nil {
		t.Fatal(err)
	}
	m.seen = m.want
}

func (m *machine) drop() {
	if m.snap != nil {
		m.snap.Release()
		m.snap = nil
	}
}

// oldSnapshot checks that a snapshot is as it was, and the difference to now.
func (m *machine) oldSnapshot(t *rapid.T) {
	if m.snap == nil {
		t.Skip("none")
	}
	checkReads(t, m.snap, m.ks, m.seen)
	now, err := m.db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer now.Release()
	got := maps.Clone(m.seen)
	for c, err := range now.Changed(m.snap, m.ks, Range{}) {
		if err != nil {
			t.Fatal(err)
		}
		if got[string(c.Key)] = string(c.Value); c.Deleted {
			delete(got, string(c.Key))
		}
	}
	if !maps.Equal(got, m.want) {
		t.Fatalf("a snapshot and what has changed since are %v, want %v", short(got), short(m.want))
	}
}

func (m *machine) close(t *rapid.T) {
	m.drop()
	if err := m.db.Close(); err != nil {
		t.Fatal(err)
	}
	m.clean = true
}

func (m *machine) crash(t *rapid.T) {
	m.drop()
	m.sim = m.sim.Crash()
	m.open(t)
	got, err := readAll(m.db)
	if err != nil {
		t.Fatal(err)
	}
	// Which of the transactions behind the last durable one are there, TestCrashAtEveryStep checks.
	if m.clean && !maps.Equal(got, m.want) {
		t.Fatalf("after a crash the store has %v, want %v", short(got), short(m.want))
	}
	m.want, m.clean = got, true
}

// someCleaning makes a few steps of a pass of the cleaner, which goes on the next time.
func (m *machine) someCleaning(t *rapid.T) {
	if err := m.e.begin(); err != nil {
		t.Fatal(err)
	}
	if m.pass == nil {
		m.pass = m.e.newPass(rapid.SampledFrom([]int64{30, cleanBelow, cleanBelowAsked}).Draw(t, "below"))
	}
	for range rapid.IntRange(1, 5).Draw(t, "steps") {
		_, more, err := m.e.cleanStep(m.pass)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			m.pass = nil
			return
		}
	}
}

func (m *machine) nextID(t *rapid.T) {
	id, err := m.db.NextID()
	if err != nil || id <= m.ids {
		t.Fatalf("id %d after %d, %v", id, m.ids, err)
	}
	m.ids = id
}

func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{sim: disk.NewSim(rapid.Uint64().Draw(t, "seed")), want: contents{}}
		m.open(t)
		t.Repeat(map[string]func(*rapid.T){
			"update":   m.update,
			"update2":  m.update,
			"update3":  m.update,
			"snapshot": m.takeSnapshot,
			"old":      m.oldSnapshot,
			"id":       m.nextID,
			"crash":    m.crash,
			"reopen":   func(t *rapid.T) { m.close(t); m.open(t) },
			"checkpoint": func(t *rapid.T) {
				if err := m.e.checkpoint(); err != nil {
					t.Fatal(err)
				}
				m.clean = true
			},
			"clean": func(t *rapid.T) {
				if err := m.db.Clean(context.Background()); err != nil {
					t.Fatal(err)
				}
				m.clean = true
			},
			"some cleaning": m.someCleaning,
			"rebuild": func(t *rapid.T) {
				m.close(t)
				list, err := m.sim.List()
				if err != nil {
					t.Fatal(err)
				}
				for _, n := range list {
					if strings.HasSuffix(n, ".ckpt") {
						if err := m.sim.Remove(n); err != nil {
							t.Fatal(err)
						}
					}
				}
				m.open(t)
				if err := m.e.checkpoint(); err != nil { // without one verify tells that there is none
					t.Fatal(err)
				}
			},
			"sync": func(t *rapid.T) {
				if err := m.db.Sync(); err != nil {
					t.Fatal(err)
				}
				m.clean = true
			},
			"verify": func(t *rapid.T) {
				if rep, err := m.db.Verify(context.Background()); err != nil || len(rep.Damage) > 0 {
					t.Fatal(err, rep.Damage)
				}
			},
			"": func(t *rapid.T) {
				got, err := readAll(m.db)
				if err != nil || !maps.Equal(got, m.want) {
					t.Fatalf("%v: %v, want %v", err, short(got), short(m.want))
				}
			},
		})
		m.close(t)
	})
}

// TestLargest takes transactions of the largest size, on an empty store, and refuses larger ones.
func TestLargest(t *testing.T) {
	l := usualLimits
	l.manual = true // who submits to a simulated disk has to step it
	for name, db := range map[string]*DB{"memory": newDB(newMemory(l)), "sim": openSmall(t, disk.NewSim(1), l)} {
		ks := keyspace(t, db)
		big := bytes.Repeat([]byte("x"), maxWhole-recordOverhead-4)
		must(t, db.Update(func(tx *Tx) error {
			for i := range MaxTransaction / maxWhole {
				value := big
				if i == 0 {
					value = big[8:] // room for one more
				}
				if err := tx.Put(ks, fmt.Appendf(nil, "%03d", i), value); err != nil {
					return err
				}
			}
			for _, value := range [][]byte{nil, make([]byte, maxWhole+1)} {
				if err := tx.Put(ks, []byte("more"), value); !errors.Is(err, ErrTooLarge) {
					return fmt.Errorf("one too large: %v", err)
				}
			}
			return nil
		}))
		if got := get(t, db, ks, "015"); !bytes.Equal(got, big) {
			t.Errorf("%s: %d bytes, want %d", name, len(got), len(big))
		}
		many := func(tx *Tx) error { // as many changes as there can be
			for i := 0; ; i++ {
				if err := tx.Put(ks, []byte{byte(i), byte(i >> 8), byte(i >> 16)}, nil); errors.Is(err, ErrTooLarge) {
					return nil
				} else if err != nil {
					return err
				}
			}
		}
		must(t, db.Update(many))
		must(t, db.Close())
	}
}
