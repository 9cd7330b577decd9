package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"arbor/store/disk"
)

// TestVerifySound verifies a store, by its owner and by a client: everything is counted, nothing is damaged, and all steps are told of.
func TestVerifySound(t *testing.T) {
	owner, client, _ := pair(t)
	stocked(t, owner, 2000)
	steps := map[string]bool{}
	rep, err := owner.VerifyWith(t.Context(), VerifyOptions{Progress: func(p Progress) {
		steps[p.Step] = true
		if p.Done < 0 || p.Done > p.Total {
			t.Errorf("%+v", p)
		}
	}})
	must(t, err)
	if len(rep.Damage) > 0 || len(rep.Unexpected) > 0 || rep.Keys != int64(len(everything(t, owner))) || rep.Changes < 4000 || rep.Segments < 1 || rep.Frames < 2 || rep.Records < 5 {
		t.Errorf("%+v", rep)
	}
	for _, s := range []string{"log", "index", "values"} {
		if !steps[s] {
			t.Errorf("nothing is told of step %q", s)
		}
	}
	theirs, err := client.Verify(t.Context())
	must(t, err)
	if theirs.Keys != rep.Keys || theirs.Changes != rep.Changes || len(theirs.Damage) > 0 {
		t.Errorf("a client's: %+v", theirs)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := owner.VerifyWith(ctx, VerifyOptions{Progress: func(Progress) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestVerifyTellsWhatIsDamaged damages one thing at a time.
func TestVerifyTellsWhatIsDamaged(t *testing.T) {
	l := small
	l.closeRecords = 1
	segment := func(off int64) func(*testing.T, *disk.Sim) (string, int64) {
		return func(t *testing.T, sim *disk.Sim) (string, int64) {
			flip(t, sim, "000001.seg", off)
			return "000001.seg", off
		}
	}
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, sim *disk.Sim) (file string, off int64)
		harm  Harm
	}{
		{"manifest", func(t *testing.T, sim *disk.Sim) (string, int64) {
			e, err := openEngine(sim, true, l)
			must(t, err)
			name := manifestNames[1-e.manifest.slot]
			must(t, e.close())
			flip(t, sim, name, 200)
			return name, 200
		}, HarmNone},
		{"header", segment(20), HarmLog},
		{"behind the header", segment(3000), HarmNone},
		{"frame", segment(segmentStart + 20), HarmLog},
		{"missing", func(t *testing.T, sim *disk.Sim) (string, int64) {
			must(t, sim.Remove("000001.seg"))
			return "000001.seg", 0
		}, HarmLog},
		{"short", func(t *testing.T, sim *disk.Sim) (string, int64) {
			f, err := sim.Open("000001.seg")
			must(t, err)
			must(t, f.Truncate(8192+512))
			return "000001.seg", 8192 + 512
		}, HarmLog},
		{"checkpoint", func(t *testing.T, sim *disk.Sim) (string, int64) {
			name := names(t, sim, ".ckpt")[0]
			flip(t, sim, name, 100)
			return name, 100
		}, HarmIndex},
	} {
		t.Run(c.name, func(t *testing.T) {
			sim := disk.NewSim(1)
			filled(t, sim, l, 60)
			file, off := c.spoil(t, sim)
			e, err := openEngine(sim, true, l)
			must(t, err)
			rep, err := newDB(e).Verify(t.Context())
			must(t, err)
			must(t, e.close())
			at := slices.IndexFunc(rep.Damage, func(d Damage) bool {
				return d.Harm == c.harm && d.Err.File == file && d.Err.Offset <= off && off-d.Err.Offset < 64<<10
			})
			if at < 0 {
				t.Errorf("reported: %v", rep.Damage)
			}
			if c.harm == HarmNone && len(rep.Damage) != 1 {
				t.Errorf("reported too: %v", rep.Damage)
			}
		})
	}
}

// TestVerifyUnreadCheckpoint tells how far a checkpoint that was cut can be read, and takes none for damaged that cannot be opened for now.
func TestVerifyUnreadCheckpoint(t *testing.T) {
	l := small
	l.closeRecords = 1
	sim := disk.NewSim(1)
	filled(t, sim, l, 60)
	name := names(t, sim, ".ckpt")[0]
	d := &closedDisk{FS: sim}
	db := openSmall(t, d, l)
	d.name = name
	if rep, err := db.Verify(t.Context()); !errors.Is(err, syscall.EMFILE) || len(rep.Damage) > 0 {
		t.Errorf("a file that cannot be opened: %v, %v", err, rep.Damage)
	}
	d.name = ""
	f, err := sim.Open(name)
	must(t, err)
	end := size(t, sim, name) - 8
	must(t, f.Truncate(end))
	rep, err := db.Verify(t.Context())
	must(t, err)
	if len(rep.Damage) != 1 || rep.Damage[0].Err.File != name || rep.Damage[0].Err.Offset != end || rep.Damage[0].Harm != HarmIndex {
		t.Errorf("a file of %d bytes: %v", end, rep.Damage)
	}
	must(t, db.Close())
}

// closedDisk is a disk on which a file cannot be opened, too many being open.
type closedDisk struct {
	disk.FS
	name string
}

func (d *closedDisk) Open(name string) (disk.File, error) {
	if name == d.name {
		return nil, syscall.EMFILE
	}
	return d.FS.Open(name)
}

// TestVerifyNamesTheKey tells which value is damaged, also to a client.
func TestVerifyNamesTheKey(t *testing.T) {
	owner, client, ks := pair(t)
	for _, k := range []string{"a", "b", "c"} {
		put(t, owner, ks, k, strings.Repeat(k, 1000))
	}
	e := owner.be.(*member).role.be.(*engine)
	x, _, err := e.head.Load().tree.Get(ks.key([]byte("b")))
	must(t, err)
	f, err := e.fs.Open(segmentName(LSN(x.Addr).ord()))
	must(t, err)
	_, err = f.WriteAt([]byte("?"), int64(LSN(x.Addr).off())+500)
	must(t, err)
	must(t, f.Close())
	d := e.log.at(LSN(x.Addr).ord()).data.Load() // in memory it is still sound
	d.image[LSN(x.Addr).off()+500-d.from] = '?'
	for _, db := range []*DB{owner, client} {
		rep, err := db.Verify(t.Context())
		must(t, err)
		if !slices.ContainsFunc(rep.Damage, func(d Damage) bool {
			return d.Harm == HarmValue && d.Keyspace == "test" && string(d.Key) == "b" && d.Err.Offset == int64(LSN(x.Addr).off()) && errors.Is(d, ErrCorrupt)
		}) || !slices.ContainsFunc(rep.Damage, func(d Damage) bool {
			return d.Harm == HarmLog && strings.Contains(d.Error(), "1 of their transactions")
		}) {
			t.Errorf("reported: %v", rep.Damage)
		}
	}
}

// TestVerifyComparesIndexAndLog changes the index alone.
func TestVerifyComparesIndexAndLog(t *testing.T) {
	for name, spoil := range map[string]func(e *engine, ks Keyspace) error{
		"lost": func(e *engine, ks Keyspace) error {
			edit := e.head.Load().tree.Edit()
			_, _, err := edit.Delete(ks.key([]byte("key 7")))
			e.head.Load().tree = edit.Tree()
			return err
		},
		"another": func(e *engine, ks Keyspace) error {
			edit := e.head.Load().tree.Edit()
			_, _, err := edit.Put(ks.key([]byte("key 7")), inline([]byte("never written")))
			e.head.Load().tree = edit.Tree()
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			sim := disk.NewSim(1)
			db := openSmall(t, sim, small)
			ks := keyspace(t, db)
			for i := range 30 {
				put(t, db, ks, fmt.Sprint("key ", i), strings.Repeat("v", i*10))
			}
			must(t, spoil(db.be.(*engine), ks))
			rep, err := db.Verify(t.Context())
			must(t, err)
			if len(rep.Damage) != 1 || string(rep.Damage[0].Key) != "key 7" || rep.Damage[0].Harm != HarmIndex {
				t.Errorf("reported: %v", rep.Damage)
			}
		})
	}
}

// TestVerifyStrangers names files that are not the store's.
func TestVerifyStrangers(t *testing.T) {
	sim := disk.NewSim(1)
	filled(t, sim, small, 5)
	for _, n := range []string{"letter", "1.seg"} {
		_, err := sim.Create(n, 10)
		must(t, err)
	}
	db := openSmall(t, sim, small)
	rep, err := db.Verify(t.Context())
	must(t, err)
	if len(rep.Damage) > 0 || !slices.Equal(rep.Unexpected, []string{"1.seg", "letter"}) {
		t.Errorf("%+v", rep)
	}
}

// TestReadWhole reads what the disk delivers of a file that it delivers in part.
func TestReadWhole(t *testing.T) {
	sim := disk.NewSim(1)
	f, err := sim.Create("file", 3<<20+100)
	must(t, err)
	_, err = f.WriteAt([]byte("end"), 3<<20+97)
	must(t, err)
	b, bad, err := readWhole(f, nil)
	if err != nil || len(bad) > 0 || len(b) != 3<<20+100 || string(b[len(b)-3:]) != "end" {
		t.Fatalf("%d bytes, %v, %v", len(b), bad, err)
	}
	sim.FailRead(2, syscall.EIO) // of the second MiB, read again by pages
	sim.FailRead(3, syscall.EIO)
	b, bad, err = readWhole(f, b)
	if err != nil || len(bad) != 1 || bad[0].off != 1<<20 || !errors.Is(bad[0].err, syscall.EIO) || string(b[len(b)-3:]) != "end" {
		t.Errorf("%d bytes, %v, %v", len(b), bad, err)
	}
}

// TestVerifyFaultInMapping cuts files under their mappings: verify goes on to its end, and tells of them as of other damage.
func TestVerifyFaultInMapping(t *testing.T) {
	for suffix, harm := range map[string]Harm{".ckpt": HarmIndex, ".seg": HarmValue} {
		t.Run(suffix, func(t *testing.T) {
			dir := t.TempDir()
			db, err := Open(dir, Options{IO: "buffered"})
			must(t, err)
			ks := keyspace(t, db)
			for i := range 1000 {
				commitWrite(t, db, ks, write{key: fmt.Appendf(nil, "key %d", i), value: make([]byte, 100)})
			}
			must(t, db.Close())
			db, err = Open(dir, Options{IO: "buffered"})
			must(t, err)
			get(t, db, ks, "key 0") // so that the segment is mapped
			files, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
			must(t, err)
			if err := os.Truncate(files[0], pageSize); err != nil {
				t.Skip(err)
			}
			rep, err := db.Verify(t.Context())
			if err != nil || !slices.ContainsFunc(rep.Damage, func(d Damage) bool { return d.Harm == harm && strings.HasSuffix(d.Err.File, suffix) }) {
				t.Errorf("%d times damage, the first %v; %v", len(rep.Damage), rep.Damage[:min(len(rep.Damage), 3)], err)
			}
			if err := db.Close(); err != nil {
				t.Log(err)
			}
		})
	}
}
