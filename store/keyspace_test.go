package store

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
)

// TestKeyspaces makes many keyspaces by one commit, and finds them again.
func TestKeyspaces(t *testing.T) {
	everywhere(t, Options{}, func(t *testing.T, db *DB) {
		test := keyspace(t, db)
		commits := func() uint64 {
			st, err := db.Stats()
			must(t, err)
			return st.Commits
		}
		before := commits()
		names := []string{"a", "test", "b", "", "a", "c"}
		got, err := db.Keyspaces(names...)
		must(t, err)
		if n := commits() - before; n != 1 {
			t.Errorf("%d commits for four new keyspaces, want 1", n)
		}
		if got[1] != test || got[0] != got[4] {
			t.Errorf("%v are %v", names, got)
		}
		distinct := map[Keyspace]bool{}
		for _, ks := range got {
			distinct[ks] = true
		}
		if len(distinct) != 5 || distinct[Keyspace{}] || distinct[catalog] {
			t.Errorf("%v are %v", names, got)
		}
		again, err := db.Keyspaces(names...)
		must(t, err)
		if n := commits() - before; n != 1 || !slices.Equal(got, again) {
			t.Errorf("again %v, by %d commits", again, n-1)
		}
		if none, err := db.Keyspaces(); err != nil || len(none) != 0 {
			t.Errorf("no names are %v, %v", none, err)
		}
		var more []string
		for i := range maxKeyspaces {
			more = append(more, fmt.Sprint("more ", i))
		}
		if _, err := db.Keyspaces(more...); !errors.Is(err, ErrTooLarge) {
			t.Errorf("too many: %v", err)
		}
		if _, err := db.Keyspaces(more[:maxKeyspaces-6]...); err != nil { // none of the others was made
			t.Errorf("as many as there can be: %v", err)
		}
	})
}

// TestKeyspacesTogether has handles of two processes make the same keyspaces at once.
func TestKeyspacesTogether(t *testing.T) {
	owner, client, _ := pair(t)
	var mu sync.Mutex
	all := map[string]Keyspace{}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			names := []string{fmt.Sprint("x", i), "same", fmt.Sprint("y", i%2)}
			got, err := []*DB{owner, client}[i%2].Keyspaces(names...)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for j, name := range names {
				if ks, ok := all[name]; ok && ks != got[j] {
					t.Errorf("%q is %v and %v", name, ks, got[j])
				}
				all[name] = got[j]
			}
		})
	}
	wg.Wait()
	if ids := slices.Sorted(func(yield func(byte) bool) {
		for ks := range maps.Values(all) {
			if !yield(ks.id) {
				return
			}
		}
	}); len(slices.Compact(ids)) != len(all) {
		t.Errorf("%v share ids", all)
	}
}
