package mindmap

import (
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// drag is a node, or the canvas, under a pressed button.
type drag struct {
	node         int // -1: the canvas
	fromX, fromY int // of the screen
	x, y         int
	moved        bool
	viewX, viewY int // of the canvas when it began
}

// wheelStep is how far the wheel pans, in cells down and twice that aside.
const wheelStep = 3

// follow returns the drag with its node in another picture. It ends if the node is gone.
func (d *drag) follow(from, to picture) *drag {
	if d == nil || d.node < 0 || d.node >= len(from.nodes) {
		return d
	}
	i, ok := to.index[from.nodes[d.node].ID]
	if !ok {
		return nil
	}
	at := *d
	at.node = i
	return &at
}

// mouse takes what the mouse did: a press selects and begins to drag, on the empty canvas it pans; a double click goes in.
func (m Model) mouse(e screen.Mouse) (Model, tea.Cmd) {
	if !m.loaded || m.settling || m.acting {
		return m, nil
	}
	switch e.Kind {
	case screen.Wheel:
		return m.wheel(e), nil
	case screen.Press:
		return m.press(e)
	case screen.Drag:
		return m.dragged(e), nil
	case screen.Release:
		return m.dropped()
	}
	return m, nil
}

func (m Model) wheel(e screen.Mouse) Model {
	n := wheelStep
	if e.WheelUp {
		n = -n
	}
	if e.Sideways || e.Shift {
		m.x += 2 * n
	} else {
		m.y += n
	}
	return m
}

func (m Model) press(e screen.Mouse) (Model, tea.Cmd) {
	if m.edit != nil {
		return m.commit()
	}
	i := int(e.Hit) - 1
	switch {
	case e.Right:
		return m.goOut()
	case i < 0 || i >= len(m.pic.nodes):
		m.drag = &drag{node: -1, fromX: e.X, fromY: e.Y, viewX: m.x, viewY: m.y}
		return m, nil
	}
	m.cur = i
	if e.Double && i > 0 {
		m.root = m.node()
		return m.load(m.root, true)
	}
	m.drag = &drag{node: i, fromX: e.X, fromY: e.Y, x: e.X, y: e.Y}
	return m, nil
}

func (m Model) dragged(e screen.Mouse) Model {
	if m.drag == nil {
		return m
	}
	d := *m.drag
	d.x, d.y = e.X, e.Y
	d.moved = d.moved || d.x != d.fromX || d.y != d.fromY
	m.drag = &d
	if d.node < 0 {
		m.x, m.y = d.viewX-(d.x-d.fromX), d.viewY-(d.y-d.fromY)
	}
	return m
}

// target returns the node that what is dragged would hang from if it were dropped now, -1 for the empty canvas.
func (m Model) target() int {
	d := m.drag
	if d == nil || d.node <= 0 || !d.moved {
		return -1
	}
	for i, r := range m.pic.m.Rects {
		if i != d.node && r.Contains(m.x+d.x, m.y+d.y) && !m.below(i, d.node) {
			return i
		}
	}
	return -1
}

// below reports whether node i hangs from node of.
func (m Model) below(i, of int) bool {
	for {
		if i == of {
			return true
		}
		p, ok := m.pic.index[m.pic.nodes[i].Parent]
		if !ok || i == 0 {
			return false
		}
		i = p
	}
}

// dropped ends a drag: on a node it hangs from that, on the empty canvas it is placed there.
func (m Model) dropped() (Model, tea.Cmd) {
	d := m.drag
	to := m.target()
	m.drag = nil
	switch {
	case d == nil || d.node <= 0 || !d.moved:
		return m, nil
	case to >= 0:
		return m.reparent(d.node, to)
	}
	return m.place(d.node, d.x-d.fromX, d.y-d.fromY)
}
