package screen

import (
	"slices"
	"strings"

	"arbor/model"
	"arbor/model/inline"
	"arbor/ui/theme"
)

// Create makes the node that a line says: where the line says, or else at place under parent.
func Create(e *model.Edit, parent model.ID, place model.Place, l inline.Line) (model.ID, error) {
	parent, place, err := where(e, parent, place, l)
	if err != nil {
		return model.ID{}, err
	}
	if parent, err = e.Through(parent); err != nil { // below a mirror is below what it mirrors
		return model.ID{}, err
	}
	id, err := e.Create(parent, place, l.Text)
	if err != nil {
		return id, err
	}
	return id, e.Apply(id, l)
}

// Rewrite makes a node, or what it mirrors, say l instead of was, and says what became of it beside the text: what was understood, and of links to the node.
func Rewrite(e *model.Edit, id model.ID, was, l inline.Line) (echo string, err error) {
	if id, err = e.Through(id); err != nil {
		return "", err
	}
	said := l.Understood
	if l.Text != was.Text {
		r, err := e.Rename(id, l.Text)
		if err != nil {
			return "", err
		}
		if s := r.String(); s != "" {
			said = append(slices.Clip(said), s)
		}
	}
	if l.Under != "" || l.After != "" {
		parent, place, err := where(e, model.Root, model.Last, l)
		if err == nil {
			parent, err = e.Through(parent)
		}
		if err != nil {
			return "", err
		}
		if err := e.Move(id, parent, place); err != nil {
			return "", err
		}
	}
	return strings.Join(said, " · "), e.Apply(id, inline.Diff(was, l))
}

// where returns the place that a line names, or else the one given.
func where(e *model.Edit, parent model.ID, place model.Place, l inline.Line) (model.ID, model.Place, error) {
	switch {
	case l.After != "":
		sibling, err := e.Resolve(l.After)
		if err != nil {
			return parent, place, err
		}
		n, err := e.Node(sibling)
		return n.Parent, model.After(sibling), err
	case l.Under != "":
		p, err := e.Resolve(l.Under)
		return p, model.Last, err
	}
	return parent, place, nil
}

// Line returns what the line editor shows of a node, and the part of it that is its text. The state has a key and a sign of its own.
func Line(n *model.Node, env Env) (was inline.Line, text string, textLen int) {
	in := inline.Env{Now: env.Now(), Fields: env.Fields, Live: n.Text}
	was = in.Shown(model.LineOf(n))
	was.State, was.StateName = "", ""
	return was, inline.Format(was, in), len(inline.Format(inline.Line{Text: n.Text}, in))
}

// Text is what a line shows as the text of a node that comes from Reflected, with a sign before that of a mirror.
func Text(n *model.Node) string {
	switch n.Reflects() {
	case model.Another:
		return theme.IsMirror + " " + n.Text
	case model.Nothing:
		return theme.IsMirror + " gone"
	}
	return n.Text
}

// Crumbs returns the way from the top of the tree to a node.
func Crumbs(v *model.View, id model.ID) ([]Crumb, error) {
	path, err := v.Path(id)
	if err != nil {
		return nil, err
	}
	crumbs := make([]Crumb, 0, len(path))
	for _, id := range path {
		c := Crumb{ID: id}
		if id != model.Root {
			n, err := v.Node(id)
			if err != nil {
				return nil, err
			}
			c.Text = n.Text
		}
		crumbs = append(crumbs, c)
	}
	return crumbs, nil
}
