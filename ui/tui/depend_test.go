package tui

import (
	"slices"
	"strings"
	"testing"

	"arbor/model"
)

// needs writes which node of a tree depends on which, by their texts.
func needs(t *testing.T, tree *model.Tree) string {
	t.Helper()
	var lines []string
	if err := tree.View(func(v *model.View) error {
		var walk func(id model.ID) error
		walk = func(id model.ID) error {
			for c, err := range v.Children(id) {
				if err != nil {
					return err
				}
				n, err := v.Node(c.ID)
				if err != nil {
					return err
				}
				for _, on := range n.Depends() {
					to, err := v.Node(on)
					if err != nil {
						return err
					}
					lines = append(lines, n.Text+" needs "+to.Text)
				}
				if err := walk(c.ID); err != nil {
					return err
				}
			}
			return nil
		}
		return walk(model.Root)
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

// TestDepend: what has to be done before a node is found by its words and chosen; circles are refused, and what was chosen twice is taken back.
func TestDepend(t *testing.T) {
	const tree = "Paint the walls\nBuy paint\nMeasure the walls\n"
	for _, sc := range []struct{ name, keys, want, says string }{
		{"found by words", "Dbuy<enter>", "Paint the walls needs Buy paint", "needs “Buy paint”: “Paint the walls” · u undoes"},
		{"the second that is found", "GDpaint<down><enter>", "Measure the walls needs Buy paint", "needs “Buy paint”: “Measure the walls”"},
		{"undone", "Dbuy<enter>u", "", "undid: depend"},
		{"of marked nodes", "mmDmeasure<enter>", "Buy paint needs Measure the walls, Paint the walls needs Measure the walls", "needs “Measure the walls”: 2 nodes"},
		{"a circle", "Dbuy<enter>jDpaint the<enter>", "Paint the walls needs Buy paint", `none could be begun: "Buy paint" needs "Paint the walls" needs "Buy paint"`},
		{"no node is offered itself", "Dpaint<enter>", "Paint the walls needs Buy paint", ""},
		{"taken back", "Dbuy<enter>D<enter>", "", "no longer needs “Buy paint”: “Paint the walls”"},
		{"what is needed is offered first", "Dbuy<enter>D", "Paint the walls needs Buy paint", "needed now"},
		{"another arrow is there", "rjr<enter>kDbuy<enter>", "", "another arrow leads from “Paint the walls” to “Buy paint” already; r erases it"},
		{"nothing is found", "Dzzz<enter>", "", ""},
		{"left", "Dbuy<esc>", "", ""},
	} {
		t.Run(sc.name, func(t *testing.T) {
			in := newTree(t)
			plant(t, in, tree)
			d := start(t, in, 120, 30)
			d.press(sc.keys)
			if got := needs(t, in); got != sc.want {
				t.Errorf("%q, want %q", got, sc.want)
			}
			if pic := d.picture(); !strings.Contains(pic, sc.says) {
				t.Errorf("the screen does not say %q:\n%s", sc.says, pic)
			}
		})
	}
}
