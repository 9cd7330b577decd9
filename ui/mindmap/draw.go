package mindmap

import (
	"strconv"

	"arbor/ui/grid"
	"arbor/ui/theme"
)

// Item is what is drawn of a node.
type Item struct {
	Lines  []string // the label, wrapped
	Glyph  string   // a sign before the first line, one cell or ""
	Sign   theme.Style
	Style  theme.Style
	Spark  string // a sparkline below the label, or ""
	Boxed  bool   // in a frame: the root, and placed nodes
	Hidden int    // nodes folded away below it
	Branch int    // colour of the edge that leads to it
	Hit    grid.Hit
}

// Size returns the cells that the item takes, frame and padding included.
func (it *Item) Size() (w, h int) {
	for _, l := range it.Lines {
		w = max(w, grid.Width(l))
	}
	if it.Glyph != "" {
		w += 2
	}
	if it.Hidden > 0 {
		w += 1 + len(it.more())
	}
	w, h = max(w, 1, grid.Width(it.Spark))+2, max(len(it.Lines), 1)
	if it.Spark != "" {
		h++
	}
	if it.Boxed {
		w, h = w+2, h+2
	}
	return w, h
}

func (it *Item) more() string { return "+" + strconv.Itoa(it.Hidden) }

// Link is an arrow between two nodes.
type Link struct {
	From, To int
	Label    string
	Strong   bool // drawn in full colour: it touches the cursor
}

// Map is a picture of a tree: nodes, what is drawn of them, and the arrows between them.
type Map struct {
	Nodes []Node
	Items []Item
	Rects []Rect // what Layout returned for Nodes
	Links []Link
}

// Bounds returns the least rectangle that holds all nodes.
func (m *Map) Bounds() Rect {
	var b Rect
	for _, r := range m.Rects {
		b = b.Union(r)
	}
	return b
}

// Draw draws what the view shows, with the cell (view.X, view.Y) of the canvas at the corner of s. The cursor is drawn on that node, -1
// is none. It takes O(nodes) for culling and draws only what is seen.
func (m *Map) Draw(s grid.Surface, view Rect, cursor int) {
	canvas := s.Shift(-view.X, -view.Y)
	edges := newStrokes(view)
	for i := range m.Nodes {
		m.edgesOf(i, edges)
	}
	router := m.router(view.Grow(4), edges)
	m.placedEdges(router, edges)
	edges.draw(canvas)
	m.arrows(canvas, view, router)
	for i, r := range m.Rects {
		if r.Overlaps(view) && i != cursor {
			m.item(canvas, i, false)
		}
	}
	if cursor >= 0 && cursor < len(m.Rects) {
		m.item(canvas, cursor, true)
	}
}

// edgesOf adds the edges from node i to the children in its band: a trunk with branches.
func (m *Map) edgesOf(i int, st *strokes) {
	r := m.Rects[i]
	if r.W <= 0 {
		return
	}
	for _, c := range m.Nodes[i].Children {
		k := m.Rects[c]
		if m.Nodes[c].Placed {
			continue
		}
		x, y := r.X+r.W, r.Mid()
		if !(Rect{x, min(y, k.Mid()), gapX, max(y, k.Mid()) - min(y, k.Mid()) + 1}).Overlaps(st.view) {
			continue
		}
		path := []Point{{x, y}, {x + 1, y}}
		for y != k.Mid() {
			y += sign(k.Mid() - y)
			path = append(path, Point{x + 1, y})
		}
		path = append(path, Point{x + 2, y}, Point{x + 3, y})
		st.path(path, theme.Series(m.Items[c].Branch), r, k)
	}
}

// placedEdges adds the edges to placed children, which have to find their way between the other nodes.
func (m *Map) placedEdges(router *Router, edges *strokes) {
	for i, n := range m.Nodes {
		for _, c := range n.Children {
			if m.Nodes[c].Placed && m.Rects[i].W > 0 && m.Rects[i].Union(m.Rects[c]).Overlaps(edges.view) {
				path := router.connect(m.Rects[i], m.Rects[c])
				edges.path(path, theme.Series(m.Items[c].Branch), m.Rects[i], m.Rects[c])
			}
		}
	}
}

// item draws one node.
func (m *Map) item(canvas grid.Surface, i int, cursor bool) {
	it, r := &m.Items[i], m.Rects[i]
	s := canvas.Sub(r.X, r.Y, r.W, r.H).WithHit(it.Hit)
	style := it.Style
	if cursor {
		s = s.With(theme.OnCursor)
	}
	if it.Boxed {
		frame := theme.Series(it.Branch)
		if cursor {
			frame = theme.Accent
		}
		s.Box(frame, "")
		s = s.Sub(2, 1, r.W-4, r.H-2)
		s.Clear(theme.Text)
	} else {
		s.Clear(theme.Text)
		s = s.Sub(1, 0, r.W-2, r.H)
	}
	x := 0
	if it.Glyph != "" {
		x = s.Text(0, 0, it.Sign, it.Glyph) + 1
	}
	end := 0
	for y, l := range it.Lines {
		end = s.Text(x, y, style, l)
	}
	spark(s, len(it.Lines), it.Spark)
	if it.Hidden > 0 {
		s.Text(end+1, max(len(it.Lines)-1, 0), theme.Dim, it.more())
	}
}

// spark draws a sparkline on a faint base line.
func spark(s grid.Surface, y int, line string) {
	x := 0
	for _, r := range line {
		if r == ' ' {
			s.Set(x, y, theme.Faint, '▁')
		} else {
			s.Set(x, y, theme.Spark, r)
		}
		x++
	}
}

// arrows routes and draws the arrows that the view may show.
func (m *Map) arrows(canvas grid.Surface, view Rect, router *Router) {
	for _, l := range m.Links {
		from, to := m.Rects[l.From], m.Rects[l.To]
		if from.W > 0 && to.W > 0 && from.Union(to).Grow(2).Overlaps(view) {
			m.arrow(canvas, router.connect(from, to), from, to, l)
		}
	}
}

// router returns a router for a room that knows the nodes and the lines drawn so far.
func (m *Map) router(room Rect, edges *strokes) *Router {
	var boxes []Rect
	for _, r := range m.Rects {
		if r.Overlaps(room) {
			boxes = append(boxes, r)
		}
	}
	router := NewRouter(room, boxes)
	edges.each(func(p Point, _ uint8, _ theme.Style) { router.Line(p) })
	return router
}

// connect returns a path between two boxes, routed if there is a way and plain if not, and marks it as drawn on.
func (r *Router) connect(from, to Rect) []Point {
	path := r.Route(from, to)
	if path == nil {
		path = Elbow(from, to)
	}
	for _, p := range path {
		r.Line(p)
	}
	return path
}

// arrow draws one path with its head and, where a straight run has room, its label.
func (m *Map) arrow(canvas grid.Surface, path []Point, from, to Rect, l Link) {
	style := theme.Arrow
	if l.Strong {
		style |= theme.Bold
	}
	run := newStrokes(pathBounds(path))
	run.path(path, style, from, to)
	run.draw(canvas)
	last := path[len(path)-1]
	canvas.Set(last.X, last.Y, style, head(last, to))
	if l.Label != "" {
		label(canvas, path, style, l.Label)
	}
}

// head returns the arrowhead that points from a cell into the box beside it.
func head(p Point, to Rect) rune {
	switch {
	case p.X < to.X:
		return '▸'
	case p.X >= to.X+to.W:
		return '◂'
	case p.Y < to.Y:
		return '▾'
	}
	return '▴'
}

// minLabel is the least of a label that is worth writing, in cells.
const minLabel = 6

// label writes text along the longest level run of path.
func label(canvas grid.Surface, path []Point, style theme.Style, text string) {
	best, bestAt := 0, 0
	for i := 0; i < len(path); {
		j := i + 1
		for j < len(path) && path[j].Y == path[i].Y {
			j++
		}
		if j-i > best {
			best, bestAt = j-i, i
		}
		i = j
	}
	room := best - 4
	if room < min(grid.Width(text), minLabel)+2 {
		return
	}
	text = " " + grid.Cut(text, room-2) + " "
	x := min(path[bestAt].X, path[bestAt+best-1].X) + (best-grid.Width(text))/2
	canvas.Text(x, path[bestAt].Y, style, text)
}

func pathBounds(path []Point) Rect {
	var b Rect
	for _, p := range path {
		b = b.Union(Rect{p.X, p.Y, 1, 1})
	}
	return b
}
