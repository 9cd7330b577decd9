package model

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"arbor/store"
)

// clockTime is when the tests take place.
var clockTime = time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)

// open returns an empty tree in memory.
func open(t testing.TB) *Tree {
	t.Helper()
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return openOn(t, db, "")
}

func openOn(t testing.TB, db *store.DB, session string) *Tree {
	t.Helper()
	now := clockTime
	tree, err := Open(db, Options{Session: session, Machine: "m", Location: time.UTC, Now: func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// do runs an action that must succeed.
func do(t testing.TB, tree *Tree, fn func(*Edit) error) Receipt {
	t.Helper()
	r, err := tree.Do("test", fn)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// plant makes nodes from lines indented by tabs, and returns them by their text.
func plant(t testing.TB, tree *Tree, lines string) map[string]ID {
	t.Helper()
	ids := map[string]ID{}
	do(t, tree, func(e *Edit) error {
		above := []ID{Root}
		for line := range strings.Lines(lines) {
			text := strings.TrimSpace(line)
			if text == "" {
				continue
			}
			depth := len(line) - len(strings.TrimLeft(line, "\t"))
			id, err := e.Create(above[depth], Last, text)
			if err != nil {
				return err
			}
			above = append(above[:depth+1], id)
			ids[text] = id
		}
		return nil
	})
	return ids
}

// outline shows what is below id, one line a node.
func outline(t testing.TB, tree *Tree, id ID) string {
	t.Helper()
	var b strings.Builder
	err := tree.View(func(v *View) error {
		var walk func(ID, int) error
		walk = func(id ID, depth int) error {
			for c, err := range v.Children(id) {
				if err != nil {
					return err
				}
				n, err := v.Node(c.ID)
				if err != nil {
					return err
				}
				fmt.Fprintf(&b, "%s%s\n", strings.Repeat("\t", depth), n.Text)
				if err := walk(c.ID, depth+1); err != nil {
					return err
				}
			}
			return nil
		}
		return walk(id, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func wantOutline(t testing.TB, tree *Tree, id ID, want string) {
	t.Helper()
	if got := outline(t, tree, id); got != want {
		t.Fatalf("got\n%swant\n%s", got, want)
	}
}

func TestPlaces(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "a\nb\nc\n")
	do(t, tree, func(e *Edit) error { return e.Move(ids["c"], Root, First) })
	wantOutline(t, tree, Root, "c\na\nb\n")
	do(t, tree, func(e *Edit) error { return e.Move(ids["c"], Root, After(ids["a"])) })
	wantOutline(t, tree, Root, "a\nc\nb\n")
	do(t, tree, func(e *Edit) error { return e.Move(ids["b"], Root, Before(ids["c"])) })
	wantOutline(t, tree, Root, "a\nb\nc\n")
	if r := do(t, tree, func(e *Edit) error { return e.Move(ids["b"], Root, After(ids["a"])) }); r.Seq != 0 {
		t.Fatalf("a move to where the node is made batch %d", r.Seq)
	}
	do(t, tree, func(e *Edit) error { return e.Move(ids["a"], ids["c"], Last) })
	wantOutline(t, tree, Root, "b\nc\n\ta\n")
	if _, err := tree.Do("cycle", func(e *Edit) error { return e.Move(ids["c"], ids["a"], Last) }); !errors.Is(err, ErrCycle) {
		t.Fatalf("a cycle gave %v", err)
	}
	for _, id := range []ID{Root, Trash, Detached} {
		if _, err := tree.Do("x", func(e *Edit) error { return e.Trash(id) }); !errors.Is(err, ErrBuiltin) {
			t.Fatalf("trashing %s gave %v", id, err)
		}
	}
}

func TestTrashAndRestore(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "a\n\tb\n\tc\n\td\n")
	do(t, tree, func(e *Edit) error { return e.Trash(ids["c"]) })
	wantOutline(t, tree, Root, "a\n\tb\n\td\n")
	wantOutline(t, tree, Trash, "c\n")
	do(t, tree, func(e *Edit) error { return e.Restore(ids["c"]) })
	wantOutline(t, tree, Root, "a\n\tb\n\tc\n\td\n")
	do(t, tree, func(e *Edit) error { return errors.Join(e.Trash(ids["c"]), e.Trash(ids["a"]), e.Restore(ids["c"])) })
	wantOutline(t, tree, Root, "c\n")
}

func TestUndoRedo(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "a\nb\n")
	do(t, tree, func(e *Edit) error { return e.SetText(ids["a"], "a longer text") })
	do(t, tree, func(e *Edit) error { return e.SetState(ids["b"], Done) })
	do(t, tree, func(e *Edit) error { return e.Move(ids["b"], ids["a"], Last) })
	for _, want := range []string{"a longer text\nb\n", "a longer text\nb\n", "a\nb\n", ""} {
		if _, err := tree.Undo(ThisSession); err != nil {
			t.Fatal(err)
		}
		wantOutline(t, tree, Root, want)
	}
	if _, err := tree.Undo(ThisSession); !errors.Is(err, ErrNothing) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"a\nb\n", "a longer text\nb\n", "a longer text\nb\n", "a longer text\n\tb\n"} {
		if _, err := tree.Redo(ThisSession); err != nil {
			t.Fatal(err)
		}
		wantOutline(t, tree, Root, want)
	}
	if _, err := tree.Redo(ThisSession); !errors.Is(err, ErrNothing) {
		t.Fatalf("got %v", err)
	}
}
