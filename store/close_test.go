package store

import (
	"bytes"
	"fmt"
	"testing"
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
