package mindmap

import (
	"testing"

	"pgregory.net/rapid"
)

// checkPath fails unless path goes cell by cell, through no box, from beside from to beside to.
func checkPath(t interface{ Fatalf(string, ...any) }, path []Point, from, to Rect, boxes []Rect) {
	for i, p := range path {
		for _, b := range boxes {
			if b.Contains(p.X, p.Y) {
				t.Fatalf("the path enters %v at %v", b, p)
			}
		}
		if i > 0 && abs(p.X-path[i-1].X)+abs(p.Y-path[i-1].Y) != 1 {
			t.Fatalf("the path jumps from %v to %v", path[i-1], p)
		}
	}
	if !from.Grow(1).Contains(path[0].X, path[0].Y) {
		t.Fatalf("the path starts at %v, not beside %v", path[0], from)
	}
	if last := path[len(path)-1]; !to.Grow(1).Contains(last.X, last.Y) {
		t.Fatalf("the path ends at %v, not beside %v", last, to)
	}
}

func abs(n int) int { return max(n, -n) }

func TestRouteGoesRoundBoxes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		box := rapid.Custom(func(t *rapid.T) Rect {
			return Rect{rapid.IntRange(0, 50).Draw(t, "x"), rapid.IntRange(0, 20).Draw(t, "y"), rapid.IntRange(1, 9).Draw(t, "w"), rapid.IntRange(1, 3).Draw(t, "h")}
		})
		boxes := rapid.SliceOfN(box, 2, 12).Draw(t, "boxes")
		path := NewRouter(Rect{-3, -3, 70, 32}, boxes).Route(boxes[0], boxes[1])
		if path == nil {
			t.Skip("no way") // boxes may cover every port
		}
		checkPath(t, path, boxes[0], boxes[1], boxes)
	})
}

func TestRouteIsStraightWhereItCan(t *testing.T) {
	a, b := Rect{0, 5, 4, 1}, Rect{12, 5, 4, 1}
	path := NewRouter(Rect{-5, -5, 40, 20}, []Rect{a, b}).Route(a, b)
	if len(path) != 8 {
		t.Fatalf("a path of %d cells between neighbours 8 apart: %v", len(path), path)
	}
}

func TestRouteAvoidsLines(t *testing.T) {
	a, b := Rect{0, 5, 4, 1}, Rect{20, 5, 4, 1}
	wall := func(x, y int) bool { return x == 10 && y > 2 && y < 12 }
	r := NewRouter(Rect{-5, -9, 60, 40}, []Rect{a, b})
	for y := 3; y < 12; y++ {
		r.Line(Point{10, y})
	}
	path := r.Route(a, b)
	checkPath(t, path, a, b, []Rect{a, b})
	crossings := 0
	for _, p := range path {
		if wall(p.X, p.Y) {
			crossings++
		}
	}
	if crossings > 1 {
		t.Fatalf("the path crosses the line %d times: %v", crossings, path)
	}
}

func TestNoRouteOutOfABox(t *testing.T) {
	a, b := Rect{5, 5, 1, 1}, Rect{20, 5, 1, 1}
	walls := []Rect{a, b, {4, 4, 3, 1}, {4, 6, 3, 1}, {4, 5, 1, 1}, {6, 5, 1, 1}}
	if path := NewRouter(Rect{0, 0, 30, 12}, walls).Route(a, b); path != nil {
		t.Fatalf("a path out of closed walls: %v", path)
	}
}

func TestElbowIsConnected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := func(l string) Rect {
			return Rect{rapid.IntRange(-40, 40).Draw(t, l+"x"), rapid.IntRange(-40, 40).Draw(t, l+"y"), rapid.IntRange(1, 9).Draw(t, l+"w"), 1}
		}
		a, b := at("a"), at("b")
		checkPath(t, Elbow(a, b), a, b, nil)
	})
}

func BenchmarkRoute(b *testing.B) {
	var boxes []Rect
	for y := range 12 {
		for x := range 8 {
			boxes = append(boxes, Rect{x * 24, y * 4, 16, 3})
		}
	}
	r := NewRouter(Rect{-4, -4, 204, 58}, boxes)
	for b.Loop() {
		r.Route(boxes[0], boxes[len(boxes)-1])
	}
}
