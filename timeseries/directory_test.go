package timeseries

import (
	"math"
	"reflect"
	"testing"

	"arbor/store"
)

func FuzzDirectory(f *testing.F) {
	for _, d := range []directory{
		{runs: []runHead{{n: 97657, live: 97657, start: math.MinInt64, end: 1.7e18}}},
		{runs: []runHead{{n: 40, live: 3, start: -5, end: 9}, {id: 7, n: 1, live: 1, end: 2}}, loose: 3, looseEnd: 12},
		{loose: 1, looseEnd: -1},
	} {
		f.Add(d.append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := decodeDirectory(b)
		if err != nil {
			return
		}
		again, err := decodeDirectory(d.append(nil))
		for i := range again.runs { // the short form does not keep a start
			if again.runs[i].start == math.MinInt64 {
				d.runs[i].start = math.MinInt64
			}
		}
		if err != nil || !reflect.DeepEqual(again, d) {
			t.Fatalf("%+v becomes %+v, %v", d, again, err)
		}
	})
}

// TestDirectoryOfOneRunIsShort holds the directory of a series in order to what the index keeps without a place in the log.
func TestDirectoryOfOneRunIsShort(t *testing.T) {
	d := directory{runs: []runHead{{n: 1e6, live: 1e6, start: math.MinInt64, end: math.MaxInt64 - 1}}}
	if n := len(d.append(nil)); n > 16 {
		t.Errorf("it has %d bytes", n)
	}
}

// TestDevicesDoNotConflict has one device write while another is about to, in every way: neither has to begin again.
func TestDevicesDoNotConflict(t *testing.T) {
	g := newRig(t)
	defer g.db.Close()
	id := ID{3}
	g.fillSteady(t, id, 1, 40*MaxChunk)
	g.fillSteady(t, id, 2, 40*MaxChunk)
	late, err := EncodeChunk([]Sample{{1e9, 5}, {2e9 + 1, 5}, {20000e9, 5}})
	if err != nil {
		t.Fatal(err)
	}
	second := Sample{1e9, 0.1} // of fillSteady
	writes := []func(tx *store.Tx, device uint64) error{
		func(tx *store.Tx, device uint64) error {
			var xs []Sample
			for i := range int64(2000) {
				xs = append(xs, Sample{40*MaxChunk*1e9 + i, 1}, Sample{i * 7e9, 2})
			}
			return g.b.Append(tx, id, device, xs)
		},
		func(tx *store.Tx, device uint64) error { _, err := g.b.PutChunk(tx, id, device, late); return err },
		func(tx *store.Tx, device uint64) error { _, err := g.b.Remove(tx, id, device, second); return err },
		func(tx *store.Tx, device uint64) error { return g.b.Restore(tx, id, device, second) },
		func(tx *store.Tx, device uint64) error {
			_, err := g.b.DropChunk(tx, id, device, HashChunk(late))
			return err
		},
	}
	for i, write := range writes {
		tries := 0
		g.update(t, func(tx *store.Tx) error {
			if tries++; tries == 1 {
				g.update(t, func(tx *store.Tx) error { return write(tx, 2) })
			}
			return write(tx, 1)
		})
		if tries != 1 {
			t.Errorf("writing %d began %d times", i, tries)
		}
	}
	g.checkLevels(t, id)
}
