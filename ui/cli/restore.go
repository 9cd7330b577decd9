package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/query"
)

func (r *run) trashCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "trash [QUERY...]", Short: "list what was thrown away; 'arbor restore' brings it back",
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := r.inTrash(strings.Join(args, " "))
			if err != nil {
				return err
			}
			s, err := r.open()
			if err != nil {
				return err
			}
			return s.close(r.view(s, func(v *model.View) error { return r.list(v, q, asJSON) }))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// inTrash reads a query of what lies in the trash.
func (r *run) inTrash(text string) (*query.Query, error) {
	q, err := r.parseQuery(text)
	if err != nil {
		return nil, err
	}
	q.Expr = query.And{query.Under("trash"), q.Expr}
	return q, nil
}

func (r *run) bringBackCommand() *cobra.Command {
	var version string
	var yes bool
	cmd := &cobra.Command{
		Use: "restore SEL...", Short: "bring nodes back from the trash, or an older version of a node",
		Long: "A node from the trash goes back to where it was, with all below it; if its place is gone, to the end of the tree. A query looks in the trash. " +
			"With --version the node, wherever it is, gets the text, note, state, dates, tags, fields and arrows of that version, and stays where it stands.",
		Args: words(1, -1, "ids or a query"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if version != "" {
				return r.returnTo(args, version)
			}
			return r.untrash(args, yes)
		},
	}
	cmd.Flags().StringVar(&version, "version", "", "`NAME` of a version, as 'arbor history' lists them")
	cmd.Flags().BoolVar(&yes, "yes", false, fmt.Sprintf("restore more than %d nodes", maxUnasked))
	return cmd
}

func (r *run) untrash(sels []string, yes bool) error {
	return r.onChosen(func(v *model.View) (*chosen, error) { return r.trashed(v, sels) }, func(s *Session, c *chosen) (string, error) {
		if err := mayChange(c.ids, yes); err != nil {
			return "", err
		}
		return changeOnce(s.Tree, c, "restore", func(e *model.Edit, ids []model.ID) (string, error) {
			for _, id := range ids {
				if err := e.Restore(id); err != nil {
					return "", r.why(e.View, id, err)
				}
			}
			return "restored", nil
		})
	})
}

// trashed returns the nodes that selections name; a query means what was thrown away itself, not what hangs below that.
func (r *run) trashed(v *model.View, sels []string) (*chosen, error) {
	c := &chosen{}
	for _, sel := range sels {
		var asID error
		if refs, ok := idsOf(sel); ok {
			ids, asWords, err := resolveAll(v, refs)
			if !asWords {
				if err != nil {
					return nil, err
				}
				c.ids = append(c.ids, ids...)
				continue
			}
			asID = err
		}
		q, err := r.inTrash(sel)
		if err != nil {
			return nil, err
		}
		there := false
		for n, err := range v.Select(q) {
			if err != nil {
				return nil, err
			}
			if n.Parent == model.Trash {
				c.ids, c.found, there = append(c.ids, n.ID), append(c.found, n), true
			}
		}
		if !there && asID != nil {
			return nil, asID
		}
		if !there {
			return nil, missingf("nothing in the trash matches %q; 'arbor trash' lists what is there", sel)
		}
	}
	return c, nil
}

// returnTo brings a version of a node back. It is looked for in the log before the transaction, as the node is.
func (r *run) returnTo(sels []string, version string) error {
	var ver model.Version
	return r.onChosen(func(v *model.View) (*chosen, error) {
		c, err := r.chooseMeant(v, sels)
		if err != nil {
			return nil, err
		}
		if len(c.ids) != 1 {
			return nil, usagef("a version is one of one node; name one")
		}
		ver, err = v.VersionOf(c.ids[0], version)
		if errors.Is(err, model.ErrNoVersion) {
			err = missingf("there is no version %q of it; 'arbor history' lists them", version)
		}
		return c, err
	}, func(s *Session, c *chosen) (string, error) {
		return changeOnce(s.Tree, c, "restore", func(e *model.Edit, ids []model.ID) (string, error) {
			return "is as of version " + version, e.Return(ids[0], &ver)
		})
	})
}
