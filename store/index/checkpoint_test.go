package index

import (
	"bytes"
	"fmt"
	"testing"
)

func testSeed(off int64) uint64 { return uint64(off)*0x9e3779b97f4a7c15 + 1 }

func grown(t testing.TB, n int, lim limits) *Tree {
	e := new(Tree).Edit()
	e.lim = lim
	for i := range n {
		if err := e.Put(fmt.Appendf(nil, "key %05d", i*7919%n), Value{Addr: uint64(i), Len: 9}); err != nil {
			t.Fatal(err)
		}
	}
	return e.Tree()
}

func checkpoint(t fataler, tree *Tree) []byte {
	var w bytes.Buffer
	if err := tree.WriteCheckpoint(&w, testSeed); err != nil {
		t.Fatalf("write: %v", err)
	}
	return w.Bytes()
}

func TestCheckpointRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 5, 100, 5000} {
		tree := grown(t, n, tiny)
		opened, err := OpenCheckpoint("ckpt", checkpoint(t, tree), testSeed)
		if err != nil {
			t.Fatal(err)
		}
		if err := opened.check(); err != nil {
			t.Fatal(err)
		}
		if same, err := Same(tree, opened, nil, nil); err != nil || !same || opened.Len() != int64(n) {
			t.Fatalf("%d keys: same %v, %v, length %d", n, same, err, opened.Len())
		}
	}
}
