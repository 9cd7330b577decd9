package model

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"arbor/model/query"

	"pgregory.net/rapid"
)

// TestPart: a node is shown if it, one above it or one below it is meant, in every state of the tree.
func TestPart(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		ids := []ID{Root}
		for i := range rapid.IntRange(1, 20).Draw(rt, "nodes") {
			parent := rapid.SampledFrom(ids).Draw(rt, "parent")
			do(t, tree, func(e *Edit) error {
				id, err := e.Create(parent, Last, fmt.Sprintf("n%d", i))
				if err == nil && i%4 == 1 {
					err = e.AddTag(id, "home")
				}
				if err == nil {
					ids = append(ids, id)
				}
				return err
			})
		}
		q, err := query.Parse("+home", clockTime)
		if err != nil {
			rt.Fatal(err)
		}
		for range 2 {
			view(t, tree, func(v *View) error {
				p, err := v.Part(q)
				if err != nil {
					return err
				}
				meant := map[ID]bool{}
				for n, err := range v.Select(q) {
					if err != nil {
						return err
					}
					meant[n.ID] = true
				}
				for _, id := range ids[1:] {
					n, err := v.Node(id)
					if err != nil {
						return err
					}
					want := false
					for _, other := range ids[1:] {
						up, errA := v.Under(id, other)
						down, errB := v.Under(other, id)
						if errA != nil || errB != nil {
							rt.Fatal(errA, errB)
						}
						want = want || meant[other] && (up || down)
					}
					if got, err := p.Shows(v, id, n.Parent); err != nil || got != want {
						rt.Fatalf("%s is shown: %v, %v", n.Text, got, err)
					}
				}
				return nil
			})
			if id := rapid.SampledFrom(ids).Draw(rt, "tagged"); id != Root { // the state changes
				do(t, tree, func(e *Edit) error { return e.AddTag(id, "home") })
			}
		}
	})
}

// TestPartChildren: what Children lists is what Shows says of each child, in the order of the tree.
func TestPartChildren(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "a\n\tb\n\tc\n\t\td\n\te\nf\ng\n\th")
	do(t, tree, func(e *Edit) error { return errors.Join(e.AddTag(ids["d"], "home"), e.AddTag(ids["g"], "home")) })
	do(t, tree, func(e *Edit) error { return e.Move(ids["g"], Root, First) })
	q, err := query.Parse("+home", clockTime)
	if err != nil {
		t.Fatal(err)
	}
	view(t, tree, func(v *View) error {
		p, err := v.Part(q)
		if err != nil {
			return err
		}
		for _, x := range []struct {
			of   ID
			want []ID
			ok   bool
		}{{Root, []ID{ids["g"], ids["a"]}, true}, {ids["a"], []ID{ids["c"]}, true}, {ids["c"], []ID{ids["d"]}, true}, {ids["g"], nil, false}, {ids["d"], nil, false},
			{ids["h"], nil, false}, {ids["f"], nil, true}} {
			list, ok, err := p.Children(v, x.of)
			var got []ID
			for _, c := range list {
				got = append(got, c.ID)
			}
			if err != nil || ok != x.ok || !slices.Equal(got, x.want) {
				t.Errorf("of %s: %v, %v, %v", x.of, got, ok, err)
			}
		}
		return nil
	})
}
