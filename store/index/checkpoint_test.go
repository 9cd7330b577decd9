package index

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
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
	if _, err := tree.WriteCheckpoint(&w, testSeed, testMeta); err != nil {
		t.Fatalf("write: %v", err)
	}
	return w.Bytes()
}

// reopen returns the tree of a checkpoint file.
func reopen(file []byte) (*Tree, error) {
	s, err := OpenCheckpoint("ckpt", file, testSeed)
	if err != nil {
		return nil, err
	}
	return s.Tree, nil
}

func TestCheckpointRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 5, 100, 5000} {
		tree := grown(t, n, tiny)
		file := checkpoint(t, tree)
		s, err := OpenCheckpoint("ckpt", file, testSeed)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Tree.check(); err != nil || !bytes.Equal(s.Meta, testMeta) {
			t.Fatal(err, s.Meta)
		}
		if same, err := Same(tree, s.Tree, nil, nil); err != nil || !same || s.Tree.Len() != int64(n) {
			t.Fatalf("%d keys: same %v, %v, length %d", n, same, err, s.Tree.Len())
		}
		if s.Size != int64(len(file)) || s.Dead() != 0 {
			t.Fatalf("%d keys: %d of %d bytes are dead", n, s.Dead(), s.Size)
		}
	}
}

// walkFile opens a checkpoint and reads all of it, as verify does, and returns the first damage.
func walkFile(file []byte) error {
	s, err := OpenCheckpoint("ckpt", file, testSeed)
	if err != nil {
		return err
	}
	for _, err := range s.Walk() {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	for _, n := range []int{0, 40} {
		file := checkpoint(t, grown(t, n, tiny))
		if err := walkFile(file); err != nil {
			t.Fatal(err)
		}
		for bit := range 8 * len(file) {
			file[bit/8] ^= 1 << (bit % 8)
			var damage *DamageError
			if err := walkFile(file); !errors.As(err, &damage) {
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

// records returns what lies in a checkpoint: the level of each record by its offset.
func records(file []byte) map[int64]uint32 {
	all := map[int64]uint32{}
	for off := int64(ckptHeaderSize); off < int64(len(file)-ckptFooterSize); {
		all[off] = le.Uint32(file[off+12:])
		off += room(int(le.Uint32(file[off+8:])))
	}
	return all
}

// TestDamageIsLocal proves that a damaged leaf or node fails those who go through it, with its offset, and nobody else.
func TestDamageIsLocal(t *testing.T) {
	tree := grown(t, 300, tiny)
	file := checkpoint(t, tree)
	for bad, level := range records(file) {
		if level == ckptMetaLevel {
			continue
		}
		file[bad+ckptRecordSize] ^= 1
		damaged, err := reopen(file)
		if err != nil {
			t.Fatalf("damage at level %d ends the opening: %v", level, err)
		}
		compareDamaged(t, tree, damaged, bad, level)
		file[bad+ckptRecordSize] ^= 1
	}
}

func compareDamaged(t *testing.T, tree, damaged *Tree, bad int64, level uint32) {
	failed := 0
	for e, err := range tree.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		v, ok, err := damaged.Get(e.Key)
		var damage *DamageError
		if !errors.As(err, &damage) {
			if err != nil || !ok || !v.Equal(e.Value) {
				t.Errorf("%q: %v %v %v", e.Key, v, ok, err)
			}
			continue
		}
		failed++
		if damage.File != "ckpt" || damage.Offset != bad || damage.Want == damage.Got {
			t.Errorf("%q: %+v, want offset %d", e.Key, damage, bad)
		}
		if _, _, err := damaged.Edit().Put(e.Key, Value{}); !errors.As(err, &damage) {
			t.Errorf("put: %v", err)
		}
		if _, _, err := damaged.Edit().Delete(e.Key); !errors.As(err, &damage) {
			t.Errorf("delete: %v", err)
		}
		gone := func(k []byte, _ Value) { t.Errorf("%q is gone", k) }
		edit := damaged.Edit()
		if err := edit.DeleteRange(e.Key[:len(e.Key)-1], nil, gone); !errors.As(err, &damage) || edit.Tree().root != damaged.root {
			t.Errorf("delete a range: %v", err)
		}
	}
	most := tiny.entries
	for range level {
		most *= tiny.kids + 1
	}
	if failed == 0 || failed > most {
		t.Errorf("%d keys failed by damage at level %d", failed, level)
	}
	for _, reverse := range []bool{false, true} {
		last := error(nil)
		for _, err := range damaged.Scan(nil, nil, reverse) {
			last = err
		}
		if last == nil {
			t.Errorf("reverse=%v: a scan over the damage ends without error", reverse)
		}
	}
	if _, err := Same(tree, damaged, nil, nil); err == nil {
		t.Error("same over the damage without error")
	}
	if _, err := damaged.WriteCheckpoint(new(bytes.Buffer), testSeed, nil); err == nil {
		t.Error("the damage is written to a new checkpoint")
	}
}

// TestOtherPlace proves that checksums are bound to the seed: of another store, and of another offset.
func TestOtherPlace(t *testing.T) {
	file := checkpoint(t, grown(t, 400, tiny))
	if _, err := OpenCheckpoint("ckpt", file, func(off int64) uint64 { return testSeed(off) + 1 }); err == nil {
		t.Error("opened with another seed")
	}
	s, err := OpenCheckpoint("ckpt", file, testSeed)
	if err != nil {
		t.Fatal(err)
	}
	bySize := map[int][]int64{}
	for l := range s.Walk() {
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
	if err := walkFile(file); err == nil {
		t.Error("two leaves changed places and pass")
	}
}

// TestWalkProvesAnew damages a leaf that was sound when it was first read.
func TestWalkProvesAnew(t *testing.T) {
	file := checkpoint(t, grown(t, 40, tiny))
	s, err := OpenCheckpoint("ckpt", file, testSeed)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Tree.check(); err != nil {
		t.Fatal(err)
	}
	file[ckptHeaderSize+ckptRecordSize+headerSize] ^= 4
	damaged, all := 0, 0
	for _, err := range s.Walk() {
		all++
		if err != nil {
			damaged++
		}
	}
	if damaged != 1 || all < 10 {
		t.Errorf("%d of %d leaves damaged", damaged, all)
	}
}

// TestBadTreesAreRefused writes trees that no edit makes, with right checksums.
func TestBadTreesAreRefused(t *testing.T) {
	sep := func(n *inner, i int, key string) {
		var p packer
		p.addFrom(n.seps, 0, i)
		p.add([]byte(key), 0, nil)
		p.addFrom(n.seps, i+1, n.seps.count())
		n.seps = p.pack(nil, 0, p.len())
	}
	bottom := func(t *Tree) *inner {
		in := t.root.in.Load()
		for in.kids != nil {
			in = in.kids[len(in.kids)/2].in.Load()
		}
		return in
	}
	for name, change := range map[string]func(t *Tree){
		"separator above keys of the leaf before": func(t *Tree) { n := bottom(t); sep(n, 0, string(n.leaves[0].bytes().appendKey(nil, 1))) },
		"separator above keys of the leaf behind": func(t *Tree) { n := bottom(t); sep(n, 0, string(n.leaves[1].bytes().appendKey(nil, 0))+"+") },
		"separator below those of its node":       func(t *Tree) { sep(bottom(t), 0, "a") },
		"separator above those of its node":       func(t *Tree) { n := bottom(t); sep(n, n.seps.count()-1, "z") },
		"leaf out of order": func(t *Tree) {
			b := bottom(t).leaves[0].bytes()
			b[headsAt(b.plen())] = 0xff
		},
		"empty leaf":           func(t *Tree) { bottom(t).leaves[0].set(noEntries) },
		"a kid too many":       func(t *Tree) { n := bottom(t); n.leaves = append(n.leaves, n.leaves[0]) },
		"a separator too many": func(t *Tree) { n := bottom(t); n.leaves = n.leaves[1:] },
		"no kid":               func(t *Tree) { n := bottom(t); n.leaves, n.seps = nil, noEntries },
		"wrong count":          func(t *Tree) { t.size++ },
		"a level left out": func(t *Tree) {
			in := t.root.in.Load()
			in.kids[0] = in.kids[0].in.Load().kids[0]
		},
		"too high": func(t *Tree) {
			for range maxOpenHeight {
				t.root = newInner(0, t.root.level+1, noEntries, []*node{t.root}, nil).self
			}
		},
	} {
		tree := grown(t, 400, tiny)
		if err := walkFile(checkpoint(t, tree)); err != nil {
			t.Fatal(err)
		}
		change(tree)
		var damage *DamageError
		file := checkpoint(t, tree)
		if err := walkFile(file); !errors.As(err, &damage) {
			t.Errorf("%s: %v", name, err)
		} else if records(file)[damage.Offset] == 0 && strings.HasSuffix(name, "of its node") {
			t.Errorf("%s: %v", name, err) // it should be found above its leaves
		}
	}
}

// reseal gives every record and footer that it finds a right checksum, so that a fuzzer gets past them.
func reseal(file []byte) {
	put := func(off, size int) int {
		if size > len(file)-off {
			return len(file)
		}
		b := file[off : off+size]
		le.PutUint64(b, xxhash.Sum64(b[8:])^testSeed(int64(off)))
		return off + size
	}
	for off := ckptHeaderSize; off+ckptRecordSize <= len(file)-ckptFooterSize; {
		level := le.Uint32(file[off+12:])
		off = put(off, int(room(int(le.Uint32(file[off+8:])))))
		if level == ckptMetaLevel { // an append may follow
			off = put(off, ckptFooterSize)
			off = (off + SaveAlign - 1) &^ (SaveAlign - 1)
		}
	}
	if end := len(file) - ckptFooterSize; end >= 0 {
		put(end, ckptFooterSize)
	}
}

// use reads and changes a tree in all ways; what it returns does not matter, that it returns does.
func use(file []byte) {
	s, err := OpenCheckpoint("ckpt", file, testSeed)
	if err != nil {
		return
	}
	tree := s.Tree
	var keys [][]byte
	for e, err := range tree.Entries() {
		if err != nil {
			break
		}
		keys = append(keys, bytes.Clone(e.Key))
	}
	for range tree.Scan([]byte("key 00010"), nil, true) {
	}
	for range s.Walk() {
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
	_, _ = after.WriteCheckpoint(new(bytes.Buffer), testSeed, nil)
	_, _ = s.Append(new(bytes.Buffer), after, nil)
	_ = s.Dead()
}

// FuzzOpenCheckpoint opens damaged checkpoints, as they are and with checksums made right.
func FuzzOpenCheckpoint(f *testing.F) {
	for _, n := range []int{0, 1, 3, 40} {
		file := testFile{}
		s := file.save(f, nil, grown(f, n, tiny), testMeta)
		s.Keep()
		f.Add(file.b)
		e := s.Tree.Edit()
		if _, _, err := e.Put([]byte("key 00002"), Value{Inline: []byte("appended")}); err != nil {
			f.Fatal(err)
		}
		file.save(f, s, e.Tree(), nil)
		f.Add(file.b)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		use(file)
		file = bytes.Clone(file)
		reseal(file)
		use(file)
	})
}
