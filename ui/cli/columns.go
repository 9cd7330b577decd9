package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/date"
	"arbor/model/field"
)

// column is a column of a list of nodes.
type column struct {
	name  string
	right bool // numbers stand at their right
	gives bool // it is made narrower where the terminal is too narrow
	// cell returns what stands there: in words, and as a program wants it.
	cell func(t *nodeTable, e *entry) (span, string, error)
}

// entry is a node of a list.
type entry struct {
	node  model.Node
	depth int    // below other nodes of the list
	group string // for programs
}

// plainColumns are those that are no fields, in the order in which a person is told of them.
var plainColumns = []column{
	{name: "id", cell: func(t *nodeTable, e *entry) (span, string, error) {
		short, err := t.v.ShortID(e.node.ID)
		return span{sgr: faint, text: short}, e.node.ID.String(), err
	}},
	{name: "text", gives: true, cell: func(t *nodeTable, e *entry) (span, string, error) {
		s := plain(strings.Repeat(" ", 2*e.depth) + t.p.text(&e.node))
		if e.node.State.Closed() || e.node.Reflects() == model.Nothing {
			s.sgr = faint
		}
		return s, printable(e.node.Text), nil
	}},
	{name: "state", cell: func(_ *nodeTable, e *entry) (span, string, error) {
		name := printable(e.node.StateName())
		if e.node.State == model.None {
			return span{}, name, nil
		}
		return plain(name), name, nil
	}},
	{name: "tags", gives: true, cell: func(_ *nodeTable, e *entry) (span, string, error) {
		tags := e.node.AllTags()
		for i, tag := range tags {
			tags[i] = printable(tag)
		}
		text := strings.Join(tags, " ")
		return span{sgr: cyan, text: text}, text, nil
	}},
	dateColumn("due", func(n *model.Node) model.Date { return n.Due }),
	dateColumn("sched", func(n *model.Node) model.Date { return n.Sched }),
	dateColumn("wait", func(n *model.Node) model.Date { return n.Wait }),
	dateColumn("until", func(n *model.Node) model.Date { return n.Until }),
	dateColumn("created", func(n *model.Node) model.Date { return date.At(n.Created) }),
	dateColumn("modified", func(n *model.Node) model.Date { return date.At(n.Modified) }),
	dateColumn("finished", func(n *model.Node) model.Date { return date.At(n.Finished) }),
	{name: "under", gives: true, cell: func(t *nodeTable, e *entry) (span, string, error) {
		path, err := pathText(t.v, e.node.ID)
		return span{sgr: faint, text: path}, path, err
	}},
	{name: "urgency", right: true, cell: func(t *nodeTable, e *entry) (span, string, error) {
		x, ok, err := t.v.Urgency(e.node.ID, t.weights, t.p.now)
		if !ok || err != nil {
			return span{}, "", err
		}
		return span{sgr: yellow, text: fmt.Sprintf("%.1f", x)}, strconv.FormatFloat(round(x), 'f', -1, 64), nil
	}},
}

func dateColumn(name string, of func(*model.Node) model.Date) column {
	return column{name: name, cell: func(t *nodeTable, e *entry) (span, string, error) {
		d := of(&e.node)
		if d.IsZero() || d.T.IsZero() {
			return span{}, "", nil
		}
		s := plain(date.Format(d, t.p.now))
		if name == "due" {
			s.sgr = yellow
			if !e.node.State.Closed() && !t.p.now.Before(d.End(t.p.now.Location())) {
				s.sgr = red
			}
		}
		return s, d.String(), nil
	}}
}

// fieldColumn is the column of a field: of one with a roll what the node and all below it come to, of another its own value. The most urgent priority
// below a node is none of its own, though it is what the tree rolls up.
func fieldColumn(d field.Def) column {
	c := column{name: d.Key, right: d.Kind == field.Number || d.Kind == field.Span, gives: d.Kind == field.Text || d.Kind == field.URL}
	if !rolls(d) {
		c.cell = func(t *nodeTable, e *entry) (span, string, error) {
			own, _ := e.node.Field(d.Key)
			return plain(printable(d.Show(own, t.p.now))), printable(own), nil
		}
		return c
	}
	c.cell = func(t *nodeTable, e *entry) (span, string, error) {
		at := slices.IndexFunc(t.rolls, func(r field.Def) bool { return r.Key == d.Key })
		all := t.rolled[e.node.ID]
		if at >= len(all) {
			return span{}, "", nil
		}
		x, ok := all[at].Of(d.Roll)
		if !ok {
			return span{}, "", nil
		}
		return plain(d.ShowNumber(x)), strconv.FormatFloat(x, 'f', -1, 64), nil
	}
	return c
}

func rolls(d field.Def) bool { return d.Roll != field.NoRoll && d.Key != "prio" }

// errNoColumns refuses --no-header of a list that has none.
var errNoColumns = usagef("--no-header goes with --columns")

// columnNames are all that --columns of a list takes.
func (r *run) columnNames() (names []string) {
	for _, c := range plainColumns {
		names = append(names, c.name)
	}
	for _, d := range r.fields.All() {
		if !slices.Contains(names, d.Key) {
			names = append(names, d.Key)
		}
	}
	return names
}

// inColumns declares the flags of a list in columns.
func (r *run) inColumns(cmd *cobra.Command, columns *string, noHeader *bool) {
	cmd.Flags().StringVar(columns, "columns", "", "`NAMES` of what to show, with commas between them: id,text,due,tags,prio or any field")
	cmd.Flags().BoolVar(noHeader, "no-header", false, "leave the names of the columns out")
	r.completeColumns(cmd, r.columnNames)
}

// completeColumns has the shell complete the last of the names behind --columns.
func (r *run) completeColumns(cmd *cobra.Command, names func() []string) {
	err := cmd.RegisterFlagCompletionFunc("columns", func(cmd *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		how := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		if r.configure(cmd) != nil {
			return nil, how
		}
		return prefixed(word[:strings.LastIndexByte(word, ',')+1], names()...), how
	})
	if err != nil {
		panic(errors.Join(errors.New("the flag was declared above"), err))
	}
}
