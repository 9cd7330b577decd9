package store

import (
	"errors"
	"iter"
	"testing"
)

// TestViewIsOver uses a snapshot after the end of its view, in whatever way, in the owner and in a client.
func TestViewIsOver(t *testing.T) {
	owner, client, ks := pair(t)
	for _, key := range []string{"a", "b", "c"} {
		put(t, owner, ks, key, "value of "+key)
	}
	for name, db := range map[string]*DB{"owner": owner, "client": client} {
		t.Run(name, func(t *testing.T) {
			var s, older *Snapshot
			must(t, db.View(func(x *Snapshot) error {
				older = x
				return nil
			}))
			var next func() (Entry, error, bool)
			var stop func()
			var p Position
			must(t, db.View(func(x *Snapshot) (err error) {
				s = x
				next, stop = iter.Pull2(s.Scan(ks, Range{}))
				if e, err, ok := next(); err != nil || !ok || string(e.Key) != "a" {
					t.Errorf("the first entry: %q, %v, %v", e.Key, err, ok)
				}
				p, err = s.Position()
				return err
			}))
			defer stop()
			over := func(what string, err error) {
				if !errors.Is(err, errOver) {
					t.Errorf("%s: %v", what, err)
				}
			}
			_, err := s.Get(ks, []byte("a"))
			over("get", err)
			_, err = s.GetMany(ks, [][]byte{[]byte("a"), []byte("b")})
			over("get many", err)
			for _, err = range s.Scan(ks, Range{}) {
				over("scan", err)
			}
			for range 3 { // a client has a page of them already
				if _, err, _ = next(); err != nil || name == "client" {
					break
				}
			}
			if name == "owner" {
				over("the next entry", err)
			}
			for _, err = range s.Since(p, ks, Range{}) {
				over("since", err)
			}
			for _, err = range s.Changed(older, ks, Range{}) {
				if name == "owner" {
					over("changed", err)
				}
			}
		})
	}
}
