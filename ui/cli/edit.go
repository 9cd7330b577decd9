package cli

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/inline"
	"arbor/store"
)

func (r *run) editCommand() *cobra.Command {
	var yes bool
	var from string
	cmd := &cobra.Command{
		Use: "edit SEL [CHANGE...]", Short: "change nodes: +tag -tag due:fri state:doing, or in your editor",
		Long: "SEL is one argument: ids, or a query in quotes such as '+home due:today'. A key without a value, such as due:, takes it away. A new text needs one node. " +
			"Keys and states of your own are declared in the settings, see 'arbor config --help'.\n\n" +
			"Without CHANGE the nodes are opened in your editor ($ARBOR_EDITOR, $VISUAL, $EDITOR), all in one file: of each a line \"== ID\", the node in one line as 'arbor add' " +
			"reads it, and its note. What is taken out of the line is taken from the node. All of the file is one step of undo, or, where there is a mistake or somebody " +
			"else has changed one of the nodes meanwhile, nothing is changed and the file is kept.",
		Args: func(cmd *cobra.Command, args []string) error {
			if from != "" {
				return words(0, 0, "no arguments beside --from")(cmd, args)
			}
			return words(1, -1, "what to change, and perhaps how")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case from != "":
				return r.editFrom(from)
			case len(args) == 1:
				return r.editNodes(cmd.Context(), args[0], yes)
			}
			return r.edit(args[0], args[1:], yes)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("change more than %d nodes", maxUnasked))
	cmd.Flags().StringVar(&from, "from", "", "make nodes what a `FILE` that an editor had says, whatever they are by now; - for standard input")
	return cmd
}

func (r *run) edit(sel string, changes []string, yes bool) error {
	env := r.env()
	env.Change = true
	l, err := parseLine(inline.Join(changes, env), env)
	if err != nil {
		return err
	}
	change := r.changeEach
	if l.Text != "" { // which one node is to have
		change = r.change
	}
	return change([]string{sel}, yes, "edit", func(e *model.Edit, ids []model.ID) (string, error) {
		if l.Text != "" && len(ids) > 1 {
			return "", refusedf("a new text for %d nodes at once; name one, or write tags and key:value only", len(ids))
		}
		outcome := "changed" + understood(l)
		for _, id := range ids {
			links, err := editNode(e, id, l)
			if err != nil {
				return "", err
			}
			if said := links.String(); said != "" {
				outcome += "; " + said
			}
		}
		return outcome, nil
	})
}

func editNode(e *model.Edit, id model.ID, l inline.Line) (links model.Renamed, err error) {
	if l.Text != "" {
		if links, err = e.Rename(id, l.Text); err != nil {
			return links, err
		}
	}
	if l.Under != "" || l.After != "" {
		to := target{under: l.Under, after: l.After}
		if err := to.move(e, []model.ID{id}); err != nil {
			return links, err
		}
	}
	return links, e.Apply(id, l)
}

func (r *run) rmCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "rm SEL...", Short: "move nodes and all below them to the trash", Args: words(1, -1, "ids or a query"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.place(args, yes, "remove", maxAtOnce, func(e *model.Edit, ids []model.ID) (string, error) {
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

// action does something to nodes, and says what it calls the outcome.
type action func(*model.Edit, []model.ID) (string, error)

// change runs fn on the selected nodes as one step of undo, which the label and the nodes name, and says what fn calls the outcome. What is done to a
// mirror is done to the node that it shows.
func (r *run) change(sels []string, yes bool, label string, fn action) error {
	return r.changeParted(sels, yes, label, math.MaxInt, r.chooseMeant, fn)
}

// place is changeEach, or change if atOnce has no bound, for where nodes stand: a mirror stands somewhere itself.
func (r *run) place(sels []string, yes bool, label string, atOnce int, fn action) error {
	return r.changeParted(sels, yes, label, atOnce, r.choose, fn)
}

// maxAtOnce is how many nodes are changed in one transaction, which has no room for more than a few thousand. Tests alone make it less.
var maxAtOnce = 400

// changeEach is change for what is done to each node by itself. More than maxAtOnce nodes take several transactions; others see some of them
// changed before the rest is. It is one step of undo still.
func (r *run) changeEach(sels []string, yes bool, label string, fn action) error {
	return r.changeParted(sels, yes, label, maxAtOnce, r.chooseMeant, fn)
}

func (r *run) changeParted(sels []string, yes bool, label string, atOnce int, choose func(*model.View, []string) (*chosen, error), fn action) error {
	return r.onChosen(func(v *model.View) (*chosen, error) { return choose(v, sels) }, func(s *Session, c *chosen) (string, error) {
		if err := mayChange(c.ids, yes); err != nil {
			return "", err
		}
		if len(c.ids) > atOnce {
			return changeMany(s.Tree, c, label, fn)
		}
		return changeOnce(s.Tree, c, label, fn)
	})
}

// changeOnce runs fn on all nodes in one transaction.
func changeOnce(t *model.Tree, c *chosen, label string, fn action) (said string, err error) {
	_, err = t.Do(label, func(e *model.Edit) error {
		if err := c.still(e.View); err != nil {
			return err
		}
		names, err := describe(e.View, c.ids)
		if err != nil {
			return err
		}
		e.SetLabel(label + " " + names)
		outcome, err := fn(e, c.ids)
		said = names + " " + outcome
		return err
	})
	return said, err
}

// errRehearsed gives an edit up that was to show whether it can be made.
var errRehearsed = errors.New("rehearsed")

// changeMany runs fn on each of many nodes. All of it is rehearsed before anything is changed, so that what cannot be done to one of them is
// done to none.
func changeMany(t *model.Tree, c *chosen, label string, fn action) (string, error) {
	for some := range slices.Chunk(c.found, maxAtOnce) {
		_, err := t.Do(label, func(e *model.Edit) error { return (&chosen{found: some}).still(e.View) })
		if err != nil {
			return "", err
		}
	}
	for some := range slices.Chunk(c.ids, maxAtOnce) {
		_, err := t.Do(label, func(e *model.Edit) error {
			for _, id := range some {
				if _, err := fn(e, []model.ID{id}); err != nil {
					return err
				}
			}
			return errRehearsed
		})
		if !errors.Is(err, errRehearsed) && !errors.Is(err, store.ErrTooLarge) {
			return "", err
		}
	}
	const about = 256 // bytes that a change takes
	names := count(len(c.ids), "node", "nodes")
	outcomes := make([]string, len(c.ids))
	_, err := t.Import(label+" "+names, func(im *model.Importer) error {
		for i, id := range c.ids {
			im.Change(about, func(e *model.Edit) (err error) {
				outcomes[i], err = fn(e, []model.ID{id})
				return err
			})
		}
		return nil
	})
	said := outcomes[0]
	if slices.ContainsFunc(outcomes, func(o string) bool { return o != said }) { // what became of one is not what became of all
		said, _, _ = strings.Cut(said, ";")
	}
	return names + " " + said, err
}

// describe names nodes in words: the text of one, the number of several.
func describe(v *model.View, ids []model.ID) (string, error) {
	if len(ids) != 1 {
		return count(len(ids), "node", "nodes"), nil
	}
	n, err := v.Node(ids[0])
	if err == nil {
		n, err = v.Reflected(n)
	}
	if err != nil {
		return "", err
	}
	return quoted(n.Text), nil
}
