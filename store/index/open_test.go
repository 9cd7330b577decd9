package index

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// TestOpenReadsTheFooter damages all but the ends of a file and opens it, and counts what the first read of a key touches.
func TestOpenReadsTheFooter(t *testing.T) {
	file := checkpoint(t, grown(t, 20_000, defaults))
	tree, err := reopen(file)
	if err != nil {
		t.Fatal(err)
	}
	if tree.root.in.Load() != nil {
		t.Error("the root is read")
	}
	if _, ok, err := tree.Get([]byte("key 12345")); !ok || err != nil {
		t.Fatal(ok, err)
	}
	read := 0
	var nodes func(n *node)
	nodes = func(n *node) {
		in := n.in.Load()
		if in == nil {
			return
		}
		read++
		for _, k := range in.kids {
			nodes(k)
		}
		for _, l := range in.leaves {
			if l.state.Load() == leafSound {
				read++
			}
		}
	}
	nodes(tree.root)
	if want := int(tree.root.level) + 1; read != want || want < 3 {
		t.Errorf("%d nodes and leaves are read, want %d", read, want)
	}
	clear(file[ckptHeaderSize : len(file)-ckptFooterSize-int(room(len(testMeta)))])
	if _, err := reopen(file); err != nil {
		t.Error(err)
	}
}

// TestFirstTouchesRace has many goroutines read an opened tree at once, in all ways, while another saves, adopts and changes it. The race
// detector watches.
func TestFirstTouchesRace(t *testing.T) {
	const n = 5000
	var f testFile
	f.save(t, nil, grown(t, n, tiny), nil)
	for round := range 3 {
		s := f.open(t, int64(len(f.b)))
		tree := s.Tree
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(round), uint64(w)))
				for range 300 {
					k := fmt.Appendf(nil, "key %05d", r.IntN(n))
					if _, ok, err := tree.Get(k); !ok || err != nil {
						t.Errorf("%q: %v %v", k, ok, err)
					}
				}
				if err := tree.check(); err != nil {
					t.Error(err)
				}
			})
		}
		var g testFile
		e := tree.Edit()
		for i := range 50 {
			if _, _, err := e.Put(fmt.Appendf(nil, "key %05d", i*97), Value{Inline: []byte("new")}); err != nil {
				t.Fatal(err)
			}
		}
		newer := e.Tree()
		for _, x := range []*Tree{tree, newer} {
			saved := g.save(t, nil, x, nil)
			saved.Keep()
			if err := saved.Adopt("ckpt", bytes.Clone(g.b)); err != nil {
				t.Error(err)
			}
			if err := x.check(); err != nil {
				t.Error(err)
			}
		}
		wg.Wait()
		if tree.root.in.Load() == nil {
			t.Error("nothing was read")
		}
	}
}
