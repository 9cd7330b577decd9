package list

import (
	"fmt"

	"arbor/model"
	"arbor/ui/grid"
	"arbor/ui/theme"
)

// links lists what leads to a node: by a link in a text or a note, and by an arrow, of which one says that it has to wait. The cost is that of the
// nodes that have the rarest word of its text, and of the arrows.
func (r *reader) links() error {
	p := r.p
	p.title, p.empty = "links", "Nothing links or points here."
	if r.of == (model.ID{}) {
		return nil
	}
	id, err := r.v.Through(r.of)
	if err != nil {
		return err
	}
	n, err := r.v.Node(id)
	if err != nil {
		return err
	}
	p.title = "links to " + grid.Cut(n.Text, 60)
	from, err := r.v.Backlinks(id)
	if err != nil {
		return err
	}
	p.note = "1 leads here"
	if len(from) > 0 {
		r.heading("By its name", theme.Title)
	}
	for _, f := range from {
		if err := r.leads(f, ""); err != nil {
			return err
		}
	}
	count, arrows := len(from), false
	for a, err := range r.v.Incoming(id) {
		if err != nil {
			return err
		}
		if !arrows {
			arrows = true
			r.heading("By an arrow", theme.Title)
		}
		if err := r.leads(a.From, a.Label); err != nil {
			return err
		}
		count++
	}
	r.rest(count - min(count, maxLines))
	if count != 1 {
		p.note = fmt.Sprintf("%d lead here", count)
	}
	return nil
}

// leads lists a node that leads to the one that is looked at, with what its arrow says, as long as there is room.
func (r *reader) leads(from model.ID, says string) error {
	if r.listed++; r.listed > maxLines {
		return nil
	}
	n, err := r.v.Node(from)
	if err != nil {
		return err
	}
	l, err := r.node(n)
	if err != nil {
		return err
	}
	if l.label, l.style = l.Label(r.p.now); says != "" {
		l.label, l.style, l.then = grid.Cut(says, 30), theme.Accent, "by an arrow"
	}
	r.p.lines = append(r.p.lines, l)
	return nil
}
