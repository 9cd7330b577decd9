package list

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"arbor/model"
	"arbor/model/date"
	"arbor/ui/command"
	"arbor/ui/grid"
	"arbor/ui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// trash lists what was thrown away, the last first.
func (r *reader) trash() error {
	p := r.p
	p.title, p.empty = "trash", "Nothing was thrown away."
	more := 0
	for c, err := range r.v.ChildrenReverse(model.Trash) {
		if err != nil {
			return err
		}
		if len(p.lines) == maxLines {
			more++
			continue
		}
		n, err := r.v.Node(c.ID)
		if err != nil {
			return err
		}
		l, err := r.node(n)
		if err != nil {
			return err
		}
		l.where = ""
		l.label, l.style = l.Label(p.now)
		p.lines = append(p.lines, l)
	}
	p.note = fmt.Sprintf("%d thrown away", len(p.lines)+more)
	r.rest(more)
	return nil
}

// history lists the versions of a node, the last first.
func (r *reader) history() error {
	p := r.p
	p.title, p.empty = "history", "Nothing is known of what it was."
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
	p.title = "history of " + grid.Cut(n.Text, 60)
	var all []model.Version
	more := 0
	for ver, err := range r.v.History(id) {
		if err != nil {
			return err
		}
		if all = append(all, ver); len(all) > maxLines {
			all, more = all[1:], more+1
		}
	}
	for _, ver := range slices.Backward(all) {
		l := line{id: id, then: ver.Name, lead: date.Format(date.At(ver.At.Truncate(time.Minute)), p.now)}
		l.Text, l.State = ver.Label, ver.Node.State
		if ver.Undo {
			l.Text = "taken back or done again: " + l.Text
		}
		var changes []string
		for _, c := range ver.Changes {
			said, err := r.change(c)
			if err != nil {
				return err
			}
			changes = append(changes, said)
		}
		l.where = strings.Join(changes, " · ")
		p.lines = append(p.lines, l)
	}
	if p.note = "1 version"; len(all)+more != 1 {
		p.note = fmt.Sprintf("%d versions", len(all)+more)
	}
	r.rest(more)
	return nil
}

// change writes what differs from the version before.
func (r *reader) change(c model.Change) (string, error) {
	before, after := c.Before, c.After
	if c.What == "under" {
		var err error
		if before, err = r.named(before); err != nil {
			return "", err
		}
		if after, err = r.named(after); err != nil {
			return "", err
		}
	}
	if c.What == "interval" {
		before, after = model.IntervalWords(before, r.p.now.Location()), model.IntervalWords(after, r.p.now.Location())
	}
	if c.What == "sample" || c.What == "samples" {
		before, after = model.SampleWords(before, r.p.now.Location()), model.SampleWords(after, r.p.now.Location())
	}
	first := func(s string) string {
		s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
		return grid.Cut(s, 40)
	}
	switch before, after = first(before), first(after); {
	case after == "":
		return c.What + " " + before + " is gone", nil
	case before == "":
		return c.What + " " + after, nil
	}
	return c.What + " " + before + " → " + after, nil
}

// named returns the text of the node whose id is written out, or the id if it is gone.
func (r *reader) named(s string) (string, error) {
	id, err := model.ParseID(s)
	if err != nil {
		return s, nil
	}
	switch id {
	case model.Root:
		return "the top", nil
	case model.Trash:
		return "the trash", nil
	}
	n, err := r.v.Node(id)
	if errors.Is(err, model.ErrNoNode) {
		return s, nil
	}
	return n.Text, err
}

// goBackTo makes the node what it was in the version under the cursor.
func (m Model) goBackTo() (Model, tea.Cmd) {
	l, ok := m.on()
	if !ok {
		return m, nil
	}
	if m.cur == 0 {
		return m, screen.Say(screen.Echo{Text: "this is what it is now"})
	}
	m.settling = true // until the list is read again, which Did leads to
	tree, undo := m.env.Tree, m.env.Keys.Label(command.Undo)
	return m, func() tea.Msg {
		var ver model.Version
		err := tree.View(func(v *model.View) (err error) {
			ver, err = v.VersionOf(l.id, l.then)
			return err
		})
		if err == nil {
			_, err = tree.Do("restore version "+l.then, func(e *model.Edit) error { return e.Return(l.id, &ver) })
		}
		switch {
		case errors.Is(err, model.ErrNothing):
			return screen.Did{Text: "it is as it was then"}
		case err != nil:
			return screen.Did{Err: err}
		}
		return screen.Did{Text: "is as it was " + strings.TrimSpace(l.lead) + " · " + undo + " undoes"}
	}
}
