package cli

import (
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
)

// target is where nodes are moved to: below a parent, or beside a sibling.
type target struct{ under, before, after string }

func (r *run) mvCommand() *cobra.Command {
	var to target
	var yes bool
	cmd := &cobra.Command{
		Use: "mv SEL [under:ID|before:ID|after:ID]", Short: "move nodes to another place", Args: words(1, 2, "what to move and where"),
		Long: "The place is the last argument or a flag. under:root is the top of the tree.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				if err := to.parse(args[1]); err != nil {
					return err
				}
			}
			if err := to.check(); err != nil {
				return err
			}
			atOnce := math.MaxInt
			if to.under != "" { // behind one another, so the order is the same however many go at once
				atOnce = maxAtOnce
			}
			return r.place(args[:1], yes, "move", atOnce, func(e *model.Edit, ids []model.ID) (string, error) {
				return "moved", to.move(e, ids)
			})
		},
	}
	cmd.Flags().StringVar(&to.under, "under", "", "`ID` of the new parent")
	cmd.Flags().StringVar(&to.before, "before", "", "`ID` of the sibling to stand before")
	cmd.Flags().StringVar(&to.after, "after", "", "`ID` of the sibling to stand behind")
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("move more than %d nodes", maxUnasked))
	return cmd
}

func (t *target) parse(arg string) error {
	key, ref, _ := strings.Cut(arg, ":")
	switch {
	case ref == "":
	case key == "under":
		t.under = ref
		return nil
	case key == "before":
		t.before = ref
		return nil
	case key == "after":
		t.after = ref
		return nil
	}
	return usagef("%q is no place; write under:ID, before:ID or after:ID", arg)
}

func (t *target) check() error {
	n := 0
	for _, ref := range []string{t.under, t.before, t.after} {
		if ref != "" {
			n++
		}
	}
	if n != 1 {
		return usagef("say where to with one of under:ID, before:ID and after:ID")
	}
	return nil
}

// rootName is how a person names the top of the tree.
const rootName = "root"

// move moves the nodes to the target in their order.
func (t *target) move(e *model.Edit, ids []model.ID) error {
	parent, place := model.Root, model.Last
	if ref := t.before + t.after; ref != "" {
		n, err := sibling(e.View, ref)
		if err != nil {
			return err
		}
		parent, place = n.Parent, model.After(n.ID)
		if t.before != "" {
			place = model.Before(n.ID)
		}
	}
	if t.under != "" && t.under != rootName {
		var err error
		if parent, err = parentNamed(e, t.under); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if err := e.Move(id, parent, place); err != nil {
			return err
		}
		if t.before == "" {
			place = model.After(id)
		}
	}
	return nil
}
