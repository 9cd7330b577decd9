// Package csv brings tables of text into series: each column of numbers becomes one, found or made by its name. Its invariant: a table
// that was imported before adds nothing, a longer one adds what is new.
package csv

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"arbor/model"
	"arbor/model/exchange"
	"arbor/timeseries"
	"arbor/timeseries/ingest"
)

// Options say what the table leaves open.
type Options struct {
	// Series names the series. Of several columns, or names in the table, each adds its own to it. Empty: the names of the columns, or in the table.
	Series string
	// DryRun only reports.
	DryRun bool
	// Kinds says of series that hold no plain numbers what they do, by their names in lower case.
	Kinds map[string]model.SampleKind
	ingest.Options
}

// Table is a table that was read whole, whose samples are in order and not in memory.
type Table struct {
	samples ingest.Sorter
	columns []column
	report  *exchange.Report
	opt     Options
	texts   texts
}

// column is a series of a table.
type column struct {
	name string
	from string // where in the table it is
	k    int    // which of the samples are its own
}

// Read reads a table. What it holds in memory does not grow with the table, but for 16 bytes for each chunk of samples. Close must be called.
func Read(in io.Reader, opt Options) (*Table, error) {
	t := &Table{opt: opt, report: &exchange.Report{Format: string(exchange.CSV), DryRun: opt.DryRun}}
	if err := t.read(in); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// Close gives up what was kept of the table.
func (t *Table) Close() error { return t.samples.Spill.Close() }

func (t *Table) read(in io.Reader) error {
	if len(t.opt.Kinds) > 0 {
		t.opt.Value = t.typed
	}
	r, err := ingest.Read(in, t.opt.Options, t.samples.Add)
	if err == nil {
		err = t.samples.Finish()
	}
	if err != nil {
		return explain(err)
	}
	for _, d := range r.Dropped {
		t.report.DropCount(d.Lines[0], int(d.Count), "%s", dropped(&r.Layout, d))
	}
	if r.Samples == 0 {
		return fmt.Errorf("none of its %d lines holds a sample", r.Rows)
	}
	names, err := name(&r, t.opt.Series)
	if err != nil {
		return err
	}
	for k := range t.samples.Len() {
		if t.samples.Count(k) == 0 {
			continue
		}
		c := column{name: names[k], k: k}
		if r.Layout.Name >= 0 {
			c.from = fmt.Sprintf("lines of %.40s", model.OneLine(r.Names[k]))
		} else {
			c.from = "column " + title(&r.Layout, r.Layout.Values[k])
		}
		t.columns = append(t.columns, c)
	}
	return nil
}

// Import reads a table and adds the samples that its series lack, as one step of undo under label.
func Import(tree *model.Tree, book *timeseries.Book, in io.Reader, label string, opt Options) (*exchange.Report, error) {
	t, err := Read(in, opt)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	return t.Import(tree, book, label, func(done, total int64) {})
}

// Import adds the samples that the table's series lack, as one step of undo under label. A sample of a time that is there with another value
// takes its place. told is told how many of the samples are stored. It can be called once.
func (t *Table) Import(tree *model.Tree, book *timeseries.Book, label string, told func(done, total int64)) (*exchange.Report, error) {
	fresh := make([]*fresh, len(t.columns))
	err := tree.View(func(v *model.View) (err error) {
		for i := range t.columns {
			if fresh[i], err = t.missing(v, book, &t.columns[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, f := range fresh {
		t.report.CountFresh(f.len(), f.changed.n)
	}
	if t.opt.DryRun || t.report.Samples == 0 {
		return t.report, nil
	}
	_, err = tree.Import(label, func(im *model.Importer) (err error) {
		done := 0
		for i, f := range fresh {
			if f.len() == 0 {
				continue
			}
			if f.series == (model.ID{}) {
				if f.series, err = im.Series(t.columns[i].name); err != nil {
					return err
				}
			}
			exchange.PutTexts(im, f.series, t.texts.of(t.columns[i].name))
			if err := t.put(im, f, done, told); err != nil {
				return err
			}
			done += f.len()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t.report, nil
}

// explain adds what to do to the errors of files that are no tables.
func explain(err error) error {
	switch {
	case errors.Is(err, ingest.ErrEmpty):
		return fmt.Errorf("%w; there is nothing to import", err)
	case errors.Is(err, ingest.ErrBinary):
		return fmt.Errorf("%w; arbor import csv reads tables of text", err)
	}
	return err
}

// dropped says why values were dropped, what the first was, and where they stood.
func dropped(l *ingest.Layout, d ingest.Dropped) string {
	text := d.Why.String()
	if d.Example != "" {
		text += fmt.Sprintf(", first %.40q", d.Example)
	}
	if d.Column >= 0 {
		text += " in column " + title(l, d.Column)
	}
	return text + lines(d)
}

// lines lists the first lines that were dropped for one reason, if they are several.
func lines(d ingest.Dropped) string {
	if d.Count < 2 {
		return ""
	}
	var b strings.Builder
	b.WriteString(", lines")
	for i, n := range d.Lines {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %d", n)
	}
	if int64(len(d.Lines)) < d.Count {
		b.WriteString(" …")
	}
	return b.String()
}

// named returns the names of the series of a table that names them.
func named(own []string, series string) ([]string, error) {
	names := make([]string, len(own))
	for i, n := range own {
		if names[i] = strings.TrimSpace(model.OneLine(series + " " + n)); names[i] == "" {
			return nil, errors.New("a line has blanks for the name of its series; say --series NAME")
		}
		if j := slices.Index(names[:i], names[i]); j >= 0 {
			return nil, fmt.Errorf("the names %q and %q are one, %s; change one of them in the table", own[j], own[i], names[i])
		}
	}
	return names, nil
}

// name returns the names of the series of a table's columns.
func name(r *ingest.Report, series string) ([]string, error) {
	l := &r.Layout
	series = strings.TrimSpace(model.OneLine(series))
	if l.Name >= 0 {
		return named(r.Names, series)
	}
	names := make([]string, len(l.Values))
	for i, v := range l.Values {
		own := strings.TrimSpace(model.OneLine(l.Columns[v].Name))
		switch {
		case series == "" && own == "":
			return nil, errors.New("the columns have no names; say --series NAME")
		case series == "":
			names[i] = own
		case len(l.Values) == 1:
			names[i] = series
		case own == "":
			names[i] = fmt.Sprintf("%s %d", series, v+1)
		default:
			names[i] = series + " " + own
		}
		if j := slices.Index(names[:i], names[i]); j >= 0 {
			return nil, fmt.Errorf("columns %d and %d are both named %s; --value-column takes them by number, one after the other", l.Values[j]+1, v+1, names[i])
		}
	}
	return names, nil
}

func title(l *ingest.Layout, i int) string {
	if l.Columns[i].Name != "" {
		return fmt.Sprintf("%d (%.40s)", i+1, model.OneLine(l.Columns[i].Name))
	}
	return fmt.Sprint(i + 1)
}
