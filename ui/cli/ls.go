package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/query"
)

func (r *run) lsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "ls [QUERY...]", Short: "list nodes: arbor ls +home -done due:today",
		Long: "Words and +tag must be there, -word and -tag must not; key:value, due:overdue, under:ID, is:task, or, not and parentheses as in the search. " +
			"A word may begin with a dash: there are no short flags.",
		RunE: func(cmd *cobra.Command, args []string) error { return r.ls(strings.Join(args, " "), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func (r *run) ls(text string, asJSON bool) error {
	q, err := r.parseList(text)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error { return r.list(v, q, asJSON) }))
}

// list prints what q means, in the order of the tree.
func (r *run) list(v *model.View, q *query.Query, asJSON bool) error {
	p := r.printer()
	enc := newEncoder(p.out)
	var open []model.ID // the nodes printed above the next one
	for n, err := range v.Select(q) {
		if err != nil {
			return err
		}
		if asJSON {
			if err := enc.Encode(newNodeJSON(&n)); err != nil {
				return err
			}
			continue
		}
		path, err := v.Path(n.ID)
		if err != nil {
			return err
		}
		for len(open) > 0 && !slices.Contains(path, open[len(open)-1]) {
			open = open[:len(open)-1]
		}
		short, err := v.ShortID(n.ID)
		if err != nil {
			return err
		}
		if err := p.node(&n, short, len(open)); err != nil {
			return err
		}
		open = append(open, n.ID)
	}
	return p.out.Flush()
}
