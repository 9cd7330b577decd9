package cli

import (
	"fmt"
	"strings"

	"github.com/clipperhouse/displaywidth"
	"github.com/spf13/cobra"

	"arbor/model"
	"arbor/model/field"
)

func (r *run) treeCommand() *cobra.Command {
	var asJSON bool
	var columns string
	var noHeader bool
	depth := 0
	cmd := &cobra.Command{
		Use: "tree [SEL]", Short: "print a subtree: how much is done, what its fields come to", Args: words(0, 1, "one node"),
		Long: "In front of each node stands how many of the tasks below it are closed. --columns cost,est adds the values of fields: of one declared with a roll, " +
			"such as sum, what the node and all below it come to; of another its own. The whole tree counts, whatever --depth shows.",
		RunE: func(cmd *cobra.Command, args []string) error {
			defs, err := r.columns(columns)
			if err != nil {
				return err
			}
			if noHeader && len(defs) == 0 {
				return errNoColumns
			}
			if cmd.Flags().Changed("depth") && depth < 1 {
				return usagef("--depth %d shows nothing; write 1 or more", depth)
			}
			return r.tree(args, defs, depth, asJSON, !noHeader)
		},
	}
	r.canLookBack(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.Flags().StringVar(&columns, "columns", "", "`KEYS` of fields, with commas between them")
	r.completeColumns(cmd, r.fieldNames)
	cmd.Flags().BoolVar(&noHeader, "no-header", false, "leave the names of the columns out")
	cmd.Flags().IntVar(&depth, "depth", 0, "how many `LEVELS` to show; all without")
	return cmd
}

// columns returns the fields of a list of keys.
func (r *run) columns(list string) (defs []field.Def, err error) {
	for _, key := range strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' }) {
		d, ok := r.fields.Lookup(key)
		if !ok {
			return nil, usagef("--columns: no field is called %q; there are %s", key, strings.Join(r.fieldNames(), ", "))
		}
		defs = append(defs, d)
	}
	return defs, nil
}

// fieldNames are the keys of all fields.
func (r *run) fieldNames() (names []string) {
	for _, d := range r.fields.All() {
		names = append(names, d.Key)
	}
	return names
}

func (r *run) tree(sel []string, defs []field.Def, depth int, asJSON, header bool) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	return s.close(r.view(s, func(v *model.View) error {
		root := model.Root
		if len(sel) == 1 {
			ids, err := r.selectNodes(v, sel[0])
			if err != nil {
				return err
			}
			if len(ids) > 1 {
				return refusedf("%q means %d nodes; name one", sel[0], len(ids))
			}
			root = ids[0]
		}
		all, err := v.RollUp(root, defs)
		if err != nil {
			return err
		}
		top := 0
		if root == model.Root { // which is no node that a person made
			all, top = all[1:], 1
		}
		shown := all[:0]
		for _, b := range all {
			if b.Depth -= top; depth == 0 || b.Depth < depth {
				shown = append(shown, b)
			}
		}
		p := r.table()
		if asJSON {
			err = p.branchLines(shown, defs)
		} else {
			err = p.branches(v, shown, defs, depth, header)
		}
		if err != nil {
			return err
		}
		return p.out.Flush()
	}))
}

// branchJSON is a node of a subtree as --json prints it.
type branchJSON struct {
	nodeJSON
	Depth    int                   `json:"depth"`
	Below    int                   `json:"below"`
	Mirrored bool                  `json:"mirrored,omitempty"`
	Progress *progressJSON         `json:"progress,omitempty"`
	Rolled   map[string]rolledJSON `json:"rolled,omitempty"`
}

type progressJSON struct {
	Done  int `json:"done"`
	Total int `json:"total"`
}

type rolledJSON struct {
	N    int     `json:"n"`
	Sum  float64 `json:"sum"`
	Mean float64 `json:"mean"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
}

func (p *printer) branchLines(all []model.Branch, defs []field.Def) error {
	enc := newEncoder(p.out)
	for i := range all {
		b := &all[i]
		j := branchJSON{nodeJSON: newNodeJSON(&b.Node), Depth: b.Depth, Below: b.Size, Mirrored: b.Mirrored}
		if b.Tasks > 0 {
			j.Progress = &progressJSON{b.Done, b.Tasks}
		}
		j.Rolled = rolledFields(b.Rolled, defs)
		if err := enc.Encode(j); err != nil {
			return err
		}
	}
	return nil
}

// rolledFields are what fields come to, of those of which there are any.
func rolledFields(rolled []model.Rolled, defs []field.Def) (out map[string]rolledJSON) {
	for k, r := range rolled {
		if r.N == 0 {
			continue
		}
		if out == nil {
			out = map[string]rolledJSON{}
		}
		mean, _ := r.Of(field.Mean)
		out[defs[k].Key] = rolledJSON{r.N, r.Sum, mean, r.Min, r.Max}
	}
	return out
}

// branches prints a subtree, its columns before the text so that they stand below one another however deep it is.
func (p *printer) branches(v *model.View, all []model.Branch, defs []field.Def, depth int, header bool) error {
	rows := make([][]string, 0, len(all)+1)
	if len(defs) > 0 && header {
		head := []string{""}
		for _, d := range defs {
			head = append(head, d.Key)
		}
		rows = append(rows, head)
	}
	for i := range all {
		rows = append(rows, p.cells(&all[i], defs))
	}
	width := make([]int, len(defs)+1)
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], displaywidth.String(cell))
		}
	}
	for i, row := range rows {
		var lead []span
		for j, cell := range row {
			if width[j] > 0 {
				lead = append(lead, plain(strings.Repeat(" ", width[j]-displaywidth.String(cell))), span{sgr: faint, text: cell}, plain("  "))
			}
		}
		if len(rows) > len(all) {
			i--
		}
		if i < 0 {
			if err := p.line(lead...); err != nil {
				return err
			}
			continue
		}
		b := &all[i]
		short, err := v.ShortID(b.Node.ID)
		if err != nil {
			return err
		}
		if depth > 0 && b.Depth == depth-1 && b.Size > 0 {
			b.Node.Text += fmt.Sprintf(" (%d more)", b.Size)
		}
		if err := p.node(&b.Node, short, b.Depth, lead...); err != nil {
			return err
		}
		if depth == 0 || b.Depth < depth-1 {
			if err := p.results(v, &b.Node, b.Depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// cells are the columns of a node: its progress, then its fields.
func (p *printer) cells(b *model.Branch, defs []field.Def) []string {
	cells := []string{""}
	if b.Tasks > 0 {
		cells[0] = fmt.Sprintf("%d/%d", b.Done, b.Tasks)
	}
	for k, d := range defs {
		cell := ""
		if d.Roll == field.NoRoll {
			if own, ok := b.Node.Field(d.Key); ok {
				cell = printable(d.Show(own, p.now))
			}
		} else if x, ok := b.Rolled[k].Of(d.Roll); ok {
			cell = d.ShowNumber(x)
		}
		cells = append(cells, cell)
	}
	return cells
}
