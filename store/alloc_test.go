package store

import (
	"fmt"
	"testing"

	"arbor/store/disk"
)

// TestCommitAllocations bounds what a commit of one key leaves to the collector: its record, its ticket, a state, and the path in the index.
// Folds, waiters and frames use the same memory again.
func TestCommitAllocations(t *testing.T) {
	if testing.CoverMode() != "" || raceEnabled {
		t.Skip("the race detector and coverage allocate")
	}
	db := openSmall(t, disk.NewMemory(), usualLimits)
	ks := keyspace(t, db)
	var keys [200][]byte
	for i := range keys {
		keys[i] = fmt.Appendf(nil, "key %d", i)
		put(t, db, ks, string(keys[i]), "value")
	}
	value := make([]byte, 100)
	for _, test := range []struct {
		name string
		d    Durability
		most float64
	}{{"none", None, 16}, {"durable", Commit, 22}} {
		i := 0
		got := testing.AllocsPerRun(500, func() {
			var b Batch
			i++
			must(t, b.Put(ks, keys[i*7919%len(keys)], value))
			_, err := db.Apply(&b, test.d)
			must(t, err)
		})
		if got > test.most {
			t.Errorf("%s: %v allocations, at most %v", test.name, got, test.most)
		}
		t.Logf("%s: %v allocations", test.name, got)
	}
	must(t, db.Close())
}
