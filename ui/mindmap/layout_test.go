package mindmap

import (
	"testing"

	"pgregory.net/rapid"
)

// drawTree draws a random tree of nodes, some of them placed.
func drawTree(t *rapid.T) []Node {
	n := rapid.IntRange(1, 60).Draw(t, "n")
	nodes := make([]Node, n)
	for i := range nodes {
		nodes[i] = Node{W: rapid.IntRange(1, 30).Draw(t, "w"), H: rapid.IntRange(1, 4).Draw(t, "h")}
		if i > 0 {
			p := rapid.IntRange(0, i-1).Draw(t, "parent")
			nodes[p].Children = append(nodes[p].Children, i)
			if rapid.IntRange(0, 9).Draw(t, "placed") == 0 {
				nodes[i].Placed = true
				nodes[i].DX, nodes[i].DY = rapid.IntRange(-50, 50).Draw(t, "dx"), rapid.IntRange(-50, 50).Draw(t, "dy")
			}
		}
	}
	return nodes
}

// group returns for each node the placed node (or the root) that it is laid out with.
func group(nodes []Node) []int {
	g := make([]int, len(nodes))
	var walk func(i, of int)
	walk = func(i, of int) {
		if nodes[i].Placed {
			of = i
		}
		g[i] = of
		for _, c := range nodes[i].Children {
			walk(c, of)
		}
	}
	walk(0, 0)
	return g
}

func TestLayoutNeverOverlaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := drawTree(t)
		rects, of := Layout(nodes), group(nodes)
		for i := range rects {
			if rects[i].W != nodes[i].W || rects[i].H != nodes[i].H {
				t.Fatalf("node %d is %v, want %d×%d", i, rects[i], nodes[i].W, nodes[i].H)
			}
			for j := range i {
				if of[i] == of[j] && rects[i].Overlaps(rects[j]) {
					t.Fatalf("%d %v and %d %v overlap", i, rects[i], j, rects[j])
				}
			}
		}
	})
}

func TestPlacedNodesKeepTheirOffset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := drawTree(t)
		rects := Layout(nodes)
		for i, n := range nodes {
			for _, c := range n.Children {
				if nodes[c].Placed && (rects[c].X != rects[i].X+nodes[c].DX || rects[c].Y != rects[i].Y+nodes[c].DY) {
					t.Fatalf("placed node %d at %v, its parent at %v, want offset (%d, %d)", c, rects[c], rects[i], nodes[c].DX, nodes[c].DY)
				}
				if !nodes[c].Placed && rects[c].X != rects[i].X+rects[i].W+gapX {
					t.Fatalf("node %d at %v is not right of its parent %v", c, rects[c], rects[i])
				}
			}
		}
	})
}

func TestMovingAPlacedNodeMovesOnlyItsSubtree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := drawTree(t)
		before, of := Layout(nodes), group(nodes)
		for i := range nodes {
			if !nodes[i].Placed {
				continue
			}
			nodes[i].DX += 7
			after := Layout(nodes)
			for j := range nodes {
				inside := false
				for k := j; ; k = parentOf(nodes, of[k]) {
					if of[k] == i {
						inside = true
					}
					if of[k] == 0 {
						break
					}
				}
				if inside != (after[j] != before[j]) {
					t.Fatalf("moved %d: node %d went from %v to %v", i, j, before[j], after[j])
				}
			}
			return
		}
	})
}

func parentOf(nodes []Node, i int) int {
	for p, n := range nodes {
		for _, c := range n.Children {
			if c == i {
				return p
			}
		}
	}
	return 0
}

func TestSiblingsKeepTheirOrder(t *testing.T) {
	nodes := []Node{{W: 4, H: 1, Children: []int{1, 2, 3}}, {W: 3, H: 1}, {W: 5, H: 2, Children: []int{4}}, {W: 1, H: 1}, {W: 9, H: 3}}
	r := Layout(nodes)
	if r[1].Y >= r[2].Y || r[2].Y >= r[3].Y {
		t.Fatalf("children at rows %d, %d, %d", r[1].Y, r[2].Y, r[3].Y)
	}
}

func TestNearest(t *testing.T) {
	rects := []Rect{{0, 10, 6, 1}, {10, 8, 5, 1}, {10, 10, 5, 1}, {10, 12, 5, 1}, {30, 10, 5, 1}, {0, 4, 6, 1}, {}}
	for _, c := range []struct {
		name string
		from int
		d    Direction
		want int
	}{
		{"right goes straight ahead", 0, Right, 2},
		{"left goes back", 2, Left, 0},
		{"down to the next in the column", 1, Down, 2},
		{"up from the last", 3, Up, 2},
		{"up from the root", 0, Up, 5},
		{"nothing on the left", 5, Left, -1},
	} {
		if got := Nearest(rects, c.from, c.d); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}

func BenchmarkLayout100k(b *testing.B) {
	nodes := make([]Node, 100_000)
	for i := range nodes {
		nodes[i] = Node{W: 12, H: 1}
		if i > 0 {
			p := (i - 1) / 5
			nodes[p].Children = append(nodes[p].Children, i)
		}
	}
	for b.Loop() {
		Layout(nodes)
	}
}
