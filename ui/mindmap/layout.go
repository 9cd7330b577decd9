package mindmap

// Node is one node of the tree to place. The zero Node is an empty leaf.
type Node struct {
	W, H     int   // size in cells, at least 1×1
	Children []int // indices into the slice of nodes
	Placed   bool  // keeps (DX, DY) from its parent's corner instead of joining a band
	DX, DY   int
}

// Rect is a rectangle of cells; it covers [X, X+W) × [Y, Y+H).
type Rect struct{ X, Y, W, H int }

// Contains tells whether the cell is in r.
func (r Rect) Contains(x, y int) bool { return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H }

// Overlaps tells whether r and o share a cell.
func (r Rect) Overlaps(o Rect) bool {
	return r.X < o.X+o.W && o.X < r.X+r.W && r.Y < o.Y+o.H && o.Y < r.Y+r.H
}

// Grow returns r with n cells more on every side.
func (r Rect) Grow(n int) Rect { return Rect{r.X - n, r.Y - n, r.W + 2*n, r.H + 2*n} }

// Union returns the least rectangle that covers both; an empty one counts for nothing.
func (r Rect) Union(o Rect) Rect {
	if r.W <= 0 || r.H <= 0 {
		return o
	}
	if o.W <= 0 || o.H <= 0 {
		return r
	}
	x, y := min(r.X, o.X), min(r.Y, o.Y)
	return Rect{x, y, max(r.X+r.W, o.X+o.W) - x, max(r.Y+r.H, o.Y+o.H) - y}
}

// Mid returns the row of the middle of r, where edges meet it.
func (r Rect) Mid() int { return r.Y + (r.H-1)/2 }

// gapX is the room between a node and its children: a stub, the trunk and a branch.
const gapX = 4

// layout is the state of one Layout call.
type layout struct {
	nodes []Node
	rects []Rect
	bands []int // height of each node's band, placed children not counted
	tops  []int // first row of each node's band
}

// Layout places nodes[0] at the origin and all that hangs from it, and returns a rectangle per node. Nodes that do not hang from the
// root keep an empty one. It takes O(n).
func Layout(nodes []Node) []Rect {
	l := &layout{nodes: nodes, rects: make([]Rect, len(nodes)), bands: make([]int, len(nodes)), tops: make([]int, len(nodes))}
	if len(nodes) == 0 {
		return l.rects
	}
	order := l.order()
	for i := len(order) - 1; i >= 0; i-- { // children before parents
		l.measure(order[i])
	}
	l.anchor(0, 0, 0)
	for _, i := range order {
		l.placeChildren(i)
	}
	return l.rects
}

// order returns the nodes that hang from the root, parents before children. It walks without recursion, so depth is no limit.
func (l *layout) order() []int {
	seen := make([]bool, len(l.nodes))
	order := []int{0}
	seen[0] = true
	for i := 0; i < len(order); i++ {
		for _, c := range l.nodes[order[i]].Children {
			if c > 0 && c < len(seen) && !seen[c] {
				seen[c] = true
				order = append(order, c)
			}
		}
	}
	return order
}

// measure sets the band of node i from those of its children.
func (l *layout) measure(i int) {
	l.bands[i] = max(l.nodes[i].H, l.childrenBand(i))
}

func (l *layout) childrenBand(i int) int {
	sum, last := 0, -1
	for _, c := range l.nodes[i].Children {
		if l.nodes[c].Placed {
			continue
		}
		if last >= 0 {
			sum += l.gapY(last, c)
		}
		sum += l.bands[c]
		last = c
	}
	return sum
}

// gapY is the room between two neighbours: none between single lines, one row as soon as either is a box or a branch.
func (l *layout) gapY(a, b int) int {
	if l.bands[a] == 1 && l.bands[b] == 1 {
		return 0
	}
	return 1
}

// anchor puts the corner of node i at a cell and its band round it.
func (l *layout) anchor(i, x, y int) {
	n := l.nodes[i]
	l.rects[i] = Rect{x, y, n.W, n.H}
	l.tops[i] = y - (l.bands[i]-n.H)/2
}

// placeChildren sets the rectangles of the children of i, whose own is known: node and children are centred in the band.
func (l *layout) placeChildren(i int) {
	r := l.rects[i]
	y := l.tops[i] + (l.bands[i]-l.childrenBand(i))/2
	last := -1
	for _, c := range l.nodes[i].Children {
		n := l.nodes[c]
		if n.Placed {
			l.anchor(c, r.X+n.DX, r.Y+n.DY)
			continue
		}
		if last >= 0 {
			y += l.gapY(last, c)
		}
		l.tops[c] = y
		l.rects[c] = Rect{r.X + r.W + gapX, y + (l.bands[c]-n.H)/2, n.W, n.H}
		y += l.bands[c]
		last = c
	}
}

// Direction is a way to go from a node to its neighbour on the canvas.
type Direction uint8

// The directions of Nearest.
const (
	Left Direction = iota
	Right
	Up
	Down
)

// Nearest returns the index of the rectangle nearest to rects[from] in the direction, -1 if none lies there. Along the direction a
// cell costs one, across it three, so that a neighbour straight ahead wins over a nearer one aside. Empty rectangles do not count.
func Nearest(rects []Rect, from int, d Direction) int {
	best, bestCost := -1, 0
	a := rects[from]
	for i, b := range rects {
		if i == from || b.W <= 0 || b.H <= 0 {
			continue
		}
		along, across := offset(a, b, d)
		if along <= 0 {
			continue
		}
		if cost := along + 3*across; best < 0 || cost < bestCost {
			best, bestCost = i, cost
		}
	}
	return best
}

// offset returns how far b lies from a along d (not positive if it does not lie there) and how far aside. Rows count double: a cell
// is about twice as high as wide.
func offset(a, b Rect, d Direction) (along, across int) {
	switch d {
	case Left:
		return a.X - (b.X + b.W) + 1, 2 * gap(a.Y, a.H, b.Y, b.H)
	case Right:
		return b.X - (a.X + a.W) + 1, 2 * gap(a.Y, a.H, b.Y, b.H)
	case Up:
		return 2 * (a.Y - (b.Y + b.H) + 1), gap(a.X, a.W, b.X, b.W)
	default:
		return 2 * (b.Y - (a.Y + a.H) + 1), gap(a.X, a.W, b.X, b.W)
	}
}

// gap returns the room between two spans, 0 where they overlap.
func gap(a, an, b, bn int) int { return max(0, max(a, b)-min(a+an, b+bn)+1) }
