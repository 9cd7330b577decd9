package cli

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/inline"
)

func (r *run) addCommand() *cobra.Command {
	var under, template string
	cmd := &cobra.Command{
		Use: "add TEXT...", Short: "add a node; 'arbor add -' reads an indented list",
		Long: "The text may hold +tag, due:fri, prio:H, state:todo, under:ID and more; what was understood is echoed. The id of the node goes to standard output. " +
			"With - the lines of standard input become a tree by their indentation; one undo takes all of it back. With headings, boxes to tick or fences of code it is Markdown: " +
			"headings are nodes above what follows, [ ] is to do, [x] done, [-] cancelled, and what is no item goes to the note of the one before. With --template what the template has is made below the " +
			"node, {{text}} being the node's text.",
		Args: words(1, -1, "the text to add"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] == "-" {
				if template != "" {
					return usagef("--template goes with one text, not with a list")
				}
				return r.addList(under)
			}
			return r.addLine(inline.Join(args, r.env()), under, template)
		},
	}
	cmd.Flags().StringVar(&under, "under", "", "`ID` of the parent; the top of the tree without")
	cmd.Flags().StringVar(&template, "template", "", "`NAME` of a template to make below it")
	_ = cmd.RegisterFlagCompletionFunc("template", r.completeTemplates) // which fails where there is no such flag
	return cmd
}

func (r *run) addLine(text, under, template string) error {
	l, err := parseLine(text, r.env())
	if err != nil {
		return err
	}
	if l.Text == "" {
		return usagef("nothing to add: %q has no text", text)
	}
	if under != "" && l.Under == "" {
		l.Under = under
	}
	stamp, err := r.stamp()
	if err != nil {
		return err
	}
	l.Stamp(stamp)
	s, err := r.open()
	if err != nil {
		return err
	}
	var id model.ID
	var where string
	if template == "" {
		_, err = s.Tree.Do("add "+quoted(l.Text), func(e *model.Edit) error {
			id, where, err = create(e, l, under)
			return err
		})
	} else {
		id, where, err = r.addFrom(s, template, l, under)
	}
	if err = s.close(err); err != nil {
		return err
	}
	r.say("added %s%s%s", quoted(l.Text), where, understood(l))
	_, err = fmt.Fprintln(r.Out, id)
	return err
}

// create makes the node that l describes and says where it is.
func create(e *model.Edit, l inline.Line, under string) (id model.ID, where string, err error) {
	parent, place, where, err := placeOf(e, l, under)
	if err != nil {
		return id, "", err
	}
	if id, err = e.Create(parent, place, l.Text); err != nil {
		return id, "", err
	}
	return id, where, e.Apply(id, l)
}

// placeOf returns where a line says that it goes, else under the node that under names, and says it in words.
func placeOf(e *model.Edit, l inline.Line, under string) (parent model.ID, place model.Place, where string, err error) {
	parent, place = model.Root, model.Last
	if l.Under != "" {
		under = l.Under
	}
	if l.After != "" {
		n, err := sibling(e.View, l.After)
		if err != nil {
			return parent, place, "", err
		}
		if under == "" {
			parent = n.Parent
		}
		place = model.After(n.ID)
		where = " after " + quoted(n.Text)
	}
	if under == "" {
		return parent, place, where, nil
	}
	if parent, err = parentNamed(e, under); err != nil {
		return parent, place, "", err
	}
	n, err := e.Node(parent)
	if err == nil && parent != model.Root {
		where = " under " + quoted(n.Text)
	}
	return parent, place, where, err
}

// listed is one line of an indented list.
type listed struct {
	depth int
	line  inline.Line
	note  string // of Markdown: what stands below the line and is none
	size  int    // bytes of the line as it was typed, and of the note
}

// Bounds of the bytes of a list: of any, and of one that is a single change. A longer one is brought in piece by piece and shown as
// a whole; it is one step of undo too.
const (
	maxList   = 64 << 20
	smallList = 32 << 10
)

// addList adds the indented list on standard input.
func (r *run) addList(under string) error {
	list, err := r.readList()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return usagef("standard input has no line to add")
	}
	stamp, err := r.stamp()
	if err != nil {
		return err
	}
	under, stamp.Under = cmp.Or(under, stamp.Under), ""
	for i := range list {
		if list[i].depth == 0 { // those below have it from above
			list[i].line.Stamp(stamp)
		}
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	ids, err := r.createList(s, list, under)
	if err = s.close(err); err != nil {
		return err
	}
	r.say("added %s", count(len(ids), "node", "nodes"))
	for _, id := range ids {
		if _, err := fmt.Fprintln(r.Out, id); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) createList(s *Session, list []listed, under string) (ids []model.ID, err error) {
	label, size := "add "+count(len(list), "node", "nodes"), 0
	for _, item := range list {
		size += item.size
	}
	if size > smallList {
		return importList(s, label, list, under)
	}
	_, err = s.Tree.Do(label, func(e *model.Edit) error {
		ids = ids[:0]
		var parents []model.ID // the last node of each depth
		for _, item := range list {
			ref := under
			if item.depth > 0 {
				ref = parents[item.depth-1].String()
			}
			id, _, err := create(e, item.line, ref)
			if err == nil && item.note != "" {
				err = e.SetNote(id, item.note)
			}
			if err != nil {
				return err
			}
			parents = append(parents[:item.depth], id)
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

// importList adds a list that is too long for one change.
func importList(s *Session, label string, list []listed, under string) (ids []model.ID, err error) {
	top := model.Root
	if under == inboxName {
		top = model.Inbox
	} else if under != "" {
		if err := s.Tree.View(func(v *model.View) (err error) {
			top, err = parentThere(v, under)
			return err
		}); err != nil {
			return nil, err
		}
	}
	_, err = s.Tree.Import(label, func(im *model.Importer) error {
		ids = ids[:0]
		if top == model.Inbox {
			im.Change(0, func(e *model.Edit) error {
				_, err := e.Inbox() // it may have to be made
				return err
			})
		}
		var parents []model.ID
		for _, item := range list {
			if item.line.Under != "" || item.line.After != "" {
				return usagef("%s: in a list this long the indentation alone says where a node goes", quoted(item.line.Text))
			}
			parent := top
			if item.depth > 0 {
				parent = parents[item.depth-1]
			}
			fill := func(e *model.Edit, id model.ID) error {
				if err := e.Apply(id, item.line); err != nil || item.note == "" {
					return err
				}
				return e.SetNote(id, item.note)
			}
			id, err := im.Create(parent, item.line.Text, item.size+applied*(len(item.line.Understood)+1), fill)
			if err != nil {
				return err
			}
			parents = append(parents[:item.depth], id)
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

// applied is about how many bytes of a change a tag, a field or a date takes beside its text.
const applied = 64
