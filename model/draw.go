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
		p, given := n.prio()
		in = in.with(n.IsTask(), given, p)
		return true
	}); err != nil {
		return Drawn{}, err
	}
	s, err := v.Sheet()
	if err != nil {
		return Drawn{}, err
	}
	d := drawing{r: r, s: s, stand: s.positions(), top: top.ID, root: -1, from: in, known: make([]reach, s.Len())}
	if slot, ok := s.Slot(top.ID); ok {
		d.root = slot
	}
	d.draw()
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

func (l lineage) with(task, given bool, prio float64) lineage {
	l.task = l.task || task
	if given {
		l.prio, l.given = max(l.prio, prio), true
	}
	return l
}

func (l lineage) weight() float64 {
	if !l.given {
		return 1
	}
	return l.prio
}

// reach says whether a node is drawn from: it is open, and so is all between it and the root of the draw.
type reach struct {
	lineage
	known, open, inner bool // inner: an open child is below it
}

// drawing holds one task with the chance it has among those seen so far.
type drawing struct {
	Drawn
	r     *rand.Rand
	s     *Sheet
	stand *positions
	top   ID      // the root of the draw
	root  int     // its slot, -1 for none
	from  lineage // of the root
	known []reach // by slot
}

// of finds out about a node, and about those above it.
func (d *drawing) of(slot int) *reach {
	k, bits := &d.known[slot], d.s.bits[slot]
	if k.known {
		return k
	}
	k.known = true
	if bits&(factOpen|factBuiltin) != factOpen || slot == d.root {
		return k
	}
	in := d.from
	if parent := int(d.stand.parents[slot]); parent < 0 && (d.root >= 0 || d.s.parent(slot) != d.top) {
		return k
	} else if parent != d.root {
		up := d.of(parent)
		if !up.open {
			return k
		}
		in, up.inner = up.lineage, true
	}
	prio := 0.0
	if bits&factPrio != 0 {
		prio = d.s.Facts(slot).Prio
	}
	k.open, k.lineage = true, in.with(bits&factTask != 0, bits&factPrio != 0, prio)
	return k
}

func (d *drawing) draw() {
	for slot := range d.known {
		d.of(slot)
	}
	for slot := range d.known {
		k := &d.known[slot]
		if !k.open || k.inner || !k.task {
			continue
		}
		d.Leaves++
		w := k.weight()
		d.Total += w
		if w > 0 && d.r.Float64()*d.Total < w {
			d.ID, d.Weight = d.s.ID(slot), w
		}
	}
}
