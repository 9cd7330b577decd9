package index

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// These tests hold what the package costs: allocations, leaves touched, fill after deletes.

func TestReadsDoNotAllocate(t *testing.T) {
	heap := grown(t, 20_000, defaults)
	mapped, err := reopen(checkpoint(t, heap))
	if err != nil {
		t.Fatal(err)
	}
	for name, tree := range map[string]*Tree{"heap": heap, "mapped": mapped} {
		c := tree.Cursor()
		key := []byte("key 12345")
		i := 0
		for what, read := range map[string]func(){
			"Get":         func() { _, _, err = tree.Get(key) },
			"Seek":        func() { c.Seek(key) },
			"SeekBefore":  func() { c.SeekBefore(key) },
			"Same":        func() { _, err = Same(heap, tree, key, []byte("key 12360")) },
			"a step":      func() { _ = c.Next() && len(c.Key())+len(c.Value().Inline) > 0 },
			"a step back": func() { _ = c.Prev() && len(c.Key())+len(c.Value().Inline) > 0 },
		} {
			c.Seek(key)
			c.Key() // the buffer comes with the first key
			if n := testing.AllocsPerRun(500, read); n != 0 && what != "Same" || n > 8 {
				t.Errorf("%s, %s: %v allocations", name, what, n)
			}
			i++
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// leavesOf returns the identities of all leaves.
func leavesOf(n *node, set map[*leaf]bool) map[*leaf]bool {
	in, err := n.open()
	if err != nil {
		panic(err)
	}
	for _, k := range in.kids {
		leavesOf(k, set)
	}
	for _, l := range in.leaves {
		set[l] = true
	}
	return set
}

// TestBatchCopiesLeafOnce proves that an edit makes one new leaf for any number of changes in it, and leaves the others alone.
func TestBatchCopiesLeafOnce(t *testing.T) {
	older := grown(t, 2000, defaults)
	e := older.Edit()
	made := map[*leaf]bool{}
	for i := range 20 {
		if _, _, err := e.Put(fmt.Appendf(nil, "key %05d", 1000+i%3), Value{Addr: uint64(i)}); err != nil {
			t.Fatal(err)
		}
		for _, l := range e.drafts {
			made[l] = true
		}
	}
	newer := e.Tree()
	before, after := leavesOf(older.root, map[*leaf]bool{}), leavesOf(newer.root, map[*leaf]bool{})
	fresh := 0
	for l := range after {
		if !before[l] {
			fresh++
		}
	}
	if len(made) > 2 || fresh != len(made) {
		t.Errorf("%d drafts, %d new leaves for 20 changes of 3 neighbours", len(made), fresh)
	}
	if n := testing.AllocsPerRun(100, func() {
		e := newer.Edit()
		for i := range 50 {
			_, _, _ = e.Put([]byte("key 01000"), Value{Addr: uint64(i)})
		}
		e.Tree()
	}); n > 25 {
		t.Errorf("%v allocations for 50 changes of one key", n)
	}
}

// TestDeletesDoNotDegrade deletes most of a tree at random and looks at how full what is left is.
func TestDeletesDoNotDegrade(t *testing.T) {
	const n = 20_000
	tree := grown(t, n, defaults)
	e := tree.Edit()
	r := rand.New(rand.NewPCG(7, 7))
	left := n
	for _, i := range r.Perm(n)[:n-n/50] {
		if _, _, err := e.Delete(fmt.Appendf(nil, "key %05d", i)); err != nil {
			t.Fatal(err)
		}
		left--
	}
	tree = e.Tree()
	if err := tree.check(); err != nil {
		t.Fatal(err)
	}
	if leaves := len(leavesOf(tree.root, map[*leaf]bool{})); left/leaves < defaults.entries/6 {
		t.Errorf("%d keys in %d leaves", left, leaves)
	}
	var rest [][]byte
	for entry := range tree.Entries() {
		rest = append(rest, append([]byte(nil), entry.Key...))
	}
	for _, k := range rest {
		if _, _, err := e.Delete(k); err != nil {
			t.Fatal(err)
		}
	}
	if tree = e.Tree(); tree.root != nil || tree.Len() != 0 {
		t.Errorf("%d keys and a root after all are deleted", tree.Len())
	}
}

// TestHeightFollowsSize deletes all but a few keys of a high tree.
func TestHeightFollowsSize(t *testing.T) {
	const n = 5000
	tree := grown(t, n, tiny)
	high := height(tree)
	e := tree.Edit()
	e.lim = tiny
	for i := range n {
		if i%1000 != 7 {
			if _, _, err := e.Delete(fmt.Appendf(nil, "key %05d", i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if h := height(e.Tree()); high < 6 || h > 3 {
		t.Errorf("%d levels for %d keys, %d for 5", high, n, h)
	}
}

func height(t *Tree) int {
	return int(t.root.level)
}

func TestAscendingInsertsFillLeaves(t *testing.T) {
	e := new(Tree).Edit()
	const n = 20_000
	for i := range n {
		if _, _, err := e.Put(fmt.Appendf(nil, "key %05d", i), Value{}); err != nil {
			t.Fatal(err)
		}
	}
	if leaves := len(leavesOf(e.Tree().root, map[*leaf]bool{})); n/leaves < defaults.entries*9/10 {
		t.Errorf("%d keys a leaf", n/leaves)
	}
}

// TestChangedSkipsWhatIsShared counts, by the mapped leaves that were verified, what Changed and Same touch.
func TestChangedSkipsWhatIsShared(t *testing.T) {
	older, err := reopen(checkpoint(t, grown(t, 50_000, defaults)))
	if err != nil {
		t.Fatal(err)
	}
	e := older.Edit()
	for i := range 200 { // enough in one place for splits, so that the two trees lie differently
		if _, _, err := e.Put(fmt.Appendf(nil, "key 25000 %03d", i), Value{}); err != nil {
			t.Fatal(err)
		}
	}
	newer := e.Tree()
	n := 0
	for _, err := range Changed(older, newer, nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if same, err := Same(older, newer, []byte("key 30000"), nil); err != nil || !same {
		t.Errorf("same behind the change: %v, %v", same, err)
	}
	touched := 0
	for l := range leavesOf(older.root, map[*leaf]bool{}) {
		if l.state.Load() == leafSound {
			touched++
		}
	}
	if n != 200 || touched < 1 || touched > 12 {
		t.Errorf("%d changes, %d leaves touched", n, touched)
	}
}

// TestScanTouchesItsRange counts the leaves that a scan of a few keys reads.
func TestScanTouchesItsRange(t *testing.T) {
	file := checkpoint(t, grown(t, 20_000, defaults))
	for _, reverse := range []bool{false, true} {
		tree, err := reopen(file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, err := range tree.Scan([]byte("key 10000"), []byte("key 10003"), reverse) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		touched := 0
		for l := range leavesOf(tree.root, map[*leaf]bool{}) {
			if l.state.Load() == leafSound {
				touched++
			}
		}
		if n != 3 || touched < 1 || touched > 2 {
			t.Errorf("reverse=%v: %d keys from %d leaves", reverse, n, touched)
		}
	}
}

// TestChangedEntersNoSharedNode takes away what is below shared inner nodes far from the change: who enters one panics.
func TestChangedEntersNoSharedNode(t *testing.T) {
	older := grown(t, 2000, tiny)
	e := older.Edit()
	e.lim = tiny
	if _, _, err := e.Put([]byte("key 01000"), Value{Addr: 77}); err != nil {
		t.Fatal(err)
	}
	newer := e.Tree()
	poisoned := 0
	root := newer.root.in.Load()
	for i, n := range root.kids {
		if n == older.root.in.Load().kids[i] {
			n.in.Load().kids, n.in.Load().leaves = []*node{nil}, nil
			poisoned++
		}
	}
	if poisoned == 0 || poisoned != root.width()-1 {
		t.Fatalf("%d of %d kids of the root are shared", poisoned, root.width())
	}
	n := 0
	for _, err := range Changed(older, newer, []byte("key 01000"), nil) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("%d changes", n)
	}
}

// TestReadersBesideWriter lets readers check old states while an edit goes on; the race detector watches.
func TestReadersBesideWriter(t *testing.T) {
	tree, err := reopen(checkpoint(t, grown(t, 3000, defaults)))
	if err != nil {
		t.Fatal(err)
	}
	trees := make(chan *Tree, 8)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for s := range trees {
				if err := s.check(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	r := rand.New(rand.NewPCG(1, 9))
	for range 40 {
		trees <- tree
		e := tree.Edit()
		for range 50 {
			k := fmt.Appendf(nil, "key %05d", r.IntN(4000))
			if r.IntN(2) == 0 {
				_, _, err = e.Put(k, Value{Addr: r.Uint64()})
			} else {
				_, _, err = e.Delete(k)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		tree = e.Tree()
	}
	close(trees)
	wg.Wait()
}

// TestDeleteRangeCopiesItsEdges removes most of a tree and counts what is new, and how full what is left is.
func TestDeleteRangeCopiesItsEdges(t *testing.T) {
	older := grown(t, 20_000, defaults)
	e := older.Edit()
	if err := e.DeleteRange([]byte("key 00100"), []byte("key 19900"), nil); err != nil {
		t.Fatal(err)
	}
	newer := e.Tree()
	if err := newer.check(); err != nil || newer.Len() != 200 {
		t.Fatalf("%d keys, %v", newer.Len(), err)
	}
	before, fresh := leavesOf(older.root, map[*leaf]bool{}), 0
	after := leavesOf(newer.root, map[*leaf]bool{})
	for l := range after {
		if !before[l] {
			fresh++
		}
	}
	if fresh > 2 || len(after) > 10 || height(newer) > 1 {
		t.Errorf("%d new leaves of %d, height %d", fresh, len(after), height(newer))
	}
}

// TestDeleteRangesDoNotDegrade cuts many short ranges out of a tree.
func TestDeleteRangesDoNotDegrade(t *testing.T) {
	tree := grown(t, 20_000, defaults)
	e := tree.Edit()
	for i := range 2000 {
		if err := e.DeleteRange(fmt.Appendf(nil, "key %04d1", i), fmt.Appendf(nil, "key %04d", i+1), nil); err != nil {
			t.Fatal(err)
		}
	}
	tree = e.Tree()
	if err := tree.check(); err != nil || tree.Len() != 2000 {
		t.Fatalf("%d keys, %v", tree.Len(), err)
	}
	if leaves := len(leavesOf(tree.root, map[*leaf]bool{})); 2000/leaves < defaults.entries/6 {
		t.Errorf("%d keys in %d leaves", tree.Len(), leaves)
	}
}
