package model

import (
	"errors"
	"maps"
	"testing"

	"arbor/store"
)

// stateOf is all that is in the keyspaces of a tree.
func stateOf(t *testing.T, tree *Tree) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, name := range stateSpaces {
		ks, err := tree.db.Keyspace(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.db.View(func(s *store.Snapshot) error {
			for e, err := range s.Scan(ks, store.Range{}) {
				if err != nil {
					return err
				}
				got[name+" "+string(e.Key)] = string(e.Value)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return got
}

// spoilState removes or changes every nth entry of the keyspaces.
func spoilState(t *testing.T, tree *Tree, n int, names ...string) (spoiled int) {
	t.Helper()
	for _, name := range names {
		ks, err := tree.db.Keyspace(name)
		if err != nil {
			t.Fatal(err)
		}
		var b store.Batch
		i := 0
		if err := tree.db.View(func(s *store.Snapshot) error {
			for e, err := range s.Scan(ks, store.Range{}) {
				if err != nil {
					return err
				}
				if i++; i%n != 0 || name == "meta" && string(e.Key) == string(foldKey) {
					continue
				}
				spoiled++
				if i%(2*n) == 0 {
					err = b.Delete(ks, e.Key)
				} else {
					err = b.Put(ks, append([]byte{}, append(e.Key, 1)...), e.Value)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := tree.db.Apply(&b, store.None); err != nil {
			t.Fatal(err)
		}
	}
	return spoiled
}

func TestRefold(t *testing.T) {
	tree := library(t, 300)
	if _, err := tree.Undo(ThisDevice); err != nil {
		t.Fatal(err)
	}
	want := stateOf(t, tree)
	if n, err := Refold(t.Context(), tree.db); n != 0 || err != nil {
		t.Errorf("of a sound tree %d entries were made again, %v", n, err)
	}
	n := spoilState(t, tree, 3, "nodes", "places", "terms", "arrows")
	if err := tree.Verify(t.Context()); !errors.Is(err, ErrDiffers) {
		t.Errorf("verify of a spoiled tree: %v", err)
	}
	if got, err := Refold(t.Context(), tree.db); got != n || err != nil {
		t.Errorf("%d entries were made again, %d are spoiled: %v", got, n, err)
	}
	if !maps.Equal(stateOf(t, tree), want) {
		t.Error("the state is not what it was")
	}
	mustVerify(t, tree)
}

// TestRefoldWithoutHead loses what the state says of the log: the log itself is enough.
func TestRefoldWithoutHead(t *testing.T) {
	tree := library(t, 50)
	want := stateOf(t, tree)
	if err := tree.db.Update(func(tx *store.Tx) error {
		for e, err := range tx.Scan(tree.ks.meta, store.Prefix([]byte{deviceMark, '/'})) {
			if err == nil {
				err = tx.Delete(tree.ks.meta, e.Key)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if n, err := Refold(t.Context(), tree.db); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if !maps.Equal(stateOf(t, tree), want) {
		t.Error("the state is not what it was")
	}
}

// TestRefoldNeedsTheLog loses the beginning, the middle or the end of the log: the state is left as it is, for it may know more.
func TestRefoldNeedsTheLog(t *testing.T) {
	for _, which := range []string{"first", "middle", "last"} {
		tree := library(t, 3000)
		var keys [][]byte
		if err := tree.db.View(func(s *store.Snapshot) error {
			for e, err := range s.Scan(tree.ks.log, store.Range{}) {
				if err != nil {
					return err
				}
				keys = append(keys, append([]byte{}, e.Key...))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if len(keys) < 3 {
			t.Fatalf("a log of %d blocks", len(keys))
		}
		i := map[string]int{"first": 0, "middle": len(keys) / 2, "last": len(keys) - 1}[which]
		if err := tree.db.Update(func(tx *store.Tx) error { return tx.Delete(tree.ks.log, keys[i]) }); err != nil {
			t.Fatal(err)
		}
		before := stateOf(t, tree)
		if n, err := Refold(t.Context(), tree.db); n != 0 || !errors.Is(err, ErrLog) {
			t.Errorf("without the %s block: %d, %v", which, n, err)
		}
		if !maps.Equal(stateOf(t, tree), before) {
			t.Errorf("without the %s block: the state was changed", which)
		}
	}
}
