package model

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"arbor/store"
)

// openDir runs fn on the tree of a directory, as a process of its own would.
func openDir(t *testing.T, dir string, opt store.Options, machine string, fn func(*Tree)) {
	t.Helper()
	db, err := store.Open(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	tree, err := Open(db, Options{Machine: machine, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	fn(tree)
}

func TestUndoAcrossRestarts(t *testing.T) {
	dir := t.TempDir()
	steps := []struct {
		do   func(*Tree) error
		want string
	}{
		{func(tree *Tree) error { plant(t, tree, "a\nb\n"); return nil }, "a\nb\n"},
		{func(tree *Tree) error {
			_, err := tree.Do("move", func(e *Edit) error {
				first, _, err := e.FirstChild(Root)
				return errors.Join(err, e.Move(first.ID, Root, Last))
			})
			return err
		}, "b\na\n"},
		{func(tree *Tree) error { _, err := tree.Undo(ThisDevice); return err }, "a\nb\n"},
		{func(tree *Tree) error { _, err := tree.Undo(ThisSession); return err }, ""},
		{func(tree *Tree) error { _, err := tree.Redo(ThisDevice); return err }, "a\nb\n"},
		{func(tree *Tree) error { _, err := tree.Redo(ThisDevice); return err }, "b\na\n"},
	}
	for _, s := range steps {
		openDir(t, dir, store.Options{IO: "buffered"}, "m", func(tree *Tree) {
			if err := s.do(tree); err != nil {
				t.Fatal(err)
			}
			wantOutline(t, tree, Root, s.want)
		})
	}
	openDir(t, dir, store.Options{IO: "buffered"}, "m", func(tree *Tree) { mustVerify(t, tree) })
}

// A store that may not be written is read, even in another place than the one it was made in.
func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	openDir(t, dir, store.Options{IO: "buffered"}, "m", func(tree *Tree) { plant(t, tree, "a\n") })
	openDir(t, dir, store.Options{IO: "buffered", ReadOnly: true}, "another", func(tree *Tree) {
		wantOutline(t, tree, Root, "a\n")
		if _, err := tree.Do("x", func(e *Edit) error {
			_, err := e.Create(Root, Last, "b")
			return err
		}); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("an edit gave %v", err)
		}
	})
}

// A tree that is restored, in the very place where it was, is another device: the log of the one before may have gone on, and others may
// know how.
func TestRestoredIsAnotherDevice(t *testing.T) {
	dir := t.TempDir() + "/store"
	me := func(tree *Tree) (s self) {
		if err := tree.db.View(func(r *store.Snapshot) (err error) {
			s, err = readSelf(&tree.ks, r)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return s
	}
	var stream bytes.Buffer
	var before self
	openDir(t, dir, store.Options{IO: "buffered"}, "m", func(tree *Tree) {
		plant(t, tree, "a\n")
		before = me(tree)
		if _, err := tree.db.Backup(t.Context(), &stream); err != nil {
			t.Fatal(err)
		}
		plant(t, tree, "lost with the directory\n")
	})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), &stream, dir, store.RestoreOptions{IO: "buffered"}); err != nil {
		t.Fatal(err)
	}
	openDir(t, dir, store.Options{IO: "buffered"}, "m", func(tree *Tree) {
		after := me(tree)
		if after.device == before.device {
			t.Error("the restored tree is the same device")
		}
		plant(t, tree, "b\n")
		wantOutline(t, tree, Root, "a\nb\n")
		mustVerify(t, tree)
		before = after
	})
	openDir(t, dir, store.Options{IO: "buffered"}, "m", func(tree *Tree) {
		if me(tree) != before {
			t.Error("and another one at the next open")
		}
	})
}
