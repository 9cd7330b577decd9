package model

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"arbor/model/query"
)

// What the facts and texts in memory say of queries is what the records of all nodes do, one by one, also after changes of some.
func TestQueriesByText(t *testing.T) {
	tree := open(t)
	var tasks []ID
	if _, err := tree.Import("estate", func(im *Importer) (err error) {
		tasks, err = estate(im, 2500)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	do(t, tree, func(e *Edit) error {
		id, err := e.Create(Root, Last, "saved")
		if err != nil {
			return err
		}
		return e.SetField(id, FieldQuery, "+"+coin(1)+" -done sort:text")
	})
	asked := append(benchQueries(tasks[0]), "text~/[aeiou]$/", "-ki", "is:open -ki", "is:open text~/KI/i", "is:task or mo", "-(is:task mo)", "depth>2 -mo", "created:<2025-06-01 -ki",
		"finished:<2026-01-01 text~/a/", "under:(+be) -ki", "modified:>2026-01-01 is:open")
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 4 {
		for _, text := range asked {
			q, err := query.Parse(text, clockTime)
			if err != nil {
				t.Fatal(err)
			}
			q.Sort, q.Limit = nil, 0
			view(t, tree, func(v *View) error {
				got, err := v.Meant(q)
				if err != nil {
					return err
				}
				want := oneByOne(t, v, q)
				if sortIDs(got); !slices.Equal(got, want) {
					t.Errorf("round %d, %s: %d nodes, want %d", round, text, len(got), len(want))
				}
				return nil
			})
		}
		do(t, tree, func(e *Edit) error {
			for range 20 {
				id := tasks[r.IntN(len(tasks))]
				if err := e.SetText(id, benchText(r)+"Ki MO é"); err != nil {
					return err
				}
				if err := e.SetDue(id, Date{T: clockTime.Add(time.Hour)}); err != nil {
					return err
				}
			}
			_, err := e.Create(tasks[r.IntN(len(tasks))], Last, "ki mo")
			return err
		})
	}
	view(t, tree, func(v *View) error {
		s, err := v.Sheet()
		if err == nil && s.texts == nil {
			t.Error("no texts were kept")
		}
		return err
	})
	wantSheet(t, tree)
}

// oneByOne returns the nodes that a query means in the order of their ids, by asking the record of each.
func oneByOne(t *testing.T, v *View, q *query.Query) (ids []ID) {
	q, err := v.Expand(q)
	if err != nil {
		t.Fatal(err)
	}
	keep, err := v.compile(q.Expr, q.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.everyNode(func(n *Node, _ []byte) error {
		top, err := v.Top(n.ID)
		if err != nil || top != Root || builtin(n.ID) {
			return err
		}
		ok, err := keep(n)
		if ok {
			ids = append(ids, n.ID)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return ids
}
