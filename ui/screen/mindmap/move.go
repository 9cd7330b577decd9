package mindmap

import (
	"arbor/model"
	"arbor/ui/command"
	"arbor/ui/mindmap"

	tea "github.com/charmbracelet/bubbletea"
)

// Steps of the canvas, in cells. A cell is about twice as high as wide.
const (
	panX, panY     = 8, 4
	nudgeX, nudgeY = 4, 1
)

var directions = map[command.ID]mindmap.Direction{
	command.Left: mindmap.Left, command.Right: mindmap.Right, command.Up: mindmap.Up, command.Down: mindmap.Down,
}

// pans and nudges are steps of the view and of a node.
var (
	pans = map[command.ID][2]int{
		command.PanLeft: {-panX, 0}, command.PanRight: {panX, 0}, command.PanUp: {0, -panY}, command.PanDown: {0, panY},
	}
	nudges = map[command.ID][2]int{
		command.NudgeLeft: {-nudgeX, 0}, command.NudgeRight: {nudgeX, 0}, command.NudgeUp: {0, -nudgeY}, command.NudgeDown: {0, nudgeY},
	}
)

// invoke runs a command.
func (m Model) invoke(c command.Invoke) (Model, tea.Cmd) {
	if !m.loaded {
		return m, nil
	}
	if d, ok := directions[c.ID]; ok {
		return m.step(d), nil
	}
	if by, ok := pans[c.ID]; ok {
		m.x, m.y = m.x+by[0], m.y+by[1]
		return m, nil
	}
	if by, ok := nudges[c.ID]; ok {
		return m.place(m.cur, by[0], by[1])
	}
	switch c.ID {
	case command.PageUp, command.PageDown:
		dy := m.h / 2
		if c.ID == command.PageUp {
			dy = -dy
		}
		m.y += dy
		return m, nil
	case command.First, command.Parent, command.Last:
		return m.jump(c.ID), nil
	case command.Centre:
		r := m.rect()
		m.x, m.y = r.X+r.W/2-m.w/2, r.Y+r.H/2-m.h/2
		return m, nil
	case command.GoIn:
		m.root = m.node()
		return m.load(m.root, true)
	case command.GoOut:
		return m.goOut()
	case command.Fold:
		return m.fold(m.node(), m.pic.m.Items[m.cur].Hidden > 0)
	case command.HideDone:
		m.hideDone = !m.hideDone
		return m.load(m.node(), false)
	case command.Mark:
		return m.mark(), nil
	case command.Back:
		m.marks, m.drag = nil, nil
		return m, nil
	case command.Release:
		return m.release()
	case command.Edit:
		return m.editNode(c.Text)
	case command.AddChild, command.AddSibling, command.AddAbove:
		return m.add(c.ID), nil
	}
	return m, nil
}

// step goes to the nearest node in a direction.
func (m Model) step(d mindmap.Direction) Model {
	if i := mindmap.Nearest(m.pic.m.Rects, m.cur, d); i >= 0 {
		m.cur = i
	}
	return m.reveal()
}

func (m Model) jump(to command.ID) Model {
	switch to {
	case command.First:
		m.cur = 0
	case command.Parent:
		if i, ok := m.pic.index[m.pic.nodes[m.cur].Parent]; ok && m.cur > 0 {
			m.cur = i
		}
	default:
		for len(m.pic.m.Nodes[m.cur].Children) > 0 {
			kids := m.pic.m.Nodes[m.cur].Children
			m.cur = kids[len(kids)-1]
		}
	}
	return m.reveal()
}

// goOut shows the parent of the root, the cursor on what was the root.
func (m Model) goOut() (Model, tea.Cmd) {
	if m.root == model.Root {
		return m, nil
	}
	was := m.root
	m.root = m.pic.nodes[0].Parent
	return m.load(was, true)
}
