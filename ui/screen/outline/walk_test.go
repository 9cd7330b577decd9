package outline

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"arbor/model"
	"arbor/store"
	"arbor/ui/screen"

	"pgregory.net/rapid"
)

// place is a node, and of a result what lists it.
type place struct{ id, via model.ID }

func results(w *walker, n *model.Node) (out []place) {
	for _, id := range w.listed(n) {
		out = append(out, place{id, n.ID})
	}
	return out
}

// naive lists the rows of a part of the tree by going through all of it.
func naive(v *model.View, w *walker, id model.ID, hides bool, depth int) ([]place, error) {
	var ids []place
	for c, err := range v.Children(id) {
		if err != nil {
			return nil, err
		}
		if in, err := within(v, w, c.ID); err != nil || !in || !w.shows(c, hides) {
			if err != nil {
				return nil, err
			}
			continue
		}
		ids = append(ids, place{id: c.ID})
		n, err := v.Node(c.ID)
		if err != nil {
			return nil, err
		}
		if w.folds.open(&n, depth) {
			ids = append(ids, results(w, &n)...)
			below, err := naive(v, w, c.ID, n.HideDone, depth+1)
			if err != nil {
				return nil, err
			}
			ids = append(ids, below...)
		}
	}
	return ids, nil
}

// inContext is what the context of the window under test means.
var inContext map[model.ID]bool

// within tells by definition whether a context shows a node: it, one above it or one below it is meant, or it is to be seen anyway.
func within(v *model.View, w *walker, id model.ID) (bool, error) {
	if w.part == nil || slices.Contains(w.keep, id) {
		return true, nil
	}
	for meant := range inContext {
		up, errA := v.Under(id, meant)
		down, errB := v.Under(meant, id)
		if err := errors.Join(errA, errB); err != nil || up || down {
			return err == nil, err
		}
	}
	return false, nil
}

// TestWindowIsAPartOfTheWhole: whatever is folded and hidden, and wherever the window lies, its rows are those of a walk through the whole tree.
func TestWindowIsAPartOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		db, err := store.Open("", store.Options{Memory: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		tree, err := model.Open(db, model.Options{})
		if err != nil {
			t.Fatal(err)
		}
		ids := randomTree(t, tree)
		q := query{env: screen.Env{Tree: tree, Now: time.Now}, root: rapid.SampledFrom(ids).Draw(t, "root"), span: rapid.IntRange(1, 5).Draw(t, "span"),
			hideDone: rapid.Bool().Draw(t, "hideDone"), folds: folds{level: rapid.IntRange(0, 3).Draw(t, "level")}}
		for range rapid.IntRange(0, 3).Draw(t, "exceptions") {
			q.folds = q.folds.with(rapid.SampledFrom(ids).Draw(t, "id"), rapid.Bool().Draw(t, "open"))
		}
		q.env.Context = screen.Context{Query: rapid.SampledFrom([]string{"", "", "has:children", "-done", "3 or 7", "nothing"}).Draw(t, "context")}
		q.found = map[model.ID]listing{}
		for _, id := range ids {
			if rapid.IntRange(0, 4).Draw(t, "known") == 0 {
				q.found[id] = listing{ids: rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, min(4, len(ids)), rapid.ID).Draw(t, "results")}
			}
		}
		q.want = want{ids: []model.ID{rapid.SampledFrom(ids).Draw(t, "cursor")}, reveal: rapid.Bool().Draw(t, "reveal"), bottom: rapid.Bool().Draw(t, "bottom"),
			below: rapid.Bool().Draw(t, "below")}
		if q.want.ids[0] == model.Root {
			q.want.reveal = false
		}
		a := q.run()
		if a.err != nil {
			t.Fatal(a.err)
		}
		if err := tree.View(func(v *model.View) error { return compareWindow(t, v, q, a) }); err != nil {
			t.Fatal(err)
		}
	})
}

func compareWindow(t *rapid.T, v *model.View, q query, a window) error {
	top, err := v.Node(a.root)
	if err != nil {
		return err
	}
	w := &walker{v: v, root: a.root, folds: a.folds, hideDone: q.hideDone, keep: a.keep, rootHide: top.HideDone, found: a.found, rows: screen.NewRows(v, a.now)}
	if w.part, err = q.env.Part(v, a.now); err != nil {
		return err
	}
	inContext = map[model.ID]bool{}
	if of, err := q.env.Within(a.now); err != nil {
		return err
	} else if q.env.Context.Query != "" {
		for n, err := range v.Select(of) {
			if err != nil {
				return err
			}
			inContext[n.ID] = true
		}
	}
	below, err := naive(v, w, a.root, top.HideDone, 0)
	if err != nil {
		return err
	}
	all := append(results(w, &top), below...)
	got := make([]place, len(a.rows))
	for i, r := range a.rows {
		got[i] = place{r.id, r.via}
	}
	if len(all) == 0 {
		if len(got) > 0 {
			t.Fatalf("rows %v of an empty outline", got)
		}
		return nil
	}
	at := slices.Index(all, got[0])
	if at < 0 || at+len(got) > len(all) || !slices.Equal(all[at:at+len(got)], got) {
		t.Fatalf("the window is\n%v, all rows are\n%v", got, all)
	}
	if a.atTop && at != 0 || a.atEnd && at+len(got) != len(all) {
		t.Fatalf("atTop %v atEnd %v for rows %d to %d of %d", a.atTop, a.atEnd, at, at+len(got), len(all))
	}
	if above, below := a.cur, len(got)-a.cur-1; above < 2*q.span && !a.atTop || below < 3*q.span && !a.atEnd {
		t.Fatalf("%d rows above and %d below the cursor are too few for a screen of %d", above, below, q.span)
	}
	if id := q.want.ids[0]; q.want.reveal && !q.want.below && got[a.cur] != (place{id: id}) {
		t.Fatalf("%v was to be revealed, the cursor is on %v", id, got[a.cur])
	}
	return nil
}

func randomTree(t *rapid.T, tree *model.Tree) []model.ID {
	ids := []model.ID{model.Root}
	if _, err := tree.Do("grow", func(e *model.Edit) error {
		ids = ids[:1]
		for i := range rapid.IntRange(0, 25).Draw(t, "nodes") {
			id, err := e.Create(rapid.SampledFrom(ids).Draw(t, "parent"), model.Last, fmt.Sprint(i))
			if err != nil {
				return err
			}
			ids = append(ids, id)
			if rapid.IntRange(0, 3).Draw(t, "done") == 0 {
				err = e.SetState(id, model.Done)
			}
			if err == nil && rapid.IntRange(0, 5).Draw(t, "collapsed") == 0 {
				err = e.SetFlag(id, model.Collapsed, true)
			}
			if err == nil && rapid.IntRange(0, 3).Draw(t, "saved") == 0 {
				err = e.SetField(id, "query", "x")
			}
			if err == nil && rapid.IntRange(0, 5).Draw(t, "mirror") == 0 {
				err = e.SetField(id, "mirror", rapid.SampledFrom(ids).Draw(t, "mirrored").String())
			}
			if err == nil && rapid.IntRange(0, 5).Draw(t, "hides") == 0 {
				err = e.SetFlag(id, model.HideDone, true)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestReadPaste(t *testing.T) {
	got := readPaste("- [ ] one\r\n  * [x] two\n\n\tthree\n4. four\n")
	want := []pasted{{0, "one", false}, {2, "two", true}, {4, "three", false}, {0, "4. four", false}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}
