package sample

import (
	"testing"
	"time"

	"arbor/model"
	"arbor/store"
)

var now = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC)

func open(t *testing.T) *model.Tree {
	t.Helper()
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	tree, err := model.Open(db, model.Options{Now: func() time.Time { return now }, Location: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestLifeFillsEveryView(t *testing.T) {
	tree := open(t)
	if err := Life(tree, now, 1); err != nil {
		t.Fatal(err)
	}
	err := tree.View(func(v *model.View) error {
		days, err := v.Finished(now.AddDate(0, 0, -7), now)
		if err != nil {
			return err
		}
		total := 0
		for _, n := range days {
			total += n
		}
		if total == 0 {
			t.Error("nothing was finished in the last week: the header's sparkline is blank")
		}
		series, err := v.AllSeries()
		if err != nil {
			return err
		}
		if len(series) != 1 || series[0].Text != "weight" {
			t.Errorf("series are %v, want weight", series)
		}
		found, err := v.Find("flights", 1)
		if err != nil || len(found) != 1 {
			t.Fatalf("find flights: %v, %v", found, err)
		}
		if len(found[0].Arrows) != 1 || found[0].State != model.Done {
			t.Errorf("book flights is %+v, want it done, with an arrow", found[0])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOneUndoTakesItBack(t *testing.T) {
	for name, fill := range map[string]func(*model.Tree) error{
		"life": func(tree *model.Tree) error { return Life(tree, now, 1) },
		"tour": Tour,
	} {
		t.Run(name, func(t *testing.T) {
			tree := open(t)
			if err := fill(tree); err != nil {
				t.Fatal(err)
			}
			if _, err := tree.Undo(model.ThisDevice); err != nil {
				t.Fatal(err)
			}
			err := tree.View(func(v *model.View) error {
				c, ok, err := v.FirstChild(model.Root)
				if err == nil && ok {
					t.Errorf("%v is left after the undo", c.ID)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
