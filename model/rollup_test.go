package model

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"arbor/model/field"

	"pgregory.net/rapid"
)

// rolled is the naive answer: it walks the subtree for each node anew.
func rolled(v *View, id ID, key string) (r Rolled, size int, err error) {
	n, err := v.Node(id)
	if err != nil {
		return r, 0, err
	}
	if value, ok := n.Field(key); ok {
		if x, err := strconv.ParseFloat(value, 64); err == nil {
			r = Rolled{1, x, x, x}
		}
	}
	for c, err := range v.Children(id) {
		if err != nil {
			return r, 0, err
		}
		b, below, err := rolled(v, c.ID, key)
		if err != nil {
			return r, 0, err
		}
		size += below + 1
		if b.N > 0 && r.N > 0 {
			r = Rolled{r.N + b.N, r.Sum + b.Sum, math.Min(r.Min, b.Min), math.Max(r.Max, b.Max)}
		} else if b.N > 0 {
			r = b
		}
	}
	return r, size, nil
}

// progress is the naive answer: of the tasks without a task below them, how many are closed.
func progress(v *View, id ID) (done, tasks int, err error) {
	for c, err := range v.Children(id) {
		if err != nil {
			return 0, 0, err
		}
		n, err := v.Node(c.ID)
		if err != nil {
			return 0, 0, err
		}
		d, k, err := progress(v, c.ID)
		if err != nil {
			return 0, 0, err
		}
		if k == 0 && n.IsTask() {
			k = 1
			if n.State.Closed() {
				d = 1
			}
		}
		done, tasks = done+d, tasks+k
	}
	return done, tasks, nil
}

// TestRollUp: of any node, as of the whole tree, the sums are those of a walk for each node; the order is that of the tree.
func TestRollUp(t *testing.T) {
	key := field.Def{Key: "cost", Kind: field.Number, Roll: field.Sum}
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		ids := []ID{Root}
		do(t, tree, func(e *Edit) error {
			for i := range rapid.IntRange(0, 25).Draw(rt, "nodes") {
				id, err := e.Create(rapid.SampledFrom(ids).Draw(rt, "parent"), rapid.SampledFrom([]Place{First, Last}).Draw(rt, "place"), fmt.Sprint(i))
				if err != nil {
					return err
				}
				ids = append(ids, id)
				if err := e.SetState(id, State(rapid.IntRange(0, int(states)-1).Draw(rt, "state"))); err != nil {
					return err
				}
				if cost := rapid.SampledFrom([]string{"", "1", "-2", "0.5", "much"}).Draw(rt, "cost"); cost != "" {
					if err := e.SetField(id, "cost", cost); err != nil {
						return err
					}
				}
			}
			return nil
		})
		view(t, tree, func(v *View) error {
			root := rapid.SampledFrom(ids).Draw(rt, "root")
			all, err := v.RollUp(root, []field.Def{key})
			if err != nil {
				return err
			}
			base, err := v.Depth(root)
			if err != nil {
				return err
			}
			at := 0
			var walk func(id ID) error
			walk = func(id ID) error {
				b := all[at]
				at++
				want, size, err := rolled(v, id, "cost")
				if err != nil {
					return err
				}
				done, tasks, err := progress(v, id)
				if err != nil {
					return err
				}
				depth, err := v.Depth(id)
				if err != nil {
					return err
				}
				if b.Node.ID != id || b.Rolled[0] != want || b.Size != size || b.Depth != depth-base || b.Done != done || b.Tasks != tasks {
					rt.Fatalf("%s: %+v, want %+v, %d below, %d of %d", b.Node.Text, b, want, size, done, tasks)
				}
				for c, err := range v.Children(id) {
					if err != nil {
						return err
					}
					if err := walk(c.ID); err != nil {
						return err
					}
				}
				return nil
			}
			if err := walk(root); err != nil || at != len(all) {
				rt.Fatalf("%d of %d, %v", at, len(all), err)
			}
			return nil
		})
	})
}

func TestRolledOf(t *testing.T) {
	r := Rolled{N: 4, Sum: 10, Min: 1, Max: 4}
	for roll, want := range map[field.Roll]float64{field.Sum: 10, field.Mean: 2.5, field.Min: 1, field.Max: 4} {
		if got, ok := r.Of(roll); !ok || got != want {
			t.Errorf("%s: %v, want %v", roll, got, want)
		}
	}
	if _, ok := (Rolled{}).Of(field.Sum); ok {
		t.Error("nothing has a sum")
	}
}
