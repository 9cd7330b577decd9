package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// shownTree writes a subtree as it is shown.
func shownTree(t testing.TB, tree *Tree, root ID) string {
	t.Helper()
	var b strings.Builder
	view(t, tree, func(v *View) error {
		all, err := v.RollUp(root, nil)
		for _, x := range all[1:] {
			sign := map[Reflects]string{Another: "◫ ", Nothing: "◫ gone"}[x.Node.Reflects()]
			fmt.Fprintf(&b, "%s%s%s %d/%d\n", strings.Repeat("\t", x.Depth-1), sign, x.Node.Text, x.Done, x.Tasks)
		}
		return err
	})
	return b.String()
}

func TestMirror(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "home\n\tgarden\n\t\tdig\n\t\tsow\nwork\n")
	garden := ids["garden"]
	var m, again, inner ID
	do(t, tree, func(e *Edit) (err error) {
		if m, err = e.Mirror(garden, ids["work"], Last); err != nil {
			return err
		}
		if again, err = e.Mirror(m, Root, Last); err != nil {
			return err
		}
		if inner, err = e.Mirror(garden, ids["dig"], Last); err != nil {
			return err
		}
		return errors.Join(e.SetState(ids["dig"], Done), e.SetState(ids["sow"], Todo))
	})
	wantShown := func(want string) {
		t.Helper()
		if got := shownTree(t, tree, Root); got != want {
			t.Errorf("shown\n%swant\n%s", got, want)
		}
	}
	wantShown("home 1/2\n\tgarden 1/2\n\t\tdig 0/0\n\t\t\t◫ garden 0/0\n\t\tsow 0/0\nwork 0/0\n\t◫ garden 1/2\n\t\tdig 0/0\n\t\t\t◫ garden 0/0\n\t\tsow 0/0\n" +
		"◫ garden 1/2\n\tdig 0/0\n\t\t◫ garden 0/0\n\tsow 0/0\n")
	view(t, tree, func(v *View) error {
		for _, id := range []ID{m, again, inner, garden} {
			if to, err := v.Through(id); to != garden || err != nil {
				t.Errorf("through %s is %s, %v", id, to, err)
			}
		}
		n, err := v.Node(m)
		if err == nil {
			n, err = v.Reflected(n)
		}
		if n.ID != m || n.Parent != ids["work"] || n.Text != "garden" || n.Reflects() != Another {
			t.Errorf("reflected: %+v", n)
		}
		if _, shows, _ := v.Below(inner); shows {
			t.Error("a mirror below its own node shows what is below it")
		}
		return err
	})
	do(t, tree, func(e *Edit) error { return errors.Join(e.Trash(garden), e.Trash(again)) })
	wantShown("home 0/0\nwork 0/0\n\t◫ gone 0/0\n")
	view(t, tree, func(v *View) error {
		if _, err := v.Through(m); !errors.Is(err, ErrGone) {
			t.Errorf("through a mirror of what is gone: %v", err)
		}
		return nil
	})
	do(t, tree, func(e *Edit) error {
		if _, err := e.Mirror(m, Root, Last); !errors.Is(err, ErrGone) {
			t.Errorf("a mirror of what is gone: %v", err)
		}
		_, err := e.Mirror(Root, ids["work"], Last)
		if !errors.Is(err, ErrBuiltin) {
			t.Errorf("a mirror of everything: %v", err)
		}
		return nil
	})
}

// TestMirrorsAtRandom: whatever mirrors what, in circles too, a subtree is shown with an end, real nodes once and in their order, and what is shown
// below a mirror is what is below its node.
func TestMirrorsAtRandom(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		ids := []ID{Root}
		mirrors := map[ID]ID{}
		do(t, tree, func(e *Edit) error {
			for i := range rapid.IntRange(1, 25).Draw(rt, "nodes") {
				id, err := e.Create(rapid.SampledFrom(ids).Draw(rt, "parent"), Last, fmt.Sprint(i))
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			for _, id := range ids[1:] {
				if to := rapid.SampledFrom(ids[1:]).Draw(rt, "mirrored"); rapid.IntRange(0, 2).Draw(rt, "mirror") == 0 {
					mirrors[id] = to
					if err := e.SetField(id, fieldMirror, to.String()); err != nil {
						return err
					}
				}
			}
			return nil
		})
		view(t, tree, func(v *View) error {
			real, err := v.rollUp(Root, nil)
			if err != nil {
				rt.Fatal(err)
			}
			all, err := v.RollUp(Root, nil)
			if err != nil {
				rt.Fatal(err)
			}
			if len(all) > len(real)*len(real) {
				rt.Fatalf("%d nodes are shown as %d", len(real), len(all))
			}
			stand := slices.DeleteFunc(slices.Clone(all), func(b Branch) bool { return b.Mirrored })
			if len(stand) != len(real) {
				rt.Fatalf("%d of %d nodes are shown where they stand", len(stand), len(real))
			}
			for i := range stand {
				if stand[i].Node.ID != real[i].Node.ID || stand[i].Depth != real[i].Depth {
					rt.Fatalf("node %d is %+v; want %+v", i, stand[i].Node, real[i].Node)
				}
			}
			for id := range mirrors {
				to, err := v.Through(id)
				if errors.Is(err, ErrGone) {
					continue
				}
				if _, more := mirrors[to]; err != nil || more {
					rt.Fatalf("through %s is %s, a mirror: %v, %v", id, to, more, err)
				}
			}
			return nil
		})
	})
}

// TestCopiedMirror: a mirror that is copied with its node shows the copy.
func TestCopiedMirror(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "a\n\tb\n\tc\n")
	do(t, tree, func(e *Edit) error {
		_, err := e.Mirror(ids["b"], ids["c"], Last)
		return err
	})
	var d *Draft
	view(t, tree, func(v *View) (err error) {
		d, err = v.Draft(ids["a"])
		return err
	})
	tops, err := tree.Make("copy", d, func(*Edit) (ID, Place, error) { return Root, Last, nil })
	if err != nil {
		t.Fatal(err)
	}
	view(t, tree, func(v *View) error {
		all, err := v.rollUp(tops[0], nil)
		if to, _ := all[3].Node.Mirrors(); len(all) != 4 || to != all[1].Node.ID || to == ids["b"] {
			t.Errorf("the copied mirror shows %s", to)
		}
		return err
	})
}
