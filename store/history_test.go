package store

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"testing"

	"pgregory.net/rapid"
)

// TestSharedHistory compares three handles on one directory, which come, go and sleep, with a map.
func TestSharedHistory(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		h := &sharedHistory{T: rt, dir: dir, want: map[string]string{}}
		defer func() {
			for _, db := range h.dbs {
				if db != nil {
					db.Close()
				}
			}
		}()
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			h.step(rapid.IntRange(0, len(h.dbs)-1).Draw(rt, "handle"))
		}
	})
}

// sharedHistory is a directory, its handles, and what should be in it.
type sharedHistory struct {
	*rapid.T
	dir    string
	dbs    [3]*DB
	asleep [3]bool
	want   map[string]string
}

func (h *sharedHistory) ok(err error) {
	if err != nil {
		h.Fatal(err)
	}
}

// step does one thing by handle i: what comes first is to open or wake it.
func (h *sharedHistory) step(i int) {
	db := h.dbs[i]
	switch {
	case db == nil:
		var err error
		h.dbs[i], err = Open(h.dir, Options{})
		h.ok(err)
		h.dbs[i].part = 3
		return
	case h.asleep[i]:
		h.ok(db.Resume())
		h.asleep[i] = false
		return
	}
	ks, err := db.Keyspace("test")
	h.ok(err)
	switch rapid.IntRange(0, 9).Draw(h.T, "what") {
	case 0:
		h.ok(db.Close())
		h.dbs[i] = nil
	case 1, 2:
		h.ok(db.Suspend())
		h.asleep[i] = true
	case 3, 4:
		h.ok(db.View(func(s *Snapshot) error {
			got := map[string]string{}
			for e, err := range s.Scan(ks, Range{}) {
				h.ok(err)
				got[string(e.Key)] = string(e.Value)
			}
			if !maps.Equal(got, h.want) {
				h.Fatalf("the store has %v, want %v", got, h.want)
			}
			return nil
		}))
	default:
		h.update(db, ks)
	}
}

// update sets a key, or deletes it, and looks at what it was.
func (h *sharedHistory) update(db *DB, ks Keyspace) {
	key, value := rapid.StringMatching("[a-c]{1,2}").Draw(h.T, "key"), rapid.StringMatching("[x-z]{0,30}").Draw(h.T, "value")
	h.ok(db.Update(func(tx *Tx) error {
		v, err := tx.Get(ks, []byte(key))
		if errors.Is(err, ErrNotFound) {
			err = nil
		}
		if err != nil || string(v) != h.want[key] {
			return fmt.Errorf("%s is %q, want %q: %v", key, v, h.want[key], err)
		}
		if value == "" {
			return tx.Delete(ks, []byte(key))
		}
		return tx.Put(ks, []byte(key), []byte(value))
	}))
	h.want[key] = value
	if value == "" {
		delete(h.want, key)
	}
}
