package model

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"arbor/model/query"
)

// A tag that is renamed is on the nodes that had it and on no others, in their texts too, and undo brings it back.
func TestRenameTag(t *testing.T) {
	tree := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.SampledFrom([]string{"a", "#a", "#b", "#ab", "+a", "#tagged=a", "#a=1", " ", "a#a"})
		texts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 1, 5).Draw(t, "words"), " ") }), 1, 5).Draw(rt, "texts")
		tags := rapid.SliceOfN(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "ab"}), 0, 3, rapid.ID), len(texts), len(texts)).Draw(rt, "tags")
		var ids []ID
		do(t, tree, func(e *Edit) error {
			for i, text := range texts {
				id, err := e.Create(Root, Last, text)
				if err != nil {
					return err
				}
				ids = append(ids, id)
				for _, tag := range tags[i] {
					if err := e.AddTag(id, tag); err != nil {
						return err
					}
				}
			}
			return nil
		})
		read := func() (out [][]string) {
			view(t, tree, func(v *View) error {
				for _, id := range ids {
					n, err := v.Node(id)
					if err != nil {
						return err
					}
					out = append(out, append(n.AllTags(), n.Text))
				}
				return nil
			})
			return out
		}
		before := read()
		renamed := do(t, tree, func(e *Edit) error {
			all, err := e.Renames("a")
			for _, id := range all {
				if _, err := e.RenameTag(id, "a", "new"); err != nil {
					return err
				}
			}
			return err
		})
		for i, is := range read() {
			was := before[i]
			want := slices.Clone(was[:len(was)-1])
			for k, tag := range want {
				if tag == "a" {
					want[k] = "new"
				}
			}
			slices.Sort(want)
			if !slices.Equal(is[:len(is)-1], want) {
				rt.Errorf("%q had the tags %q and has %q", was[len(was)-1], was[:len(was)-1], is)
			}
			if words := strings.Fields(is[len(is)-1]); slices.Contains(words, "#a") || slices.Contains(words, "#tagged=a") {
				rt.Errorf("%q became %q", was[len(was)-1], is[len(is)-1])
			}
		}
		if renamed.Seq == 0 { // none had it: there is no step
			return
		}
		if _, err := tree.Undo(ThisSession); err != nil {
			rt.Fatal(err)
		}
		if after := read(); !slices.EqualFunc(after, before, slices.Equal) {
			rt.Errorf("undone it is %q, it was %q", after, before)
		}
	})
}

// The counts of tags are those that a reading of all nodes gives.
func TestTagCounts(t *testing.T) {
	tree := open(t)
	do(t, tree, func(e *Edit) error {
		for i, text := range []string{"x #a", "y #a #b", "z"} {
			id, err := e.Create(Root, Last, text)
			if err != nil {
				return err
			}
			if err := e.AddTag(id, "a"); err != nil {
				return err
			}
			if i == 1 {
				if err := e.SetState(id, Done); err != nil {
					return err
				}
			}
		}
		return nil
	})
	view(t, tree, func(v *View) error {
		got, err := v.TagCounts(&query.Query{Expr: query.And{}})
		if want := []TagCount{{"a", 3, 2}, {"b", 1, 0}}; !slices.Equal(got, want) {
			t.Errorf("the tags are %v, want %v", got, want)
		}
		return err
	})
}
