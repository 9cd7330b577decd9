package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
)

func (r *run) dependCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "depend SEL on:ID|off:ID...", Short: "say what has to be done before", Args: words(2, -1, "what depends, and on what"),
		Long: "What depends on something that is not done is blocked. Several ids stand with commas between them. What would wait for itself, however far " +
			"around, is refused. 'arbor add TEXT depends:ID' says the same of a new node; 'arbor show' tells what blocks what.",
		RunE: func(cmd *cobra.Command, args []string) error { return r.depend(args[0], args[1:], yes) },
	}
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("change more than %d nodes", maxUnasked))
	return cmd
}

// dependency is one word behind the selection.
type dependency struct {
	ref string
	off bool
}

func parseDependencies(args []string) (out []dependency, err error) {
	for _, arg := range args {
		key, refs, _ := strings.Cut(arg, ":")
		if refs == "" || key != "on" && key != "off" {
			return nil, usagef("%q is neither on:ID nor off:ID", arg)
		}
		for ref := range strings.SplitSeq(refs, ",") {
			if ref != "" {
				out = append(out, dependency{ref, key == "off"})
			}
		}
	}
	if len(out) == 0 {
		return nil, usagef("no id to depend on; write on:ID or off:ID")
	}
	return out, nil
}

func (r *run) depend(sel string, args []string, yes bool) error {
	changes, err := parseDependencies(args)
	if err != nil {
		return err
	}
	return r.change([]string{sel}, yes, "depend", func(e *model.Edit, ids []model.ID) (string, error) {
		var said []string
		for _, c := range changes {
			on, err := resolve(e.View, c.ref)
			if err != nil {
				return "", err
			}
			names, err := describe(e.View, []model.ID{on})
			if err != nil {
				return "", err
			}
			verb, do := "needs ", e.AddDepend
			if c.off {
				verb, do = "no longer needs ", e.RemoveDepend
			}
			for _, id := range ids {
				if err := do(id, on); err != nil {
					return "", r.arrowError(e.View, id, on, err)
				}
			}
			said = append(said, verb+names)
		}
		return strings.Join(said, ", "), nil
	})
}

// arrowError says in words what is wrong with an arrow between two nodes.
func (r *run) arrowError(v *model.View, from, to model.ID, err error) error {
	if !errors.Is(err, model.ErrArrowThere) && !errors.Is(err, model.ErrNoArrow) {
		return err
	}
	a, errA := describe(v, []model.ID{from})
	b, errB := describe(v, []model.ID{to})
	if errA != nil || errB != nil {
		return errors.Join(errA, errB)
	}
	if errors.Is(err, model.ErrNoArrow) {
		return refusedf("%s does not lead to %s; 'arbor show' tells where it leads", a, b)
	}
	return refusedf("another arrow leads from %s to %s already; 'arbor link %s %s --rm' erases it", a, b, from, to)
}

func (r *run) linkCommand() *cobra.Command {
	var label string
	var remove, yes bool
	cmd := &cobra.Command{
		Use: "link SEL ID", Short: "draw an arrow from nodes to another, or erase it", Args: words(2, 2, "where the arrow begins and the id to which it leads"),
		Long: "Between two nodes there is one arrow each way; a new label takes the place of the old one. 'arbor depend' draws those that say what has to be done before.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if remove && cmd.Flags().Changed("label") {
				return usagef("--rm erases the arrow whatever its label; leave --label out")
			}
			return r.link(args[0], args[1], label, remove, yes)
		},
	}
	cmd.Flags().StringVar(&label, "label", "", "`TEXT` that the arrow says")
	cmd.Flags().BoolVar(&remove, "rm", false, "erase the arrow")
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("change more than %d nodes", maxUnasked))
	return cmd
}

func (r *run) link(sel, ref, label string, remove, yes bool) error {
	return r.change([]string{sel}, yes, "link", func(e *model.Edit, ids []model.ID) (string, error) {
		to, err := resolve(e.View, ref)
		if err != nil {
			return "", err
		}
		names, err := describe(e.View, []model.ID{to})
		if err != nil {
			return "", err
		}
		for _, id := range ids {
			if err := linkOne(e, id, to, label, remove); err != nil {
				return "", r.arrowError(e.View, id, to, err)
			}
		}
		if remove {
			return "no longer leads to " + names, nil
		}
		return "leads to " + names, nil
	})
}

// linkOne draws or erases one arrow. One that says what has to be done before is not drawn over by another.
func linkOne(e *model.Edit, from, to model.ID, label string, remove bool) error {
	n, err := e.Node(from)
	if err != nil {
		return err
	}
	was, there := "", false
	for _, a := range n.Arrows {
		if a.To == to {
			was, there = a.Label, true
		}
	}
	switch {
	case remove && !there:
		return model.ErrNoArrow
	case remove:
		return e.RemoveArrow(from, to)
	case label == model.Depends:
		return e.AddDepend(from, to)
	case was == model.Depends:
		return model.ErrArrowThere
	}
	return e.AddArrow(from, to, label)
}
