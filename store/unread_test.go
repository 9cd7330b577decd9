package store

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"arbor/store/disk"
)

// badPages is a disk that does not deliver one page of one file.
type badPages struct {
	disk.FS
	name string
	off  int64
}

type badFile struct {
	disk.File
	on *badPages
}

func (d *badPages) Open(name string) (disk.File, error) {
	f, err := d.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return &badFile{f, d}, nil
}

func (f *badFile) ReadAt(p []byte, off int64) (int, error) {
	if f.Name() == f.on.name && off < f.on.off+pageSize && f.on.off < off+int64(len(p)) {
		return 0, syscall.EIO
	}
	return f.File.ReadAt(p, off)
}

// opensReading opens a store with a page that the disk does not deliver. It is there for reading, says where the damage is, and is not changed.
func opensReading(t *testing.T, sim *disk.Sim, bad *badPages) contents {
	t.Helper()
	before := sim.Steps()
	db := openSmall(t, bad, small)
	got, err := readAll(db)
	must(t, err)
	err = db.Update(func(tx *Tx) error { return tx.Put(Keyspace{2}, []byte("k"), nil) })
	var c *CorruptError
	if !errors.Is(err, ErrReadOnly) || !errors.As(err, &c) || c.File != bad.name || c.Offset != bad.off || !errors.Is(err, syscall.EIO) {
		t.Errorf("a commit says: %v", err)
	}
	report, err := db.Verify(t.Context())
	if err != nil || !slices.ContainsFunc(report.Damage, func(d Damage) bool { return d.Err.File == bad.name }) {
		t.Errorf("verify says: %v, %v", report.Damage, err)
	}
	must(t, db.Close())
	if n := sim.Steps(); n != before {
		t.Errorf("the store was changed: %v", sim.Trace()[before:])
	}
	return got
}

// TestUnreadManifest: a copy of the manifest that the disk does not deliver may be the newer one: the store is read as the other one says.
func TestUnreadManifest(t *testing.T) {
	for slot, name := range manifestNames {
		sim := disk.NewSim(1)
		want := filled(t, sim, small, 30)
		if got := opensReading(t, sim, &badPages{sim, name, 0}); !maps.Equal(got, want) {
			t.Errorf("copy %d: %d keys, want %d", slot, len(got), len(want))
		}
	}
}

// TestUnreadLog: a page of the log that the disk does not deliver is no torn end of it, wherever it is.
func TestUnreadLog(t *testing.T) {
	sim := disk.NewSim(1)
	db := openSmall(t, sim, small)
	ks := keyspace(t, db)
	first := db.be.(*engine).flush.start
	for i := range 30 {
		put(t, db, ks, "key "+string(rune('a'+i)), strings.Repeat("x", 2000))
	}
	end := db.be.(*engine).flush.start
	sim = sim.Crash()
	whole, err := readAll(openSmall(t, sim.Crash(), small))
	must(t, err)
	if len(whole) != 30 || end.ord() < 2 {
		t.Fatalf("%d keys, the log ends at %v", len(whole), end)
	}
	last := 0
	for l := first; l < end; {
		sim := sim.Crash()
		got := opensReading(t, sim, &badPages{sim, segmentName(l.ord()), int64(l.off())})
		if len(got) < last {
			t.Errorf("%v is not delivered: %d keys, were %d", l, len(got), last)
		}
		last = len(got)
		for k, v := range got {
			if whole[k] != v {
				t.Errorf("%v is not delivered: %q is %d bytes", l, k, len(v))
			}
		}
		size, err := sizeOf(sim, segmentName(l.ord()))
		must(t, err)
		if l += pageSize; int64(l.off()) >= size {
			l = makeLSN(l.ord()+1, segmentStart)
		}
	}
}

// unmapped is a disk that does not map some of its files.
type unmapped struct {
	disk.FS
	refused func(name string) bool
}

type unmappedFile struct {
	disk.File
	on *unmapped
}

func (d *unmapped) Create(name string, size int64) (disk.File, error) {
	f, err := d.FS.Create(name, size)
	if err != nil {
		return nil, err
	}
	return &unmappedFile{f, d}, nil
}

func (f *unmappedFile) Map() ([]byte, error) {
	if f.on.refused(f.Name()) {
		return nil, syscall.ENOMEM
	}
	return f.File.Map()
}

// TestSettleLater: of several segments one cannot be mapped. The others are let go of, and that one the next time.
func TestSettleLater(t *testing.T) {
	d := &unmapped{disk.NewSim(1), func(string) bool { return true }}
	db := openSmall(t, d, small)
	ks, e := keyspace(t, db), db.be.(*engine)
	for range 100 {
		if len(e.flush.full) == 3 {
			break
		}
		put(t, db, ks, "key", strings.Repeat("x", 5000))
	}
	full := slices.Clone(e.flush.full)
	if len(full) != 3 {
		t.Fatalf("%d segments are full", len(full))
	}
	d.refused = func(name string) bool { return name == segmentName(full[1].ord) }
	if err := e.settle(); !errors.Is(err, syscall.ENOMEM) {
		t.Errorf("with a file that cannot be mapped: %v", err)
	}
	if !slices.Equal(e.flush.full, full[1:2]) || full[0].data.Load().image != nil || full[2].data.Load().image != nil {
		t.Errorf("%d segments are left for the next time", len(e.flush.full))
	}
	d.refused = func(string) bool { return false }
	must(t, e.settle())
	if len(e.flush.full) > 0 || full[1].data.Load().image != nil {
		t.Errorf("after the next time %d segments are left", len(e.flush.full))
	}
	if err := db.Close(); !errors.Is(err, syscall.ENOMEM) { // what happened before is told
		t.Errorf("the close: %v", err)
	}
}

// watchedFile calls a function in the middle of its durable writes.
type watchedFile struct {
	disk.File
	during func()
}

func (f *watchedFile) WriteDurable(p []byte, off int64) error {
	f.during()
	return f.File.WriteDurable(p, off)
}

// TestManifestWhileWritten: who asks what the manifest says does not wait for the next one to be written.
func TestManifestWhileWritten(t *testing.T) {
	db := openSmall(t, disk.NewSim(1), small)
	m := &db.be.(*engine).manifest
	asked := 0
	for slot, f := range m.files {
		m.files[slot] = &watchedFile{f, func() {
			before := make(chan uint64, 1)
			go func() { before <- m.current().generation }()
			select {
			case g := <-before:
				if asked++; g != m.now.generation {
					t.Errorf("generation %d, want %d", g, m.now.generation)
				}
			case <-time.After(10 * time.Second):
				t.Error("the manifest waits for the disk")
			}
		}}
	}
	for range 2 {
		must(t, m.update(func(*manifest) {}))
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
	must(t, db.Close())
}
