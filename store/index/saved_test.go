package index

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// testFile is a checkpoint's file.
type testFile struct {
	b   []byte
	off int64
}

func (f *testFile) Write(p []byte) (int, error) {
	end := f.off + int64(len(p))
	if grow := end - int64(len(f.b)); grow > 0 {
		f.b = append(f.b, make([]byte, grow)...)
	}
	copy(f.b[f.off:], p)
	f.off = end
	return len(p), nil
}

// save writes a tree to a file, or appends it to what it has of s.
func (f *testFile) save(t fataler, s *Saved, tree *Tree, meta []byte) *Saved {
	var err error
	if s == nil {
		*f = testFile{}
		s, err = tree.WriteCheckpoint(f, testSeed, meta)
	} else {
		f.off = s.Next
		s, err = s.Append(f, tree, meta)
	}
	if err != nil || s.Size != f.off {
		t.Fatalf("save: %v, %d bytes of %d", err, s.Size, f.off)
	}
	return s
}

func (f *testFile) open(t fataler, size int64) *Saved {
	s, err := OpenCheckpoint("ckpt", f.b[:size:size], testSeed)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}

// dead counts what Dead must tell.
func (f *testFile) dead(t fataler, size int64) int64 {
	s := f.open(t, size)
	live := int64(ckptHeaderSize) + ckptFooterSize + room(len(s.Meta))
	for l, err := range s.Walk() {
		if err != nil {
			t.Fatalf("walk: %v", err)
		}
		live += room(l.Bytes)
	}
	var nodes func(n *node)
	nodes = func(n *node) {
		live += room(n.size())
		in, _ := n.open()
		for _, k := range in.kids {
			nodes(k)
		}
	}
	if s.Tree.root != nil {
		nodes(s.Tree.root)
	}
	return size - live
}

// TestSavesEqualModel changes a tree and saves it, in whole or by appends, some of which are given up when they are written; the file is
// opened again, or goes on to be used, and all trees there ever were stay as they are.
func TestSavesEqualModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := state{&Tree{}, map[string]Value{}}
		kept := []state{now}
		var f testFile
		var s *Saved
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				s = nil
				f.save(t, nil, now.tree, nil) // another file is begun and not kept
				fallthrough
			case 1, 2:
				meta := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "meta")
				before := bytes.Clone(f.b)
				size, dead := int64(0), int64(0)
				if s != nil {
					size, dead = s.Ahead(now.tree, len(meta))
				}
				next := f.save(t, s, now.tree, meta)
				if s != nil && (size != next.Size || dead != next.Dead()) {
					t.Fatalf("ahead were %d bytes, %d dead, now %d, %d", size, dead, next.Size, next.Dead())
				}
				if s != nil && !bytes.Equal(f.b[:s.Size], before[:s.Size]) {
					t.Fatalf("an append has written to what counts")
				}
				if s != nil && rapid.IntRange(0, 3).Draw(t, "given up") == 0 {
					f.off = s.Next + int64(rapid.IntRange(0, 200).Draw(t, "torn")) // a part of it is lost
					_, _ = f.Write(make([]byte, 100))
					if rapid.Bool().Draw(t, "elsewhere") {
						s.Next += SaveAlign
					}
					continue
				}
				next.Keep()
				if s = next; rapid.Bool().Draw(t, "adopt") {
					if err := s.Adopt("ckpt", bytes.Clone(f.b)); err != nil {
						t.Fatalf("adopt: %v", err)
					}
				}
				if want := f.dead(t, s.Size); s.Dead() != want || f.open(t, s.Size).Dead() != want {
					t.Fatalf("%d dead bytes, opened again %d, want %d", s.Dead(), f.open(t, s.Size).Dead(), want)
				}
				reopened := f.open(t, s.Size)
				state{reopened.Tree, now.model}.compare(t)
				if !bytes.Equal(reopened.Meta, meta) {
					t.Fatalf("meta %x, want %x", reopened.Meta, meta)
				}
			case 3:
				if s != nil { // as the next process does
					model := kept[len(kept)-1].model
					for i := range kept {
						if kept[i].tree == s.Tree {
							model = kept[i].model
						}
					}
					f.b = bytes.Clone(f.b)
					s = f.open(t, s.Size)
					now = state{s.Tree, model}
					kept = append(kept, now)
				}
			default:
				e := now.tree.Edit()
				e.lim = tiny
				next := state{model: maps.Clone(now.model)}
				for range rapid.IntRange(0, 25).Draw(t, "changes") {
					next.change(t, e, 7)
				}
				next.tree = e.Tree()
				compareChanged(t, now, next, nil, nil)
				now = next
				kept = append(kept, now)
			}
		}
		for _, s := range kept {
			s.compare(t)
		}
	})
}

// TestAppendWritesWhatChanged counts the bytes of appends after small changes, in this process and the next.
func TestAppendWritesWhatChanged(t *testing.T) {
	tree := grown(t, 50_000, defaults)
	var f testFile
	s := f.save(t, nil, tree, nil)
	s.Keep()
	whole := s.Size
	for round := range 4 {
		if round%2 == 1 {
			s = f.open(t, s.Size)
		}
		e := s.Tree.Edit()
		if _, _, err := e.Put([]byte("key 25000"), Value{Addr: uint64(round)}); err != nil {
			t.Fatal(err)
		}
		from := s.Next
		s = f.save(t, s, e.Tree(), nil)
		s.Keep()
		if n := s.Size - from; n > 12<<10 {
			t.Errorf("round %d: one change in a file of %d appends %d bytes", round, whole, n)
		}
	}
	if same, err := Same(f.open(t, s.Size).Tree, s.Tree, nil, nil); !same || err != nil {
		t.Errorf("same %v, %v", same, err)
	}
}

// TestAppendGivenUp appends, does not keep it, and appends something else in its place.
func TestAppendGivenUp(t *testing.T) {
	older := state{&Tree{}, map[string]Value{}}
	var f testFile
	s := f.save(t, nil, older.tree, nil)
	s.Keep()
	for round := range 3 {
		e := older.tree.Edit()
		model := maps.Clone(older.model)
		for i := range 100 {
			k := fmt.Sprintf("key %05d", i)
			model[k] = Value{Addr: uint64(round), Len: 1}
			if _, _, err := e.Put([]byte(k), model[k]); err != nil {
				t.Fatal(err)
			}
		}
		newer := state{e.Tree(), model}
		f.save(t, s, newer.tree, nil)
		next := f.save(t, s, newer.tree, nil) // once more: nothing is taken to lie there from the first time
		state{f.open(t, next.Size).Tree, model}.compare(t)
		state{f.open(t, s.Size).Tree, older.model}.compare(t)
	}
}

type failing struct{ left int }

func (w *failing) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestFailedSave(t *testing.T) {
	tree := grown(t, 5000, defaults)
	if _, err := tree.WriteCheckpoint(&failing{4096}, testSeed, nil); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("write: %v", err)
	}
	if _, err := tree.WriteCheckpoint(io.Discard, testSeed, make([]byte, MaxMeta+1)); err == nil {
		t.Error("too much meta is taken")
	}
	var f testFile
	s := f.save(t, nil, tree, nil)
	s.Keep()
	if err := s.Adopt("ckpt", f.b[:len(f.b)-8]); err == nil {
		t.Error("a file that was cut is adopted")
	}
	f.b[len(f.b)/2] ^= 1
	var damage *DamageError
	if err := s.Adopt("ckpt", f.b); !errors.As(err, &damage) {
		t.Errorf("a file that is not what was written is adopted: %v", err)
	}
	state := tree.check()
	if state != nil {
		t.Error(state)
	}
}

// TestAdoptLetsGo takes away the memory that leaves were in before, and the file before that.
func TestAdoptLetsGo(t *testing.T) {
	older := grown(t, 3000, defaults)
	var f, g testFile
	s := f.save(t, nil, older, nil)
	s.Keep()
	e := f.open(t, s.Size).Tree.Edit()
	for i := range 1000 {
		if _, _, err := e.Put(fmt.Appendf(nil, "key %05d", i*3), Value{Addr: 1 << 40, Len: uint32(i)}); err != nil {
			t.Fatal(err)
		}
	}
	tree := e.Tree()
	var heap [][]byte
	for l := range leavesOf(tree.root, map[*leaf]bool{}) {
		b, err := l.open()
		if err != nil {
			t.Fatal(err)
		}
		heap = append(heap, b)
	}
	s = g.save(t, nil, tree, nil)
	s.Keep()
	mapped := bytes.Clone(g.b)
	if err := s.Adopt("ckpt", mapped); err != nil {
		t.Fatal(err)
	}
	for _, b := range slices.Concat(heap, [][]byte{f.b}) {
		clear(b)
	}
	if err := tree.check(); err != nil {
		t.Fatal(err)
	}
	e = tree.Edit()
	if err := e.DeleteRange([]byte("key 00100"), []byte("key 02900"), nil); err != nil {
		t.Fatal(err)
	}
	tree = e.Tree()
	clear(mapped[:0])
	if err := tree.check(); err != nil || tree.Len() != 200 {
		t.Fatal(err, tree.Len())
	}
}

// TestFileNumbersRunOut opens with the last numbers there are, and beyond: then nothing is known of a file, and all is written again.
func TestFileNumbersRunOut(t *testing.T) {
	before := files.Load()
	defer files.Store(before)
	const end = 1 << (64 - offsetBits)
	for first, known := range map[uint32]bool{end - 3: true, end - 1: false, end + 5: false} {
		files.Store(first)
		var f testFile
		f.save(t, nil, grown(t, 500, tiny), nil)
		s := f.open(t, int64(len(f.b)))
		size := s.Size
		s = f.save(t, s, s.Tree, nil)
		s.Keep()
		if again := s.Size-size > size/2; again == known || s.Tree.check() != nil {
			t.Errorf("%x: number %x, an append of nothing has %d bytes", first, s.number, s.Size-size)
		}
		if reopened := f.open(t, s.Size); reopened.Tree.check() != nil || reopened.Tree.Len() != 500 {
			t.Errorf("%x: %d keys", first, reopened.Tree.Len())
		}
	}
}
