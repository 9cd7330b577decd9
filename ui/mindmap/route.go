package mindmap

import (
	"container/heap"
	"slices"
)

// Point is a cell of the canvas.
type Point struct{ X, Y int }

// Costs of a route, in cells.
const (
	bendCost  = 6  // a route with fewer bends is easier to follow
	crossCost = 30 // over the line of a tree edge or another arrow
	hugCost   = 1  // along the side of a node
	outCost   = 8  // far from all nodes, where nobody looks for it
)

// maxRoom bounds the cells of a router's room, so that one arrow costs a bounded time whatever the map.
const maxRoom = 1 << 16

// Router finds paths between boxes round other boxes. It is made for one picture and serves all its arrows.
type Router struct {
	room    Rect
	near    Rect   // the nodes with a margin
	blocked []bool // per cell of the room
	lines   []bool
	best    []int32 // per cell and heading: the least cost found, 0 if none
	came    []uint8 // per cell and heading: the heading before, turned or straight
	queue   queue
}

// Headings of a route: right, down, left, up.
var headings = [4]Point{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}

// start marks in came the first step of a route.
const start = 255

// NewRouter returns a router for a room: boxes are never crossed, cells added by Line at a price. A room beyond 65,536 cells is cut.
func NewRouter(room Rect, boxes []Rect) *Router {
	room.W = max(room.W, 1)
	room.H = max(min(room.H, maxRoom/room.W), 1)
	n := room.W * room.H
	r := &Router{room: room, blocked: make([]bool, n), lines: make([]bool, n), best: make([]int32, 4*n), came: make([]uint8, 4*n)}
	for _, b := range boxes {
		r.near = r.near.Union(b.Grow(1))
		for y := max(b.Y, room.Y); y < min(b.Y+b.H, room.Y+room.H); y++ {
			for x := max(b.X, room.X); x < min(b.X+b.W, room.X+room.W); x++ {
				r.blocked[r.cell(Point{x, y})] = true
			}
		}
	}
	return r
}

// Line marks a cell as drawn on, so that later routes cross it only where that saves a detour.
func (r *Router) Line(p Point) {
	if r.room.Contains(p.X, p.Y) {
		r.lines[r.cell(p)] = true
	}
}

func (r *Router) cell(p Point) int { return (p.Y-r.room.Y)*r.room.W + p.X - r.room.X }

func (r *Router) point(cell int) Point {
	return Point{r.room.X + cell%r.room.W, r.room.Y + cell/r.room.W}
}

func (r *Router) isOpen(p Point) bool { return r.room.Contains(p.X, p.Y) && !r.blocked[r.cell(p)] }

// Route returns the cheapest orthogonal path from a cell beside the box from to a cell beside the box to, ends included, or nil if
// there is none within the room. Cost is length, plus a price for each bend and crossing (A* over cell and heading, after Wybrow,
// Marriott and Stuckey, "Orthogonal connector routing", GD 2009).
func (r *Router) Route(from, to Rect) []Point {
	clear(r.best)
	r.queue = r.queue[:0]
	for dir, p := range ports(from) {
		if r.isOpen(p) {
			r.push(p, uint8(dir), 1+r.price(p), start, to)
		}
	}
	goals := ports(to)
	for len(r.queue) > 0 {
		it := heap.Pop(&r.queue).(item)
		if it.cost > r.best[it.step] {
			continue
		}
		p, dir := r.point(int(it.step/4)), uint8(it.step%4)
		if goals[(dir+2)%4] == p {
			return r.trace(int(it.step))
		}
		next := Point{p.X + headings[dir].X, p.Y + headings[dir].Y}
		if r.isOpen(next) {
			r.push(next, dir, it.cost+1+r.price(next), dir, to)
		}
		r.push(p, (dir+1)%4, it.cost+bendCost, dir, to)
		r.push(p, (dir+3)%4, it.cost+bendCost, dir, to)
	}
	return nil
}

// ports returns the cells beside the middles of a box's sides, by the heading that leaves the box there.
func ports(b Rect) [4]Point {
	mx, my := b.X+b.W/2, b.Mid()
	return [4]Point{{b.X + b.W, my}, {mx, b.Y + b.H}, {b.X - 1, my}, {mx, b.Y - 1}}
}

func (r *Router) price(p Point) int32 {
	var c int32
	if r.lines[r.cell(p)] {
		c += crossCost
	}
	if !r.near.Contains(p.X, p.Y) {
		c += outCost
	}
	for _, h := range headings {
		q := Point{p.X + h.X, p.Y + h.Y}
		if r.room.Contains(q.X, q.Y) && r.blocked[r.cell(q)] {
			return c + hugCost
		}
	}
	return c
}

func (r *Router) push(p Point, dir uint8, cost int32, came uint8, to Rect) {
	if !r.isOpen(p) {
		return
	}
	step := r.cell(p)*4 + int(dir)
	if r.best[step] != 0 && r.best[step] <= cost {
		return
	}
	r.best[step], r.came[step] = cost, came
	heap.Push(&r.queue, item{int32(step), cost, cost + least(p, to)})
}

// least is a lower bound of what remains to the target, so that the search stays exact.
func least(p Point, to Rect) int32 {
	dx := max(to.X-1-p.X, p.X-(to.X+to.W), 0)
	dy := max(to.Y-1-p.Y, p.Y-(to.Y+to.H), 0)
	return int32(dx + dy)
}

// trace returns the path that ends in a step. A turn stays in its cell; a straight move comes from the cell behind.
func (r *Router) trace(step int) []Point {
	var path []Point
	for {
		p, dir, came := r.point(step/4), uint8(step%4), r.came[step]
		if len(path) == 0 || path[len(path)-1] != p {
			path = append(path, p)
		}
		switch {
		case came == start:
			slices.Reverse(path)
			return path
		case came == dir:
			p = Point{p.X - headings[dir].X, p.Y - headings[dir].Y}
		}
		step = r.cell(p)*4 + int(came)
	}
}

// item is a step (cell × heading) on the way, with its cost so far and that plus the least that remains.
type item struct{ step, cost, rank int32 }

type queue []item

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].rank < q[j].rank }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(item)) }
func (q *queue) Pop() any {
	old := *q
	it := old[len(old)-1]
	*q = old[:len(old)-1]
	return it
}

// Elbow returns the plain path from beside one box to beside the other: across, down, across. It is what is drawn where Route finds
// no way, and while a node is dragged.
func Elbow(from, to Rect) []Point {
	a := Point{from.X + from.W, from.Mid()}
	b := Point{to.X - 1, to.Mid()}
	if to.X < from.X+from.W && to.X+to.W <= from.X {
		a.X, b.X = from.X-1, to.X+to.W
	}
	mid := (a.X + b.X) / 2
	var path []Point
	walk := func(x, y int) {
		for {
			p := Point{x, y}
			if n := len(path); n > 0 {
				p = path[n-1]
				if p.X == x && p.Y == y {
					return
				}
				p.X += sign(x - p.X)
				if p.X == path[n-1].X {
					p.Y += sign(y - p.Y)
				}
			}
			path = append(path, p)
		}
	}
	path = append(path, a)
	walk(mid, a.Y)
	walk(mid, b.Y)
	walk(b.X, b.Y)
	return path
}

func sign(n int) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}
