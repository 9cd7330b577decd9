package model

import (
	"fmt"
	"math/rand/v2"

	"arbor/model/inline"
)

// Drawn is a task chosen by chance.
type Drawn struct {
	ID     ID
	Weight float64 // of the task: the greatest priority of its lineage
	Total  float64 // of all tasks; the chance was Weight in Total
	Leaves int     // how many tasks there were
}

// prio returns the priority that a node itself gives.
func (n *Node) prio() (float64, bool) {
	value, ok := n.Field("prio")
	if !ok {
		return 0, false
	}
	p, err := inline.Priority(value)
	return p, err == nil
}

// Draw chooses one task below root, each with a chance in proportion to its weight. Tasks are all nodes below the first ones that are
// marked as tasks; what is chosen from is those that are open and have no open child. A weight is the greatest priority of the lineage up
// to the top of the tree, 1 where none is given, and 0 is never drawn. ErrNothing: there is none with a weight.
func (v *View) Draw(root ID, r *rand.Rand) (Drawn, error) {
	top, err := v.need(root)
	if err != nil {
		return Drawn{}, err
	}
	in := lineage{}
	if err := v.climb(root, func(n *Node) bool {
		in = in.with(n)
		return true
	}); err != nil {
		return Drawn{}, err
	}
	d := drawing{v: v, r: r}
	if _, err := d.below(top.ID, in); err != nil {
		return Drawn{}, err
	}
	if d.Total == 0 {
		return Drawn{}, fmt.Errorf("draw a task below %s: %w", root, ErrNothing)
	}
	return d.Drawn, nil
}

// lineage is what the draw knows of a node's ancestors and itself.
type lineage struct {
	task  bool
	given bool
	prio  float64
}

func (l lineage) with(n *Node) lineage {
	l.task = l.task || n.IsTask()
	if p, ok := n.prio(); ok {
		l.prio, l.given = max(l.prio, p), true
	}
	return l
}

func (l lineage) weight() float64 {
	if !l.given {
		return 1
	}
	return l.prio
}

// drawing walks the tree once, holding one task with the chance it has among those seen so far.
type drawing struct {
	Drawn
	v *View
	r *rand.Rand
}

// below draws among the open descendants of id, and reports whether it has an open child.
func (d *drawing) below(id ID, in lineage) (bool, error) {
	var open []ID
	for c, err := range d.v.Children(id) {
		if err != nil {
			return false, err
		}
		if !c.State.Closed() {
			open = append(open, c.ID)
		}
	}
	for _, id := range open {
		n, err := d.v.need(id)
		if err != nil {
			return false, err
		}
		in := in.with(n)
		inner, err := d.below(id, in)
		if err != nil {
			return false, err
		}
		if inner || !in.task {
			continue
		}
		d.Leaves++
		w := in.weight()
		d.Total += w
		if w > 0 && d.r.Float64()*d.Total < w {
			d.ID, d.Weight = id, w
		}
	}
	return len(open) > 0, nil
}
