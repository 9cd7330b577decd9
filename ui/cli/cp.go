package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/inline"
)

func (r *run) cpCommand() *cobra.Command {
	var to target
	var mirror, yes bool
	cmd := &cobra.Command{
		Use: "cp SEL... under:ID", Short: "copy nodes with all below them, or show them in two places", Args: words(1, -1, "what to copy and where"),
		Long: "A copy is new nodes: arrows between nodes that are copied together lead from copy to copy, others to where they led; samples and time worked stay with the nodes they " +
			"were taken on. With --mirror the node stands under ID too: what it says, and what is below it, is shown there as it is, and what is done to the mirror is done to it. " +
			"'arbor rm' and 'arbor mv' of a mirror leave the node alone.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if to.under == "" {
				if len(args) < 2 {
					return usagef("say where to, as in 'arbor cp %s under:ID'", args[0])
				}
				if err := to.parse(args[len(args)-1]); err != nil || to.under == "" {
					return usagef("%q is no place; write under:ID", args[len(args)-1])
				}
				args = args[:len(args)-1]
			}
			return r.cp(args, to.under, mirror, yes)
		},
	}
	cmd.Flags().StringVar(&to.under, "under", "", "`ID` of the parent")
	cmd.Flags().BoolVar(&mirror, "mirror", false, "show the nodes there, instead of copying them")
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("copy more than %d nodes with what is below them", maxUnasked))
	return cmd
}

// cp reads what is to be copied before it changes anything, so that nobody who writes meanwhile is in the way.
func (r *run) cp(sels []string, under string, mirror, yes bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	var ids []model.ID
	var d *model.Draft
	names := ""
	err = r.view(s, func(v *model.View) error {
		if ids, err = r.selectAll(v, sels); err != nil {
			return err
		}
		if err := mayChange(ids, yes); err != nil {
			return err
		}
		if names, err = describe(v, ids); err != nil || mirror {
			return err
		}
		if d, err = v.Draft(ids...); errors.Is(err, model.ErrBuiltin) {
			err = refusedf("the top of the tree and the trash cannot be copied; name nodes")
		}
		return err
	})
	if err != nil {
		return s.close(err)
	}
	if under == rootName {
		under = ""
	}
	where := ""
	place := func(e *model.Edit) (model.ID, model.Place, error) {
		parent, at, words, err := placeOf(e, inline.Line{}, under)
		where = words
		return parent, at, err
	}
	var made []model.ID
	if mirror {
		made, err = r.mirror(s, ids, "mirror "+names, place)
	} else {
		made, err = s.Tree.Make("copy "+names, d, place)
	}
	if err = s.close(err); err != nil {
		return err
	}
	if where == "" {
		where = " at the top of the tree"
	}
	switch {
	case mirror:
		verb := "is"
		if len(ids) > 1 {
			verb = "are"
		}
		r.say("%s %s shown%s too", names, verb, where)
	case d.Len() == len(ids):
		r.say("%s copied%s", names, where)
	default:
		r.say("%s copied%s, %s with all below", names, where, count(d.Len(), "node", "nodes"))
	}
	return r.printIDs(made)
}

// mirror makes mirrors of nodes as one step of undo.
func (r *run) mirror(s *Session, ids []model.ID, label string, place func(*model.Edit) (model.ID, model.Place, error)) (made []model.ID, err error) {
	_, err = s.Tree.Do(label, func(e *model.Edit) error {
		made = nil
		parent, at, err := place(e)
		if err != nil {
			return err
		}
		for _, of := range ids {
			id, err := e.Mirror(of, parent, at)
			if err != nil {
				return mirrorError(of, err)
			}
			made, at = append(made, id), model.After(id)
		}
		return nil
	})
	return made, err
}

// mirrorError says in words that a mirror shows nothing.
func mirrorError(id model.ID, err error) error {
	switch {
	case errors.Is(err, model.ErrGone):
		return refusedf("what %s mirrors is gone; 'arbor rm %s' takes the mirror away", id, id)
	case errors.Is(err, model.ErrBuiltin):
		return refusedf("the top of the tree and the trash cannot be mirrored; name nodes")
	}
	return err
}

// selectMeant returns the nodes that a selection means: of mirrors what they show.
func (r *run) selectMeant(v *model.View, sel string) ([]model.ID, error) {
	ids, err := r.selectNodes(v, sel)
	if err != nil {
		return nil, err
	}
	return meant(v, ids)
}

// meant returns the nodes that are meant where mirrors are named, each once.
func meant(v *model.View, ids []model.ID) ([]model.ID, error) {
	var out []model.ID
	seen := map[model.ID]bool{}
	for _, id := range ids {
		to, err := v.Through(id)
		if err != nil {
			return nil, mirrorError(id, err)
		}
		if !seen[to] {
			seen[to] = true
			out = append(out, to)
		}
	}
	return out, nil
}
