package model

import (
	"slices"
	"strings"
	"testing"
)

func TestSearch(t *testing.T) {
	tree := open(t)
	for _, line := range []string{"garden", "gardening gloves", "the old garden gate", "rose garden +flowers", "begarden", "gaurden", "grdn", "Zürich"} {
		addLine(t, tree, Root, line)
	}
	noted := addLine(t, tree, Root, "tools")
	gone := addLine(t, tree, Root, "garden, thrown away")
	do(t, tree, func(e *Edit) error {
		if err := e.SetNote(noted, "for the garden\nand the flowers"); err != nil {
			return err
		}
		return e.Trash(gone)
	})
	search := func(text string, limit int) string {
		var out []string
		view(t, tree, func(v *View) error {
			found, err := v.Search(everything(t, clockTime, ""), strings.Fields(text), limit)
			for _, f := range found {
				out = append(out, f.Node.Text)
			}
			return err
		})
		return strings.Join(out, ", ")
	}
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"garden", 20, "garden, rose garden, the old garden gate, gardening gloves, begarden, tools, gaurden"},
		{"garden", 2, "garden, rose garden"},
		{"GARDEN flowers", 20, "rose garden, tools"},
		{"gadren", 20, "garden, rose garden, the old garden gate"},
		{"grd", 20, "grdn, garden, gaurden, rose garden, gardening gloves, the old garden gate"},
		{"zür", 20, "Zürich"},
		{"glove", 20, "gardening gloves"},
		{"nowhere", 20, ""},
	} {
		if got := search(c.text, c.limit); got != c.want {
			t.Errorf("%q finds %s; want %s", c.text, got, c.want)
		}
	}
}

func TestOneOff(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"garden", "garden", true}, {"garden", "gaden", true}, {"garden", "gardenn", true}, {"garden", "gerden", true}, {"garden", "gadren", true}, {"garden", "gedren", false}, {"garden", "gard", false}, {"é", "e", true}, {"", "ab", false}} {
		if got := oneOff(c.a, c.b); got != c.want || oneOff(c.b, c.a) != got {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
	if !slices.Equal([]bool{spread("garden", "gdn"), spread("garden", "adn"), spread("garden", "gnd")}, []bool{true, false, false}) {
		t.Error("letters in their order")
	}
}
