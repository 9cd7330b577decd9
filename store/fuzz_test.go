package store

import (
	"bytes"
	"errors"
	"testing"

	"arbor/store/disk"
)

var fuzzID = storeID{1, 2, 3}

// fuzzFrame is a sound frame of two transactions at its place.
func fuzzFrame(t testing.TB) (frame, []byte) {
	f := frame{lsn: makeLSN(1, 2*pageSize), size: pageSize, epoch: 3, durable: makeLSN(1, 2*pageSize)}
	b := make([]byte, pageSize)
	le.PutUint64(b, uint64(fuzzID.word(kindFrame, frameHeader, f.lsn)))
	at := uint32(frameHeader)
	for _, writes := range [][]write{
		{{key: []byte("a"), value: []byte("b")}, {key: []byte("c"), del: true}},
		{{key: []byte("a"), to: []byte("k"), del: true}, {key: []byte("key"), value: bytes.Repeat([]byte("value"), 20)}},
	} {
		rec, err := encode(writes)
		must(t, err)
		l := f.lsn + LSN(at)
		n := copy(b[at:], rec.bytes)
		rec.bind(b[at:], &fuzzID, l)
		le.PutUint64(b[at:], uint64(fuzzID.word(kindTx, uint32(n), l)))
		at += uint32(n)
	}
	le.PutUint64(b[at:], uint64(fuzzID.word(kindPad, pageSize-at, f.lsn+LSN(at))))
	f.seal(b, &fuzzID)
	return f, b
}

// readFrame goes over whatever bytes as the recovery does, without minding checksums if loose.
func readFrame(b []byte, loose bool) (changed int, err error) {
	l := makeLSN(1, 2*pageSize)
	f, err := parseHeader(b, &fuzzID, l, maxSegment)
	if loose {
		f, err = frame{lsn: l, size: uint32(len(b)) &^ 7}, nil
	} else if err == nil {
		err = f.checkBody(b, &fuzzID)
	}
	if err != nil {
		return 0, err
	}
	err = f.records(b, &fuzzID, func(l LSN, w word, rec []byte) error {
		for c, err := range changes(rec) {
			if err != nil {
				return err
			}
			changed += 1 + 0*len(c.key) + 0*len(c.value)
		}
		return nil
	})
	return changed, err
}

func TestFrameRoundTrip(t *testing.T) {
	f, b := fuzzFrame(t)
	got, err := parseHeader(b, &fuzzID, f.lsn, maxSegment)
	if err != nil || got != f {
		t.Fatalf("%+v, %v; want %+v", got, err, f)
	}
	if n, err := readFrame(b, false); n != 4 || err != nil {
		t.Errorf("%d changes, %v", n, err)
	}
	for off := range b { // no flipped bit passes
		b[off] ^= 1 << (off % 8)
		if _, err := readFrame(b, false); !errors.Is(err, errNoFrame) && !errors.Is(err, errTornFrame) {
			t.Fatalf("a bit flipped at offset %d: %v", off, err)
		}
		b[off] ^= 1 << (off % 8)
	}
	if _, err := parseHeader(b, &fuzzID, f.lsn+pageSize, maxSegment); err == nil {
		t.Error("a frame passes at another place")
	}
	other := storeID{9}
	if _, err := parseHeader(b, &other, f.lsn, maxSegment); err == nil {
		t.Error("a frame passes in another store")
	}
}

// FuzzFrame feeds anything to the readers of frames and records: they return errors, and stay within the bytes.
func FuzzFrame(f *testing.F) {
	_, b := fuzzFrame(f)
	f.Add(b)
	f.Add(b[:100])
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<20 {
			return
		}
		if n, err := readFrame(b, false); err == nil && n > len(b)/changeHeader {
			t.Errorf("%d changes in %d bytes", n, len(b))
		}
		readFrame(b, true)
	})
}

// FuzzRecord makes a record of whatever bytes, and reads back what writes make.
func FuzzRecord(f *testing.F) {
	f.Add([]byte("key"), []byte("value"), []byte("and another value of more bytes"), false)
	f.Add([]byte{0}, []byte{}, []byte{}, true)
	f.Fuzz(func(t *testing.T, k, v, w []byte, del bool) {
		for _, err := range changes(append(make([]byte, 8), v...)) {
			if err != nil {
				break
			}
		}
		if len(k) == 0 || len(k) > MaxKey {
			return
		}
		second := write{key: append(k[:len(k):len(k)], 'x'), value: w}
		if del {
			second = write{key: second.key, del: true}
		}
		want := []write{{key: k, to: append(k[:len(k):len(k)], 0), del: true}, {key: k, value: v}, second}
		rec, err := encode(want)
		if err != nil {
			return
		}
		l := makeLSN(7, 4096)
		rec.bind(rec.bytes, &fuzzID, l)
		i := 0
		for c, err := range changes(rec.bytes) {
			if err != nil {
				t.Fatal(err)
			}
			x := want[i]
			if !bytes.Equal(c.key, x.key) || !bytes.Equal(c.value, x.value) || c.del != x.del || !bytes.Equal(c.to, x.to) {
				t.Errorf("change %d is %+v, want %+v", i, c, x)
			}
			if _, _, ok := fuzzID.checkChange(rec.bytes[c.at:c.at+c.size], l+LSN(c.at), len(c.key)); !ok {
				t.Errorf("change %d fails its checksum", i)
			}
			i++
		}
		if i != len(want) {
			t.Errorf("%d changes, want %d", i, len(want))
		}
	})
}

// FuzzManifest feeds anything as a manifest; what passes is what it encodes to.
func FuzzManifest(f *testing.F) {
	m := manifest{id: fuzzID, generation: 5, epoch: 2, durable: logStart, closed: true, checkpoint: checkpointRef{3, logStart, logStart, 99, 1}, live: allOrdinals}
	f.Add(m.encode())
	m.epochs, m.live = []epochStart{{1, logStart}, {2, logStart + pageSize}}, allOrdinals.without(7).without(1)
	f.Add(m.encode())
	f.Add(make([]byte, pageSize))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseManifest(b)
		if err == nil && !bytes.Equal(m.encode(), b[:m.pages()*pageSize]) {
			t.Errorf("%+v is not what was read", m)
		}
	})
}

// FuzzOpen opens a store of which some bytes are anything.
func FuzzOpen(f *testing.F) {
	f.Add(uint8(0), uint16(10), []byte("xxxx"))
	f.Add(uint8(2), uint16(4096), []byte{})
	f.Add(uint8(3), uint16(0), []byte("arborseg"))
	l := small
	l.minSegment, l.closeRecords = 12<<10, 10
	f.Fuzz(func(t *testing.T, which uint8, off uint16, b []byte) {
		sim := disk.NewSim(1)
		filled(t, sim, l, 15)
		list, err := sim.List()
		must(t, err)
		name := list[int(which)%len(list)]
		file, err := sim.Open(name)
		must(t, err)
		if len(b) > pageSize {
			b = b[:pageSize]
		}
		if _, err := file.WriteAt(b, min(int64(off), size(t, sim, name)-1)); err != nil {
			t.Fatal(err)
		}
		e, err := openEngine(sim, false, l)
		if err != nil {
			return
		}
		db := newDB(e)
		if _, err := db.Verify(t.Context()); err != nil {
			t.Errorf("verify: %v", err)
		}
		if ks, err := db.Keyspace("test"); err == nil {
			db.Update(func(tx *Tx) error { return tx.Put(ks, []byte("k"), []byte("v")) }) // may be refused
		}
		db.Close() // so may this
	})
}

// TestAbortedChangesAreVoid finds the changes of an aborted transaction to be no changes, whatever its word says.
func TestAbortedChangesAreVoid(t *testing.T) {
	sim := disk.NewSim(1)
	db := openSmall(t, sim, small)
	ks := keyspace(t, db)
	base, err := db.be.snapshot()
	must(t, err)
	put(t, db, ks, "k", "first")
	key := ks.key([]byte("k"))
	value := []byte("written by a transaction that lost")
	must(t, publishLoser(t, db.be.(*engine), base, key, write{key: key, value: value}))
	base.release()
	put(t, db, ks, "l", "behind it")
	must(t, db.Close())
	e, err := openEngine(sim, true, small)
	must(t, err)
	r := recovery{e: e, pos: logStart}
	found := 0
	for r.pos < e.resume {
		f, b, err := r.frame(r.pos)
		must(t, err)
		must(t, f.records(b, &e.id, func(l LSN, w word, rec []byte) error {
			for c, err := range changes(rec) {
				must(t, err)
				if _, _, ok := e.id.checkChange(rec[c.at:c.at+c.size], l+LSN(c.at), len(c.key)); ok == w.aborted() {
					t.Errorf("change of %q at %v: aborted %v, proved %v", c.key, l, w.aborted(), ok)
				}
				if bytes.Equal(c.value, value) && w.aborted() {
					found++
				}
			}
			return nil
		}))
		r.pos = f.end(r.file.size)
	}
	if found != 1 {
		t.Errorf("the aborted transaction is there %d times", found)
	}
	rep, err := newDB(e).Verify(t.Context())
	if err != nil || len(rep.Damage) > 0 {
		t.Errorf("verify: %v, %v", rep.Damage, err)
	}
	must(t, e.close())
}
