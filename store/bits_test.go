package store

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"arbor/store/disk"
	"arbor/store/index"
)

// TestEveryBitCounts flips single bits all over a store that was closed. What is read afterwards is right, or there is an error; the flip
// is reported, or it is in bytes that mean nothing. Under ARBOR_SOAK it flips every bit of two stores that are as small as can be.
func TestEveryBitCounts(t *testing.T) {
	every := os.Getenv("ARBOR_SOAK") != ""
	for _, kind := range []string{"log", "checkpoint", "cleaned"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			sim := disk.NewSim(1)
			l := small
			l.minSegment = 24 << 10
			n, step, bits := 25, int64(97), uint(1)
			if testing.Short() {
				step = 311
			}
			if every && kind != "cleaned" {
				l.minSegment, n, step, bits = 12<<10, 3, 1, 8
			}
			var want contents
			switch kind {
			case "log":
				want = filled(t, sim, l, n)
			case "checkpoint":
				l.closeRecords = 1
				want = filled(t, sim, l, n)
			case "cleaned":
				l.minSegment, l.maxSegment = 16<<10, 16<<10
				want = cleanedAndSaved(t, sim, l)
			}
			list, err := sim.List()
			must(t, err)
			silent, reported := 0, 0
			for _, name := range list {
				for i := int64(0); i < size(t, sim, name)*int64(bits); i += step {
					off, bit := i/int64(bits), uint(i)%8
					must(t, sim.FlipBit(name, off, bit))
					got, damaged := afterFlip(t, sim, l, name, off)
					if got != nil && !maps.Equal(got, want) {
						t.Fatalf("%s at offset %d: the store has %v, and no error", name, off, short(got))
					}
					if damaged {
						reported++
					} else {
						silent++
						if !meaningless(t, sim, name, off) {
							t.Errorf("%s at offset %d: a flipped bit is not noticed", name, off)
						}
					}
					must(t, sim.FlipBit(name, off, bit))
				}
			}
			t.Logf("%d flips are reported, %d are of bytes that mean nothing", reported, silent)
			if reported == 0 || silent == 0 {
				t.Errorf("%d flips reported, %d not", reported, silent)
			}
		})
	}
}

// afterFlip reads and verifies the store, without writing to it. got is nil if reading met an error.
func afterFlip(t *testing.T, sim *disk.Sim, l limits, name string, off int64) (got contents, damaged bool) {
	t.Helper()
	e, err := openEngine(sim, true, l)
	if err != nil {
		if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrVersion) {
			t.Fatalf("%s at offset %d: %v", name, off, err)
		}
		return nil, true
	}
	db := newDB(e)
	if got, err = readAll(db); err != nil {
		if !errors.Is(err, ErrCorrupt) {
			t.Fatalf("%s at offset %d: %v", name, off, err)
		}
		got = nil
	}
	if e.broken != nil {
		got = nil
	}
	rep, err := db.Verify(t.Context())
	must(t, err)
	must(t, db.Close())
	return got, len(rep.Damage) > 0 || got == nil
}

// meaningless tells whether a byte is behind the end of the log, in the spare, or in a manifest that is not the valid one, as a torn write leaves it.
func meaningless(t *testing.T, sim *disk.Sim, name string, off int64) bool {
	t.Helper()
	if strings.HasPrefix(name, "MANIFEST") {
		return true
	}
	e, err := openEngine(sim, true, small)
	must(t, err)
	defer e.close()
	ord := segmentNumbers([]string{name})
	if len(ord) == 0 {
		return !refersTo(t, e, name, off)
	}
	if e.log.at(ord[0]) == nil { // the spare
		return true
	}
	if ord[0] == e.resume.ord() && off >= int64(e.resume.off()) {
		return true
	}
	r := recovery{e: e, pos: e.log.next(logStart)} // between the last frame of a segment and its end
	for r.pos < e.resume {
		f, _, err := r.frame(r.pos)
		if err != nil {
			return false
		}
		if f.lsn.ord() == ord[0] && f.last && off >= int64(f.lsn.off()+f.size) {
			return true
		}
		r.pos = e.log.next(f.end(r.file.size))
	}
	return false
}

// refersTo tells whether a byte of a checkpoint file surely counts: it is of the header, the footer or what is beside the tree, or of a leaf.
func refersTo(t *testing.T, e *engine, name string, off int64) bool {
	t.Helper()
	ref := e.manifest.current().checkpoint
	if checkpointName(ref.number) != name || off >= ref.size {
		return false
	}
	f, err := e.fs.Open(name)
	must(t, err)
	b, _, err := readWhole(f, nil)
	must(t, err)
	saved, err := index.OpenCheckpoint(name, b[:ref.size], e.seed(ref.number))
	must(t, err)
	if off < 16 || off >= ref.size-64-16-int64(len(saved.Meta)) {
		return true
	}
	for leaf, err := range saved.Walk() {
		must(t, err)
		if off >= leaf.Offset && off < leaf.Offset+16+int64(leaf.Bytes) {
			return true
		}
	}
	return false
}

// cleanedAndSaved makes a store whose log has gaps and whose checkpoint file has several saves.
func cleanedAndSaved(t *testing.T, sim *disk.Sim, l limits) contents {
	t.Helper()
	db, e, want := overwritten(t, sim, l, 300, 3)
	must(t, db.Clean(t.Context()))
	must(t, e.checkpoint())
	for i := range 20 {
		k := fmt.Sprint("key ", i*9)
		want[k] = strings.Repeat("at last ", 1+i)
		put(t, db, keyspace(t, db), k, want[k])
	}
	must(t, e.checkpoint())
	m := e.manifest.current()
	must(t, db.Close())
	if len(m.live) == 1 && m.live.first() == 1 || m.checkpoint.size <= pageSize {
		t.Fatalf("no gaps, or one save: %+v", m)
	}
	return want
}
