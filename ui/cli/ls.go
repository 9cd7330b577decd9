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
	var sort string
	var limit int
	cmd := &cobra.Command{
		Use: "ls [QUERY...]", Short: "list nodes: arbor ls +home -done due:today",
		Long: "Words and +tag must be there, -word and -tag must not; key:value, due:overdue, under:ID, is:task, or, not and parentheses as in the search. " +
			"A word may begin with a dash: there are no short flags.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.ls(strings.Join(args, " "), sort, limit, asJSON)
		},
	}
	cmd.Flags().StringVar(&sort, "sort", "", "`ORDERS` with commas between them, such as due,-prio; the order of the tree without")
	cmd.Flags().IntVar(&limit, "limit", 0, "how many, a `NUMBER`; 0 for all")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func (r *run) ls(text, sort string, limit int, asJSON bool) error {
	order, err := ordering(sort)
	if err != nil {
		return err
	}
	if limit < 0 {
		return usagef("--limit %d: want 0 or more", limit)
	}
	q, err := r.parseList(text)
	if err != nil {
		return err
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error { return r.list(v, q, asJSON, order, limit) }))
}

// manyLines is after how many lines it is faster to learn of all nodes where they stand than to ask for one more.
const manyLines = 200

// list prints what q means, in an order, or in that of the tree if it is nil, and at most limit of it if that is not 0.
func (r *run) list(v *model.View, q *query.Query, asJSON bool, order func(a, b model.Node) int, limit int) error {
	p := r.printer()
	enc := newEncoder(p.out)
	nodes := v.Select(q)
	if order != nil {
		var all []model.Node
		for n, err := range nodes {
			if err != nil {
				return err
			}
			all = append(all, n)
		}
		slices.SortStableFunc(all, order)
		nodes = func(yield func(model.Node, error) bool) {
			for _, n := range all {
				if !yield(n, nil) {
					return
				}
			}
		}
	}
	var open []model.ID // the nodes printed above the next one
	printed := 0
	for n, err := range nodes {
		if err != nil {
			return err
		}
		if printed++; limit > 0 && printed > limit {
			break
		}
		if asJSON {
			if err := enc.Encode(newNodeJSON(&n)); err != nil {
				return err
			}
			continue
		}
		if printed == manyLines {
			if _, err := v.Sheet(); err != nil {
				return err
			}
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
		if order == nil {
			open = append(open, n.ID)
		}
	}
	return p.out.Flush()
}
