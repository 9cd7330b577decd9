package store

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"arbor/store/disk"
)

// TestTrace compares every write, sync and rename of a small life with the one on file. Each line is a promise: a sync that is missing is a
// difference. Run with ARBOR_UPDATE=1 to accept a new one, and read it.
func TestTrace(t *testing.T) {
	sim := disk.NewSim(1)
	l := small
	l.random = rand.NewChaCha8([32]byte{})
	var out strings.Builder
	seen := 0
	note := func(what string) {
		out.WriteString("# " + what + "\n")
		for _, line := range sim.Trace()[seen:] {
			out.WriteString(line + "\n")
			seen++
		}
	}
	open := func() (*DB, *engine) {
		e, err := openEngine(sim, false, l)
		must(t, err)
		return newDB(e), e
	}
	db, _ := open()
	note("make a store")
	ks := keyspace(t, db)
	note("the first commit")
	put(t, db, ks, "a", strings.Repeat("a", 100))
	note("another")
	must(t, db.Update(func(tx *Tx) error {
		tx.SetDurability(None)
		return tx.Put(ks, []byte("b"), []byte("b"))
	}))
	note("one that is not waited for")
	must(t, db.Sync())
	note("sync")
	put(t, db, ks, "c", strings.Repeat("c", 6000))
	note("one over the half of the segment: the next is made")
	put(t, db, ks, "d", strings.Repeat("d", 6000))
	note("one that goes into the next segment")
	must(t, db.Close())
	note("close")
	db, _ = open()
	get(t, db, keyspace(t, db), "a")
	note("open and read")
	must(t, db.Close())
	note("close again")
	db, e := open()
	put(t, db, ks, "e", "e")
	note("open and commit")
	must(t, e.checkpoint())
	note("checkpoint")
	must(t, e.checkpoint())
	note("a second one")
	for range 3 {
		put(t, db, ks, "d", strings.Repeat("D", 9000))
	}
	note("overwrite")
	must(t, db.Clean(t.Context()))
	note("clean")
	for range 2 {
		put(t, db, ks, "d", strings.Repeat("D", 9000))
	}
	note("and go on, in what was given back")
	must(t, db.Close())
	note("close once more")

	const file = "testdata/trace.txt"
	if os.Getenv("ARBOR_UPDATE") != "" {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(file, []byte(out.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if out.String() != string(want) {
		t.Errorf("the trace is not that of %s:\n%s", file, out.String())
	}
}
