package model

import (
	"errors"
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
