package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"arbor/store/index"
)

// TestAbortedInTheMiddle has another goroutine find a transaction damaged after this one has judged it and before it decides: the fold must
// not keep the change.
func TestAbortedInTheMiddle(t *testing.T) {
	e := newMemory(usualLimits)
	key := []byte{2, 'k'}
	edit := new(index.Tree).Edit()
	_, _, err := edit.Put(key, inline([]byte("before")))
	must(t, err)
	var saved bytes.Buffer
	plain := func(int64) uint64 { return 1 }
	_, err = edit.Tree().WriteCheckpoint(&saved, plain, nil)
	must(t, err)

	tk := new(ticket)
	opened := false
	checkpoint, err := index.OpenCheckpoint("saved", saved.Bytes(), func(off int64) uint64 {
		if opened { // the tree is touched for the first time: in the middle of the edit
			err := errors.New("another could not read the index")
			tk.failure.CompareAndSwap(nil, &err)
			tk.decide(damaged)
		}
		return plain(off)
	})
	must(t, err)
	opened = true
	must(t, e.begin())
	h := *e.head.Load()
	h.tree = checkpoint.Tree
	e.head.Store(&h)

	writes := []write{{key: key, value: []byte("after")}}
	rec, err := encode(writes)
	must(t, err)
	tk.body.Store(&body{base: &h, writes: writes, offsets: rec.offsets})
	end, err := e.publish(rec, tk)
	must(t, err)
	must(t, e.apply(end))
	if tk.outcome.Load() != damaged {
		t.Fatalf("outcome %d: nothing was touched", tk.outcome.Load())
	}
	v, found, err := e.head.Load().tree.Get(key)
	if err != nil || !found || string(v.Inline) != "before" {
		t.Errorf("after an aborted change the value is %q, %v", v.Inline, err)
	}
}

// TestOvertakenFold has a fold come to a transaction that is applied already, so that nothing keeps its base: it must not be compared.
func TestOvertakenFold(t *testing.T) {
	e := newMemory(usualLimits)
	db := newDB(e)
	ks := keyspace(t, db)
	f, err := e.snapshot()
	must(t, err)
	base := f.(*view)
	put(t, db, ks, "a", "1")
	h := e.head.Load()
	b := &body{base: base.s, era: base.era, reads: []read{{from: ks.key([]byte("a"))}}}
	fold := fold{e: e, state: *h}
	if ok, err := fold.valid(b, h.pos); ok || err != nil {
		t.Errorf("not yet applied: valid %v, %v", ok, err)
	}
	put(t, db, ks, "b", "1")
	base.s = &state{} // as if it were gone
	b.base = base.s
	if ok, err := fold.valid(b, h.pos); ok || !errors.Is(err, errPassed) {
		t.Errorf("applied: valid %v, %v", ok, err)
	}
	if n := base.era.count.Load(); n != 1 {
		t.Errorf("%d in the era", n)
	}
	f.release()
}

// TestFoldBehindASegment has a fold sleep in a segment of which all was applied since, so that its transactions are let go: it must not go on
// from there to a transaction of the next segment, whose reads it would compare with a state that lacks what came between.
func TestFoldBehindASegment(t *testing.T) {
	l := usualLimits
	l.maxSegment = l.minSegment
	e := newMemory(l)
	db := newDB(e)
	ks := keyspace(t, db)
	put(t, db, ks, "a", "1")
	f, err := e.snapshot()
	must(t, err)
	base := f.(*view)
	sleeper := fold{e: e, state: *base.s}

	put(t, db, ks, "a", "2")
	for e.left() > 4000 {
		put(t, db, ks, "more", string(make([]byte, 1000)))
	}
	rec, err := encode([]write{{key: ks.key([]byte("b")), value: make([]byte, 4000)}}) // which begins the next segment
	must(t, err)
	tk := new(ticket)
	tk.body.Store(&body{base: base.s, era: base.era, reads: []read{{from: ks.key([]byte("a"))}}, writes: rec.writes, offsets: rec.offsets})
	end, err := e.publish(rec, tk)
	must(t, err)

	must(t, sleeper.run())
	if o := tk.outcome.Load(); o != undecided || sleeper.state.pos != base.s.pos {
		t.Errorf("a fold from %v came to %v and decided %d", base.s.pos, sleeper.state.pos, o)
	}
	must(t, e.apply(end))
	if o := tk.outcome.Load(); o != conflicted {
		t.Errorf("outcome %d of a transaction of which another has changed what it read", o)
	}
	f.release()
	must(t, db.Close())
}

// TestFaultAhead cuts the checkpoint under a leaf. A transaction that changes it fails; one before it in the same fold, which has the
// processor load that leaf ahead, does not.
func TestFaultAhead(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(dir, Options{IO: "buffered"})
	must(t, err)
	ks := keyspace(t, db)
	key := func(i int) string { return fmt.Sprintf("%06d", i) }
	const n = 5000
	for i := range n {
		var b Batch
		must(t, b.Put(ks, []byte(key(i)), []byte("short")))
		_, err = db.Apply(&b, None)
		must(t, err)
	}
	must(t, db.Close())
	db, err = Open(dir, Options{IO: "buffered", Exclusive: true})
	must(t, err)
	defer db.Close()
	get(t, db, ks, key(0))
	get(t, db, ks, key(n-1))
	e := db.be.(*member).role.be.(*engine)
	must(t, e.begin())
	names, err := filepath.Glob(filepath.Join(dir, "*.ckpt"))
	must(t, err)
	if err := os.Truncate(names[0], pageSize); err != nil {
		t.Skip(err)
	}
	f, err := e.snapshot()
	must(t, err)
	defer f.release()
	v := f.(*view)
	var ends [2]LSN
	var tickets [2]*ticket
	for i, k := range []string{key(0), key(n - 1)} {
		rec, err := encode([]write{{key: ks.key([]byte(k)), value: []byte("new")}})
		must(t, err)
		tickets[i] = new(ticket)
		tickets[i].body.Store(&body{base: v.s, era: v.era, writes: rec.writes, offsets: rec.offsets})
		ends[i], err = e.publish(rec, tickets[i])
		must(t, err)
	}
	must(t, e.apply(ends[1]))
	if a, b := tickets[0].outcome.Load(), tickets[1].outcome.Load(); a != committed || b != damaged {
		t.Errorf("outcomes %d and %d, want %d and %d", a, b, committed, damaged)
	}
}
