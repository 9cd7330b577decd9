package store

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"arbor/store/disk"
)

// TestCloseAfterAFewLargeCommits: a tail of few records but many bytes, such as an import leaves, is not replayed by every later open.
func TestCloseAfterAFewLargeCommits(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(dir, Options{IO: "buffered"})
	if err != nil {
		t.Fatal(err)
	}
	ks, err := db.Keyspace("a")
	if err != nil {
		t.Fatal(err)
	}
	value := bytes.Repeat([]byte("v"), 1000)
	for i := range 8 {
		err := db.Update(func(tx *Tx) error {
			for j := range 400 {
				if err := tx.Put(ks, fmt.Appendf(nil, "%d/%d", i, j), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(dir, Options{IO: "buffered"}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := db.Stats()
	if err != nil {
		t.Fatal(err)
	}
	if s.LogTail > 1<<20 {
		t.Errorf("%d bytes of log are replayed after a clean close", s.LogTail)
	}
	if err := db.View(func(s *Snapshot) error { _, err := s.Get(ks, []byte("7/399")); return err }); err != nil {
		t.Error(err)
	}
}

func TestZeroKeyspaceIsRefused(t *testing.T) {
	db, err := Open("", Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *Tx) error { return tx.Put(Keyspace{}, []byte("a"), nil) })
	if err == nil {
		t.Error("a write into no keyspace succeeded")
	}
}

// TestCloseWaitsForCompletions stops the goroutine that tells a frame complete, the frame being durable already: a close must not return, and
// give up the directory, before that goroutine is out of the engine.
func TestCloseWaitsForCompletions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, err := openEngine(promptDisk{disk.NewSim(1)}, false, usualLimits)
		must(t, err)
		db := newDB(e)
		ks := keyspace(t, db)
		var b Batch
		must(t, b.Put(ks, []byte("k"), []byte("v")))
		end, err := db.Apply(&b, None)
		must(t, err)
		stands, goOn := make(chan struct{}), make(chan struct{})
		stand := sync.OnceFunc(func() {
			close(stands)
			<-goOn
		})
		e.durably.reached = func() LSN {
			stand()
			return maxLSN
		}
		e.durably.add(end)
		e.want(end)
		e.kick(e.flushing)
		<-stands
		closed := make(chan error, 1)
		go func() { closed <- db.Close() }()
		synctest.Wait()
		if len(closed) > 0 {
			t.Error("closed while a completion is under way")
		}
		close(goOn)
		must(t, <-closed)
	})
}

// promptDisk writes what is submitted at once, and tells it from another goroutine.
type promptDisk struct{ disk.FS }

func (d promptDisk) Create(name string, size int64) (disk.File, error) {
	f, err := d.FS.Create(name, size)
	return promptFile{f}, err
}

func (d promptDisk) Open(name string) (disk.File, error) {
	f, err := d.FS.Open(name)
	return promptFile{f}, err
}

type promptFile struct{ disk.File }

func (f promptFile) Submit(p []byte, off int64, done func(error)) {
	err := f.WriteDurable(p, off)
	go done(err)
}
