package cli

import (
	"github.com/spf13/cobra"

	"arbor/model"
)

func (r *run) backlinksCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "backlinks SEL...", Short: "the nodes that link to others by their names", Args: words(1, -1, "ids or a query"),
		Long: "[[Text of a node]] in a text or a note is a link to it, whatever the letter case, and [[2026-11-22]] one to the page of that day. When the node is renamed in 'arbor edit' or on " +
			"the screen, the links are. Where several nodes have the same text a link leads to all of them.",
		RunE: func(cmd *cobra.Command, args []string) error { return r.backlinks(args, asJSON) },
	}
	r.canLookBack(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// backlinkJSON is the line of `arbor backlinks --json`: the node that links, and to which.
type backlinkJSON struct {
	nodeJSON
	LinksTo string `json:"links_to"`
}

func (r *run) backlinks(sels []string, asJSON bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		ids, err := r.selectAll(v, sels)
		if err != nil {
			return err
		}
		p := r.table()
		enc := newEncoder(p.out)
		for _, id := range ids {
			from, err := v.Backlinks(id)
			if err != nil {
				return err
			}
			for _, f := range from {
				n, err := v.Node(f)
				if err != nil {
					return err
				}
				if asJSON {
					err = enc.Encode(backlinkJSON{newNodeJSON(&n), id.String()})
				} else {
					err = p.placed(v, &n)
				}
				if err != nil {
					return err
				}
			}
		}
		return p.out.Flush()
	}))
}
