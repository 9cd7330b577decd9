package index

import (
	"fmt"
	"testing"
)

// TestWarm warms trees of all sizes, one that is being edited and one that lies in a checkpoint of which nothing was read yet, and finds them as
// they were.
func TestWarm(t *testing.T) {
	var keys [][]byte
	for i := range MaxWarm + 4 {
		keys = append(keys, fmt.Appendf(nil, "key %05d", i*i*37%5000))
	}
	for _, n := range []int{0, 1, 10, 5000} {
		want := grown(t, n, defaults)
		e := new(Tree).Edit()
		for i := range n {
			e.Warm(keys[:i%len(keys)])
			if _, _, err := e.Put(fmt.Appendf(nil, "key %05d", i*7919%n), Value{Addr: uint64(i), Len: 9}); err != nil {
				t.Fatal(err)
			}
		}
		saved, err := reopen(checkpoint(t, want))
		if err != nil {
			t.Fatal(err)
		}
		for _, tree := range []*Tree{e.Tree(), saved} {
			for range 2 { // unread, and then read
				tree.Warm(keys)
				if same, err := Same(want, tree, nil, nil); err != nil || !same || tree.Len() != int64(n) {
					t.Fatalf("%d keys: same %v, %v, length %d", n, same, err, tree.Len())
				}
			}
			if err := tree.check(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
