package store

import (
	"fmt"
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"

	"arbor/store/disk"
)

// leftLog is a store whose process has ended without closing it, opened again on a disk that a test can look into.
func leftLog(t *testing.T) (nosy *nosyDisk, e *engine, want contents) {
	l := small
	l.minSegment, l.maxSegment = 256<<10, 256<<10
	fs, err := disk.Open(t.TempDir(), "buffered")
	must(t, err)
	t.Cleanup(func() { fs.Close() })
	e, err = openEngine(fs, false, l)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	want = contents{}
	for i := range 20 {
		k := fmt.Sprint(i)
		want[k] = strings.Repeat(k, 50)
		put(t, db, ks, k, want[k])
	}
	nosy = &nosyDisk{FS: fs}
	e, err = openEngine(nosy, false, l)
	must(t, err)
	return nosy, e, want
}

// TestBeginBesideReaders has others touch the end of the log for the first time while the first commit makes it durable.
func TestBeginBesideReaders(t *testing.T) {
	nosy, e, want := leftLog(t)
	db := newDB(e)
	looked := 0
	look := func() {
		looked++
		if got, err := readAll(db); err != nil || !maps.Equal(got, want) {
			t.Errorf("%v: %v", err, short(got))
		}
	}
	nosy.hook = func(what, name string) {
		if what == "sync" && strings.HasSuffix(name, ".seg") {
			look()
		}
	}
	put(t, db, keyspace(t, db), "more", "and more")
	if looked == 0 {
		t.Error("nothing was made durable")
	}
	want["more"] = "and more"
	look()
	must(t, db.Close())
}

// TestReopenBesideTouch has the last segment become the active one while somebody maps it: it keeps its image.
func TestReopenBesideTouch(t *testing.T) {
	nosy, e, want := leftLog(t)
	s := e.log.at(e.resume.ord())
	var reopened chan error
	nosy.hook = func(what, name string) {
		if what != "map" || reopened != nil {
			return
		}
		reopened = make(chan error, 1)
		go func() { reopened <- e.reopen(s) }()
		for range 10_000 { // time enough, were it not kept waiting
			runtime.Gosched()
		}
	}
	if got, err := readAll(newDB(e)); err != nil || !maps.Equal(got, want) {
		t.Errorf("%v: %v", err, short(got))
	}
	must(t, <-reopened)
	if d := s.data.Load(); d.image == nil || d.file == nil {
		t.Errorf("the active segment has an image of %d bytes and the file %v", len(d.image), d.file)
	}
}

// nosyDisk calls hook before it syncs a file or maps one.
type nosyDisk struct {
	disk.FS
	hook func(what, name string)
}

type nosyFile struct {
	disk.File
	d *nosyDisk
}

func (d *nosyDisk) Open(name string) (disk.File, error) {
	f, err := d.FS.Open(name)
	return nosyFile{f, d}, err
}

func (f nosyFile) note(what string) {
	if f.d.hook != nil {
		f.d.hook(what, f.Name())
	}
}

func (f nosyFile) Sync() error {
	f.note("sync")
	return f.File.Sync()
}

func (f nosyFile) Map() ([]byte, error) {
	f.note("map")
	return f.File.Map()
}

// TestFlushWhileASegmentBegins closes a frame when the last one has filled its segment to the end, and the next segment is in the table, but
// tail has not moved there: nothing is in it.
func TestFlushWhileASegmentBegins(t *testing.T) {
	l := small
	l.minSegment, l.maxSegment = 12<<10, 12<<10
	e, err := openEngine(disk.NewSim(1), false, l)
	must(t, err)
	db := newDB(e)
	ks := keyspace(t, db)
	for range 10 {
		if before := e.tail.Load(); LSN(before).off() == 12<<10 {
			must(t, e.roll(LSN(before).ord(), minRecord))
			after := e.tail.Swap(before)
			within(t, 10*time.Second, func() {
				if wrote, err := e.write(); wrote || err != nil {
					t.Errorf("wrote %v: %v", wrote, err)
				}
			})
			e.tail.Store(after)
			put(t, db, ks, "k", "goes on")
			must(t, db.Close())
			return
		}
		put(t, db, ks, "k", "v")
	}
	t.Fatal("no frame has ended where its segment does")
}
