package model

import (
	"bytes"
	"os"
	"testing"
	"time"

	"arbor/store"
)

// laptop is a tree in a directory, on a machine of its own with a clock of its own.
func laptop(t *testing.T, dir, machine string, clock time.Time) *Tree {
	t.Helper()
	db, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	tree, err := Open(db, Options{Machine: machine, Dir: dir, Location: time.UTC, Now: func() time.Time {
		clock = clock.Add(time.Second)
		return clock
	}})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// carry brings the logs of one tree into the store of another, whose state is then folded again.
func carry(t *testing.T, from, to *Tree) {
	t.Helper()
	err := from.db.View(func(s *store.Snapshot) error {
		return to.db.Update(func(tx *store.Tx) error {
			own, err := readSelf(&to.ks, tx)
			if err != nil {
				return err
			}
			for e, err := range s.Scan(from.ks.log, store.Range{}) {
				if err != nil {
					return err
				}
				if bytes.HasPrefix(e.Key, own.device[:]) {
					continue // of which it has more
				}
				if err := tx.Put(to.ks.log, e.Key, e.Value); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Refold(t.Context(), to.db); err != nil {
		t.Fatal(err)
	}
}

// TestTwoLaptops: two devices do the same occurrence without knowing of each other; there is one of it, and one next date, whoever's clock is
// ahead and whichever of them hears of the other first. What one of them did and the other missed is done; of two next dates the one that was
// set last stands.
func TestTwoLaptops(t *testing.T) {
	const days = "; 2027-01-04 done; 2027-01-05 missed; 2027-01-06 done"
	for _, c := range []struct{ rule, onA, onB, lastA, lastB string }{
		{"weekly", "2027-01-04 10:00", "2027-01-05 10:00", "todo due 2027-01-11; 2027-01-04 done", "todo due 2027-01-11; 2027-01-04 done"},
		{"+1w", "2027-01-04 10:00", "2027-01-05 10:00", "todo due 2027-01-11; 2027-01-04 done", "todo due 2027-01-11; 2027-01-04 done"},
		{"daily", "2027-01-04 10:00", "2027-01-06 10:00", "todo due 2027-01-05" + days, "todo due 2027-01-07" + days},
	} {
		for ahead, want := range map[time.Duration]string{-time.Hour: c.lastA, time.Hour: c.lastB} {
			dirA := t.TempDir()
			a := laptop(t, dirA, "a", clockTime)
			id := addLine(t, a, Root, "x rec:"+c.rule+" due:2027-01-04 state:todo")
			below := addLine(t, a, id, "y state:done")
			if err := a.db.Close(); err != nil {
				t.Fatal(err)
			}
			dirB := t.TempDir()
			if err := os.CopyFS(dirB, os.DirFS(dirA)); err != nil {
				t.Fatal(err)
			}
			a = laptop(t, dirA, "a", clockTime.Add(24*time.Hour))
			b := laptop(t, dirB, "b", clockTime.Add(24*time.Hour+ahead))
			finish(t, a, id, c.onA)
			finish(t, b, id, c.onB)
			carry(t, b, a)
			carry(t, a, b)
			for name, tree := range map[string]*Tree{"a": a, "b": b} {
				if got := look(t, tree, id); got != want {
					t.Errorf("%s, clock of b %v ahead, on %s: %s, want %s", c.rule, ahead, name, got, want)
				}
				if got := look(t, tree, below); got != "todo" {
					t.Errorf("%s: what is below is %s", name, got)
				}
				mustVerify(t, tree)
			}
		}
	}
}
