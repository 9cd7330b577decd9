package mindmap

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"arbor/ui/grid"
	"arbor/ui/theme"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

// trip is a small map with a placed node, a folded one and two arrows.
func trip() *Map {
	m := &Map{}
	add := func(parent int, it Item) int {
		i := len(m.Nodes)
		w, h := it.Size()
		m.Items = append(m.Items, it)
		m.Nodes = append(m.Nodes, Node{W: w, H: h})
		if parent >= 0 {
			m.Nodes[parent].Children = append(m.Nodes[parent].Children, i)
		}
		return i
	}
	root := add(-1, Item{Lines: []string{"Lisbon in May"}, Boxed: true})
	travel := add(root, Item{Lines: []string{"travel"}})
	flights := add(travel, Item{Lines: []string{"book flights"}, Glyph: theme.IsDone})
	add(travel, Item{Lines: []string{"train to Sintra"}, Glyph: theme.IsTodo, Branch: 0})
	stay := add(root, Item{Lines: []string{"stay", "near the river"}, Branch: 1})
	add(stay, Item{Lines: []string{"ask Ana about her flat"}, Glyph: theme.IsTodo, Branch: 1, Hidden: 3})
	pack := add(root, Item{Lines: []string{"packing list"}, Boxed: true, Branch: 2})
	m.Nodes[pack].Placed, m.Nodes[pack].DX, m.Nodes[pack].DY = true, 30, 9
	m.Rects = Layout(m.Nodes)
	m.Links = []Link{{From: flights, To: pack, Label: "then"}, {From: pack, To: stay}}
	return m
}

func TestDraw(t *testing.T) {
	m := trip()
	b := m.Bounds().Grow(3)
	for _, c := range []struct {
		name string
		view Rect
	}{
		{"whole", b},
		{"panned", Rect{b.X + 12, b.Y + 4, 40, 8}},
	} {
		g := grid.New(c.view.W, c.view.H)
		m.Draw(g.Surface(), c.view, 2)
		golden(t, c.name, g.Plain())
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
	}
}
