package store

import (
	"bytes"
	"fmt"
	"syscall"
	"testing"

	"arbor/store/disk"
)

// several fills a store with many small segments and returns the keys and values, one of them short, one in the image of the active segment.
func several(t testing.TB, sim *disk.Sim, n int) (*DB, *engine, Keyspace, [][]byte, [][]byte) {
	l := small
	l.minSegment, l.maxSegment = 16<<10, 16<<10
	e, err := openEngine(sim, false, l)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	var keys, values [][]byte
	add := func(value []byte) {
		key := fmt.Appendf(nil, "key %d", len(keys)*7919%1000)
		put(t, db, ks, string(key), string(value))
		keys, values = append(keys, key), append(values, value)
	}
	for i := range n {
		add(bytes.Repeat([]byte{byte(i)}, 3000))
	}
	add([]byte("short"))
	add(bytes.Repeat([]byte("image"), 20))
	return db, e, ks, keys, values
}

// TestGetMany reads the same as one Get after the other, whatever the fetch before it does.
func TestGetMany(t *testing.T) {
	sim := disk.NewSim(1)
	db, e, ks, keys, values := several(t, sim, 40)
	keys, values = append(keys, []byte("none"), keys[3]), append(values, nil, values[3])
	for _, fetches := range []bool{true, false} { // the second time all is known to be in memory
		read := sim.Counters().Read
		got, err := db.getMany(ks, keys)
		must(t, err)
		for i, v := range got {
			if !bytes.Equal(v, values[i]) || (v == nil) != (values[i] == nil) {
				t.Errorf("%s is %.20q, want %.20q", keys[i], v, values[i])
			}
		}
		if (sim.Counters().Read > read) != fetches || e.latency.fetch.read().Count != 1 {
			t.Errorf("%d bytes read, %d fetches", sim.Counters().Read-read, e.latency.fetch.read().Count)
		}
	}
	must(t, db.Close())
}

// TestGetManyAfterAFailedFetch reads all the same: a fetch is no more than a preparation.
func TestGetManyAfterAFailedFetch(t *testing.T) {
	sim := disk.NewSim(1)
	db, _, ks, keys, values := several(t, sim, 40)
	_, err := db.getMany(ks, keys[:1]) // which fetches nothing
	must(t, err)
	for i := range keys { // the first touch of a segment maps it
		get(t, db, ks, string(keys[i]))
	}
	sim.FailRead(1, syscall.EIO)
	got, err := db.getMany(ks, keys)
	must(t, err)
	for i, v := range got {
		if !bytes.Equal(v, values[i]) {
			t.Errorf("%s is %.20q, want %.20q", keys[i], v, values[i])
		}
	}
}

// TestDescriptorsAreBounded fetches from more segments than may be open at once.
func TestDescriptorsAreBounded(t *testing.T) {
	sim := disk.NewSim(1)
	db, e, ks, keys, _ := several(t, sim, 5*maxDescriptors)
	for i := range keys {
		_, err := db.getMany(ks, [][]byte{keys[i], keys[(i+40)%len(keys)]})
		must(t, err)
	}
	if n := len(e.descriptors.open); n != maxDescriptors {
		t.Errorf("%d files are open to fetch from %d segments, at most %d", n, e.log.count.Load(), maxDescriptors)
	}
	must(t, db.Close())
	if len(e.descriptors.open) != 0 || len(e.limbo.waits) != 0 {
		t.Errorf("open after the close: %d, %d in limbo", len(e.descriptors.open), len(e.limbo.waits))
	}
}

func (db *DB) getMany(ks Keyspace, keys [][]byte) (values [][]byte, err error) {
	err = db.View(func(s *Snapshot) error {
		values, err = s.GetMany(ks, keys)
		return err
	})
	return values, err
}
