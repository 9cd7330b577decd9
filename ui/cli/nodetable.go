package cli

import (
	"slices"
	"strings"

	"arbor/model"
	"arbor/model/field"
	"arbor/ui/grid"
)

// nodeTable is a list of nodes in columns.
type nodeTable struct {
	p       *printer
	v       *model.View
	columns []column
	weights model.Weights
	grouped bool // by the query
	header  bool
	rolls   []field.Def
	rolled  map[model.ID][]model.Rolled // of each node of the list, what the fields in rolls come to
}

// newTable returns an empty list with the columns of a comma-separated list of names.
func (r *run) newTable(names string) (*nodeTable, error) {
	t := &nodeTable{header: true}
	for _, name := range strings.FieldsFunc(names, func(c rune) bool { return c == ',' || c == ' ' }) {
		if i := slices.IndexFunc(plainColumns, func(c column) bool { return c.name == name }); i >= 0 {
			t.columns = append(t.columns, plainColumns[i])
			continue
		}
		d, ok := r.fields.Lookup(name)
		if !ok {
			return nil, usagef("--columns: there is no column %q; there are %s", name, strings.Join(r.columnNames(), ", "))
		}
		t.columns = append(t.columns, fieldColumn(d))
		if rolls(d) {
			t.rolls = append(t.rolls, d)
		}
	}
	if len(t.columns) == 0 {
		return nil, usagef("--columns names none; there are %s", strings.Join(r.columnNames(), ", "))
	}
	t.weights = r.weights()
	return t, nil
}

// rollUp computes what the fields of the list's nodes come to. Of nodes below one another the subtree is read once.
func (t *nodeTable) rollUp(all []entry) error {
	if len(t.rolls) == 0 {
		return nil
	}
	t.rolled = make(map[model.ID][]model.Rolled, len(all))
	wanted := make(map[model.ID]bool, len(all))
	for i := range all {
		wanted[all[i].node.ID] = true
	}
	for i := range all {
		id := all[i].node.ID
		path, err := t.v.Path(id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(path, func(up model.ID) bool { return up != id && wanted[up] }) {
			continue // read with that one
		}
		branches, err := t.v.RollUp(id, t.rolls)
		if err != nil {
			return err
		}
		for k := range branches {
			if b := &branches[k]; wanted[b.Node.ID] && !b.Mirrored {
				t.rolled[b.Node.ID] = b.Rolled
			}
		}
	}
	return nil
}

// print writes nodes in columns: on a terminal below their names and cut to the width, elsewhere whole, with a tab between two and each cell as
// programs read it. titles name the groups to a person.
func (t *nodeTable) print(all []entry, titles map[string]span) error {
	if err := t.rollUp(all); err != nil {
		return err
	}
	if t.p.width == 0 && !t.p.screen {
		return t.tabs(all)
	}
	rows := make([][]span, 0, len(all)+1)
	if t.header {
		head := make([]span, len(t.columns))
		for i, c := range t.columns {
			head[i] = span{sgr: faint, text: c.name}
		}
		rows = append(rows, head)
	}
	for i := range all {
		row := make([]span, len(t.columns))
		for k, c := range t.columns {
			cell, _, err := c.cell(t, &all[i])
			if err != nil {
				return err
			}
			row[k] = cell
		}
		rows = append(rows, row)
	}
	widths := t.widths(rows)
	for i, row := range rows {
		if k := i - (len(rows) - len(all)); t.grouped && k >= 0 && (k == 0 || all[k].group != all[k-1].group) {
			group := all[k].group
			if err := t.p.line(span{sgr: faint, text: "— "}, titles[group]); err != nil {
				return err
			}
		}
		if err := t.p.line(t.aligned(row, widths)...); err != nil {
			return err
		}
	}
	return nil
}

// tabs writes nodes for programs.
func (t *nodeTable) tabs(all []entry) error {
	for i := range all {
		var line []string
		if t.grouped {
			line = append(line, printable(all[i].group))
		}
		for _, c := range t.columns {
			_, value, err := c.cell(t, &all[i])
			if err != nil {
				return err
			}
			line = append(line, value)
		}
		if err := t.p.line(plain(strings.Join(line, "\t"))); err != nil {
			return err
		}
	}
	return nil
}

// lines writes nodes with what their fields come to, an object each.
func (t *nodeTable) lines(all []entry) error {
	if err := t.rollUp(all); err != nil {
		return err
	}
	enc := newEncoder(t.p.out)
	for i := range all {
		j := groupedJSON{nodeJSON: newNodeJSON(&all[i].node), Rolled: rolledFields(t.rolled[all[i].node.ID], t.rolls)}
		if t.grouped {
			j.Group = &all[i].group
		}
		if err := enc.Encode(j); err != nil {
			return err
		}
	}
	return nil
}

const (
	columnGap    = 2
	leastGivenTo = 8 // what is left of a column that is made narrower, in cells
)

// widths returns how wide the columns are: as their widest cell, and where the terminal is too narrow the widest of those that give less.
func (t *nodeTable) widths(rows [][]span) []int {
	widths := make([]int, len(t.columns))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], grid.Width(cell.text))
		}
	}
	sum := columnGap * (len(widths) - 1)
	for _, w := range widths {
		sum += w
	}
	for ; t.p.width > 0 && sum > t.p.width; sum-- {
		widest := -1
		for i, c := range t.columns {
			if c.gives && widths[i] > leastGivenTo && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

// aligned returns the cells of a row with spaces between them.
func (t *nodeTable) aligned(row []span, widths []int) (line []span) {
	for i, cell := range row {
		cell.text = t.p.cut(cell.text, widths[i])
		pad := plain(strings.Repeat(" ", widths[i]-grid.Width(cell.text)))
		last := i == len(row)-1
		switch {
		case t.columns[i].right:
			line = append(line, pad, cell)
		case last:
			line = append(line, cell)
		default:
			line = append(line, cell, pad)
		}
		if !last {
			line = append(line, plain(strings.Repeat(" ", columnGap)))
		}
	}
	for len(line) > 0 && strings.Trim(line[len(line)-1].text, " ") == "" { // nothing stands behind the last cell
		line = line[:len(line)-1]
	}
	return line
}
