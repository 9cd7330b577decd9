package store

import (
	"context"
	"errors"
	"syscall"
	"testing"
	"time"

	"arbor/store/disk"
)

// TestHelping stops a goroutine in the middle of a fold, with the token of those who fold: others commit all the same, their fold counts,
// and its own does not when it wakes.
func TestHelping(t *testing.T) {
	e := newMemory(usualLimits)
	db := newDB(e)
	ks := keyspace(t, db)
	put(t, db, ks, "a", "1")

	e.folding.Store(true) // somebody has the token and sleeps
	h := e.head.Load()
	rec, err := encode([]write{{key: ks.key([]byte("b")), value: []byte("2")}})
	must(t, err)
	tk := new(ticket)
	tk.body.Store(&body{base: h, writes: []write{{key: ks.key([]byte("b")), value: []byte("2")}}, offsets: rec.offsets})
	end, err := e.publish(rec, tk)
	must(t, err)
	sleeper := fold{e: e, state: *h}
	must(t, sleeper.run()) // and has folded, but not yet shown, this record

	within(t, 10*time.Second, func() {
		put(t, db, ks, "c", "3")
		put(t, db, ks, "b", "4")
	})
	if tk.outcome.Load() != committed || sleeper.state.pos < end {
		t.Errorf("the record published by the sleeper: outcome %d", tk.outcome.Load())
	}
	if e.head.CompareAndSwap(h, &sleeper.state) {
		t.Error("the sleeper's fold replaces newer ones")
	}
	for k, want := range map[string]string{"a": "1", "b": "4", "c": "3"} {
		if v := get(t, db, ks, k); string(v) != want {
			t.Errorf("%s is %q, want %q", k, v, want)
		}
	}
	late := fold{e: e, state: *h} // one that begins from the old state only now finds that it is late
	must(t, late.run())
	if late.state.pos > end {
		t.Errorf("a late fold came to %v", late.state.pos)
	}
	must(t, db.Close())
}

// TestReadersWaitForNobody reads while a commit is stuck between its reservation and its publication, which stops every later commit.
func TestReadersWaitForNobody(t *testing.T) {
	e := newMemory(usualLimits)
	db := newDB(e)
	ks := keyspace(t, db)
	put(t, db, ks, "a", "1")
	p, err := e.reserve(minRecord)
	must(t, err)
	later := make(chan error, 1)
	go func() {
		later <- db.Update(func(tx *Tx) error { return tx.Put(ks, []byte("a"), []byte("2")) })
	}()
	within(t, 10*time.Second, func() {
		for range 1000 {
			if v := get(t, db, ks, "a"); string(v) != "1" {
				t.Errorf("a is %q before the commit ahead of its change is published", v)
				return
			}
		}
	})
	p.data.word(p.lsn.off()).Store(little(uint64(e.id.word(kindPad, minRecord, p.lsn))))
	must(t, <-later)
	if v := get(t, db, ks, "a"); string(v) != "2" {
		t.Errorf("a is %q", v)
	}
	must(t, db.Close())
}

// TestTwoInFlight lets the second of two frames end before the first: nothing is durable, then both are, and the bytes are right.
func TestTwoInFlight(t *testing.T) {
	sim := disk.NewSim(1)
	e, err := openEngine(sim, false, small)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	var done []func()
	for _, k := range []string{"a", "b"} {
		must(t, db.Update(func(tx *Tx) error {
			tx.SetDurability(None)
			return tx.Put(ks, []byte(k), []byte("a value that is in the log"))
		}))
		e.flush.mu.Lock()
		fl, err := e.closeFrame()
		e.flush.mu.Unlock()
		if err != nil || fl == nil {
			t.Fatal(fl, err)
		}
		done = append(done, func() { e.complete(fl, fl.file.WriteDurable(fl.b, fl.off)) })
	}
	before := e.durable.Load()
	done[1]()
	if d := e.durable.Load(); d != before {
		t.Errorf("durable up to %v while the frame at %v is not", LSN(d), LSN(before))
	}
	done[0]()
	if d := LSN(e.durable.Load()); d < e.head.Load().at {
		t.Errorf("durable up to %v, visible %v", d, e.head.Load().at)
	}
	sim = sim.Crash()
	db = openSmall(t, sim, small)
	got, err := readAll(db)
	if err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	must(t, db.Close())
}

// TestNextID gives out no number twice, over reopens, crashes and many goroutines.
func TestNextID(t *testing.T) {
	sim := disk.NewSim(1)
	last := uint64(0)
	for round := range 6 {
		db := openSmall(t, sim, small)
		for range 3 * lease / 2 {
			id, err := db.NextID()
			must(t, err)
			if id <= last {
				t.Fatalf("round %d: %d after %d", round, id, last)
			}
			last = id
		}
		if round%2 == 0 {
			sim = sim.Crash()
		} else {
			must(t, db.Close())
		}
	}
}

// TestClosed returns ErrClosed to all who come after Close, and to those who wait.
func TestClosed(t *testing.T) {
	db := openSmall(t, disk.NewSim(1), small)
	ks := keyspace(t, db)
	w, err := db.Watch(ks, nil)
	must(t, err)
	waiting := make(chan error)
	go func() {
		_, _, err := w.Next(context.Background())
		waiting <- err
	}()
	view := make(chan struct{})
	go db.View(func(s *Snapshot) error {
		view <- struct{}{}
		<-view
		_, err := s.Get(ks, []byte("k"))
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("get in a view that began before: %v", err)
		}
		return nil
	})
	<-view
	closed := make(chan error)
	go func() { closed <- db.Close() }()
	if err := <-waiting; !errors.Is(err, ErrClosed) {
		t.Errorf("a watch ends with %v", err)
	}
	select {
	case <-closed:
		t.Error("closed before the view has ended")
	default:
	}
	view <- struct{}{}
	must(t, <-closed)
	if err := db.Update(func(tx *Tx) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("update: %v", err)
	}
	if _, err := db.NextID(); !errors.Is(err, ErrClosed) {
		t.Errorf("next id: %v", err)
	}
	if err := db.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("close: %v", err)
	}
}

// TestFullDisk fills a disk: what adds is refused, what deletes is not, nothing is lost, and with space again all goes on.
func TestFullDisk(t *testing.T) {
	sim := disk.NewSim(1)
	l := small
	l.minSegment, l.maxSegment = minSegment, minSegment
	full := &fullDisk{FS: sim}
	e, err := openEngine(full, false, l)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	for i := range 10 {
		put(t, db, ks, "key "+string(rune('0'+i)), "a value of more than sixteen bytes")
	}
	full.on = true
	err = nil
	for i := 0; err == nil && i < 1000; i++ {
		err = db.Update(func(tx *Tx) error { return tx.Put(ks, []byte("more"), make([]byte, 300)) })
	}
	if !errors.Is(err, ErrNoSpace) {
		t.Fatalf("on a full disk: %v", err)
	}
	must(t, db.Update(func(tx *Tx) error { return tx.Delete(ks, []byte("key 0")) }))
	if got, err := readAll(db); err != nil || len(got) != 10 {
		t.Errorf("%d keys, %v", len(got), err)
	}
	must(t, db.Close())
	e, err = openEngine(full, false, l)
	must(t, err)
	db = newDB(e)
	must(t, db.Update(func(tx *Tx) error { return tx.Delete(ks, []byte("key 1")) }))
	full.on = false
	for range 100 {
		must(t, db.Update(func(tx *Tx) error { return tx.Put(ks, []byte("more"), make([]byte, 300)) }))
	}
	must(t, db.Close())
}

// fullDisk is a disk on which no file can be made while it is on.
type fullDisk struct {
	disk.FS
	on bool
}

func (d *fullDisk) Create(name string, size int64) (disk.File, error) {
	if d.on {
		return nil, syscall.ENOSPC
	}
	return d.FS.Create(name, size)
}
