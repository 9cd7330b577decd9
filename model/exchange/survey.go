package exchange

import (
	"errors"
	"time"

	"arbor/model"
)

// verdict says what is to be done about a node of a plan.
type verdict uint8

const (
	create verdict = 1 << iota
	content
	parent
	look
	marked // the mark is renewed, whatever else is
)

// survey compares every node of a plan with the tree and counts. It refuses a plan that the tree cannot hold.
func (p *Plan) survey(v *model.View) ([]verdict, error) {
	var out []verdict
	r := &p.Report
	err := p.Each(func(n *Node) error {
		if err := n.check(); err != nil {
			return err
		}
		do, ours, err := p.judge(v, n)
		switch {
		case err != nil:
			return err
		case do == create:
			r.Created++
		case do&(content|parent|look) != 0:
			r.Changed++
		case ours:
			r.Ours++
		default:
			r.Unchanged++
		}
		out = append(out, do)
		return nil
	})
	return out, err
}

// judge compares a node with what the tree has of it. ours says that something of it stays as it is here, though the file says otherwise.
func (p *Plan) judge(v *model.View, n *Node) (do verdict, ours bool, err error) {
	old, err := v.Node(n.ID)
	if errors.Is(err, model.ErrNoNode) {
		return create, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	top, err := v.Top(n.ID)
	if err != nil {
		return 0, false, err
	}
	if top == model.Detached {
		return create, false, nil
	}
	note, err := v.Note(n.ID)
	if err != nil {
		return 0, false, err
	}
	if n.ID == n.Parent && digest(&n.Node, n.Note, false) == digest(&model.Node{ID: n.ID, Parent: n.ID}, "", false) {
		return 0, false, nil // the file has nothing to say of a node that is in every tree
	}
	here, there := digest(&old, note, false), digest(&n.Node, n.Note, n.Trashed)
	if p.Exact {
		do, ours = exact(&old, n, here, there)
	} else {
		do, ours = p.merge(&old, here, there)
	}
	if ours {
		p.Report.Keep(n.Line, "%.60q was changed here as well as in the file, or thrown away here: that stays as it is here", n.Text)
	}
	return do, ours, nil
}

// exact compares whole nodes; what was changed later wins.
func exact(old *model.Node, n *Node, here, there mark) (do verdict, ours bool) {
	thrownAway := old.Parent == model.Trash && n.Parent != model.Trash
	differs := func(here, there time.Time) bool { return !there.IsZero() && here.UnixMilli() != there.UnixMilli() }
	if here.content != there.content || value(old, Mark) != value(&n.Node, Mark) || differs(old.Created, n.Created) || differs(old.Modified, n.Modified) {
		do |= content
	}
	if here.parent != there.parent {
		do |= parent
	}
	if here.look != there.look {
		do |= look
	}
	if do != 0 && (!n.Modified.IsZero() && old.Modified.UnixMilli() > n.Modified.UnixMilli() || thrownAway) {
		return 0, true
	}
	return do, false
}

func value(n *model.Node, key string) string {
	for _, f := range n.Fields {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}

// merge takes over what changed in the file since it was last imported, if it did not change here.
func (p *Plan) merge(old *model.Node, here, there mark) (do verdict, ours bool) {
	was, ok := markOf(old, p.Report.Format)
	if ok && was == there || !ok && here == there {
		return 0, false
	}
	for _, part := range []struct {
		was, here, there string
		bit              verdict
	}{{was.content, here.content, there.content, content}, {was.parent, here.parent, there.parent, parent}, {was.look, here.look, there.look, look}} {
		switch {
		case part.was == part.there, part.here == part.there:
		case part.was == part.here:
			do |= part.bit
		default:
			ours = true
		}
	}
	return do | marked, ours
}
