package index

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
	"pgregory.net/rapid"
)

var testMeta = []byte("what the caller keeps")

func testSeed(off int64) uint64 { return uint64(off)*0x9e3779b97f4a7c15 + 1 }

func grown(t testing.TB, n int, lim limits) *Tree {
	e := new(Tree).Edit()
	e.lim = lim
	for i := range n {
		if _, _, err := e.Put(fmt.Appendf(nil, "key %05d", i*7919%n), Value{Addr: uint64(i), Len: 9}); err != nil {
			t.Fatal(err)
		}
	}
	return e.Tree()
}

func checkpoint(t fataler, tree *Tree) []byte {
	var w bytes.Buffer
	if err := tree.WriteCheckpoint(&w, testSeed, testMeta); err != nil {
		t.Fatalf("write: %v", err)
	}
	return w.Bytes()
}

// reopen returns the tree of a checkpoint file.
func reopen(file []byte) (*Tree, error) {
	t, _, err := OpenCheckpoint("ckpt", file, testSeed)
	return t, err
}

func TestCheckpointRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 5, 100, 5000} {
		tree := grown(t, n, tiny)
		opened, meta, err := OpenCheckpoint("ckpt", checkpoint(t, tree), testSeed)
		if err != nil {
			t.Fatal(err)
		}
		if err := opened.check(); err != nil || !bytes.Equal(meta, testMeta) {
			t.Fatal(err, meta)
		}
		if same, err := Same(tree, opened, nil, nil); err != nil || !same || opened.Len() != int64(n) {
			t.Fatalf("%d keys: same %v, %v, length %d", n, same, err, opened.Len())
		}
	}
}

// TestEditsOnCheckpoint goes from checkpoint to checkpoint with changes between.
func TestEditsOnCheckpoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := state{&Tree{}, map[string]Value{}}
		for range rapid.IntRange(1, 4).Draw(t, "checkpoints") {
			file := checkpoint(t, now.tree)
			kept := bytes.Clone(file)
			opened, err := reopen(file)
			if err != nil {
				t.Fatalf("open: %v", err)
			}
			older := state{opened, now.model}
			e := opened.Edit()
			e.lim = tiny
			model := maps.Clone(now.model)
			for range rapid.IntRange(0, 60).Draw(t, "changes") {
				state{model: model}.change(t, e, 6)
			}
			now = state{e.Tree(), model}
			compareChanged(t, older, now, nil, nil)
			now.compare(t)
			older.compare(t)
			if !bytes.Equal(file, kept) {
				t.Fatalf("an edit wrote to the checkpoint")
			}
		}
	})
}

// walk opens a checkpoint and reads all of it, as verify does, and returns the first damage.
func walk(file []byte) error {
	tree, err := reopen(file)
	if err != nil {
		return err
	}
	for _, err := range tree.Walk() {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	for _, n := range []int{0, 40} {
		file := checkpoint(t, grown(t, n, tiny))
		if err := walk(file); err != nil {
			t.Fatal(err)
		}
		for bit := range 8 * len(file) {
			file[bit/8] ^= 1 << (bit % 8)
			var damage *DamageError
			if err := walk(file); !errors.As(err, &damage) {
				t.Fatalf("bit %d of byte %d of %d flipped: %v", bit%8, bit/8, len(file), err)
			}
			file[bit/8] ^= 1 << (bit % 8)
		}
	}
}

func TestEveryCutIsFound(t *testing.T) {
	file := checkpoint(t, grown(t, 40, tiny))
	for n := range file {
		if _, err := reopen(file[:n]); err == nil {
			t.Fatalf("opened with %d of %d bytes", n, len(file))
		}
	}
}

// TestDamageIsLocal proves that a damaged leaf fails those who touch it, with its offset, and nobody else.
func TestDamageIsLocal(t *testing.T) {
	tree := grown(t, 200, tiny)
	file := checkpoint(t, tree)
	opened, err := reopen(file)
	if err != nil {
		t.Fatal(err)
	}
	var offsets []int64
	for l, err := range opened.Walk() {
		if err != nil {
			t.Fatal(err)
		}
		offsets = append(offsets, l.Offset)
	}
	bad := offsets[len(offsets)/2]
	file[bad+ckptRecordSize] ^= 1
	if opened, err = reopen(file); err != nil {
		t.Fatalf("damage of a leaf ends the opening: %v", err)
	}
	failed := 0
	for e, err := range tree.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		v, ok, err := opened.Get(e.Key)
		var damage *DamageError
		switch {
		case errors.As(err, &damage):
			failed++
			if damage.File != "ckpt" || damage.Offset != bad || damage.Want == damage.Got {
				t.Errorf("%q: %+v, want offset %d", e.Key, damage, bad)
			}
			if _, _, err := opened.Edit().Put(e.Key, Value{}); !errors.As(err, &damage) {
				t.Errorf("put: %v", err)
			}
			if _, _, err := opened.Edit().Delete(e.Key); !errors.As(err, &damage) {
				t.Errorf("delete: %v", err)
			}
			gone := func(k []byte, _ Value) { t.Errorf("%q is gone", k) }
			edit := opened.Edit()
			if err := edit.DeleteRange(e.Key[:len(e.Key)-1], nil, gone); !errors.As(err, &damage) || edit.Tree().root != opened.root {
				t.Errorf("delete a range: %v", err)
			}
		case err != nil || !ok || !v.Equal(e.Value):
			t.Errorf("%q: %v %v %v", e.Key, v, ok, err)
		}
	}
	if failed == 0 || failed > tiny.entries {
		t.Errorf("%d keys failed", failed)
	}
	for _, reverse := range []bool{false, true} {
		last := error(nil)
		for _, err := range opened.Scan(nil, nil, reverse) {
			last = err
		}
		if last == nil {
			t.Errorf("reverse=%v: a scan over the damage ends without error", reverse)
		}
	}
	if _, err := Same(tree, opened, nil, nil); err == nil {
		t.Error("same over the damage without error")
	}
	if err := opened.WriteCheckpoint(new(bytes.Buffer), testSeed, nil); err == nil {
		t.Error("the damage is written to a new checkpoint")
	}
}

// TestOtherPlace proves that checksums are bound to the seed: of another store, and of another offset.
func TestOtherPlace(t *testing.T) {
	file := checkpoint(t, grown(t, 400, tiny))
	if _, _, err := OpenCheckpoint("ckpt", file, func(off int64) uint64 { return testSeed(off) + 1 }); err == nil {
		t.Error("opened with another seed")
	}
	opened, err := reopen(file)
	if err != nil {
		t.Fatal(err)
	}
	bySize := map[int][]int64{}
	for l := range opened.Walk() {
		bySize[l.Bytes] = append(bySize[l.Bytes], l.Offset)
	}
	var a, b []byte
	for bytes, offsets := range bySize {
		if len(offsets) > 1 {
			size := ckptRecordSize + padded(bytes)
			a, b = file[offsets[0]:][:size], file[offsets[1]:][:size]
		}
	}
	if a == nil {
		t.Fatal("no two leaves are of one size")
	}
	for i := range a {
		a[i], b[i] = b[i], a[i]
	}
	if err := walk(file); err == nil {
		t.Error("two leaves changed places and pass")
	}
}

// TestWalkProvesAnew damages a leaf that was sound when it was first read.
func TestWalkProvesAnew(t *testing.T) {
	file := checkpoint(t, grown(t, 40, tiny))
	tree, err := reopen(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.check(); err != nil {
		t.Fatal(err)
	}
	file[ckptHeaderSize+ckptRecordSize+headerSize] ^= 4
	damaged, all := 0, 0
	for _, err := range tree.Walk() {
		all++
		if err != nil {
			damaged++
		}
	}
	if damaged != 1 || all < 10 {
		t.Errorf("%d of %d leaves damaged", damaged, all)
	}
}

// TestOpenRefusesBadTrees writes trees that no edit makes, with right checksums.
func TestOpenRefusesBadTrees(t *testing.T) {
	sep := func(n *node, i int, key string) {
		var p packer
		p.addFrom(n.seps, 0, i)
		p.add([]byte(key), 0, nil)
		p.addFrom(n.seps, i+1, n.seps.count())
		n.seps = p.pack(nil, 0, p.len())
	}
	bottom := func(t *Tree) *node {
		n := t.root
		for n.kids != nil {
			n = n.kids[len(n.kids)/2]
		}
		return n
	}
	for name, change := range map[string]func(t *Tree){
		"separator above keys of the leaf before": func(t *Tree) { n := bottom(t); sep(n, 0, string(n.leaves[0].blob.appendKey(nil, 1))) },
		"separator above keys of the leaf behind": func(t *Tree) { n := bottom(t); sep(n, 0, string(n.leaves[1].blob.appendKey(nil, 0))+"+") },
		"separator below those of its node":       func(t *Tree) { sep(bottom(t), 0, "a") },
		"separator above those of its node":       func(t *Tree) { n := bottom(t); sep(n, n.seps.count()-1, "z") },
		"leaf out of order": func(t *Tree) {
			b := bottom(t).leaves[0].blob
			b[headsAt(b.plen())] = 0xff
		},
		"empty leaf":           func(t *Tree) { bottom(t).leaves[0].blob = noEntries },
		"a kid too many":       func(t *Tree) { n := bottom(t); n.leaves = append(n.leaves, n.leaves[0]) },
		"a separator too many": func(t *Tree) { n := bottom(t); n.leaves = n.leaves[1:] },
		"too high": func(t *Tree) {
			for range maxOpenHeight {
				t.root = &node{seps: noEntries, kids: []*node{t.root}}
			}
		},
	} {
		tree := grown(t, 400, tiny)
		if err := walk(checkpoint(t, tree)); err != nil {
			t.Fatal(err)
		}
		change(tree)
		var damage *DamageError
		file := checkpoint(t, tree)
		if err := walk(file); !errors.As(err, &damage) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := reopen(file); err == nil && strings.HasSuffix(name, "of its node") {
			t.Errorf("%s: opened", name)
		}
	}
}

// reseal gives every record it finds and the footer a right checksum, so that a fuzzer gets past them.
func reseal(file []byte) {
	put := func(b []byte, off int) { le.PutUint64(b, xxhash.Sum64(b[8:])^testSeed(int64(off))) }
	end := len(file) - ckptFooterSize
	for off := ckptHeaderSize; off+ckptRecordSize <= end; {
		size := ckptRecordSize + padded(int(le.Uint32(file[off+8:])))
		if size > end-off {
			break
		}
		put(file[off:off+size], off)
		off += size
	}
	if end >= 0 {
		put(file[end:], end)
	}
}

// use reads and changes a tree in all ways; what it returns does not matter, that it returns does.
func use(tree *Tree) {
	var keys [][]byte
	for e, err := range tree.Entries() {
		if err != nil {
			break
		}
		keys = append(keys, bytes.Clone(e.Key))
	}
	for range tree.Scan([]byte("key 00010"), nil, true) {
	}
	for range tree.Walk() {
	}
	e := tree.Edit()
	e.lim = tiny
	_ = e.DeleteRange([]byte("key 00011"), []byte("key 00017"), func([]byte, Value) {})
	for i, k := range keys {
		if i%2 == 0 {
			_, _, _ = e.Delete(k)
		} else {
			_, _, _ = e.Put(append(k, 'x')[:min(len(k)+1, MaxKey)], Value{Inline: []byte("y")})
		}
	}
	after := e.Tree()
	for range Changed(tree, after, nil, nil) {
	}
	_, _ = Same(after, tree, []byte("key 00003"), []byte("key 00007"))
	_ = after.WriteCheckpoint(new(bytes.Buffer), testSeed, nil)
}

// FuzzOpenCheckpoint opens damaged checkpoints, as they are and with checksums made right.
func FuzzOpenCheckpoint(f *testing.F) {
	for _, n := range []int{0, 1, 3, 40} {
		f.Add(checkpoint(f, grown(f, n, tiny)))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if tree, err := reopen(file); err == nil {
			use(tree)
		}
		file = bytes.Clone(file)
		reseal(file)
		if tree, err := reopen(file); err == nil {
			use(tree)
		}
	})
}
