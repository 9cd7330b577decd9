package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"arbor/model/query"

	"pgregory.net/rapid"
)

// Select and Find give what looking at every node gives, in the order of the tree.
func TestSelectAgainstAll(t *testing.T) {
	atoms := []string{"mil", "milk", "bread", "+x", "-x", "+y", "state:done", "is:open", "is:leaf", "k:v", "k:none", "due:any", "due:<fri",
		"created:today", "has:note", "has:arrow", `"lk br"`, `"milk bread"`, `"ilk bre"`, `" bread"`, `"日本 20"`, `"本 2026-0"`, `"see [["`, "text~/Milk bre/", "text~/(m|s)ilk .x/", "日", "2026", "v2", "longwords", "longwordswithoutend", "is:task", "modified:none",
		"tag:x", "-tag:y", "depth<3", "depth:2", `under:"milk bread"`, "under:(+x or mil)", "under:()", "has:link", "has:backlink", "has:depends", "note~/NOT/i", "is:inbox", "is:mirror", "under:(is:mirror)", "above:" + Named("0").String()}
	texts := []string{"milk", "Milk bread", "silk #x", "日本 2026-01", "v2x #k=v", "v20000", "longwordswithoutend7", "#task bread", "see [[milk]]", ""}
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		ids := []ID{Root}
		_, err := tree.Do("plant", func(e *Edit) error {
			for i := range rapid.IntRange(1, 12).Draw(rt, "nodes") {
				id := Named(fmt.Sprint(i))
				at := rapid.SampledFrom([]Place{First, Last}).Draw(rt, "at")
				if err := e.CreateID(id, rapid.SampledFrom(ids).Draw(rt, "parent"), at, rapid.SampledFrom(texts).Draw(rt, "text")); err != nil {
					return err
				}
				ids = append(ids, id)
			}
			return nil
		})
		for range rapid.IntRange(0, 12).Draw(rt, "changes") {
			if err != nil {
				break
			}
			id := rapid.SampledFrom(ids[1:]).Draw(rt, "node")
			_, err = tree.Do("change", func(e *Edit) error {
				switch rapid.IntRange(0, 7).Draw(rt, "change") {
				case 0:
					return e.SetText(id, rapid.SampledFrom(texts).Draw(rt, "new text"))
				case 1:
					return e.AddTag(id, rapid.SampledFrom([]string{"x", "y"}).Draw(rt, "tag"))
				case 2:
					return e.SetState(id, Done)
				case 3:
					return e.SetNote(id, rapid.SampledFrom([]string{"note", "not [[bread]]"}).Draw(rt, "note"))
				case 4:
					return e.Trash(id)
				case 5:
					return e.AddArrow(id, rapid.SampledFrom(ids).Draw(rt, "to"), "")
				}
				if to := rapid.SampledFrom(ids).Draw(rt, "mirrored"); to != Root {
					return e.SetField(id, fieldMirror, to.String())
				}
				return e.SetDue(id, Date{T: clockTime})
			})
		}
		if err != nil {
			rt.Fatal(err)
		}
		var parts []string
		for range rapid.IntRange(1, 3).Draw(rt, "atoms") {
			parts = append(parts, rapid.SampledFrom(atoms).Draw(rt, "atom"))
		}
		text := strings.Join(parts, rapid.SampledFrom([]string{" ", " or "}).Draw(rt, "join"))
		if rapid.Bool().Draw(rt, "under") {
			text = "under:" + rapid.SampledFrom(append(ids, Trash)).Draw(rt, "top").String() + " (" + text + ")"
		}
		q, err := query.Parse(text, clockTime)
		if err != nil {
			rt.Fatalf("%s: %v", text, err)
		}
		checkSelect(rt, tree, q)
	})
}

// checkSelect compares Select, and Find, with a walk over all nodes.
func checkSelect(rt *rapid.T, tree *Tree, q *query.Query) {
	err := tree.View(func(v *View) error {
		keep, err := v.compile(q.Expr, q.Now)
		if err != nil {
			return err
		}
		tops, err := v.tops(q.Expr)
		if err != nil {
			return err
		}
		var want, found []ID
		var walk func(ID) error
		walk = func(id ID) error {
			for c, err := range v.Children(id) {
				if err != nil {
					return err
				}
				n, err := v.Node(c.ID)
				if err != nil {
					return err
				}
				if ok, err := keep(&n); err != nil {
					return err
				} else if ok {
					want = append(want, n.ID)
				}
				if id != Trash && hasWord(n.Text, "mil") {
					found = append(found, n.ID)
				}
				if err := walk(c.ID); err != nil {
					return err
				}
			}
			return nil
		}
		if err := walk(Root); err != nil {
			return err
		}
		mil := slices.Clone(found)
		if tops[Trash] {
			if err := walk(Trash); err != nil {
				return err
			}
		}
		var got []ID
		for n, err := range v.Select(q) {
			if err != nil {
				return err
			}
			got = append(got, n.ID)
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("%s: %v, want %v", q, got, want)
		}
		nodes, err := v.Find("MIL", 100)
		if len(nodes) != len(mil) {
			rt.Fatalf("find: %d nodes, want %d", len(nodes), len(mil))
		}
		return err
	})
	if err != nil {
		rt.Fatal(err)
	}
}

// A run of characters of a text leads to it, wherever in a word it begins and ends.
func TestRunsOfTexts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tree := open(t)
		var texts []string
		do(t, tree, func(e *Edit) error {
			texts = nil
			for range rapid.IntRange(1, 5).Draw(rt, "nodes") {
				text := OneLine(rapid.StringOfN(rapid.SampledFrom([]rune("aAbB12 -.日本éÉ\u0301İ")), 1, 40, -1).Draw(rt, "text"))
				texts = append(texts, text)
				if _, err := e.Create(Root, Last, text); err != nil {
					return err
				}
			}
			return nil
		})
		low := []rune(strings.ToLower(rapid.SampledFrom(texts).Draw(rt, "of")))
		if len(low) == 0 {
			return
		}
		from := rapid.IntRange(0, len(low)-1).Draw(rt, "from")
		run := string(low[from:rapid.IntRange(from+1, len(low)).Draw(rt, "to")])
		want := 0
		for _, text := range texts {
			if strings.Contains(strings.ToLower(text), run) {
				want++
			}
		}
		q := &query.Query{Expr: query.Phrase(run), Now: clockTime}
		view(t, tree, func(v *View) error {
			ids, err := v.Meant(q)
			if len(ids) != want {
				rt.Errorf("%q is in %d of %q, found in %d", run, want, texts, len(ids))
			}
			return err
		})
	})
}
