package exchange

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"arbor/model"
	"arbor/timeseries"
)

// Apply does what a plan says, as one step of undo under label, and returns the plan's report. A dry run only reports.
func Apply(t *model.Tree, book *timeseries.Book, p *Plan, label string, dry bool) (*Report, error) {
	p.Report.DryRun = dry
	var verdicts []verdict
	err := t.View(func(v *model.View) (err error) {
		if verdicts, err = p.survey(v); err != nil {
			return err
		}
		if err := p.keepGone(v); err != nil {
			return err
		}
		if err := p.countEvents(v); err != nil || p.Samples == nil {
			return err
		}
		return p.Samples(func(s Samples) error {
			fresh, err := p.missing(v, book, s)
			p.Report.CountSamples(fresh)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	idle := !slices.ContainsFunc(verdicts, func(d verdict) bool { return d != 0 }) && p.Report.Samples+p.Report.Events+p.Report.Folded == 0
	if dry || idle {
		return &p.Report, nil
	}
	_, err = t.Import(label, func(im *model.Importer) error {
		a := applier{plan: p, book: book, im: im, verdicts: verdicts}
		return a.run()
	})
	if err != nil {
		return nil, err
	}
	return &p.Report, nil
}

// applier hands a plan to an import.
type applier struct {
	plan     *Plan
	book     *timeseries.Book
	im       *model.Importer
	verdicts []verdict
	later    []func() // changes that come behind all others: moves and trash, so that they stand in the last batch
}

func (a *applier) run() error {
	i := 0
	err := a.plan.Each(func(n *Node) error {
		if i >= len(a.verdicts) {
			return errors.New("the file changed while it was read")
		}
		do := a.verdicts[i]
		i++
		if do == create {
			return a.create(n)
		}
		a.change(n, do)
		return nil
	})
	if err != nil {
		return err
	}
	i = 0
	if err := a.plan.Each(func(n *Node) error { i++; return a.arrows(n, a.verdicts[i-1]) }); err != nil {
		return err
	}
	if a.plan.Samples != nil {
		if err := a.plan.Samples(a.samples); err != nil {
			return err
		}
	}
	if a.plan.Events != nil {
		if err := a.plan.Events(a.events); err != nil {
			return err
		}
	}
	for _, fn := range a.later {
		fn()
	}
	for _, id := range a.plan.Gone {
		a.im.Change(32, func(e *model.Edit) error { return e.Trash(id) })
	}
	return nil
}

// fields returns the fields that n is to have, its mark among them.
func (a *applier) fields(n *Node) []model.Field {
	if a.plan.Exact {
		return n.Fields
	}
	m := *n
	m.Fields = slices.Clone(n.Fields)
	m.SetField(Mark, a.plan.Report.Format+":"+digest(&n.Node, n.Note, n.Trashed).String())
	return m.Fields
}

// size is about what a node takes in a batch beside its text.
func (n *Node) size() int {
	size := len(n.Note) + 64
	for _, t := range n.Tags {
		size += len(t) + 16
	}
	for _, f := range n.Fields {
		size += len(f.Key) + len(f.Value) + 16
	}
	return size
}

func (a *applier) create(n *Node) error {
	under := n.Parent
	if n.Trashed && !a.im.Staged(under) { // it never stands in the tree, not even for a moment
		under = model.Trash
	}
	if err := a.im.CreateID(n.ID, under, n.Text, n.size()+48, func(e *model.Edit, id model.ID) error { return a.set(e, n) }); err != nil {
		return err
	}
	if n.Trashed && under != model.Trash {
		id := n.ID
		a.later = append(a.later, func() { a.im.Change(32, func(e *model.Edit) error { return e.Trash(id) }) })
	}
	return nil
}

// change does to a node that is there what its verdict says.
func (a *applier) change(n *Node, do verdict) {
	if do&(content|look|marked) != 0 {
		a.im.Change(n.size()+len(n.Text), func(e *model.Edit) error {
			modified, err := e.Node(n.ID)
			if err != nil {
				return err
			}
			switch {
			case do&content != 0:
				return a.update(e, n, do)
			case do&marked != 0: // not a change of the person's
				if err := e.SetField(n.ID, Mark, value(&model.Node{Fields: a.fields(n)}, Mark)); err != nil {
					return err
				}
			}
			return errors.Join(setLook(e, n, do), e.SetModified(n.ID, modified.Modified))
		})
	}
	if do&parent == 0 {
		return
	}
	a.later = append(a.later, func() {
		a.im.Change(48, func(e *model.Edit) error {
			if n.Trashed || n.Parent == model.Trash {
				return e.Trash(n.ID)
			}
			err := e.Move(n.ID, n.Parent, model.Last)
			if errors.Is(err, model.ErrCycle) || errors.Is(err, model.ErrBuiltin) {
				return nil // moves here have made that impossible; it stays where it is
			}
			return err
		})
	})
}

// update makes the content of a node what the file says.
func (a *applier) update(e *model.Edit, n *Node, do verdict) error {
	if err := e.SetText(n.ID, n.Text); err != nil {
		return err
	}
	old, err := e.Node(n.ID)
	if err != nil {
		return err
	}
	for _, t := range old.Tags {
		if !slices.Contains(n.Tags, t) {
			if err := e.RemoveTag(n.ID, t); err != nil {
				return err
			}
		}
	}
	want := a.fields(n)
	for _, f := range old.Fields {
		if f.Key != model.FieldReviewed && !slices.ContainsFunc(want, func(w model.Field) bool { return w.Key == f.Key }) {
			if err := e.ClearField(n.ID, f.Key); err != nil {
				return err
			}
		}
	}
	if do&look == 0 { // what is here stays
		n = &Node{Node: n.Node, Note: n.Note}
		n.X, n.Y, n.Placed = old.X, old.Y, old.Placed
		n.Collapsed, n.HideDone, n.AutoArrange = old.Collapsed, old.HideDone, old.AutoArrange
	}
	return errors.Join(setLook(e, n, do), a.set(e, n))
}

// setLook gives a node that is there its place on the canvas and its switches.
func setLook(e *model.Edit, n *Node, do verdict) error {
	if do&look == 0 {
		return nil
	}
	if !n.Placed {
		if err := e.ClearPos(n.ID); err != nil {
			return err
		}
	} else if err := e.SetPos(n.ID, n.X, n.Y); err != nil {
		return err
	}
	for _, f := range []struct {
		flag model.Flag
		on   bool
	}{{model.Collapsed, n.Collapsed}, {model.HideDone, n.HideDone}, {model.AutoArrange, n.AutoArrange}} {
		if err := e.SetFlag(n.ID, f.flag, f.on); err != nil {
			return err
		}
	}
	return nil
}

// set gives a node whose text is right all that it has beside it, but arrows.
func (a *applier) set(e *model.Edit, n *Node) error {
	id := n.ID
	steps := []func() error{
		func() error { return e.SetNote(id, n.Note) },
		func() error { return e.SetState(id, n.State) },
		func() error { return e.SetDue(id, n.Due) },
		func() error { return e.SetSched(id, n.Sched) },
		func() error { return e.SetWait(id, n.Wait) },
		func() error { return e.SetUntil(id, n.Until) },
	}
	for _, t := range n.Tags {
		steps = append(steps, func() error { return e.AddTag(id, t) })
	}
	for _, f := range a.fields(n) {
		steps = append(steps, func() error { return e.SetField(id, f.Key, f.Value) })
	}
	if n.Placed || n.Collapsed || n.HideDone || n.AutoArrange {
		steps = append(steps, func() error { return setLook(e, n, look) })
	}
	if !n.Created.IsZero() {
		steps = append(steps, func() error { return e.SetCreated(id, n.Created) })
	}
	if n.Series {
		steps = append(steps, func() error { return e.MakeSeries(id) })
	}
	steps = append(steps, func() error { return e.SetFinished(id, n.Finished) })
	if !n.Modified.IsZero() {
		steps = append(steps, func() error { return e.SetModified(id, n.Modified) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("node %s %.40q: %w", id, n.Text, err)
		}
	}
	return nil
}

// arrows draws the arrows of a node, now that all they point to is there, and erases those that the file no longer has.
func (a *applier) arrows(n *Node, do verdict) error {
	if do&content == 0 && (do != create || len(n.Arrows) == 0) {
		return nil
	}
	size := 64
	for _, arrow := range n.Arrows {
		size += 32 + len(arrow.Label)
	}
	step := func(e *model.Edit) error {
		old, err := e.Node(n.ID)
		if err != nil {
			return err
		}
		for _, arrow := range old.Arrows {
			if !slices.ContainsFunc(n.Arrows, func(b model.Arrow) bool { return b.To == arrow.To }) {
				if err := e.RemoveArrow(n.ID, arrow.To); err != nil {
					return err
				}
			}
		}
		for _, arrow := range n.Arrows {
			if err := e.AddArrow(n.ID, arrow.To, arrow.Label); err != nil && !errors.Is(err, model.ErrNoNode) {
				return err
			}
		}
		if n.Modified.IsZero() {
			return nil
		}
		return e.SetModified(n.ID, n.Modified)
	}
	if do == create {
		return a.im.Fill(size, step)
	}
	a.im.Change(size, step)
	return nil
}

// Label names an import for undo: the format and the end of the file's name.
func Label(f Format, name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	return strings.TrimSpace("import " + string(f) + " " + model.OneLine(name))
}
