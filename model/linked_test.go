package model

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"arbor/model/query"
	"arbor/store"

	"pgregory.net/rapid"
)

// selectedIDs returns what a query means, sorted.
func selectedIDs(t rapid.TB, v *View, text string) []ID {
	q, err := query.Parse(text, clockTime)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var ids []ID
	for n, err := range v.Select(q) {
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		ids = append(ids, n.ID)
	}
	sortIDs(ids)
	return ids
}

func sortIDs(ids []ID) { slices.SortFunc(ids, func(a, b ID) int { return slices.Compare(a[:], b[:]) }) }

// has:link means the nodes with an arrow or a [[name]] of their own, has:backlink those to which a node of the tree has one, after any edits.
func TestLinkQueries(t *testing.T) {
	texts := []string{"milk", "bread [[milk]]", "[[Bread]] and [[silk]]", "silk", "Milk", "a [[ ]] b", "bread", "[[me]]"}
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		ids := []ID{Root}
		text := rapid.SampledFrom(texts)
		for i := range rapid.IntRange(1, 20).Draw(rt, "edits") {
			id, to := rapid.SampledFrom(ids).Draw(rt, "node"), rapid.SampledFrom(ids).Draw(rt, "to")
			kind := rapid.IntRange(0, 5).Draw(rt, "edit")
			made := Named(fmt.Sprint("made", i))
			if _, err := tree.Do("edit", func(e *Edit) error {
				switch {
				case kind < 2 || id == Root:
					return e.CreateID(made, to, Last, text.Draw(rt, "text"))
				case kind == 2:
					return e.SetText(id, text.Draw(rt, "new text"))
				case kind == 3:
					return e.SetNote(id, text.Draw(rt, "note"))
				case kind == 4 && to != Root && to != id:
					return e.AddArrow(id, to, "")
				}
				return e.Trash(id)
			}); err != nil {
				rt.Fatal(err)
			}
			view(t, tree, func(v *View) error {
				if n, err := v.node(made); err == nil && n != nil {
					ids = append(ids, made)
				}
				return nil
			})
			if i > 0 && rapid.IntRange(0, 2).Draw(rt, "look") == 0 {
				wantLinks(t, rt, tree, ids)
			}
		}
		wantLinks(t, rt, tree, ids)
	})
}

// wantLinks makes sure that what asks for links means what looking at each node says.
func wantLinks(t *testing.T, rt *rapid.T, tree *Tree, ids []ID) {
	view(t, tree, func(v *View) error {
		var linking, linked []ID
		for _, id := range ids[1:] {
			top, err := v.Top(id)
			if err != nil {
				return err
			}
			if top != Root {
				continue
			}
			n, err := v.Node(id)
			if err != nil {
				return err
			}
			note, err := v.Note(id)
			if err != nil {
				return err
			}
			is := len(n.Arrows) > 0
			for range links(n.Text + "\n" + note) {
				is = true
			}
			if is {
				linking = append(linking, id)
			}
			back, err := v.Backlinks(id)
			if err != nil {
				return err
			}
			is = len(back) > 0
			for a, err := range v.Incoming(id) {
				if err != nil {
					return err
				}
				top, err := v.Top(a.From)
				if err != nil {
					return err
				}
				is = is || top == Root
			}
			if is {
				linked = append(linked, id)
			}
		}
		sortIDs(linking)
		sortIDs(linked)
		for _, row := range []struct {
			text string
			want []ID
		}{{"has:link", linking}, {"has:backlink", linked}, {"has:link has:link", linking}, {"is:open has:backlink", linked}} {
			if got := selectedIDs(rt, v, row.text); !slices.Equal(got, row.want) {
				rt.Fatalf("%s: %v, want %v", row.text, got, row.want)
			}
		}
		return nil
	})
}

// under: a mirror are the nodes that are shown below it, by its id and by a query, and nothing below one that shows nothing.
func TestUnderMirror(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "home\n\tgarden\n\t\tdig\n\t\tsow\nwork\n")
	var m, again, inner ID
	do(t, tree, func(e *Edit) (err error) {
		if m, err = e.Mirror(ids["garden"], ids["work"], Last); err != nil {
			return err
		}
		if again, err = e.Mirror(m, Root, Last); err != nil {
			return err
		}
		inner, err = e.Mirror(ids["garden"], ids["dig"], Last)
		return err
	})
	check := func(text string, want ...ID) {
		t.Helper()
		sortIDs(want)
		view(t, tree, func(v *View) error {
			if got := selectedIDs(t, v, text); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", text, got, want)
			}
			return nil
		})
		do(t, tree, func(e *Edit) error { // which has no sheet
			if got := selectedIDs(t, e.View, text); !slices.Equal(got, want) {
				t.Errorf("%s in an edit: %v, want %v", text, got, want)
			}
			return nil
		})
	}
	check("is:mirror", m, again, inner)
	check("-is:mirror", ids["home"], ids["garden"], ids["dig"], ids["sow"], ids["work"])
	check("under:"+ids["work"].String(), m)
	check("under:"+m.String(), ids["dig"], ids["sow"], inner)
	check("under:"+again.String()+" -is:mirror", ids["dig"], ids["sow"])
	check("under:" + inner.String()) // it stands in what it shows
	check("under:(is:mirror)", ids["dig"], ids["sow"], inner)
	check("under:(under:\"work\")", ids["dig"], ids["sow"], inner)
	check("-under:"+m.String(), ids["home"], ids["garden"], ids["work"], m, again)
	do(t, tree, func(e *Edit) error {
		if err := e.SetText(again, "list"); err != nil {
			return err
		}
		return e.Trash(ids["garden"])
	})
	check("under:" + m.String())
	check("under:(is:mirror)")
	check("under:trash under:"+ids["garden"].String(), ids["dig"], ids["sow"], inner)
}

// The results of a saved query that looks below a mirror follow what the mirror shows.
func TestSavedUnderMirror(t *testing.T) {
	tree := open(t)
	ids := plant(t, tree, "garden\n\tdig\nwork\nlist\n")
	var m ID
	do(t, tree, func(e *Edit) (err error) {
		if m, err = e.Mirror(ids["garden"], ids["work"], Last); err != nil {
			return err
		}
		return e.SetField(ids["list"], "query", "under:"+m.String())
	})
	results := func(want int) {
		t.Helper()
		view(t, tree, func(v *View) error {
			n, err := v.Node(ids["list"])
			if err != nil {
				return err
			}
			if _, err := v.Sheet(); err != nil { // so that answers are kept
				return err
			}
			all, _, _, err := v.Results(&n, clockTime, 10)
			if len(all) != want {
				t.Errorf("%d results, want %d", len(all), want)
			}
			return err
		})
	}
	results(1)
	do(t, tree, func(e *Edit) error {
		_, err := e.Create(ids["garden"], Last, "sow")
		return err
	})
	results(2)
	do(t, tree, func(e *Edit) error { return e.Trash(ids["garden"]) })
	results(0)
	do(t, tree, func(e *Edit) error { return e.Restore(ids["garden"]) })
	results(2)
}

// A note that changed within the millisecond of the change before, and is as long as it was, is looked at again for its links.
func TestLinksOfNotes(t *testing.T) {
	db, err := store.Open("", store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tree, err := Open(db, Options{Machine: "m", Location: time.UTC, Now: func() time.Time { return clockTime }})
	if err != nil {
		t.Fatal(err)
	}
	ids := plant(t, tree, "milk\nsilk\nshop\n")
	for _, name := range []string{"milk", "silk", "milk"} {
		do(t, tree, func(e *Edit) error { return e.SetNote(ids["shop"], "[["+name+"]]") })
		view(t, tree, func(v *View) error {
			if _, err := v.Sheet(); err != nil {
				return err
			}
			if got := selectedIDs(t, v, "has:backlink"); !slices.Equal(got, []ID{ids[name]}) {
				t.Errorf("a link to %s leads to %v, want %s", name, got, ids[name])
			}
			return nil
		})
	}
}

// Links by many names are found among the texts of all nodes as they are by looking each name up.
func TestManyNames(t *testing.T) {
	tree := open(t)
	do(t, tree, func(e *Edit) error {
		for i := range 3 * manyNames {
			for _, text := range []string{fmt.Sprintf("Title  %d ä", i), fmt.Sprintf("to [[title %d Ä]] and [[nothing %d]]", i*2, i), fmt.Sprintf("me [[me %d]]", i)} {
				if _, err := e.Create(Root, Last, text); err != nil {
					return err
				}
			}
		}
		day := clockTime.Format(time.DateOnly)
		if err := e.CreateID(Named("journal/"+day), Root, Last, day+" Wed"); err != nil {
			return err
		}
		_, err := e.Create(Root, Last, "on [["+day+"]]")
		return err
	})
	view(t, tree, func(v *View) error {
		if _, err := v.Sheet(); err != nil {
			return err
		}
		var want []ID
		for n, err := range v.Select(everything(t, clockTime, "")) {
			if err != nil {
				return err
			}
			back, err := v.Backlinks(n.ID)
			if err != nil {
				return err
			}
			if len(back) > 0 {
				want = append(want, n.ID)
			}
		}
		sortIDs(want)
		if got := selectedIDs(t, v, "has:backlink"); !slices.Equal(got, want) || len(want) < manyNames {
			t.Errorf("links lead to %d nodes, want %d", len(got), len(want))
		}
		return nil
	})
}
