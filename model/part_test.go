package model

import (
	"fmt"
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
