package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/inline"
)

func (r *run) editCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "edit SEL CHANGE...", Short: "change nodes: +tag -tag due:fri state:doing, or a new text",
		Long: "SEL is one argument: ids, or a query in quotes such as '+home due:today'. A key without a value, such as due:, takes it away. A new text needs one node. " +
			"Keys and states of your own are declared in the settings, see 'arbor config --help'.",
		Args: words(2, -1, "what to change and how"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.edit(args[0], args[1:], yes) },
	}
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("change more than %d nodes", maxUnasked))
	return cmd
}

func (r *run) edit(sel string, changes []string, yes bool) error {
	env := r.env()
	env.Change = true
	l, err := parseLine(inline.Join(changes, env), env)
	if err != nil {
		return err
	}
	return r.change([]string{sel}, yes, "edit", func(e *model.Edit, ids []model.ID) (string, error) {
		if l.Text != "" && len(ids) > 1 {
			return "", refusedf("a new text for %d nodes at once; name one, or write tags and key:value only", len(ids))
		}
		for _, id := range ids {
			if err := editNode(e, id, l); err != nil {
				return "", err
			}
		}
		return "changed" + understood(l), nil
	})
}

func editNode(e *model.Edit, id model.ID, l inline.Line) error {
	if l.Text != "" {
		if err := e.SetText(id, l.Text); err != nil {
			return err
		}
	}
	if l.Under != "" || l.After != "" {
		to := target{under: l.Under, after: l.After}
		if err := to.move(e, []model.ID{id}); err != nil {
			return err
		}
	}
	return e.Apply(id, l)
}

func (r *run) rmCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "rm SEL...", Short: "move nodes and all below them to the trash", Args: words(1, -1, "ids or a query"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.change(args, yes, "remove", func(e *model.Edit, ids []model.ID) (string, error) {
				for _, id := range ids {
					if err := e.Trash(id); err != nil {
						return "", err
					}
				}
				return "removed; 'arbor undo' brings back", nil
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("remove more than %d nodes", maxUnasked))
	return cmd
}

// change runs fn on the selected nodes as one step of undo, which the label and the nodes name, and says what fn calls the outcome.
func (r *run) change(sels []string, yes bool, label string, fn func(*model.Edit, []model.ID) (string, error)) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	var said string
	_, err = s.Tree.Do(label, func(e *model.Edit) error {
		ids, err := r.selectAll(e.View, sels)
		if err != nil {
			return err
		}
		if err := mayChange(ids, yes); err != nil {
			return err
		}
		names, err := describe(e.View, ids)
		if err != nil {
			return err
		}
		e.SetLabel(label + " " + names)
		outcome, err := fn(e, ids)
		said = names + " " + outcome
		return err
	})
	if err = s.close(err); err != nil {
		return err
	}
	r.say("%s", said)
	return nil
}

// describe names nodes in words: the text of one, the number of several.
func describe(v *model.View, ids []model.ID) (string, error) {
	if len(ids) != 1 {
		return count(len(ids), "node", "nodes"), nil
	}
	n, err := v.Node(ids[0])
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(quoted(n.Text)), nil
}
