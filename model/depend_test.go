package model

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// reaches is the naive answer to whether one node leads to another.
func reaches(edges map[[2]int]bool, from, to, n int) bool {
	seen := make([]bool, n)
	var walk func(int) bool
	walk = func(at int) bool {
		if at == to {
			return true
		}
		seen[at] = true
		for next := range n {
			if edges[[2]int{at, next}] && !seen[next] && walk(next) {
				return true
			}
		}
		return false
	}
	return walk(from)
}

// TestDepend: what would go round in a circle is refused with a true circle, anything else is taken, and nothing but what was taken is there.
func TestDepend(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		const n = 6
		ids := make([]ID, n)
		for i := range ids {
			ids[i] = addLine(t, tree, Root, string(rune('a'+i)))
		}
		edges := map[[2]int]bool{}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			a, b := rapid.IntRange(0, n-1).Draw(rt, "a"), rapid.IntRange(0, n-1).Draw(rt, "b")
			key := [2]int{a, b}
			if rapid.IntRange(0, 3).Draw(rt, "off") == 0 {
				_, err := tree.Do("off", func(e *Edit) error { return e.RemoveDepend(ids[a], ids[b]) })
				if edges[key] != (err == nil) || err != nil && !errors.Is(err, ErrNoArrow) {
					rt.Fatalf("off %v: %v", key, err)
				}
				delete(edges, key)
				continue
			}
			circle := reaches(edges, b, a, n)
			_, err := tree.Do("on", func(e *Edit) error { return e.AddDepend(ids[a], ids[b]) })
			var c *CycleError
			switch {
			case !circle && err != nil:
				rt.Fatalf("on %v: %v", key, err)
			case circle && (!errors.As(err, &c) || !errors.Is(err, ErrCycle)):
				rt.Fatalf("on %v: %v, want a circle", key, err)
			case circle:
				for i, id := range c.Path {
					step := [2]int{slices.Index(ids, id), slices.Index(ids, c.Path[(i+1)%len(c.Path)])}
					if step != key && !edges[step] {
						rt.Fatalf("on %v: %v is no circle, %v is not there", key, c.Texts, step)
					}
				}
			default:
				edges[key] = true
			}
		}
		view(t, tree, func(v *View) error {
			for i, id := range ids {
				node, err := v.Node(id)
				if err != nil {
					return err
				}
				for j, on := range ids {
					if edges[[2]int{i, j}] != slices.Contains(node.Depends(), on) {
						rt.Fatalf("%d on %d", i, j)
					}
				}
			}
			cycles, err := v.DependCycles()
			if len(cycles) > 0 {
				rt.Fatalf("circles: %v", cycles[0])
			}
			return err
		})
	})
}

// TestDependCycles: circles that were made elsewhere are found, and only those.
func TestDependCycles(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		const n = 5
		ids := make([]ID, n)
		for i := range ids {
			ids[i] = addLine(t, tree, Root, string(rune('a'+i)))
		}
		edges := map[[2]int]bool{}
		for range rapid.IntRange(0, 8).Draw(rt, "edges") {
			edges[[2]int{rapid.IntRange(0, n-1).Draw(rt, "a"), rapid.IntRange(0, n-1).Draw(rt, "b")}] = true
		}
		do(t, tree, func(e *Edit) error {
			for key := range edges { // as a merge could
				if err := e.AddArrow(ids[key[0]], ids[key[1]], Depends); err != nil {
					return err
				}
			}
			return nil
		})
		any := false
		for key := range edges {
			any = any || reaches(edges, key[1], key[0], n)
		}
		view(t, tree, func(v *View) error {
			cycles, err := v.DependCycles()
			if any != (len(cycles) > 0) {
				rt.Fatalf("%d circles, want any: %v; %v", len(cycles), any, edges)
			}
			for _, c := range cycles {
				for i, id := range c.Path {
					if !edges[[2]int{slices.Index(ids, id), slices.Index(ids, c.Path[(i+1)%len(c.Path)])}] {
						rt.Fatalf("%v is no circle of %v", c.Texts, edges)
					}
				}
			}
			return err
		})
	})
}

// TestBlocked: what is done, cancelled, in the trash or gone blocks nothing; what is done is blocked by nothing that matters.
func TestBlocked(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "paint\nbuy\nmove")
	names := func(ids []ID) string {
		var out []string
		view(t, tree, func(v *View) error {
			for _, id := range ids {
				n, err := v.Node(id)
				if err != nil {
					return err
				}
				out = append(out, n.Text)
			}
			return nil
		})
		return strings.Join(out, " ")
	}
	check := func(when, by, blocks string) {
		t.Helper()
		view(t, tree, func(v *View) error {
			n, err := v.Node(ids["paint"])
			if err != nil {
				return err
			}
			got, err := v.BlockedBy(&n)
			if err != nil || len(got) != len(strings.Fields(by)) {
				t.Errorf("%s: blocked by %s (%v), want %s", when, names(got), err, by)
			}
			b, err := v.Node(ids["buy"])
			if err != nil {
				return err
			}
			got, err = v.Blocks(&b)
			if names(got) != blocks {
				t.Errorf("%s: blocks %q, want %q", when, names(got), blocks)
			}
			return err
		})
	}
	do(t, tree, func(e *Edit) error {
		return errors.Join(e.AddDepend(ids["paint"], ids["buy"]), e.AddDepend(ids["paint"], ids["move"]))
	})
	check("at first", "buy move", "paint")
	do(t, tree, func(e *Edit) error { return e.SetState(ids["buy"], Done) })
	check("bought", "move", "")
	do(t, tree, func(e *Edit) error { return e.Trash(ids["move"]) })
	check("not moved", "", "")
	do(t, tree, func(e *Edit) error { return e.SetState(ids["buy"], Waiting) })
	check("bought again", "buy", "paint")
	do(t, tree, func(e *Edit) error { return e.SetState(ids["paint"], Cancelled) })
	check("not painted", "buy", "")
	if _, err := tree.Do("x", func(e *Edit) error {
		return errors.Join(e.AddArrow(ids["buy"], ids["paint"], "see"), e.AddDepend(ids["buy"], ids["paint"]))
	}); !errors.Is(err, ErrArrowThere) {
		t.Errorf("another arrow: %v", err)
	}
	mustVerify(t, tree)
}
