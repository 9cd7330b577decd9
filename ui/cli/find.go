package cli

import (
	"github.com/spf13/cobra"

	"arbor/model"
)

// foundShown is how many nodes a search shows where nobody says how many.
const foundShown = 20

func (r *run) findCommand() *cobra.Command {
	var limit int
	var among string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "find WORD...", Short: "search texts, tags and notes, however they are spelt",
		Long: "Each WORD has to fit somewhere in a node: as a word, its beginning, a part of it, with a typing error, or with letters left out. The best comes first. " +
			"'arbor ls' is for what is meant exactly.",
		Args: words(1, -1, "what to search for"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.find(args, among, limit, asJSON) },
	}
	cmd.Flags().IntVar(&limit, "limit", foundShown, "how many, a `NUMBER`")
	cmd.Flags().StringVar(&among, "among", "", "only the nodes that `QUERY` means")
	r.canLookBack(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// foundJSON is the line of `arbor find --json`: the node, and how well it fits.
type foundJSON struct {
	nodeJSON
	Score int `json:"score"`
}

func (r *run) find(wanted []string, among string, limit int, asJSON bool) error {
	if limit < 1 {
		return usagef("--limit %d: want 1 or more", limit)
	}
	q, err := r.parseScope(among)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		found, err := v.Search(q, wanted, limit)
		if err != nil {
			return err
		}
		p := r.table()
		enc := newEncoder(p.out)
		for i := range found {
			f := &found[i]
			if asJSON {
				err = enc.Encode(foundJSON{newNodeJSON(&f.Node), f.Score})
			} else {
				err = p.placed(v, &f.Node)
			}
			if err != nil {
				return err
			}
		}
		return p.out.Flush()
	}))
}

// placed writes a line: the node, and where it hangs.
func (p *printer) placed(v *model.View, n *model.Node) error {
	short, err := v.ShortID(n.ID)
	if err != nil {
		return err
	}
	if err := p.node(n, short, 0); err != nil {
		return err
	}
	path, err := pathText(v, n.ID)
	if err != nil || path == "" {
		return err
	}
	return p.line(span{faint, "        in " + path, true})
}
