package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"

	"arbor/store/disk"
)

// damagedDir makes a store of long and short values with a saved index in a directory, and returns what is in it.
func damagedDir(t *testing.T) (dir string, want contents) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "store")
	db, ks := openTest(t, dir, Options{IO: "buffered"})
	stocked(t, db, 2000)
	for i := range 300 {
		put(t, db, ks, fmt.Sprint("key ", i), strings.Repeat(fmt.Sprint("value ", i), i%20))
	}
	want = everything(t, db)
	must(t, db.Close())
	return dir, want
}

func list(t *testing.T, dir, suffix string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), suffix) {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	return names
}

func spoil(t *testing.T, file string, off int64, b ...byte) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(b, off)
	must(t, errors.Join(err, f.Close()))
}

// TestSalvage damages one thing at a time in a directory, and puts what is left in its place.
func TestSalvage(t *testing.T) {
	whole := func(t *testing.T, r SalvageReport) {
		if !r.Whole() {
			t.Errorf("not whole: %+v", r)
		}
	}
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, dir string)
		check func(t *testing.T, r SalvageReport)
		lost  int // keys at most, -1 if anything can be
	}{
		{"nothing", func(*testing.T, string) {}, whole, 0},
		{"one manifest", func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, manifestNames[0]))) }, func(t *testing.T, r SalvageReport) {}, 0},
		{"both manifests", func(t *testing.T, dir string) {
			for _, n := range manifestNames {
				must(t, os.Remove(filepath.Join(dir, n)))
			}
		}, func(t *testing.T, r SalvageReport) {
			if !r.EndUnknown || len(r.Ranges) > 0 {
				t.Errorf("%+v", r)
			}
		}, 0},
		{"checkpoint gone", func(t *testing.T, dir string) { must(t, os.Remove(list(t, dir, ".ckpt")[0])) }, whole, 0},
		{"checkpoint damaged", func(t *testing.T, dir string) { spoil(t, list(t, dir, ".ckpt")[0], 200, 1, 2, 3) }, whole, 0},
		{"headers", func(t *testing.T, dir string) {
			for _, f := range list(t, dir, ".seg") {
				spoil(t, f, 0, 'x')
			}
		}, whole, 0},
		{"a frame's header", func(t *testing.T, dir string) { spoil(t, list(t, dir, ".seg")[0], segmentStart+17, 0) }, func(t *testing.T, r SalvageReport) {
			whole(t, r)
			if len(r.Ranges) != 1 || !r.Ranges[0].Harmless || r.Ranges[0].Offset != segmentStart {
				t.Errorf("%+v", r.Ranges)
			}
		}, 0},
		{"a value", func(t *testing.T, dir string) {
			for _, f := range list(t, dir, ".seg") {
				b, err := os.ReadFile(f)
				must(t, err)
				if i := bytes.Index(b, []byte("key 0051key 0051")); i >= 0 {
					spoil(t, f, int64(i), '!')
					return
				}
			}
		}, func(t *testing.T, r SalvageReport) {
			if len(r.Lost)+len(r.Stale) != 1 || len(r.Blind) > 0 || len(r.Torn) != 1 || r.Torn[0].Kept != r.Torn[0].Of-1 {
				t.Errorf("%+v", r)
			}
		}, 1},
		{"a segment gone", func(t *testing.T, dir string) { must(t, os.Remove(list(t, dir, ".seg")[1])) }, func(t *testing.T, r SalvageReport) {
			if len(r.Lost) == 0 || len(r.Blind) > 0 || len(r.Ranges) != 1 {
				t.Errorf("%+v", r)
			}
		}, -1},
		{"a segment and the checkpoint gone", func(t *testing.T, dir string) {
			must(t, os.Remove(list(t, dir, ".seg")[0]))
			must(t, os.Remove(list(t, dir, ".ckpt")[0]))
		}, func(t *testing.T, r SalvageReport) {
			if len(r.Blind) != 1 || r.Blind[0].From != nil {
				t.Errorf("%+v", r)
			}
		}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, want := damagedDir(t)
			c.spoil(t, dir)
			before := dirSum(t, dir)
			dry, err := Salvage(t.Context(), dir, SalvageOptions{DryRun: true})
			must(t, err)
			if after := dirSum(t, dir); after != before || len(siblings(t, dir)) > 0 {
				t.Errorf("a dry run changed something: %v", siblings(t, dir))
			}
			rep, err := Salvage(t.Context(), dir, SalvageOptions{})
			must(t, err)
			c.check(t, rep)
			if rep.Keys != dry.Keys || len(rep.Lost) != len(dry.Lost) || dry.Made != "" || rep.Made != dir {
				t.Errorf("a dry run says %+v", dry)
			}
			if s := siblings(t, dir); len(s) != 1 || !strings.HasPrefix(s[0], "store.damaged-") || filepath.Base(rep.Kept) != s[0] {
				t.Errorf("beside the store: %v, kept %s", s, rep.Kept)
			}
			if after := dirSum(t, rep.Kept); after != before {
				t.Error("the damaged store was changed")
			}
			db, _ := openTest(t, dir, Options{})
			got := everything(t, db)
			bad := 0
			for k, v := range want {
				if k != string(idKey) && got[k] != v {
					bad++
				}
			}
			if c.lost >= 0 && bad > c.lost || bad > len(rep.Lost)+len(rep.Stale) && len(rep.Blind) == 0 {
				t.Errorf("%d keys are other than they were: %+v", bad, rep)
			}
			if inc, err := db.Incarnation(); err != nil || len(inc) != 16 {
				t.Errorf("incarnation %x, %v", inc, err)
			}
		})
	}
}

// dirSum is what tells whether anything in a directory was changed, but for the note in the lock file.
func dirSum(t *testing.T, dir string) string {
	t.Helper()
	var sum strings.Builder
	for _, f := range list(t, dir, "") {
		if filepath.Base(f) == lockName {
			continue
		}
		b, err := os.ReadFile(f)
		must(t, err)
		fmt.Fprintf(&sum, "%s %x\n", filepath.Base(f), xxhash.Sum64(b))
	}
	return sum.String()
}

// TestSalvageRefuses what is in use, what is no store, and what a newer program has written; and goes elsewhere if asked.
func TestSalvageRefuses(t *testing.T) {
	dir, want := damagedDir(t)
	db, _ := openTest(t, dir, Options{})
	for _, opt := range []SalvageOptions{{}, {DryRun: true}} {
		if _, err := Salvage(t.Context(), dir, opt); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
			t.Errorf("in use: %v", err)
		}
	}
	must(t, db.Close())
	if _, err := Salvage(t.Context(), t.TempDir(), SalvageOptions{}); !errors.Is(err, ErrNoStore) {
		t.Errorf("no store: %v", err)
	}
	if _, err := Salvage(t.Context(), dir, SalvageOptions{To: filepath.Dir(dir)}); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("to a directory that is not empty: %v", err)
	}
	before := dirSum(t, dir)
	to := filepath.Join(t.TempDir(), "deep", "other")
	rep, err := Salvage(t.Context(), dir, SalvageOptions{To: to})
	must(t, err)
	if dirSum(t, dir) != before || len(siblings(t, dir)) > 0 || rep.Made != to || rep.Kept != "" {
		t.Errorf("%+v, beside the store: %v", rep, siblings(t, dir))
	}
	db, _ = openTest(t, to, Options{})
	if got := everything(t, db); !equalContents(got, want) {
		t.Errorf("%d keys, want %d", len(got), len(want))
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Salvage(ctx, dir, SalvageOptions{Progress: func(Progress) { cancel() }}); !errors.Is(err, context.Canceled) || len(siblings(t, dir)) > 0 {
		t.Errorf("cancelled: %v; left behind %v", err, siblings(t, dir))
	}
	for _, f := range list(t, dir, ".seg") {
		spoil(t, f, 0, 'x')
	}
	for _, n := range manifestNames {
		must(t, os.Remove(filepath.Join(dir, n)))
	}
	if _, err := Salvage(t.Context(), dir, SalvageOptions{}); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "nothing can be proved") || len(siblings(t, dir)) > 0 {
		t.Errorf("without any id: %v; left behind %v", err, siblings(t, dir))
	}
}

// TestSalvageKeepsNumbersApart makes sure that what NextID has given out is not given out again where the counter is lost, and that a keyspace
// without a name keeps its number.
func TestSalvageKeepsNumbersApart(t *testing.T) {
	sim := disk.NewSim(1)
	db := openSmall(t, sim, small)
	ks := keyspace(t, db)
	put(t, db, ks, "k", "a value that lies in the log")
	var last uint64
	for range 3 * lease {
		var err error
		last, err = db.NextID()
		must(t, err)
	}
	put(t, db, ks, "l", "another one in the log")
	must(t, db.Close())
	f, err := sim.Open("000001.seg")
	must(t, err)
	_, err = f.WriteAt(make([]byte, 4*pageSize), segmentStart) // the name, k and most of the numbers
	must(t, err)
	var report SalvageReport
	s, err := examine(t.Context(), sim, SalvageOptions{}, &report)
	must(t, err)
	fresh := disk.NewSim(1)
	must(t, s.build(t.Context(), SalvageOptions{}, fresh))
	db = openSmall(t, fresh, small)
	if n, err := db.NextID(); err != nil || n <= last {
		t.Errorf("number %d was given out, now %d: %v", last, n, err)
	}
	other, err := db.Keyspace("another")
	must(t, err)
	if other.id == ks.id {
		t.Error("a keyspace got the number of one that has lost its name")
	}
	named, err := db.Keyspace("salvaged 2")
	must(t, err)
	if got := get(t, db, named, "l"); string(got) != "another one in the log" || !slices.ContainsFunc(report.Notes, func(n string) bool { return strings.Contains(n, `"salvaged 2"`) }) {
		t.Errorf("%q, %v", got, report.Notes)
	}
	must(t, db.Close())
}

// TestSalvageNoLeftovers has a later epoch cut off what an earlier one wrote: that does not come back as long as a frame of the later epoch, or
// a manifest, is left to tell.
func TestSalvageNoLeftovers(t *testing.T) {
	leftovers := 0
	l := small
	l.minSegment = 32 << 10
	for _, without := range []string{"manifests", "the later frame", "nothing"} {
		for seed := range uint64(20) {
			sim := disk.NewSim(seed)
			db := openSmall(t, sim, l)
			ks := keyspace(t, db)
			put(t, db, ks, "first", "stays")
			for _, k := range []string{"cut 1", "cut 2"} { // two frames in flight
				must(t, db.Update(func(tx *Tx) error {
					tx.SetDurability(None)
					return tx.Put(ks, []byte(k), []byte("was never acknowledged"))
				}))
				e := db.be.(*engine)
				e.want(e.head.Load().at)
				if !e.submit() {
					t.Fatal("no frame is on its way")
				}
			}
			sim = sim.Crash()
			db = openSmall(t, sim, l)
			cut := get(t, db, ks, "cut 1") == nil
			began := db.be.(*engine).resume
			put(t, db, ks, "later", "in the next epoch")
			must(t, db.Close())
			b := bytesOf(t, sim, segmentName(began.ord()))
			if f, err := parseHeader(b[began.off()+pageSize:], &db.be.(*engine).id, began+pageSize, 1<<31); err == nil && f.epoch == 1 {
				leftovers++
			} else {
				continue
			}
			switch without {
			case "manifests":
				for _, n := range manifestNames {
					must(t, sim.Remove(n))
				}
			case "the later frame":
				f, err := sim.Open(segmentName(began.ord()))
				must(t, err)
				_, err = f.WriteAt(make([]byte, pageSize), int64(began.off()))
				must(t, err)
			}
			got, report, err := salvageSim(t, sim)
			must(t, err)
			want := contents{"first": "stays", "later": "in the next epoch"}
			if without == "the later frame" {
				delete(want, "later")
			}
			if !cut || !maps.Equal(got, want) {
				t.Fatalf("seed %d, without %s: %v, %+v", seed, without, short(got), report)
			}
		}
	}
	if leftovers < 6 {
		t.Errorf("only %d leftovers", leftovers)
	}
}

// FuzzSalvage salvages a store of which some bytes are anything.
func FuzzSalvage(f *testing.F) {
	f.Add(uint8(0), uint16(10), []byte("xxxx"), true)
	f.Add(uint8(2), uint16(4096), []byte{}, false)
	f.Add(uint8(3), uint16(0), []byte("arborseg"), true)
	f.Add(uint8(1), uint16(4096), bytes.Repeat([]byte{0xff}, 5000), true)
	l := small
	l.minSegment, l.closeRecords = 12<<10, 10
	f.Fuzz(func(t *testing.T, which uint8, off uint16, b []byte, manifests bool) {
		sim := disk.NewSim(1)
		want := filled(t, sim, l, 15)
		list := names(t, sim, "")
		file, err := sim.Open(list[int(which)%len(list)])
		must(t, err)
		if len(b) > 2*pageSize {
			b = b[:2*pageSize]
		}
		if _, err := file.WriteAt(b, int64(off)); err != nil {
			t.Fatal(err)
		}
		if !manifests {
			for _, n := range manifestNames {
				must(t, sim.Remove(n))
			}
		}
		got, _, err := salvageSim(t, sim)
		if err != nil {
			return
		}
		for k, v := range got {
			if want[k] != v {
				t.Errorf("%q is %q", k, v)
			}
		}
	})
}
