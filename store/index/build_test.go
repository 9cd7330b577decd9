package index

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func sequence(keys []string, model map[string]Value) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, k := range keys {
			if !yield(Entry{[]byte(k), model[k]}, nil) {
				return
			}
		}
	}
}

func TestBuildEqualsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := state{model: rapid.MapOfN(genKey(), genValue(), 0, 200).Draw(t, "entries")}
		var err error
		if s.tree, err = build(sequence(s.sorted(nil, nil), s.model), tiny); err != nil {
			t.Fatalf("build: %v", err)
		}
		s.compare(t)
		e := s.tree.Edit() // what is built can be changed
		e.lim = tiny
		for _, k := range s.sorted(nil, nil) {
			if _, _, err := e.Delete([]byte(k)); err != nil {
				t.Fatalf("delete: %v", err)
			}
			k += "+"
			if len(k) <= MaxKey {
				if _, _, err := e.Put([]byte(k), Value{Addr: 3}); err != nil {
					t.Fatalf("put: %v", err)
				}
			}
		}
		if err := e.Tree().check(); err != nil {
			t.Fatalf("changed: %v", err)
		}
		s.compare(t)
	})
}

func TestBuildLeavesNoNodeOfOneKid(t *testing.T) {
	var narrow func(n *node) bool
	narrow = func(n *node) bool { in := n.in.Load(); return in.width() == 1 || slices.ContainsFunc(in.kids, narrow) }
	for count := tiny.entries + 1; count < 300; count++ {
		var keys []string
		for i := range count {
			keys = append(keys, fmt.Sprintf("%03d", i))
		}
		tree, err := build(sequence(keys, nil), tiny)
		if err != nil {
			t.Fatal(err)
		}
		if narrow(tree.root) {
			t.Fatalf("%d keys: a node has one kid", count)
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	stop := errors.New("stop")
	for name, c := range map[string]struct {
		keys []string
		want error
	}{
		"descending": {[]string{"b", "a"}, ErrKey},
		"twice":      {[]string{"a", "a"}, ErrKey},
		"empty key":  {[]string{""}, ErrKey},
	} {
		if _, err := Build(sequence(c.keys, nil)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Build(func(yield func(Entry, error) bool) { yield(Entry{}, stop) }); !errors.Is(err, stop) {
		t.Errorf("error of the sequence: %v", err)
	}
}
