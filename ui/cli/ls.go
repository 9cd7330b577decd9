package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/query"
)

// listing is how a list is printed.
type listing struct {
	sort, columns  string
	limit          int
	asJSON, noHead bool
}

func (r *run) lsCommand() *cobra.Command {
	var l listing
	cmd := &cobra.Command{
		Use: "ls [QUERY...]", Short: "list nodes: arbor ls +home -done 'due<fri' sort:due",
		Long: "Words and +tag must be there, -word and -tag must not; tag:x is a tag of the node or of one above it; 'due<fri', due:overdue, key:value, is:ready, has:note, " +
			"text~/pattern/i, note~/pattern/, depth:1, or, not and parentheses. under:ID, under:\"name\" and under:(query) look below nodes, above:ID above one. " +
			"@name is what the query of that node means: add 'this week' query:'due<mon -done' saves one. " +
			"sort:urgency,-due, limit:20 and group:tag (or state, due, parent) say how to list. " +
			"What a shell would take for itself, such as < or (, goes in quotes.\n\n" +
			"--columns id,text,due,cost makes a table: a field that is declared with a roll, such as sum, shows what the node and all below it come to. " +
			"On a terminal it fits the width; in a pipe there is no header, a tab stands between two cells, ids are whole and dates ISO 8601.\n\n" +
			"A word may begin with a dash: there are no short flags.",
		RunE: func(cmd *cobra.Command, args []string) error { return r.ls(strings.Join(args, " "), l) },
	}
	cmd.Flags().StringVar(&l.sort, "sort", "", "`ORDERS` with commas between them, such as due,-prio; as sort: in the query")
	cmd.Flags().IntVar(&l.limit, "limit", 0, "how many, a `NUMBER`; 0 for all")
	r.inColumns(cmd, &l.columns, &l.noHead)
	r.canLookBack(cmd)
	cmd.Flags().BoolVar(&l.asJSON, "json", false, "one JSON object a line")
	return cmd
}

func (r *run) ls(text string, l listing) error {
	if l.limit < 0 {
		return usagef("--limit %d: want 0 or more", l.limit)
	}
	q, err := r.parseList(text)
	if err != nil {
		return err
	}
	if l.sort != "" {
		if q.Sort, err = query.ParseOrders(l.sort); err != nil {
			return usagef("--sort: %w", err)
		}
	}
	if l.limit > 0 {
		q.Limit = l.limit
	}
	var t *nodeTable
	if l.noHead && l.columns == "" {
		return errNoColumns
	}
	if l.columns != "" {
		if t, err = r.newTable(l.columns); err != nil {
			return err
		}
		t.header = !l.noHead
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		if t != nil {
			return r.listTable(v, q, t, l.asJSON)
		}
		return r.list(v, q, l.asJSON)
	}))
}

// manyLines is after how many lines it is faster to learn of all nodes where they stand than to ask for one more.
const manyLines = 200

// listTable prints what q means in columns.
func (r *run) listTable(v *model.View, q *query.Query, t *nodeTable, asJSON bool) error {
	q, err := v.Expand(q)
	if err != nil {
		return err
	}
	nodes, err := reflected(v, q)
	if err != nil {
		return err
	}
	t.p, t.v, t.grouped = r.table(), v, q.Group != ""
	all, titles := make([]entry, 0, len(nodes)), map[string]span{}
	if t.grouped {
		for _, g := range model.Groups(q, nodes) {
			name, title, err := t.p.group(v, q.Group, g)
			if err != nil {
				return err
			}
			titles[name] = title
			for _, n := range g.Nodes {
				all = append(all, entry{node: n, group: name})
			}
		}
	} else if all, err = nested(v, nodes, len(q.Sort) == 0); err != nil {
		return err
	}
	if asJSON {
		err = t.lines(all)
	} else {
		err = t.print(all, titles)
	}
	if err != nil {
		return err
	}
	return t.p.out.Flush()
}

// nested says of nodes, in the order of the tree, how deep each stands below others of them.
func nested(v *model.View, nodes []model.Node, inOrder bool) ([]entry, error) {
	all := make([]entry, len(nodes))
	var open []model.ID // the nodes above
	for i, n := range nodes {
		all[i].node = n
		if !inOrder {
			continue
		}
		if i == manyLines {
			if err := v.AskMany(); err != nil {
				return nil, err
			}
		}
		path, err := v.Path(n.ID)
		if err != nil {
			return nil, err
		}
		for len(open) > 0 && !slices.Contains(path, open[len(open)-1]) {
			open = open[:len(open)-1]
		}
		all[i].depth = len(open)
		open = append(open, n.ID)
	}
	return all, nil
}

// list prints what q means, in its order and its groups.
func (r *run) list(v *model.View, q *query.Query, asJSON bool) error {
	p := r.table()
	q, err := v.Expand(q)
	if err != nil {
		return err
	}
	if q.Group == "" {
		err = p.listed(v, q, asJSON)
	} else {
		err = p.grouped(v, q, asJSON)
	}
	if err != nil {
		return err
	}
	return p.out.Flush()
}

// listed prints lines; in the order of the tree what lies below another line is indented.
func (p *printer) listed(v *model.View, q *query.Query, asJSON bool) error {
	enc := newEncoder(p.out)
	var open []model.ID // the nodes printed above the next one
	printed := 0
	for n, err := range v.Select(q) {
		if err == nil {
			n, err = v.Reflected(n)
		}
		if err != nil {
			return err
		}
		if asJSON {
			if err := enc.Encode(newNodeJSON(&n)); err != nil {
				return err
			}
			continue
		}
		if printed++; printed == manyLines {
			if err := v.AskMany(); err != nil {
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
		if err := p.results(v, &n, len(open)+1); err != nil {
			return err
		}
		if len(q.Sort) == 0 {
			open = append(open, n.ID)
		}
	}
	return nil
}

// groupedJSON is the line of a node in a list with groups, or of one in columns.
type groupedJSON struct {
	nodeJSON
	Group  *string               `json:"group,omitempty"`
	Rolled map[string]rolledJSON `json:"rolled,omitempty"`
}

// reflected returns the nodes that a query means, as they are shown.
func reflected(v *model.View, q *query.Query) (nodes []model.Node, err error) {
	for n, err := range v.Select(q) {
		if err == nil {
			n, err = v.Reflected(n)
		}
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// grouped prints the groups of a list, each below a line that names it.
func (p *printer) grouped(v *model.View, q *query.Query, asJSON bool) error {
	nodes, err := reflected(v, q)
	if err != nil {
		return err
	}
	enc := newEncoder(p.out)
	for _, g := range model.Groups(q, nodes) {
		name, title, err := p.group(v, q.Group, g)
		if err != nil {
			return err
		}
		if !asJSON {
			if err := p.line(span{sgr: faint, text: "— "}, title); err != nil {
				return err
			}
		}
		for i := range g.Nodes {
			n := &g.Nodes[i]
			if asJSON {
				err = enc.Encode(groupedJSON{nodeJSON: newNodeJSON(n), Group: &name})
			} else if short, e := v.ShortID(n.ID); e == nil {
				err = p.node(n, short, 0)
			} else {
				err = e
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// group names a group, for programs and for a person.
func (p *printer) group(v *model.View, by string, g model.Group) (name string, title span, err error) {
	text, err := v.Title(by, g, p.now)
	title = plain(printable(text))
	switch {
	case err != nil:
	case by == "parent":
		name, title.gives = g.Parent.String(), g.Parent != model.Root
	case by == "state":
		name = g.State
	case by == "tag" && g.Tag != "":
		name, title.sgr = g.Tag, cyan
	case by == "tag":
	case g.Overdue:
		name, title.sgr = "overdue", red
	default:
		name = g.Due.String()
	}
	return name, title, err
}
